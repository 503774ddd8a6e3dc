"""Real .xls files without Excel: a small writer of BIFF8 in a compound file, after MS-XLS and MS-CFB."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

Cell = str | int | float | None | bool | dt.date
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


@dataclass
class OldSheet:
    """A sheet to write. Rows and columns count from 0; a value that starts with "=" is a formula whose result is
    the rest (a number, or nothing: never calculated). A day is a number that the cell's format shows as a day."""

    name: str
    rows: Sequence[Sequence[Cell]]
    hidden: bool = False
    hidden_rows: Collection[int] = ()
    hidden_columns: Collection[int] = ()
    merged: Sequence[tuple[int, int, int, int]] = ()
    shift: tuple[int, int] = (0, 0)


@dataclass
class OldBook:
    """A workbook to write."""

    sheets: list[OldSheet] = field(default_factory=list)
    macros: bool = False
    encrypted: bool = False
    linked: bool = False
    from_1904: bool = False


def old_excel(book: OldBook) -> bytes:
    """The bytes of an .xls."""
    return compound({"Workbook": _workbook(book), **({"_VBA_PROJECT_CUR": b"x" * 8} if book.macros else {})})


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _bof(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 1996, 0, 6))


def _text(text: str, length: str = "<H") -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack(length, len(raw) // 2) + b"\x01" + raw


def _workbook(book: OldBook) -> bytes:
    start = _bof(5) + (_record(0x2F, b"\0" * 6) if book.encrypted else b"") + _record(0x42, struct.pack("<H", 1200))
    font = _record(0x31, struct.pack("<HHHHHBBBx", 200, 0, 0x7FFF, 400, 0, 0, 0, 0) + _text("Arial", "<B"))
    style = _record(0xE0, struct.pack("<HHHBBBBIIH", 0, 0, 0xFFF5, 0x20, 0, 0, 0, 0, 0, 0x20C0))
    cell = _record(0xE0, struct.pack("<HHHBBBBIIH", 0, 0, 0x0001, 0x20, 0, 0, 0, 0, 0, 0x20C0))
    day = _record(0xE0, struct.pack("<HHHBBBBIIH", 0, 14, 0x0001, 0x20, 0, 0, 0, 0, 0, 0x20C0))
    mode = _record(0x22, struct.pack("<H", 1)) if book.from_1904 else b""
    linked = _record(0x1AE, struct.pack("<H", 1) + _text("other.xls")) if book.linked else b""
    start += mode + font * 4 + style * 15 + cell + day + linked
    first = dt.date(1904, 1, 1) if book.from_1904 else dt.date(1899, 12, 30)
    bodies = [_sheet(sheet, first) for sheet in book.sheets]
    names = [struct.pack("<BB", int(sheet.hidden), 0) + _text(sheet.name, "<B") for sheet in book.sheets]
    at = len(start) + sum(8 + len(name) for name in names) + 4
    bounds = b""
    for name, body in zip(names, bodies, strict=True):
        bounds += _record(0x85, struct.pack("<I", at) + name)
        at += len(body)
    return start + bounds + _record(0x0A) + b"".join(bodies)


def _sheet(sheet: OldSheet, first: dt.date) -> bytes:
    down, right = sheet.shift
    width = max((len(row) for row in sheet.rows), default=0)
    out = _bof(0x10)
    for column in sheet.hidden_columns:
        out += _record(0x7D, struct.pack("<6H", column, column, 2560, 15, 1, 0))
    out += _record(0x200, struct.pack("<IIHHH", down, down + len(sheet.rows), right, right + width, 0))
    for number in sheet.hidden_rows:
        out += _record(0x208, struct.pack("<HHHHHHI", number, 0, width, 0, 0, 0, 0x100).replace(
            struct.pack("<I", 0x100), struct.pack("<I", 0x120)))
    for row, cells in enumerate(sheet.rows, down):
        for column, value in enumerate(cells, right):
            out += _cell(row, column, value, first)
    if sheet.merged:
        out += _record(0xE5, struct.pack("<H", len(sheet.merged)) + b"".join(
            struct.pack("<4H", top, bottom, left, right) for top, left, bottom, right in sheet.merged))
    window = _record(0x23E, struct.pack("<HHHIHHI", 0x6B6, 0, 0, 64, 0, 0, 0))
    return out + window + _record(0x0A)


def _cell(row: int, column: int, value: Cell, first: dt.date) -> bytes:
    head = struct.pack("<HHH", row, column, 15)
    if value is None or value == "":
        return b""
    if isinstance(value, str) and value.startswith("="):
        result = struct.pack("<d", float(value[1:])) if value[1:] else b"\x03" + b"\0" * 5 + b"\xff\xff"
        return _record(0x06, head + result + struct.pack("<HIH", 0, 0, 3) + b"\x1e\x01\x00")
    if isinstance(value, str):
        return _record(0x204, head + _text(value))
    if isinstance(value, dt.date):
        return _record(0x203, struct.pack("<HHHd", row, column, 16, (value - first).days))
    return _record(0x203, head + struct.pack("<d", float(value)))


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file with these streams, each made long enough to need no mini stream."""
    size = 512
    padded = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    chain: list[int] = []
    body = b""
    entries = [_entry("Root Entry", 5, END, 0, child=1)]
    for number, (name, data) in enumerate(padded.items(), 1):
        count = -(-len(data) // size)
        first = len(chain)
        chain += [*range(first + 1, first + count), END]
        body += data.ljust(count * size, b"\0")
        entries.append(_entry(name, 2, first, len(data), right=number + 1 if number < len(padded) else FREE))
    directory = b"".join(entries)
    directory += _entry("", 0, 0, 0) * (-len(entries) % 4)
    first_directory = len(chain)
    count = len(directory) // size
    chain += [*range(first_directory + 1, first_directory + count), END]
    tables = 1
    while (len(chain) + tables) * 4 > tables * size:
        tables += 1
    first_table = len(chain)
    chain += [FAT] * tables
    chain += [FREE] * (tables * size // 4 - len(chain))
    assert tables <= 109
    where = [*range(first_table, first_table + tables)] + [FREE] * (109 - tables)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, first_directory, 0, 4096, END, 0, END, 0)
    return head + struct.pack("<109I", *where) + body + directory + struct.pack(f"<{len(chain)}I", *chain)


def _entry(name: str, kind: int, start: int, size: int, *, child: int = FREE, right: int = FREE) -> bytes:
    raw = name.encode("utf-16-le") + (b"\0\0" if name else b"")
    return raw.ljust(64, b"\0") + struct.pack(
        "<HBBIII16xIQQIQ", len(raw), kind, 1, FREE, right, child, 0, 0, 0, start, size)
