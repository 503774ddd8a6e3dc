"""Keys outside the database: files in `keys/` of the data directory, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from core.errors import N_, Conflict, NotFound
from core.trail.offline import key_id


@dataclass(frozen=True)
class Signer:
    """A tenant's private key."""

    tenant_id: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public key in hexadecimal."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    @property
    def key_id(self) -> str:
        """The short name of the key."""
        return key_id(bytes.fromhex(self.public))

    def sign(self, message: bytes) -> str:
        """The signature in hexadecimal."""
        return self.private.sign(message).hex()


class Keyring:
    """The private keys of this machine, and the last head it has sealed for each tenant."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "keys"

    def find(self, tenant_id: str) -> Signer | None:
        """The tenant's key, or None where this machine has none."""
        path = self._path(tenant_id, "pem")
        if not path.exists():
            return None
        private = load_pem_private_key(path.read_bytes(), None)
        if not isinstance(private, Ed25519PrivateKey):
            raise Conflict(N_("密钥文件 %(file)s 不是 Ed25519 密钥"), file=path.name)
        return Signer(tenant_id, private)

    def get(self, tenant_id: str) -> Signer:
        """The tenant's key, or NotFound."""
        found = self.find(tenant_id)
        if found is None:
            raise NotFound(N_("本机没有%(tenant)s的封存密钥"), tenant=tenant_id)
        return found

    def make(self, tenant_id: str, *, renew: bool = False) -> Signer:
        """A new key; one that stands is kept under its key's id where a new one is asked for, else given."""
        kept = self.find(tenant_id)
        if kept is not None and not renew:
            return kept
        if kept is not None:
            self._path(tenant_id, "pem").rename(self._path(tenant_id, f"{kept.key_id}.pem"))
        text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_once(self._path(tenant_id, "pem"), text)
        return self.get(tenant_id)

    def head(self, tenant_id: str) -> tuple[int, str] | None:
        """The last batch this machine has sealed: its number and head."""
        path = self._path(tenant_id, "head")
        if not path.exists():
            return None
        number, _, head = path.read_text().strip().partition(" ")
        return int(number), head

    def remember(self, tenant_id: str, number: int, head: str) -> None:
        """Note a batch outside the database, after it has been committed there."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(tenant_id, "head")
        fresh = _written(path, f"{number} {head}\n".encode())
        fresh.replace(path)

    def _path(self, tenant_id: str, ending: str) -> Path:
        return self.folder / f"{quote(tenant_id, safe='')}.{ending}"


def kept_secret(path: Path) -> bytes:
    """32 random bytes, made at the first call."""
    if not path.exists():
        write_once(path, secrets.token_bytes(32))
    return path.read_bytes()


def write_once(path: Path, data: bytes) -> None:
    """Put a file in place whole and for its owner alone; one that another has put there first stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = _written(path, data)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _written(path: Path, data: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made for the owner alone
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
