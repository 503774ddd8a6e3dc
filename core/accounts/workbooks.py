"""The workbook of accounts: the template with its drop-downs, reading what comes back, and marking its faults.

The template is written by XlsxWriter; what people send back is read and marked with openpyxl, which keeps
their own columns, colours and notes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from core.errors import N_, InvalidInput

SHEET = "账号"
#: field → heading in the workbook
COLUMNS = {"login": "登录名", "name": "姓名", "role": "角色", "unit": "单位编码", "since": "起", "until": "止"}
REQUIRED = ("login", "name", "role", "unit")
MOST_ROWS = 5000
#: an xlsx is a zip: whatever unfolds to more than this is no list of people
MOST_UNPACKED = 64 * 1024 * 1024
_MARK = PatternFill("solid", fgColor="FFC7CE")
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Fault:
    """A cell that cannot be accepted: where, what stands there, and why."""

    cell: str
    column: str
    value: str
    #: the message before its parameters are filled in, so that a page can say it in its reader's language
    message: str
    params: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The message in Chinese, as the workbook has it."""
        return self.message % self.params if self.params else self.message


@dataclass(frozen=True)
class Sheet:
    """The rows as text by field, with their row numbers, and the letter of each field's column."""

    rows: list[tuple[int, dict[str, str]]]
    letters: dict[str, str]


def template(roles: Sequence[str], units: Sequence[tuple[str, str]]) -> bytes:
    """An empty workbook: roles and unit codes are chosen, not typed."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    bold, text = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1}), book.add_format({"num_format": "@"})
    sheet, lists = book.add_worksheet(SHEET), book.add_worksheet("可选值")
    for column, title in enumerate(COLUMNS.values()):
        sheet.write(0, column, title + ("*" if list(COLUMNS)[column] in REQUIRED else ""), bold)
    sheet.set_column(0, 5, 18, text)
    sheet.freeze_panes(1, 0)
    lists.write_row(0, 0, ["角色", "单位编码", "单位"], bold)
    lists.set_column(0, 2, 24, text)
    for row, role in enumerate(roles, 1):
        lists.write_string(row, 0, role)
    for row, (code, name) in enumerate(units, 1):
        lists.write_string(row, 1, code)
        lists.write_string(row, 2, name)
    for column, letter, count in ((2, "A", len(roles)), (3, "B", len(units))):
        if count:
            sheet.data_validation(1, column, MOST_ROWS, column, {
                "validate": "list", "source": f"=可选值!${letter}$2:${letter}${count + 1}",
                "error_title": "请从列表中选择", "error_message": "可选值见第二张表"})
    for column in (4, 5):
        sheet.write_comment(0, column, "写作 2026-09-01；起空着是今天，止空着是长期")
    book.close()
    return out.getvalue()


def read(content: bytes) -> Sheet:
    """The rows of a workbook; a file that is none, or has no headings, is refused as a whole."""
    sheet = _sheet(_open(content))
    heads = {str(cell.value or "").strip().rstrip("*"): cell.column for cell in sheet[1]}
    missing = [COLUMNS[field] for field in REQUIRED if COLUMNS[field] not in heads]
    if missing:
        raise InvalidInput(N_("第一行缺少列：%(names)s。请使用下载的模板"), names="、".join(missing))
    if sheet.max_row > MOST_ROWS + 1:
        raise InvalidInput(N_("一个文件最多 %(most)s 行"), most=MOST_ROWS)
    places = {field: heads[title] for field, title in COLUMNS.items() if title in heads}
    rows = []
    for number in range(2, sheet.max_row + 1):
        found = {field: _text(sheet.cell(number, column).value) for field, column in places.items()}
        if any(found.values()):
            rows.append((number, {field: found.get(field, "") for field in COLUMNS}))
    if not rows:
        raise InvalidInput(N_("文件里没有一行数据"))
    return Sheet(rows, {field: get_column_letter(column) for field, column in places.items()})


def mark(content: bytes, faults: Iterable[Fault]) -> bytes:
    """The same workbook with every faulty cell coloured and its reason as a note."""
    book = _open(content)
    sheet = _sheet(book)
    for fault in faults:
        cell = sheet[fault.cell]
        cell.fill = _MARK
        cell.comment = Comment(fault.text, "帮扶平台")
    return _saved(book)


def passwords_file(people: Sequence[tuple[str, str, str]]) -> bytes:
    """First passwords as a workbook to be handed out from."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("初始密码")
    sheet.write_row(0, 0, ["登录名", "姓名", "初始密码（第一次登录必须修改）"], book.add_format({"bold": True}))
    sheet.set_column(0, 2, 24)
    for row, person in enumerate(people, 1):
        for column, value in enumerate(person):
            sheet.write_string(row, column, value)
    book.close()
    return out.getvalue()


def _open(content: bytes) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(item.file_size for item in packed.infolist()) > MOST_UNPACKED:
                raise InvalidInput(N_("文件展开后太大，请拆分后再上传"))
        return load_workbook(io.BytesIO(content))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise InvalidInput(N_("这不是 Excel 工作簿（.xlsx），请使用下载的模板")) from error


def _sheet(book: Any) -> Any:
    return book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]


def _saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(value: Any) -> str:
    """What a cell shows: a date as 2026-09-01, a code typed as a number without its point."""
    if value is None:
        return ""
    if hasattr(value, "date"):
        return str(value.date().isoformat())
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
