"""What is kept sealed or hashed with the key of the deployment, which never stands in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.accounts.policy import Policy
from core.errors import N_, PlatformError

_NONCE = 12


@dataclass(frozen=True)
class Security:
    """The policy of the deployment together with its key."""

    policy: Policy
    key: bytes

    @classmethod
    def of(cls, policy: Policy, secret: str) -> Security:
        """A key of our own from the deployment's secret, so that no other use of that secret tells it."""
        kept = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"bangfu accounts").derive(secret.encode())
        return cls(policy, kept)

    def seal(self, text: str, owner: str) -> str:
        """Encrypt a text for one owner; copied to another owner's row it cannot be opened."""
        nonce = os.urandom(_NONCE)
        return base64.b64encode(nonce + AESGCM(self.key).encrypt(nonce, text.encode(), owner.encode())).decode()

    def unseal(self, sealed: str, owner: str) -> str:
        """The text again."""
        raw = base64.b64decode(sealed)
        try:
            return AESGCM(self.key).decrypt(raw[:_NONCE], raw[_NONCE:], owner.encode()).decode()
        except InvalidTag as error:
            raise PlatformError(N_("第二因素的密钥打不开：平台的 BANGFU_SECRET_KEY 与存入时不同")) from error

    def digest(self, kind: str, text: str) -> str:
        """A keyed hash, for what is compared but never shown again."""
        return hmac.new(self.key, f"{kind}\n{text}".encode(), hashlib.sha256).hexdigest()
