"""Statistics of gifts, and the export for audit."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from flask import Response, g, request, send_file
from flask_babel import gettext

from core.access.reading import trail_export
from core.access.words import csv_file
from core.errors import N_, ParameterError
from core.extensions import today
from core.web.markers import require
from core.web.request import db, unit
from plugins.donations.permissions import Action
from plugins.donations.plan.reading import rules_of
from plugins.donations.queries import statistics
from plugins.donations.routes.asking import day_asked
from plugins.donations.routes.blueprint import blueprint, scope_for, show
from plugins.donations.rules import words
from plugins.donations.services.auditing import write_audit
from plugins.donations.services.reporting import TITLES, Table, Tables, deadlines
from plugins.donations.services.workbooks import open_book, write_sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = (N_("项目"), N_("笔数"), N_("捐款"), N_("捐物（估价）"), N_("合计"))


@blueprint.get("/statistics")
@require(Action.GIFT_READ)
def statistics_page(code: str) -> str:
    """The tables that the plan asks for with their clauses, then the others; what is bought stands apart."""
    period, unset = _period()
    scope = scope_for(Action.GIFT_READ)
    tables = Tables(db(), g.tenant_id, scope, unit(), period)
    reports = tables.reports()
    return show("statistics.html", period=period, unset=unset, reports=reports, others=tables.others(reports), words=words, today=today(),
                deadlines=deadlines(db(), g.tenant_id, today()), consumption=statistics.consumption(db(), scope, period),
                contributions=statistics.contributions(db(), scope, period))


@blueprint.get("/statistics.csv")
@require(Action.GIFT_EXPORT)
def statistics_file(code: str) -> Response:
    """One table as a file."""
    asked = request.args.get("by", "line")
    table = _tables().table(asked if asked in TITLES else "line")
    return csv_file(f"donations-{table.what}-{unit().code}-{_period()[0].until}", [gettext(text) for text in HEAD], _cells(table))


@blueprint.get("/statistics.xlsx")
@require(Action.GIFT_EXPORT)
def statistics_book(code: str) -> Any:
    """What the plan asks for as one workbook, a sheet for each table; all tables where it asks for none."""
    tables = _tables()
    reports = tables.reports()
    wanted = list({table.what: table for report in reports for table in report.tables}.values()) or tables.others([])
    out = io.BytesIO()
    book = open_book(out)
    count = sum(write_sheet(book, table.title, [gettext(text) for text in HEAD], _cells(table))[1] for table in wanted)
    book.close()
    return _sent(out, "donations-statistics", count)


def _tables() -> Tables:
    return Tables(db(), g.tenant_id, scope_for(Action.GIFT_EXPORT), unit(), _period()[0])


def _cells(table: Table) -> list[tuple[object, ...]]:
    return [(gettext(name) if name else gettext("未写明"), row.count, row.money, row.goods, row.total) for name, row in table.lines]


@blueprint.get("/audit.xlsx")
@require(Action.GIFT_EXPORT)
def audit_file(code: str) -> Any:
    """Gifts, payments, accounts and movements with their sums, for auditors."""
    out = io.BytesIO()
    count = write_audit(db(), out, gifts=scope_for(Action.GIFT_EXPORT), spendings=scope_for(Action.SPENDING_EXPORT))
    return _sent(out, "donations-audit", count)


def _sent(out: io.BytesIO, name: str, count: int) -> Any:
    trail_export(f"{name}.xlsx", count)
    out.seek(0)
    return send_file(out, mimetype=XLSX, as_attachment=True, download_name=f"{name}-{unit().code}-{today()}.xlsx")


def _period() -> tuple[statistics.Period, str]:
    """The period asked for; without a first day the one the plan names, and what is wrong with that."""
    since, unset = day_asked("since"), ""
    if since is None:
        try:
            since = _since()
        except ParameterError as missing:
            unset = missing.text
    return statistics.Period(since, day_asked("until") or today(), day_asked("known_on")), unset


def _since() -> dt.date | None:
    rule = next((rule for rule in rules_of(db(), g.tenant_id, "statistics") if "since" in rule.entry.value), None)
    found: dt.date | None = rule.need("since") if rule is not None else None
    return found
