"""Old Excel workbooks (.xls, BIFF8): their guards, and what of their sheets the cells' text does not tell."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from core.errors import N_, InvalidInput
from core.ledgers.imports.compound import Compound
from core.ledgers.imports.sheets import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Facts

_BOF, _EOF, _BOUNDSHEET, _FILEPASS, _EXTERNAL, _DATEMODE = 0x809, 0x0A, 0x85, 0x2F, 0x1AE, 0x22
_ROW, _COLINFO, _MERGED, _FORMULA, _STRING = 0x208, 0x7D, 0xE5, 0x06, 0x207
_NUMBER, _RK, _MULRK, _LABEL, _LABELSST, _BOOLERR = 0x203, 0x27E, 0xBD, 0x204, 0xFD, 0x205
_VALUES = (_NUMBER, _RK, _MULRK, _LABEL, _LABELSST, _BOOLERR, _FORMULA)
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_HIDDEN_ROW = 0x20


@dataclass
class _Scan:
    first: int = 0
    last: int = 0
    rows: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    formulas: dict[tuple[int, int], bool] = field(default_factory=dict)
    failed: dict[tuple[int, int], str] = field(default_factory=dict)
    long_numbers: set[tuple[int, int]] = field(default_factory=set)

    def facts(self, hidden: bool) -> Facts:
        if self.last > MOST_COLUMNS or self.rows * self.last > MOST_CELLS:
            raise InvalidInput(N_("表格太大：一个文件最多 %(rows)s 行。若末尾是空行，请删去后再上传"), rows=MOST_ROWS)
        return Facts(self.first or 1, hidden, frozenset(self.hidden_rows), frozenset(self.hidden_columns),
                     tuple(self.merged), self.formulas, self.failed, frozenset(self.long_numbers))


def open_binary(content: bytes) -> list[tuple[str, Facts]]:
    """Check an .xls and look through its sheets. Raises InvalidInput with what to do about it."""
    book = Compound(content)
    if "EncryptedPackage" in book.names:
        raise InvalidInput(N_("文件加了密码，请取消密码后再上传"))
    if "_VBA_PROJECT_CUR" in book.names or "VBA" in book.names:
        raise InvalidInput(N_("文件带有宏，为安全起见不能接收；请另存为不带宏的 .xlsx 后再上传"))
    stream = book.stream("Workbook")
    if stream is None:
        old = "Book" in book.names
        raise InvalidInput(N_("这是很旧的 Excel 格式，请另存为 .xlsx 后再上传") if old else
                           N_("这不是 Excel 工作簿，请上传 .xlsx、.xls 或 .csv 文件"))
    try:
        places = list(_sheets(stream))
        from_1904 = any(kind == _DATEMODE and data[:2] == b"\x01\0" for kind, data in _records(stream, 0))
        return [(name, replace(_scanned(stream, start, hidden), from_1904=from_1904)) for start, hidden, name in places]
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise InvalidInput(N_("文件不完整或已损坏，请重新保存后再上传")) from error


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the stream, up to its end; charts within a sheet are stepped over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        data = stream[at + 4 : at + 4 + size]
        at += 4 + size
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 1:
            yield kind, data
        if kind == _EOF and depth <= 0:
            return
    raise InvalidInput(N_("文件不完整或已损坏，请重新保存后再上传"))


def _sheets(stream: bytes) -> Iterator[tuple[int, bool, str]]:
    for kind, data in _records(stream, 0):
        if kind == _FILEPASS:
            raise InvalidInput(N_("文件加了密码，请取消密码后再上传"))
        if kind == _EXTERNAL and len(data) > 4 and struct.unpack_from("<H", data, 2)[0] not in (0x0401, 0x3A01):
            raise InvalidInput(N_("文件链接了别的工作簿或程序；请在“数据—编辑链接”中断开链接后再上传"))
        if kind == _BOUNDSHEET:
            start, state, sort, length, wide = struct.unpack_from("<IBBBB", data)
            if sort == 1:
                raise InvalidInput(N_("文件带有宏，为安全起见不能接收；请另存为不带宏的 .xlsx 后再上传"))
            if sort == 0:
                name = data[8 : 8 + length * 2].decode("utf-16-le") if wide & 1 else data[8 : 8 + length].decode("latin-1")
                yield start, bool(state & 3), name


def _scanned(stream: bytes, start: int, hidden: bool) -> Facts:
    scan, waiting = _Scan(), None
    for kind, data in _records(stream, start):
        if kind in _VALUES:
            row, column = struct.unpack_from("<HH", data)
            scan.first = min(scan.first or column + 1, column + 1)
            scan.last, scan.rows = max(scan.last, column + 1), max(scan.rows, row + 1)
            waiting = _formula(scan, data, (row + 1, column + 1)) if kind == _FORMULA else None
            _number(scan, kind, data, row + 1, column + 1)
        elif kind == _STRING and waiting:
            scan.formulas[waiting] = True
        elif kind == _ROW:
            row, = struct.unpack_from("<H", data)
            if struct.unpack_from("<H", data, 12)[0] & _HIDDEN_ROW:
                scan.hidden_rows.add(row + 1)
        elif kind == _COLINFO:
            low, high, _width, _style, options = struct.unpack_from("<5H", data)
            if options & 1:
                scan.hidden_columns.update(range(low + 1, min(high, MOST_COLUMNS) + 2))
        elif kind == _MERGED:
            count, = struct.unpack_from("<H", data)
            for number in range(count):
                top, bottom, left, right = struct.unpack_from("<4H", data, 2 + number * 8)
                scan.merged.append((top + 1, left + 1, bottom + 1, right + 1))
    return scan.facts(hidden)


def _formula(scan: _Scan, data: bytes, at: tuple[int, int]) -> tuple[int, int] | None:
    """Note a formula; gives the cell when its text result stands in the next record."""
    result = data[6:14]
    special = result[6:8] == b"\xff\xff"
    scan.formulas[at] = not (special and result[0] in (0, 3))
    if special and result[0] == 2:
        scan.failed[at] = _ERRORS.get(result[2], "#N/A")
    return at if special and result[0] == 0 else None


def _number(scan: _Scan, kind: int, data: bytes, row: int, column: int) -> None:
    if (kind == _NUMBER and abs(struct.unpack_from("<d", data, 6)[0]) >= 1e15) or (kind == _RK and _rk(data[6:10]) >= 1e15):
        scan.long_numbers.add((row, column))
    elif kind == _MULRK:
        for number in range((len(data) - 6) // 6):
            if _rk(data[6 + number * 6 : 10 + number * 6]) >= 1e15:
                scan.long_numbers.add((row, column + number))
    elif kind == _BOOLERR and data[7]:
        scan.failed[row, column] = _ERRORS.get(data[6], "#N/A")


def _rk(packed: bytes) -> float:
    """The size of a number packed into 30 bits."""
    value, = struct.unpack("<I", packed)
    if value & 2:
        return 0.0  # an integer of 30 bits is never long
    number: float = struct.unpack("<d", struct.pack("<Q", (value & 0xFFFFFFFC) << 32))[0]
    return abs(number / 100 if value & 1 else number)
