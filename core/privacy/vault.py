"""Sealing, opening and indexing personal values with the keys of this machine.

A sealed value is the key's version (2 bytes), a nonce (12 bytes) and the AES-256-GCM ciphertext; its purpose and
its owner are authenticated with it, so that a value copied to another person's row, or to another column, does
not open. The index is an HMAC-SHA-256 of the kind and the normalised text: the same number has the same key in
every tenant, and tells nothing without the key file.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from core.config import Settings
from core.errors import N_, PlatformError
from core.extensions import Database
from core.privacy.keys import INDEX, RECORDS, Keys

KEY = "vault"
KINDS = ("id_number", "phone", "bank_card", "register_number")
_NONCE, _VERSION = 12, 2
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
#: a mobile number
_PHONE = 11
_SPACING = re.compile(r"[\s\-‐‑–—·.]+")
#: how many reveals one person may make in a day unless the deployment says otherwise
REVEALS_PER_DAY = 200


@dataclass
class Vault:
    """The keys of this machine at work. Safe to share between threads."""

    keys: Keys
    #: `BANGFU_ACCOUNT_REVEALS_PER_DAY`
    reveals_per_day: int = REVEALS_PER_DAY
    _ciphers: dict[int, AESGCM] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Vault:
        """The vault in the data directory of these settings."""
        text = settings.options.get("reveals_per_day", str(REVEALS_PER_DAY))
        if not text.isdecimal() or int(text) < 1:
            raise PlatformError(N_("账号设置 %(name)s 应是正整数，不是“%(value)s”"), name="reveals_per_day", value=text)
        return cls.at(settings.data_dir, int(text))

    @classmethod
    def at(cls, data_dir: Path, reveals_per_day: int = REVEALS_PER_DAY) -> Vault:
        """The vault in a data directory."""
        return cls(Keys(data_dir), reveals_per_day)

    def seal(self, purpose: str, owner_id: uuid.UUID, text: str) -> bytes:
        """Encrypt a text for one column (`purpose`) of one record (`owner_id`)."""
        return self.seal_many(purpose, (owner_id,), (text,))[0]

    def seal_many(self, purpose: str, owner_ids: Sequence[uuid.UUID], texts: Sequence[str]) -> list[bytes]:
        """The same for many records, in their order."""
        version = self.keys.current
        encrypt, head = self._cipher(version).encrypt, version.to_bytes(_VERSION)
        prefix = f"{purpose}\n".encode()
        random = os.urandom(_NONCE * len(texts))
        nonces = [random[at : at + _NONCE] for at in range(0, len(random), _NONCE)]
        return [head + nonce + encrypt(nonce, text.encode(), prefix + owner_id.bytes)
                for nonce, owner_id, text in zip(nonces, owner_ids, texts, strict=True)]

    def open(self, purpose: str, owner_id: uuid.UUID, sealed: bytes) -> str:
        """The text again. Raises PlatformError where the key is missing or the value is not this record's."""
        nonce, body = sealed[_VERSION : _VERSION + _NONCE], sealed[_VERSION + _NONCE :]
        try:
            opened = self._cipher(version_of(sealed)).decrypt(nonce, body, f"{purpose}\n".encode() + owner_id.bytes)
        except (InvalidTag, ValueError) as error:
            raise PlatformError(N_("加密内容打不开：它已损坏，或者不属于这条记录的这一栏")) from error
        return opened.decode()

    def index(self, kind: str, text: str) -> str:
        """The keyed hash by which a value is found."""
        return self.index_many(kind, (text,))[0]

    def index_many(self, kind: str, texts: Iterable[str], *, plain: bool = True) -> list[str]:
        """The same for many values, in their order; not `plain`: they stand in their normal form already."""
        return self._index(kind, (normal(kind, text) for text in texts) if plain else texts, self.keys.current)

    def indexes(self, kind: str, text: str) -> list[str]:
        """The keyed hashes a value may be stored under while keys are being renewed, the current one first: every
        search asks for `x_key IN (…)`."""
        return [self._index(kind, (normal(kind, text),), version)[0] for version in [self.keys.current, *self._older()]]

    def _index(self, kind: str, texts: Iterable[str], version: int) -> list[str]:
        """Of texts in their normal form."""
        # HMAC-SHA-256 by its definition (RFC 2104): the two keyed beginnings, and that of the kind, are hashed once
        # for all texts, which takes half the time of `hmac.digest` for each.
        key = self.keys.get(INDEX, version).ljust(_BLOCK, b"\0")
        inner = hashlib.sha256(key.translate(_INNER) + f"{kind}\n".encode())
        outer = hashlib.sha256(key.translate(_OUTER))
        found = []
        for text in texts:
            first, second = inner.copy(), outer.copy()
            first.update(text.encode())
            second.update(first.digest())
            found.append(second.hexdigest())
        return found

    def _older(self) -> list[int]:
        current = self.keys.current
        return [version for version in reversed(self.keys.versions()) if version < current]

    def _cipher(self, version: int) -> AESGCM:
        cipher = self._ciphers.get(version)
        if cipher is None:
            cipher = self._ciphers[version] = AESGCM(self.keys.get(RECORDS, version))
        return cipher


def version_of(sealed: bytes) -> int:
    """The version of the key a value is sealed with."""
    return int.from_bytes(sealed[:_VERSION])


def normal(kind: str, text: str) -> str:
    """The one form of a number however it was typed: no spaces or hyphens, half width, X in upper case, a mobile
    number without the country's code."""
    if not (text.isascii() and text.isalnum()):  # nearly every number is as it should be
        text = _SPACING.sub("", unicodedata.normalize("NFKC", text))
    text = text.upper()
    if kind == "phone":
        text = text.lstrip("+")
        for code in ("0086", "86"):
            if len(text) == _PHONE + len(code):
                text = text.removeprefix(code)
    return text


def normal_many(kind: str, texts: Sequence[str]) -> list[str]:
    """The same of many numbers, which are judged together: nearly all are as they should be."""
    whole = "".join(texts)
    if whole.isascii() and whole.isalnum() and whole.upper() == whole and (kind != "phone" or max(map(len, texts)) <= _PHONE):
        return list(texts)
    return [normal(kind, text) for text in texts]


def install(database: Database, settings: Settings) -> Vault:
    """Make the vault of these settings known to every session of the database."""
    vault = Vault.of(settings)
    database.info[KEY] = vault
    return vault


def vault_of(session: Session) -> Vault:
    """The vault of a session's database; raises PlatformError where none was installed."""
    vault = session.info.get(KEY)
    if not isinstance(vault, Vault):
        raise PlatformError(N_("没有装入密钥库，不能读写加密内容"))
    return vault
