"""资助目标: how the targets of the plan stand in a year."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext

from core.access.words import csv_file
from core.errors import N_
from core.extensions import today
from core.tenancy.queries import tenant_of
from core.web.markers import require
from core.web.request import db, unit
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import admission as reading
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.rules import admission_words as words
from plugins.education_aid.services import targeting


@blueprint.get("/targets")
@require(Action.ADMISSION_READ)
def target_list(code: str) -> str:
    """The targets of the plan in a year: what was counted, and whether they are met."""
    year = _year()
    return show("targets.html", year=year, years=_years(), rows=_standings(year, Action.ADMISSION_READ), verdicts=words.VERDICTS)


@blueprint.get("/targets.csv")
@require(Action.ADMISSION_EXPORT)
def target_file(code: str) -> Response:
    """The targets as a file."""
    year = _year()
    head = [gettext(text) for text in (N_("目标"), N_("依据"), N_("要求"), N_("填报"), N_("总数"), N_("完成率%"), N_("评定"), N_("说明"))]
    rows = [(row.name, row.clause, row.said, *(_cell(one) for one in (row.counted, row.base, row.verdict.rate)),
             gettext(words.VERDICTS[row.verdict.state]), gettext(row.why) if row.why else "")
            for row in _standings(year, Action.ADMISSION_EXPORT)]
    return csv_file(f"targets-{code}-{year}", head, rows)


def _cell(value: object) -> object:
    return "" if value is None else value


def _year() -> int:
    asked = request.args.get("year", type=int) or 0
    return asked if 2000 <= asked <= 2100 else today().year


def _standings(year: int, action: str) -> list[targeting.Standing]:
    tenant = tenant_of(db(), unit())
    if tenant is None:
        return []
    return targeting.standings(db(), tenant, year, reading.values_of(db(), scope_for(action), [tenant.id], year))


def _years() -> list[tuple[str, str]]:
    return [(str(year), str(year)) for year in range(today().year, today().year - 12, -1)]
