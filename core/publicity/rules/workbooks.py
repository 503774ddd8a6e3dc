"""What a workbook gives away: cells, hidden sheets, columns and rows, comments, and what is left inside the file."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from core.publicity.rules.document_numbers import Headings
from core.publicity.rules.leaks import Leak, scan_cell, scan_text
from core.publicity.rules.packed import parse, texts_of

SHEET, COLUMN, ROW, CELL, COMMENT = "隐藏的工作表", "隐藏的列", "隐藏的行", "不显示的单元格", "批注"
LEFT, UNREADABLE, TOO_LARGE = "看不见的残留内容", "内容读不出来，不能检查", "表格过大，请直接公示名单"
#: bytes of sheets unpacked: a larger list is published as rows
LARGEST = 20 * 1024 * 1024
_SHEETS = re.compile(r"xl/worksheets/[^/]+\.xml$")
_MEDIA = re.compile(r"(?i)xl/(media/[^/]+\.(jpe?g|png|webp)|embeddings/[^/]+)$")
#: a number format of three semicolons shows nothing
_SHOWS_NOTHING = re.compile(r"^;;;\s*$")


def scan_workbook(place: str, data: bytes, inner: list[tuple[str, bytes]]) -> list[Leak]:
    """What a workbook gives away; pictures and files within it are put into `inner`."""
    with zipfile.ZipFile(BytesIO(data)) as packed:
        if sum(part.file_size for part in packed.infolist() if _SHEETS.search(part.filename)) > LARGEST:
            return [Leak(place, TOO_LARGE)]
        inner += [(PurePosixPath(name).name, packed.read(name)) for name in packed.namelist() if _MEDIA.search(name)]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it does not keep when saving does not matter here
            book = load_workbook(BytesIO(data), data_only=True)
    except (InvalidFileException, ValueError, KeyError, TypeError, OSError, IndexError, AttributeError):
        return [Leak(place, UNREADABLE)]  # whatever a broken file makes of the library
    found: list[Leak] = []
    for sheet in book.worksheets:
        found += _sheet(f"{place}工作表“{sheet.title}”", sheet)
    return found + list(_left(place, data, {(leak.kind, leak.shown) for leak in found}))


def _sheet(place: str, sheet: Any) -> Iterator[Leak]:
    hidden_columns, headings = _hidden_columns(sheet), Headings()
    hidden: Counter[tuple[str, str]] = Counter()
    zero = bool(sheet.sheet_format.zeroHeight)
    filled = 0
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None:
                yield Leak(f"{place}{cell.coordinate}", COMMENT)
                yield from scan_text(cell.comment.text, f"{place}{cell.coordinate} 的批注")
            if (text := _text(cell.value)) == "":
                continue
            filled += 1
            yield from scan_cell(text, f"{place}{cell.coordinate}", headings.over(cell.column, text))
            if (how := _how_hidden(sheet, cell, hidden_columns, zero)) is not None:
                hidden[how] += 1
    if sheet.sheet_state != "visible" and filled:
        yield Leak(f"{place}（{filled} 个单元格）", SHEET)
    for (kind, where), count in hidden.items():
        yield Leak(f"{place}{where}（{count} 个单元格）", kind)
    for name in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
        part = getattr(sheet, name)
        texts = " ".join(str(item.text or "") for item in (part.left, part.center, part.right))
        yield from scan_text(texts, f"{place}页眉页脚")


def _hidden_columns(sheet: Any) -> frozenset[int]:
    found: set[int] = set()
    for column in sheet.column_dimensions.values():
        if column.hidden or column.width == 0:
            found.update(range(column.min or 1, min(column.max or column.min or 1, 16_384) + 1))
    return frozenset(found)


def _how_hidden(sheet: Any, cell: Any, columns: frozenset[int], zero: bool) -> tuple[str, str] | None:
    """Why nobody sees a cell, and the place to be named."""
    if cell.column in columns:
        return COLUMN, f"第 {get_column_letter(cell.column)} 列"
    size = sheet.row_dimensions.get(cell.row)
    if (size is not None and (size.hidden or size.ht == 0)) or (zero and (size is None or size.ht is None)):
        return ROW, f"第 {cell.row} 行"
    return (CELL, cell.coordinate) if _SHOWS_NOTHING.match(str(cell.number_format)) else None


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else "…"  # a fraction is no number of anybody
    return str(value).strip()


def _left(place: str, data: bytes, known: set[tuple[str, str]]) -> Iterator[Leak]:
    """Numbers that stand in the file and in no cell: texts of deleted cells, caches, properties."""
    with zipfile.ZipFile(BytesIO(data)) as packed:
        for name in packed.namelist():
            if not name.endswith(".xml"):
                continue
            tree = parse(packed.read(name))
            if tree is None:
                yield Leak(f"{place}的 {name}", UNREADABLE)
                continue
            for text in texts_of(tree):
                for leak in scan_text(text, f"{place}（{LEFT}，{name}）"):
                    if (leak.kind, leak.shown) not in known:
                        known.add((leak.kind, leak.shown))
                        yield leak
