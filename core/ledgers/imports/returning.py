"""The person's own workbook with every bad cell coloured and explained, and a list of what is wrong.

A workbook of reasonable size is marked in place by openpyxl, which keeps its own columns, colours and notes; .xls and
.csv come back as a new .xlsx with the same row numbers and columns; of a very large list the bad rows alone come
back. Text is always written as text: whatever begins with "=" stays what it is. The import's number goes along as a
property of the file, by which a corrected copy finds its import again.
"""

from __future__ import annotations

import io
import logging
import re
import uuid
import zipfile
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import xlsxwriter
from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from core.errors import N_
from core.ledgers.imports import parts
from core.ledgers.imports.judging import Corrections, corrected
from core.ledgers.imports.sheets import ROW, Sheet, column_number

log = logging.getLogger(__name__)
AUTHOR = "帮扶平台"
LISTED = N_("错误清单")
MARKED = N_("（待改正）")
HEADS = (N_("行号"), N_("列号"), N_("列名"), N_("原来的内容"), N_("问题"))
#: properties of the file: its import, and what the sheet with the list is called
PROPERTY, LIST_PROPERTY = "bangfu-import", "bangfu-list"
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: more cells than this are written anew instead of being changed in memory
MOST_MARKED = 300_000
MOST_LISTED = 10_000
#: marked cells beyond this are in the list alone: comments weigh more than cells
MOST_COMMENTS = 5_000
_RED = "FFC7CE"
_MARK = PatternFill("solid", fgColor=_RED)
_NUMBER = re.compile(rb'name="' + PROPERTY.encode() + rb'"[^>]*>\s*<[^>]*>\s*([0-9a-f-]{36})\s*<')


def import_of(content: bytes) -> uuid.UUID | None:
    """The import a returned workbook belongs to, or None."""
    if not content.startswith(b"PK"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed, packed.open("docProps/custom.xml") as part:
            found = _NUMBER.search(part.read(1 << 20))
    except (KeyError, zipfile.BadZipFile, zlib.error, OSError, NotImplementedError):
        return None
    return uuid.UUID(found[1].decode()) if found else None


def named(file_name: str, say: Callable[[str], str] = str) -> str:
    """The returned workbook's name, with what is said of it in the reader's language once, however often it came back."""
    stem, marks = file_name.rpartition(".")[0] or file_name, {MARKED, say(MARKED)}
    while mark := next((one for one in marks if stem.endswith(one)), ""):
        stem = stem.removesuffix(mark)
    return f"{stem}{say(MARKED)}.xlsx"


@dataclass(frozen=True)
class Errata:
    """The sheet that lists what is wrong: its title, its header, and its rows."""

    title: str
    heads: list[str]
    rows: list[tuple[int, str, str, str, str]]


def marked(content: bytes, kind: str, number: uuid.UUID, sheet: Sheet, errors: pl.DataFrame, corrections: Corrections,
           labels: Mapping[str, str], say: Callable[[str], str]) -> bytes:
    """The workbook to hand back. `labels` are the fields' names as people know them; `say` puts what is ours into the
    reader's language."""
    messages = errors["message"].unique().to_list()
    errors = errors.with_columns(pl.col("message").replace(messages, [say(message) for message in messages]))
    errata = Errata(say(LISTED), [say(head) for head in HEADS], _listed(sheet, errors, labels))
    if kind == "xlsx" and sheet.frame.height * sheet.frame.width <= MOST_MARKED:
        try:
            return _in_place(content, number, sheet, errors, corrections, errata)
        except Exception:  # openpyxl refuses some workbooks that every office program opens
            log.warning("a workbook cannot be marked in place, it is written anew", exc_info=True)
    if sheet.frame.height * sheet.frame.width > MOST_MARKED:
        sheet, errors = parts.bad_rows(sheet, errors, corrections)
        corrections = Corrections()
    return _anew(number, sheet, errors, corrections, errata)


def _listed(sheet: Sheet, errors: pl.DataFrame, labels: Mapping[str, str]) -> list[tuple[int, str, str, str, str]]:
    heads = {column.letter: column.label for column in sheet.columns}
    return [(row, name, heads.get(name) or labels.get(field, ""), value or "", message)
            for row, name, field, value, message in errors.head(MOST_LISTED).iter_rows()]


def _in_place(content: bytes, number: uuid.UUID, sheet: Sheet, errors: pl.DataFrame, corrections: Corrections,
              errata: Errata) -> bytes:
    book = load_workbook(io.BytesIO(content), keep_links=False)
    page = book[sheet.name]
    for row in page.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment, cell.fill = None, PatternFill()
    changed = {f"{name}{row}": value for row, cells in corrections.cells.items() for name, value in cells.items()}
    _take_apart(page, sheet, corrections, {*changed, *(f"{name}{row}" for row, name in errors.select("row", "column").iter_rows())})
    for place, value in changed.items():
        _write(page[place], value)
    for number_of_row in corrections.dropped:
        for cell in page[number_of_row]:
            if not isinstance(cell, MergedCell):
                cell.value = None
    for at, (row_number, name, _, _, message) in enumerate(errors.iter_rows()):
        cell = page[f"{name}{row_number}"] if name else None
        if cell is not None:
            cell.fill = _MARK
            if at < MOST_COMMENTS:
                cell.comment = Comment(message, AUTHOR, height=80, width=260)
    names = book.custom_doc_props
    listed_before = names[LIST_PROPERTY].value if LIST_PROPERTY in names.names else ""
    if listed_before in book.sheetnames:
        del book[listed_before]
    list_page = book.create_sheet(errata.title)
    _list_errors(list_page, page.title, errata)
    for name, value in ((PROPERTY, str(number)), (LIST_PROPERTY, list_page.title)):
        if name in names.names:
            del names[name]
        names.append(StringProperty(name=name, value=value))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _take_apart(page: Any, sheet: Sheet, corrections: Corrections, places: Collection[str]) -> None:
    """Part merged cells of the list that hold for each of their rows, and those in which something has to be written or
    put right: only the first of them can be."""
    rows = set(sheet.frame[ROW].to_list())
    for area in list(page.merged_cells.ranges):
        name, first = get_column_letter(area.min_col), page.cell(area.min_row, area.min_col)
        spread = name in corrections.filled and (area.min_row, area.max_row, name) in sheet.merged
        if spread or any(f"{get_column_letter(column)}{row}" in places for row, column in area.cells):
            page.unmerge_cells(str(area))
        for row in range(area.min_row + 1, area.max_row + 1) if spread else ():
            if row in rows:
                page.cell(row, area.min_col, first.value).number_format = first.number_format


def _write(cell: Any, value: str) -> None:
    cell.value = value or None
    if value:
        cell.data_type, cell.number_format = "s", "@"


def _list_errors(page: Any, title: str, errata: Errata) -> None:
    quoted = title.replace("'", "''")
    for at, head in enumerate(errata.heads, 1):
        page.cell(1, at, head).font = Font(bold=True)
    for row, (number, name, label, value, message) in enumerate(errata.rows, 2):
        link = page.cell(row, 1, number)
        if name:
            link.hyperlink = f"#'{quoted}'!{name}{number}"
        for column, text in enumerate((name, label, value, message), 2):
            _write(page.cell(row, column), text)
    for name, width in zip("ABCDE", (8, 6, 18, 28, 60), strict=True):
        page.column_dimensions[name].width = width
    page.freeze_panes = "A2"


def _anew(number: uuid.UUID, sheet: Sheet, errors: pl.DataFrame, corrections: Corrections,
          errata: Errata) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                     "strings_to_numbers": False, "date_1904": sheet.from_1904})
    bold, text, red = book.add_format({"bold": True}), book.add_format({"num_format": "@"}), book.add_format(
        {"num_format": "@", "bg_color": f"#{_RED}"})
    page = book.add_worksheet((sheet.name or "名单")[:31])
    wrong = {(row, name): message for row, name, _, _, message in errors.iter_rows()}
    letters = [(name, column_number(name) - 1) for name in sheet.frame.columns[1:]]
    page.set_column(0, max(at for _, at in letters), 16, text)
    for column in sheet.columns:
        page.write_string(sheet.header_row - 1, column_number(column.letter) - 1, column.label, bold)
    comments = 0
    for row in corrected(sheet, corrections).iter_rows():
        for (name, at), value in zip(letters, row[1:], strict=True):
            message = wrong.get((row[0], name))
            if value is not None or message:
                page.write_string(row[0] - 1, at, value or "", red if message else text)
            if message and comments < MOST_COMMENTS:
                page.write_comment(row[0] - 1, at, message, {"author": AUTHOR, "x_scale": 2})
                comments += 1
    _list_anew(book, bold, text, errata)
    book.set_custom_property(PROPERTY, str(number))
    book.set_custom_property(LIST_PROPERTY, errata.title)
    book.close()
    return out.getvalue()


def _list_anew(book: Any, bold: Any, text: Any, errata: Errata) -> None:
    page = book.add_worksheet(errata.title)
    for at, width in enumerate((8, 6, 18, 28, 60)):
        page.set_column(at, at, width, text)
    page.write_row(0, 0, errata.heads, bold)
    for row, (number, *texts) in enumerate(errata.rows, 1):
        page.write_number(row, 0, number)
        for at, value in enumerate(texts, 1):
            page.write_string(row, at, value)
