"""Secrets at rest, sealed with a key of the deployment that never stands in the database."""

from __future__ import annotations

import base64
import os
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.config import Settings
from core.errors import N_, PlatformError

_NONCE = 12


class Vault:
    """Seals and opens the secrets of subscriptions."""

    def __init__(self, settings: Settings) -> None:
        # A key of our own from the deployment's secret, so that no other use of that secret tells it.
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"bangfu webhooks")
        self._cipher = AESGCM(derived.derive(settings.secret_key.encode()))

    def seal(self, secret: str, endpoint_id: uuid.UUID) -> str:
        """Encrypt a secret for one subscription; copied to another's row it cannot be opened."""
        nonce = os.urandom(_NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), endpoint_id.bytes)).decode()

    def open(self, sealed: str, endpoint_id: uuid.UUID) -> str:
        """The secret again."""
        raw = base64.b64decode(sealed)
        try:
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], endpoint_id.bytes).decode()
        except InvalidTag as error:
            raise PlatformError(N_("推送密钥打不开：平台的 BANGFU_SECRET_KEY 与存入时不同，请轮换密钥")) from error
