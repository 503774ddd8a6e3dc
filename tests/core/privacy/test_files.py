"""Files encrypted at rest."""

from __future__ import annotations

import io
import uuid
from pathlib import Path

import pytest

from core.errors import NotFound, PlatformError
from core.privacy import Vault
from core.privacy.files import CHUNK, SealedFiles, reseal_file

FILE = uuid.UUID(int=7)


@pytest.fixture
def files(tmp_path: Path) -> SealedFiles:
    return SealedFiles(Vault.at(tmp_path), tmp_path / "staged")


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_a_file_comes_back_whole_and_lies_encrypted(files: SealedFiles, length: int) -> None:
    content = (b"\xe6\xb5\x8b\xe8\xaf\x95" * (length // 6 + 1))[:length]
    assert files.keep(FILE, io.BytesIO(content)) == length
    assert files.read(FILE) == content
    assert length < 6 or content[:6] not in files.path(FILE).read_bytes()
    assert files.remove(FILE) and not files.remove(FILE)
    with pytest.raises(NotFound):
        files.open(FILE)


@pytest.mark.parametrize("harm", ["cut", "lengthened", "altered", "swapped", "renamed"])
def test_a_file_that_was_altered_does_not_open(files: SealedFiles, harm: str) -> None:
    files.keep(FILE, io.BytesIO(b"x" * (2 * CHUNK)))
    path, other, piece = files.path(FILE), uuid.UUID(int=8), CHUNK + 16
    data = path.read_bytes()
    head = len(data) - 2 * piece
    changed = {"cut": data[:-piece], "lengthened": data + data[-piece:], "altered": data[:-1] + bytes([data[-1] ^ 1]),
               "swapped": data[:head] + data[head + piece :] + data[head : head + piece], "renamed": data}[harm]
    target = other if harm == "renamed" else FILE
    files.path(target).write_bytes(changed)
    with pytest.raises(PlatformError):
        files.read(target)


def test_a_broken_upload_leaves_nothing(files: SealedFiles) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        files.keep(FILE, Broken())
    assert list(files.folder.iterdir()) == []


def test_a_new_key_rewrites_the_head_alone(files: SealedFiles) -> None:
    files.keep(FILE, io.BytesIO(b"y" * (CHUNK + 5)))
    before = files.path(FILE).read_bytes()
    files.vault.keys.renew()
    assert reseal_file(files.vault, files.path(FILE)) and not reseal_file(files.vault, files.path(FILE))
    assert files.path(FILE).read_bytes()[-CHUNK:] == before[-CHUNK:]
    files.vault.keys.retire(1)
    assert files.read(FILE) == b"y" * (CHUNK + 5)
