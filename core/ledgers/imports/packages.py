"""The zip inside an .xlsx: its guards, and what of its sheets the cells' text does not tell.

Every part is unpacked once, counted as it comes: the sizes a zip states of itself may lie. The sheets are
looked through on the way for signs that are rare in an honest list; only a stretch that has one is taken apart.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice
from operator import or_
from posixpath import join, normpath
from typing import cast

import polars as pl
from isal import isal_zlib

from core.errors import N_, InvalidInput
from core.ledgers.imports.sheets import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Facts, column_number

MOST_UNPACKED = 400 * 1024 * 1024
#: an honest list packs to a tenth or a thirtieth; only beyond this size does the ratio count
MOST_RATIO, RATIO_FROM = 250, 24 * 1024 * 1024
#: what one text may weigh when many cells share it
MOST_SHARED = 300 * 1024 * 1024
LONG_TEXT = 200
#: titles above and notes below do not count as rows of the list
SPARE_ROWS = 200
#: how much is unpacked at a time, and how many such stretches are looked through together
CHUNK, TOGETHER = 1024 * 1024, 8

#: what a torn file leads to: the last where a text stops within a character
_BROKEN = (zipfile.BadZipFile, cast(type[Exception], isal_zlib.error), struct.error, UnicodeDecodeError, NotImplementedError,
           pl.exceptions.ComputeError)
_ATTRIBUTE = r'\b%s="([^"]*)"'
_ROW_NUMBER = re.compile(rb'row\b[^>]*?\br="(\d+)"')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"')
_WIDE = re.compile(rb' r="([A-Z]{2,3})\d')
_CELL = re.compile(rb'<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)', re.S)
_AT = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')
_TYPE = re.compile(rb'\bt="(\w+)"')
_VALUE = re.compile(rb'<(?:\w+:)?v[^>]*>([^<]*)</')
_COLUMN = re.compile(rb'<(?:\w+:)?col\b[^>]*/?>')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_SHARED = re.compile(rb't="s"[^>]*><(?:\w+:)?v>(\d+)<')
#: signs of cells to be looked at: a formula, a failed one, a number written like 5.2E+17 or in 16 digits
_CELL_SIGNS = (r'<f[ \t\r\n/>]|:f[ \t\r\n/>]|t="e"|\+1', r"v>-?[0-9]{16}")
#: signs of something hidden, of merged cells and of columns beyond Z; each is sought by itself, which is quicker
_SHEET_SIGNS = ("hidden=|mergeCell", r' r="[A-Z]{2}')
#: the end of a stretch, where its last filled row nearly always is
_TAIL = 64 * 1024
_TEXT_END = re.compile(rb'</(?:\w+:)?si>')


class _Scan:
    """The facts of one sheet, gathered chunk by chunk."""

    def __init__(self, long_texts: dict[int, int]) -> None:
        self.long_texts = long_texts
        self.shared_weight = 0
        self.first = 0
        self.last_row = 0
        self.widest = 26
        self.used = 0
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.merged: list[tuple[int, int, int, int]] = []
        self.formulas: dict[tuple[int, int], bool] = {}
        self.failed: dict[tuple[int, int], str] = {}
        self.long_numbers: set[tuple[int, int]] = set()

    def take_all(self, chunks: Iterator[bytes]) -> None:
        """Every stretch of the sheet; only those with a sign are taken apart."""
        while stretches := list(islice(chunks, TOGETHER)):
            text = pl.Series(stretches, dtype=pl.Binary).cast(pl.String)
            for data, spread, special in zip(stretches, _having(_SHEET_SIGNS, text), _having(_CELL_SIGNS, text), strict=True):
                self._take(data, spread, special)

    def _take(self, data: bytes, spread: bool, special: bool) -> None:
        self._extent(data, spread)
        if spread and b"hidden=" in data:
            self.hidden_rows.update(map(int, _HIDDEN_ROW.findall(data)))
            self._columns(data)
        if spread and b"mergeCell" in data:
            self.merged += [(int(top), column_number(left.decode()), int(bottom), column_number(right.decode()))
                            for left, top, right, bottom in _MERGED.findall(data)]
        if self.long_texts:
            counted = Counter(map(int, _SHARED.findall(data)))
            self.shared_weight += sum(counted[index] * size for index, size in self.long_texts.items())
        if special:
            self._cells(data)

    def _extent(self, data: bytes, spread: bool) -> None:
        # Rows that are only formatted do not count: borders drawn down to the last row are common.
        row = _ROW_NUMBER.match(data, max(data.rfind(b"row ", 0, _filled_to(data)), 0))
        if row:
            self.last_row = max(self.last_row, int(row[1]))
        for found in set(_WIDE.findall(data)) if spread else ():
            self.widest = max(self.widest, column_number(found.decode()))
        if self.widest > MOST_COLUMNS:
            self.used = max(self.used, self._used_width(data))
        if self.used > MOST_COLUMNS:
            raise InvalidInput(N_("表格超过 %(most)s 列，请删去多余的列后再上传"), most=MOST_COLUMNS)
        if self.first == 1:
            return
        for number in range(1, (self.first or self.widest + 1)):
            mark = rb'\br="' + _letters(number) + rb'\d+"[^>/]*>\s*<(?:\w+:)?(?:v|is|f)\b'
            if re.search(mark, data):
                self.first = number
                break

    @staticmethod
    def _used_width(data: bytes) -> int:
        used = (_AT.search(head) for head, inner in _CELL.findall(data) if inner)
        return max((column_number(found[1].decode()) for found in used if found), default=0)

    def _columns(self, data: bytes) -> None:
        for tag in _COLUMN.findall(data):
            text = tag.decode("ascii", "replace")
            if re.search(r'\bhidden="(?:1|true)"', text):
                low, high = _attribute(text, "min"), _attribute(text, "max")
                if low.isdigit() and high.isdigit():
                    self.hidden_columns.update(range(int(low), min(int(high), MOST_COLUMNS) + 1))

    def _cells(self, data: bytes) -> None:
        for head, inner in _CELL.findall(data):
            if not inner:
                continue
            kind = _TYPE.search(head)
            of = kind[1] if kind else b"n"
            formula = b"<f" in inner or b":f" in inner
            number = of == b"n" and _is_long(inner)
            if not (formula or of == b"e" or number):
                continue
            place = _AT.search(head)
            if place is None:
                raise InvalidInput(N_("这个文件的写法不常见，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"))
            at = (int(place[2]), column_number(place[1].decode()))
            value = _VALUE.search(inner)
            if formula:
                self.formulas[at] = bool(value and value[1])
            if of == b"e":
                self.failed[at] = value[1].decode("utf-8", "replace") if value else "#N/A"
            if number:
                self.long_numbers.add(at)

    def facts(self, hidden: bool) -> Facts:
        if self.last_row > MOST_ROWS + SPARE_ROWS or self.last_row * (self.used or self.widest) > MOST_CELLS:
            raise InvalidInput(N_("表格太大：一个文件最多 %(rows)s 行。若末尾是空行，请删去后再上传"), rows=MOST_ROWS)
        if self.shared_weight > MOST_SHARED:
            raise InvalidInput(N_("文件展开后太大，请拆分后再上传"))
        return Facts(self.first or 1, hidden, frozenset(self.hidden_rows), frozenset(self.hidden_columns),
                     tuple(self.merged), self.formulas, self.failed, frozenset(self.long_numbers))


@dataclass
class Package:
    """An opened .xlsx; `sheets` are its sheets' names in order with their facts."""

    sheets: list[tuple[str, Facts]] = field(default_factory=list)


def open_package(content: bytes) -> Package:
    """Check an .xlsx and look through its sheets. Raises InvalidInput with what to do about it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            items = {item.filename.lstrip("/"): item for item in packed.infolist()}
            _refuse_kinds(items)
            if any(item.flag_bits & 1 for item in items.values()):
                raise InvalidInput(N_("文件加了密码，请取消密码后再上传"))
            return _looked_through(content, items)
    except _BROKEN as error:
        raise InvalidInput(N_("文件不完整或已损坏，请重新保存后再上传")) from error


def _refuse_kinds(items: dict[str, zipfile.ZipInfo]) -> None:
    names = {name.lower() for name in items}
    if "mimetype" in names or "content.xml" in names:
        raise InvalidInput(N_("这是 OpenDocument 表格，请另存为 .xlsx 后再上传"))
    if "xl/workbook.bin" in names:
        raise InvalidInput(N_("这是 .xlsb 工作簿，请另存为 .xlsx 后再上传"))
    if not any(name.startswith("xl/") for name in names) or "[content_types].xml" not in names:
        raise InvalidInput(N_("这不是 Excel 工作簿，请上传 .xlsx、.xls 或 .csv 文件"))
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise InvalidInput(N_("文件带有宏，为安全起见不能接收；请另存为不带宏的 .xlsx 后再上传"))
    if any(name.startswith("xl/externallinks/") for name in names):
        raise InvalidInput(N_("文件链接了别的工作簿或程序；请在“数据—编辑链接”中断开链接后再上传"))


def _looked_through(content: bytes, items: dict[str, zipfile.ZipInfo]) -> Package:
    budget = _Budget()
    small = {name: b"".join(_unpacked(content, item, budget)) for name, item in items.items()
             if name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml")}
    if b"macroEnabled" in small.get("[Content_Types].xml", b""):
        raise InvalidInput(N_("文件带有宏，为安全起见不能接收；请另存为不带宏的 .xlsx 后再上传"))
    texts = items.get("xl/sharedStrings.xml") or items.get("xl/SharedStrings.xml")
    long_texts = _long_texts(_unpacked(content, texts, budget)) if texts else {}
    package, done = Package(), {*small, texts.filename.lstrip("/") if texts else ""}
    for name, part, hidden in _sheet_parts(small):
        item = items.get(part)
        if item is None:
            continue
        scan = _Scan(long_texts)
        scan.take_all(_by_rows(_unpacked(content, item, budget)))
        package.sheets.append((name, scan.facts(hidden)))
        done.add(part)
    for name, item in items.items():
        if name not in done:
            for _chunk in _unpacked(content, item, budget):
                pass
    return package


class _Budget:
    """How much may still be unpacked of one file."""

    def __init__(self) -> None:
        self.left = MOST_UNPACKED

    def spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise InvalidInput(N_("文件展开后太大，请拆分后再上传"))


def _unpacked(content: bytes, item: zipfile.ZipInfo, budget: _Budget) -> Iterator[bytes]:
    """A part of the zip, never more than the budget, whatever sizes the zip states."""
    name_length, extra_length = struct.unpack_from("<HH", content, item.header_offset + 26)
    start = item.header_offset + 30 + name_length + extra_length
    packed = memoryview(content)[start : start + item.compress_size]
    if len(packed) < item.compress_size or item.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InvalidInput(N_("文件不完整或已损坏，请重新保存后再上传"))
    size, crc = 0, 0
    unpack = isal_zlib.decompressobj(-15) if item.compress_type == zipfile.ZIP_DEFLATED else None
    at, rest = 0, b""
    while at < len(packed) or rest:
        fed = rest or bytes(packed[at : at + CHUNK // 8])
        if not rest:
            at += len(fed)
        data = unpack.decompress(fed, CHUNK) if unpack else fed
        rest = unpack.unconsumed_tail if unpack else b""
        if size == 0 and (b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:4096]):
            raise InvalidInput(N_("这个文件的写法不常见，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"))
        size += len(data)
        crc = isal_zlib.crc32(data, crc)
        budget.spend(len(data))
        if size > RATIO_FROM and size > MOST_RATIO * item.compress_size:
            raise InvalidInput(N_("文件展开后太大，请拆分后再上传"))
        yield data
    if size != item.file_size or crc != item.CRC:
        raise InvalidInput(N_("文件不完整或已损坏，请重新保存后再上传"))


def _by_rows(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes cut between rows, so that no cell is torn in two."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        cut = data.rfind(b"row>") + 4
        if cut > 4 and len(data) > CHUNK // 2:
            yield data[:cut]
            rest = data[cut:]
        else:
            rest = data
    if rest:
        yield rest


def _long_texts(chunks: Iterator[bytes]) -> dict[int, int]:
    """Index and size of each shared text that is long."""
    index, rest, found = 0, b"", {}
    for chunk in chunks:
        parts = _TEXT_END.split(rest + chunk)
        rest = parts.pop()
        for part in parts:
            if len(part) > LONG_TEXT:
                found[index] = len(part)
            index += 1
    return found


def _sheet_parts(small: dict[str, bytes]) -> Iterator[tuple[str, str, bool]]:
    """Name, part and whether it is hidden, of each sheet in order."""
    relations = {_attribute(tag, "Id"): (_attribute(tag, "Target"), _attribute(tag, "Type")) for tag in re.findall(
        r"<(?:\w+:)?Relationship\b[^>]*>", small.get("xl/_rels/workbook.xml.rels", b"").decode("utf-8"))}
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", small.get("xl/workbook.xml", b"").decode("utf-8")):
        target, kind = relations.get(_attribute(tag, r"\w+:id"), ("", ""))
        if kind.endswith("/worksheet"):
            part = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            yield _plain(_attribute(tag, "name")), part, _attribute(tag, "state") in ("hidden", "veryHidden")


def _attribute(tag: str, name: str) -> str:
    found = re.search(_ATTRIBUTE % name, tag)
    return found[1] if found else ""


def _plain(text: str) -> str:
    for code, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(code, sign)
    return re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text)


def _having(signs: tuple[str, ...], text: pl.Series) -> pl.Series:
    """Which stretches have one of the signs. Polars looks for them at the speed of memory."""
    found = [text.str.contains(sign) for sign in signs]
    return reduce(or_, found)


def _filled_to(data: bytes) -> int:
    """Where the last filled cell of a stretch ends, or 0."""
    for start in (max(len(data) - _TAIL, 0), 0):
        filled = max(data.rfind(b"v>", start), data.rfind(b"is>", start))
        if filled >= 0:
            return filled
    return 0


def _letters(number: int) -> bytes:
    found = b""
    while number:
        number, rest = divmod(number - 1, 26)
        found = bytes([65 + rest]) + found
    return found


def _is_long(inner: bytes) -> bool:
    found = _VALUE.search(inner)
    if found is None:
        return False
    try:
        return abs(float(found[1])) >= 1e15
    except ValueError:
        return False
