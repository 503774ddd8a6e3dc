"""Accounts and their movements as a workbook, in constant memory and within the reach of whoever asks."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import in_scope
from core.extensions import CHINA
from core.funds import pages
from core.funds.models import FundAccount
from core.funds.pages import Asked
from core.funds.rules.words import KINDS, LEVELS, MOVEMENTS
from core.units.queries import units_by_id

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: more movements than this are written by a job
INLINE = 5_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNFIT = {ord(mark): " " for mark in "[]:*?/\\'"}
Cell = str | int | Decimal | dt.date | None
ACCOUNT_HEADS = (("编码", 14), ("账户", 26), ("单位", 22), ("种类", 12), ("层级", 10), ("专款用途", 24), ("余额（元）", 16),
                 ("其中指定用途（元）", 18), ("可用（元）", 16), ("笔数", 8), ("结账至", 12), ("核对", 30))
MOVEMENT_HEADS = (("序号", 8), ("日期", 12), ("种类", 10), ("收入（元）", 16), ("支出（元）", 16), ("余额（元）", 16), ("用途", 16),
                  ("地点", 18), ("项目", 18), ("摘要", 30), ("来源", 24), ("登记人", 12))


def watermark(who: str, where: str) -> str:
    """Who has taken the file out, where and when."""
    return f"{where} · {who} · {dt.datetime.now(CHINA):%Y-%m-%d %H:%M} 导出，仅限工作使用"


def account_lines(session: Session, scope: Scope) -> Iterator[Sequence[Cell]]:
    """A line for each account in scope, by unit."""
    statement = in_scope(select(FundAccount), FundAccount, scope).order_by(FundAccount.unit_id, FundAccount.id)
    accounts = list(session.scalars(statement))
    units = units_by_id(session, {account.unit_id for account in accounts}) if accounts else {}
    for one in accounts:
        name = units[one.unit_id].name if one.unit_id in units else ""
        yield (one.code, one.title, name, KINDS[one.kind], LEVELS[one.level], "、".join(one.purposes), one.balance,
               one.reserved, one.free, one.moves, one.closed_until, one.fault or ("一致" if one.checked_at else "尚未核对"))


def movement_lines(session: Session, account: FundAccount, asked: Asked) -> Iterator[Sequence[Cell]]:
    """A line for each movement asked for, in the order they were booked."""
    names: dict[uuid.UUID, str] = {}
    for one in pages.every_movement(session, account, asked):
        if one.place_id and one.place_id not in names:
            names.update({key: unit.name for key, unit in units_by_id(session, {one.place_id}).items()})
        yield (one.number, one.on, MOVEMENTS[one.kind], one.amount if one.amount > 0 else None,
               -one.amount if one.amount < 0 else None, one.balance_after, one.use,
               names.get(one.place_id, "") if one.place_id else "", one.project, one.memo, one.source.partition(":")[0], one.who)


def write_xlsx(out: str | BinaryIO, title: str, mark: str, heads: Iterable[tuple[str, int]], lines: Iterable[Sequence[Cell]],
               progress: Callable[[int], None] = lambda done: None) -> int:
    """Write the file, keeping no rows in memory; gives how many lines. Amounts are numbers, text stays text."""
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(title[:31].translate(_UNFIT))
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
        sheet.write_string(row, column, cell, styles["quoted" if cell.startswith(_FORMULA) else "text"])
