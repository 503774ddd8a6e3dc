"""Lists as text: .csv from Excel, WPS and government systems, in UTF-8 or GB18030, by comma, tab or semicolon."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice

import polars as pl

from core.errors import N_, InvalidInput
from core.ledgers.imports.sheets import MOST_COLUMNS, MOST_ROWS, ROW, Facts, Note, letter

#: an Excel trick that keeps the digits of a number: ="0123"
_QUOTED = re.compile(r'^="([^"]*)"$')
_MOST_FIELD = 32_768
_NAMES = {",": N_("逗号"), "\t": N_("制表符"), ";": N_("分号")}


def read_text(content: bytes) -> tuple[pl.DataFrame, Facts, list[Note]]:
    """The raw rows of a text file as a frame, formulas told apart, and notes on how it was read."""
    text, encoding = _decoded(content)
    separator = _separator(text)
    notes = [Note(N_("文本文件按 %(encoding)s 编码、%(separator)s分隔读取"),
                  {"encoding": encoding, "separator": _NAMES[separator]})]
    rows, numbers, formulas, unquoted = [], [], {}, 0
    width = 0
    for number, cells in _rows(text, separator):
        for index, cell in enumerate(cells):
            if cell.startswith("="):
                kept = _QUOTED.match(cell)
                if kept:
                    cells[index], unquoted = kept[1], unquoted + 1
                else:
                    formulas[number, index + 1] = False
        rows.append(cells)
        numbers.append(number)
        width = max(width, len(cells))
    if unquoted:
        notes.append(Note(N_("%(count)s 格写作 =\"…\"，已取引号中的内容"), {"count": unquoted}))
    data = {ROW: pl.Series(ROW, numbers, pl.Int64)}
    for index in range(width):
        data[letter(index + 1)] = pl.Series([row[index] if index < len(row) else None for row in rows], dtype=pl.String)
    return pl.DataFrame(data), Facts(formulas=formulas), notes


def _decoded(content: bytes) -> tuple[str, str]:
    # “Unicode 文本”, as Excel saves it, is UTF-16
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig" and error.start >= len(content) - 3 and not content[: error.start].isascii():
                raise InvalidInput(N_("文件不完整或已损坏，请重新保存后再上传")) from error
            continue
        if "\x00" not in text:
            return text, {"utf-8-sig": "UTF-8", "gb18030": "GB18030", "utf-16": "UTF-16"}[encoding]
    raise InvalidInput(N_("认不出这个文件的文字编码，请用 Excel 或 WPS 另存为 .xlsx 后再上传"))


def _separator(text: str) -> str:
    """The sign that cuts the first lines most evenly into the most cells."""
    lines = [line for line in islice(text.splitlines(), 40) if line.strip()]

    def evenness(sign: str) -> tuple[int, int]:
        counts = [len(next(csv.reader([line], delimiter=sign), [])) for line in lines]
        usual = max(set(counts), key=lambda count: (counts.count(count) if count > 1 else 0, count), default=1)
        return (counts.count(usual) * (usual > 1), usual)

    return max(_NAMES, key=evenness)


def _rows(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Each row with the number a spreadsheet program would show for it."""
    csv.field_size_limit(_MOST_FIELD)
    found: list[tuple[int, list[str]]] = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), 1):
            if len(cells) > MOST_COLUMNS:
                raise InvalidInput(N_("表格超过 %(most)s 列，请删去多余的列后再上传"), most=MOST_COLUMNS)
            if len(found) > MOST_ROWS:
                raise InvalidInput(N_("表格太大：一个文件最多 %(rows)s 行。若末尾是空行，请删去后再上传"), rows=MOST_ROWS)
            if any(cell.strip() for cell in cells):
                found.append((number, cells))
    except csv.Error as error:
        raise InvalidInput(N_("文件不完整或已损坏，请重新保存后再上传")) from error
    return found
