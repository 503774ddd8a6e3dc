"""Sheets of the plugin's workbooks: amounts as numbers with two places, text that no sheet takes for a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter

from core.access.words import FORMULA

_WIDTH = 16


def open_book(out: BinaryIO) -> Any:
    """A workbook to be written into `out`; whoever opens it closes it."""
    return xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})


def write_sheet(book: Any, title: str, head: Sequence[str], rows: Iterable[Sequence[object]], summed: int | None = None
                ) -> tuple[str, int, Decimal]:
    """One sheet; gives its title, how many rows, and the sum of one column."""
    sheet, count, total = book.add_worksheet(title), 0, Decimal("0.00")
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    sheet.write_row(0, 0, head, bold)
    for count, row in enumerate(rows, 1):
        for at, cell in enumerate(row):
            if isinstance(cell, Decimal):
                sheet.write_number(count, at, float(cell), money)
            elif isinstance(cell, int):
                sheet.write_number(count, at, cell)
            else:
                sheet.write_string(count, at, _plain(str(cell)))
        if summed is not None:
            total += Decimal(str(row[summed]))
    sheet.set_column(0, len(head), _WIDTH)
    sheet.freeze_panes(1, 0)
    return title, count, total


def _plain(text: str) -> str:
    return "'" + text if text.startswith(FORMULA) else text
