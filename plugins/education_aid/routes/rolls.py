"""两库: poor pupils and the labour of poor households, who entered and left, and whom nobody can place."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access.sheets import xlsx_file
from core.access.words import csv_file
from core.errors import N_, ParameterError
from core.extensions import today
from core.tenancy.queries import own_tenant, tenant_of
from core.units.models import Unit
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db, unit
from plugins.education_aid.models.needs import RollEntry
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import needs, rolls
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.rules import rolls as rules
from plugins.education_aid.services import enrolling
from plugins.education_aid.services.enrolling import Counted

#: how many days of changes the page shows
_BACK = dt.timedelta(days=365)
_HEADS = ((N_("村"), 20), (N_("户主"), 12), (N_("户编号"), 16), (N_("姓名"), 12), (N_("关系"), 10), (N_("出生日期"), 12), (N_("归类"), 16),
          (N_("依据"), 50))


@blueprint.get("/rolls")
@require(Action.ROLL_READ)
def roll_page(code: str) -> str:
    """The two databases on a day: how many, everybody who cannot be placed by name, and who came and went."""
    day, scope = _day(), scope_for(Action.ROLL_READ)
    counted = _counted(day)
    kept = rolls.in_on(db(), scope, day)
    changes = rolls.changes(db(), scope, day - _BACK, day)
    names = needs.names_for(db(), [(row.tenant_id, row.person_id) for row in changes])
    return show("rolls.html", day=day, counted=counted, kinds=dict(rules.KINDS), kept=Counter(row.kind for row in kept), changes=changes,
                names=names, places=_places(counted, changes), here=own_tenant(db(), unit()) is not None, was=day != today())


@blueprint.get("/rolls.<any(xlsx, csv):form>")
@require(Action.ROLL_EXPORT)
def roll_file(code: str, form: str) -> Response:
    """Every member of every poor household with their kind and why, as a file."""
    counted = _counted(_day(), Action.ROLL_EXPORT)
    places = _places(counted, [])
    heads = [(gettext(label), width) for label, width in _HEADS]
    lines = [(places[one.member.person.unit_id].name, one.member.household.head_name if one.member.household else "",
              one.member.household.number if one.member.household else "", one.member.person.name, one.member.person.relation,
              one.member.person.birth_on, gettext(dict(rules.KINDS)[one.kind]), gettext(one.why))
             for one in (counted.members if counted else ())]
    name = f"rolls-{unit().code}-{_day()}"
    if form == "csv":
        return csv_file(name, [label for label, _ in heads], lines)
    return xlsx_file(name, gettext("困难学生与劳动力两库"), heads, lines)


@blueprint.post("/rolls/update")
@require(Action.ROLL_WRITE)
def update_rolls(code: str) -> ResponseReturnValue:
    """Bring both databases to what the registry says today."""
    tenant = own_tenant(db(), unit())
    if tenant is None:
        raise ParameterError(N_("请到有自己方案的单位更新两库"), key="education_aid.roll")
    changed = enrolling.update(db(), tenant, today(), actor())
    flash(gettext("进 %(entered)s 人，出 %(left)s 人", entered=changed.entered.total(), left=changed.left.total()), "success")
    return redirect(url_for("education_aid.roll_page", code=code))


def _day() -> dt.date:
    try:
        return min(dt.date.fromisoformat(request.args.get("on", "")), today())
    except ValueError:
        return today()


def _counted(day: dt.date, action: str = Action.ROLL_READ) -> Counted | None:
    """Everybody judged as of a day, within the reader's scope; None where no plan says whom the databases cover."""
    tenant = tenant_of(db(), unit())
    if tenant is None:
        return None
    try:
        return enrolling.count(db(), tenant, day, scope_for(action))
    except ParameterError:
        return None


def _places(counted: Counted | None, changes: Iterable[RollEntry]) -> dict[uuid.UUID, Unit]:
    members = {one.member.person.unit_id for one in counted.members} if counted else set()
    return units_by_id(db(), members | {row.unit_id for row in changes} | {one.unit_id for one in (counted.empty if counted else ())})
