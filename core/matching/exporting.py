"""The result of a comparison as a file: numbers masked, within the reach of whoever asks."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import xlsxwriter
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.extensions import CHINA
from core.ledgers.workbooks import MIME
from core.matching import comparing, queries
from core.matching.comparing import Standing
from core.matching.models import Source

__all__ = ["MIME", "Order", "heads", "lines", "order_of", "watermark", "write_xlsx"]
#: more persons than this are written by a job
INLINE = 2_000
_WIDTHS = {"姓名": 14, "证件号": 22, "出生日期": 12, "村": 20, "学校": 24, "类别": 18, "缺": 36}


@dataclass(frozen=True)
class Order:
    """What is asked for: which lists, and who of them."""

    scope: Scope
    sources: list[Source]
    which: str
    column: str = ""
    mask: int | None = None
    inside: int | None = None
    missing: int | None = None

    @property
    def title(self) -> str:
        """The file's name."""
        return "名单差异" if self.which == "differences" else "名单比对"

    def everybody(self, session: Session) -> Iterator[Standing]:
        """Whom it names."""
        return comparing.everybody(session, self.scope, self.sources, self.which, self.column, mask=self.mask,
                                   inside=self.inside, missing=self.missing)


def order_of(session: Session, scope: Scope, asked: Mapping[str, Any]) -> Order:
    """An order from plain values, as an address or a job carries them."""
    sources = queries.get_sources(session, scope, [uuid.UUID(str(one)) for one in asked["sources"]])
    comparing.check(sources)
    mask, inside, missing = (number_in(asked.get(name), most) for name, most in
                             (("mask", 1 << len(sources)), ("inside", len(sources)), ("missing", len(sources))))
    return Order(scope.only({sources[0].tenant_id}), sources, str(asked.get("which") or "presence"), str(asked.get("column") or ""),
                 mask, inside, missing)


def number_in(value: Any, most: int) -> int | None:
    """A whole number below a bound, or None for anything else."""
    text = "" if value is None else str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) < most else None


def heads(order: Order) -> list[str]:
    """The header of the file."""
    if order.which == "differences":
        return ["证件号", *(f"{source.title}：{what}" for source in order.sources for what in ("姓名", "出生日期", "类别"))]
    return ["姓名", "证件号", "出生日期", "村", "学校", "类别", *(source.title for source in order.sources), "缺"]


def lines(session: Session, order: Order) -> Iterator[list[str]]:
    """A line for each person."""
    for one in order.everybody(session):
        yield _differing(one, order.sources) if order.which == "differences" else _standing(one, order.sources)


def _standing(one: Standing, sources: list[Source]) -> list[str]:
    def said(name: str) -> str:
        return next((str(value) for value in (getattr(row, name) for row in one.rows.values()) if value), "")

    return [one.first.name, said("id_number_mask"), said("birth_on"), said("village"), said("school"), said("category"),
            *("有" if number in one.rows else "" for number in range(len(sources))),
            "、".join(source.title for source in one.missing(sources))]


def _differing(one: Standing, sources: list[Source]) -> list[str]:
    cells = [one.first.id_number_mask]
    for number in range(len(sources)):
        row = one.rows.get(number)
        cells += [row.name, str(row.birth_on or ""), row.category] if row else ["", "", ""]
    return cells


def watermark(who: str, where: str) -> str:
    """Who has taken the list out, where and when."""
    return f"{where} · {who} · {dt.datetime.now(CHINA):%Y-%m-%d %H:%M} 导出，证件号已掩码，仅供核对"


def write_xlsx(session: Session, order: Order, out: str | BinaryIO, mark: str, progress: Callable[[int], None] = lambda done: None) -> int:
    """Write the file, keeping no rows in memory; gives how many persons. Text stays text: nothing is a formula."""
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold = book.add_worksheet(order.title), book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True})
    plain, quoted = book.add_format({"num_format": "@"}), book.add_format({"num_format": "@", "quote_prefix": True})
    sheet.write_string(0, 0, mark, book.add_format({"font_color": "#6B7280", "italic": True}))
    for at, head in enumerate(heads(order)):
        sheet.write_string(1, at, head, bold)
        sheet.set_column(at, at, _WIDTHS.get(head, 18))
    sheet.freeze_panes(2, 1)
    count = 0
    for cells in lines(session, order):
        for at, text in enumerate(cells):
            sheet.write_string(count + 2, at, text, quoted if text.startswith(("=", "+", "-", "@")) else plain)
        count += 1
        if count % 500 == 0:
            progress(count)
    book.close()
    return count
