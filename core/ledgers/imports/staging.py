"""Files of imports under way: sealed at rest, whole or not there, and gone when nobody refers to them any more.

A file is written under a name of its own before the transaction that refers to it commits; whatever is replaced is
removed after. A process that dies in between leaves a file nobody refers to, which housekeeping takes away.
"""

from __future__ import annotations

import io
import json
import struct
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.errors import N_, NotFound
from core.extensions import new_id
from core.ledgers.imports.sheets import Column, Fault, Note, Sheet
from core.privacy import Vault
from core.privacy.files import ENDING, SealedFiles

FOLDER = "imports"
#: how long the head of a sheet's file is
_SIZE = struct.Struct("<I")


class Staging:
    """The sealed files of one tenant's imports."""

    def __init__(self, data_dir: Path, vault: Vault, tenant_id: str) -> None:
        self.files = SealedFiles(vault, data_dir / FOLDER / tenant_id)

    def keep(self, data: bytes) -> str:
        """Seal a file; gives its name."""
        file_id = new_id()
        self.files.keep(file_id, io.BytesIO(data))
        return file_id.hex

    def open(self, name: str) -> bytes:
        """The bytes again; raises NotFound when they are gone."""
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """The same piece by piece, for whoever needs only the beginning."""
        if not name:
            raise NotFound(N_("文件已不在，请重新上传"))
        return self.files.open(uuid.UUID(name))

    def remove_after(self, session: Session, names: Iterable[str]) -> None:
        """Remove files once the transaction that lets go of them has committed."""
        gone = [uuid.UUID(name) for name in names if name]

        def remove(_session: Session) -> None:
            for file_id in gone:
                self.files.remove(file_id)

        if gone:
            event.listen(session, "after_commit", remove, once=True)


def stray_files(data_dir: Path, kept: Collection[str], older_than: float) -> list[Path]:
    """Files of all tenants that nobody refers to, last written before a moment (seconds since 1970)."""
    return [path for path in (data_dir / FOLDER).glob("*/*")
            if path.name.removesuffix(ENDING) not in kept and path.stat().st_mtime < older_than]


def packed_frame(frame: pl.DataFrame) -> bytes:
    """A frame as bytes."""
    out = io.BytesIO()
    frame.write_ipc(out, compression="lz4")
    return out.getvalue()


def frame_of(data: bytes) -> pl.DataFrame:
    """The frame again."""
    return pl.read_ipc(io.BytesIO(data))


def packed_sheet(sheet: Sheet) -> bytes:
    """A sheet as it was read, as bytes."""
    head = json.dumps({
        "name": sheet.name, "header_row": sheet.header_row, "hidden": sheet.hidden,
        "columns": [asdict(column) for column in sheet.columns],
        "notes": [[note.message, dict(note.params)] for note in sheet.notes],
        "faults": [[fault.row, fault.column, fault.value, fault.message] for fault in sheet.faults],
        "merged": sheet.merged, "from_1904": sheet.from_1904,
    }, ensure_ascii=False).encode()
    return _SIZE.pack(len(head)) + head + packed_frame(sheet.frame)


def sheet_of(data: bytes) -> Sheet:
    """The sheet again."""
    head, size = _head((data,))
    return Sheet(head["name"], head["header_row"], _columns(head), frame_of(data[size:]),
                 tuple(Note(*note) for note in head["notes"]), tuple(Fault(*fault) for fault in head["faults"]), head["hidden"],
                 tuple((first, last, column) for first, last, column in head.get("merged", ())), head.get("from_1904", False))


def columns_of(pieces: Iterable[bytes]) -> tuple[Column, ...]:
    """The columns of a sheet, from the beginning of its file."""
    return _columns(_head(pieces)[0])


def _head(pieces: Iterable[bytes]) -> tuple[dict[str, Any], int]:
    """What stands before the rows, and how many bytes that takes."""
    found, size = b"", _SIZE.size
    for piece in pieces:
        found += piece
        if len(found) >= _SIZE.size:
            size = _SIZE.size + _SIZE.unpack_from(found)[0]
            if len(found) >= size:
                break
    return json.loads(found[_SIZE.size : size]), size


def _columns(head: Mapping[str, Any]) -> tuple[Column, ...]:
    return tuple(Column(one["letter"], tuple(one["labels"]), one["hidden"]) for one in head["columns"])
