"""Statistics of gifts, and the export for audit."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from flask import Response, g, request, send_file
from flask_babel import gettext

from core.access.reading import trail_export
from core.access.words import csv_file
from core.errors import ParameterError
from core.extensions import today
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import db, unit
from plugins.donations.permissions import Action
from plugins.donations.plan.reading import names_of, rules_of
from plugins.donations.queries import statistics
from plugins.donations.routes.asking import day_asked
from plugins.donations.routes.blueprint import blueprint, scope_for, show
from plugins.donations.rules import words
from plugins.donations.services.auditing import write_audit

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: (what, title), the tables of the page in their order
TABLES = (("line", "动员单位"), ("donor", "捐赠人类别"), ("form", "方式"), ("class", "班级"), ("unit", "登记单位"))
_WORDS = {"donor": words.DONOR_KINDS, "form": words.FORMS, "window": words.WINDOWS}


@blueprint.get("/statistics")
@require(Action.GIFT_READ)
def statistics_page(code: str) -> str:
    """Own unit and area apart, then table by table; what is bought stands apart."""
    period, unset = _period()
    scope = scope_for(Action.GIFT_READ)
    own = statistics.own(db(), scope, period, [unit().id])
    tables = [(what, title, _named(what, statistics.by(db(), scope, period, what))) for what, title in TABLES]
    return show("statistics.html", period=period, unset=unset, own=own, area=statistics.total(db(), scope, period), words=words,
                tables=[table for table in tables if any(name for name, _ in table[2])], today=today(),
                consumption=statistics.consumption(db(), scope, period),
                contributions=statistics.contributions(db(), scope, period))


@blueprint.get("/statistics.csv")
@require(Action.GIFT_EXPORT)
def statistics_file(code: str) -> Response:
    """One table as a file."""
    period, _ = _period()
    asked = request.args.get("by", "line")
    what = asked if asked in statistics.BY else "line"
    rows = _named(what, statistics.by(db(), scope_for(Action.GIFT_EXPORT), period, what))
    head = [gettext(text) for text in ("项目", "笔数", "捐款", "捐物估价", "合计")]
    lines = [(name or gettext("未写明"), row.count, row.money, row.goods, row.total) for name, row in rows]
    return csv_file(f"donations-{what}-{unit().code}-{period.until}", head, lines)


@blueprint.get("/audit.xlsx")
@require(Action.GIFT_EXPORT)
def audit_file(code: str) -> Any:
    """Gifts, payments, accounts and movements with their sums, for auditors."""
    out = io.BytesIO()
    count = write_audit(db(), out, gifts=scope_for(Action.GIFT_EXPORT), spendings=scope_for(Action.SPENDING_EXPORT))
    trail_export("donations-audit", count)
    out.seek(0)
    return send_file(out, mimetype=XLSX, as_attachment=True, download_name=f"donations-audit-{unit().code}-{today()}.xlsx")


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


def _named(what: str, rows: list[statistics.Row]) -> list[tuple[str, statistics.Row]]:
    """The rows under the words of their keys."""
    if what == "unit":
        found = units_by_id(db(), {row.key for row in rows})
        return [(found[row.key].name if row.key in found else "", row) for row in rows]
    if what == "class":  # gifts of pupils alone have one
        return [(row.key, row) for row in rows if row.key]
    lines = names_of(rules_of(db(), g.tenant_id, "line")) if what == "line" else dict(_WORDS.get(what, ()))
    return [(lines.get(row.key, row.key), row) for row in rows]
