"""Files encrypted at rest: uploads that wait, results that are fetched once.

Each file has a key of its own, sealed by the vault in the file's head, so that a new vault key rewrites heads alone.
The body is AES-256-GCM in chunks; a chunk's number, and whether it is the last, are authenticated: a file that was
cut, lengthened or put in another order does not open.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import N_, NotFound, PlatformError
from core.privacy.vault import Vault, version_of

ENDING = ".sealed"
CHUNK = 256 * 1024
_PURPOSE = "file"
_TAG = 16


class SealedFiles:
    """The sealed files of one folder, each named by an id."""

    def __init__(self, vault: Vault, folder: Path) -> None:
        self.vault = vault
        self.folder = folder

    def keep(self, file_id: uuid.UUID, source: BinaryIO) -> int:
        """Read a stream to its end into the sealed file; gives its length in bytes. It is there whole or not."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".new-")  # for its owner alone
        try:
            with os.fdopen(handle, "wb") as target:
                length = self._write(file_id, source, target)
                target.flush()
                os.fsync(target.fileno())
            Path(name).replace(self.path(file_id))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return length

    def open(self, file_id: uuid.UUID) -> Iterator[bytes]:
        """The content piece by piece. Raises NotFound where there is none, PlatformError where it was altered."""
        path = self.path(file_id)
        if not path.exists():
            raise NotFound(N_("文件已不在，请重新上传"))
        return self._read(file_id, path)

    def read(self, file_id: uuid.UUID) -> bytes:
        """The whole content at once."""
        return b"".join(self.open(file_id))

    def remove(self, file_id: uuid.UUID) -> bool:
        """Take a file away; gives whether there was one."""
        path = self.path(file_id)
        there = path.exists()
        path.unlink(missing_ok=True)
        return there

    def path(self, file_id: uuid.UUID) -> Path:
        """Where the sealed file lies."""
        return self.folder / f"{file_id.hex}{ENDING}"

    def _write(self, file_id: uuid.UUID, source: BinaryIO, target: BinaryIO) -> int:
        key = AESGCM.generate_key(bit_length=256)
        head = self.vault.seal(_PURPOSE, file_id, key.hex())
        target.write(len(head).to_bytes(2) + head)
        cipher, number, length = AESGCM(key), 0, 0
        piece = source.read(CHUNK)
        while True:
            following = source.read(CHUNK) if len(piece) == CHUNK else b""
            target.write(cipher.encrypt(_nonce(number), piece, _seat(number, last=not following)))
            length += len(piece)
            if not following:
                return length
            piece, number = following, number + 1

    def _read(self, file_id: uuid.UUID, path: Path) -> Iterator[bytes]:
        with path.open("rb") as source:
            head = source.read(int.from_bytes(source.read(2)))
            cipher, number = AESGCM(bytes.fromhex(self.vault.open(_PURPOSE, file_id, head))), 0
            piece = source.read(CHUNK + _TAG)
            while piece:
                following = source.read(CHUNK + _TAG)
                try:
                    yield cipher.decrypt(_nonce(number), piece, _seat(number, last=not following))
                except InvalidTag as error:
                    raise PlatformError(N_("文件已损坏或被改动，打不开")) from error
                piece, number = following, number + 1
            if not number:
                raise PlatformError(N_("文件已损坏或被改动，打不开"))


def reseal_file(vault: Vault, path: Path) -> bool:
    """Seal a file's own key with the vault's current one; gives whether it was sealed with an older. The body
    stays as it is; the new file takes the place of the old one in one step."""
    file_id = uuid.UUID(path.name.removesuffix(ENDING))
    with path.open("rb") as source:
        head = source.read(int.from_bytes(source.read(2)))
        if version_of(head) == vault.keys.current:
            return False
        fresh = vault.seal(_PURPOSE, file_id, vault.open(_PURPOSE, file_id, head))
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as target:
            target.write(len(fresh).to_bytes(2) + fresh)
            while piece := source.read(CHUNK):
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
    Path(name).replace(path)
    return True


def _nonce(number: int) -> bytes:
    return number.to_bytes(12)


def _seat(number: int, *, last: bool) -> bytes:
    return number.to_bytes(8) + (b"\x01" if last else b"\x00")
