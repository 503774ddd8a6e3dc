"""学生资助: the aid items of the place, and the way to everything else."""

from __future__ import annotations

import datetime as dt

from flask import request

from core.errors import N_, InvalidInput
from core.extensions import today
from core.tenancy.grammar.masks import plain
from core.tenancy.queries import tenant_of
from core.web.markers import require
from core.web.request import db, unit
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan import wording
from plugins.education_aid.queries.pupils import names_in
from plugins.education_aid.queries.runs import latest_run
from plugins.education_aid.routes.blueprint import blueprint, show
from plugins.education_aid.services.reading import ITEM, aid_grammar, in_force, plan_items


@blueprint.get("/")
@require(Action.ITEM_READ)
def index(code: str) -> str:
    """The items in force on a day (today unless asked), and those that wait for a value."""
    day = _day()
    tenant = tenant_of(db(), unit())
    if tenant is None:
        return show("index.html", day=day, rows=[], open=[], groups=[], run=None)
    found = in_force(db(), tenant, ITEM, day, aid_grammar())
    plan = plan_items(db(), tenant, day)
    active = {item.code for item in plan.items}
    names = names_in(db(), plan.items)
    rows = [(one, wording.named(wording.item(plain(one.value)), names)) for one in found if one.source.entry.code in active]
    groups = [(group, [names[code] for code in group.items if code in names]) for group in plan.groups]
    return show("index.html", day=day, rows=rows, open=plan.open, groups=groups, keeps=wording.KEEPS, tenant=tenant,
                run=latest_run(db(), tenant.id))


def _day() -> dt.date:
    text = request.args.get("on", "")
    if not text:
        return today()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(N_("日期须写成 2016-09-01 的样子"), fields={"on": N_("日期不对")}) from error
