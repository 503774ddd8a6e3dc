"""Lists as Excel workbooks, in constant memory, with who took them out."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from flask import Response, send_file
from flask_babel import gettext

from core.access.reading import trail_export
from core.access.words import FORMULA
from core.errors import N_
from core.extensions import CHINA
from core.web.request import actor, unit

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARK = N_("%(where)s · %(who)s · %(when)s 导出，仅限工作使用")
_UNFIT = {ord(mark): " " for mark in "[]:*?/\\'"}
Cell = str | int | Decimal | dt.date | None


def watermark(who: str, where: str, say: Callable[[str], str] = str) -> str:
    """Who has taken the file out, where and when."""
    return say(MARK) % {"where": where, "who": who, "when": f"{dt.datetime.now(CHINA):%Y-%m-%d %H:%M}"}


def write_xlsx(out: str | BinaryIO, title: str, mark: str, heads: Iterable[tuple[str, int]], lines: Iterable[Sequence[Cell]],
               progress: Callable[[int], None] = lambda done: None) -> int:
    """Write the file, keeping no rows in memory; gives how many lines. `heads`: labels with widths in characters. Amounts
    are numbers, text stays text."""
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(title.translate(_UNFIT)[:31])
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True})
    styles = {"yuan": book.add_format({"num_format": "#,##0.00"}), "day": book.add_format({"num_format": "yyyy-mm-dd"}),
              "text": book.add_format({"num_format": "@"}), "quoted": book.add_format({"num_format": "@", "quote_prefix": True})}
    sheet.write_string(0, 0, mark, book.add_format({"font_color": "#6B7280", "italic": True}))
    for at, (head, width) in enumerate(heads):
        sheet.write_string(1, at, head, bold)
        sheet.set_column(at, at, width)
    sheet.freeze_panes(2, 2)
    count = 0
    for cells in lines:
        for at, cell in enumerate(cells):
            _write(sheet, count + 2, at, cell, styles)
        count += 1
        if count % 500 == 0:
            progress(count)
    book.close()
    return count


def xlsx_file(name: str, title: str, heads: Iterable[tuple[str, int]], lines: Iterable[Sequence[Cell]]) -> Response:
    """A list as a file of this name (without its ending), with the entry that it has been given out."""
    out = io.BytesIO()
    trail_export(f"{name}.xlsx", write_xlsx(out, title, watermark(actor().name, unit().name, gettext), heads, lines))
    out.seek(0)
    answer: Response = send_file(out, mimetype=MIME, as_attachment=True, download_name=f"{name}.xlsx")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _write(sheet: Any, row: int, column: int, cell: Cell, styles: Mapping[str, Any]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, Decimal):
        sheet.write_number(row, column, float(cell), styles["yuan"])  # Excel keeps fifteen digits: more than NUMERIC(14,2)
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    elif isinstance(cell, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(cell, dt.time()), styles["day"])
    else:
        sheet.write_string(row, column, cell, styles["quoted" if cell.startswith(FORMULA) else "text"])
