"""学生资助: the aid items of the place, and the way to everything else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask import Response, request
from flask_babel import gettext

from core.access.words import csv_file
from core.errors import N_, InvalidInput
from core.extensions import today
from core.tenancy.grammar.masks import plain
from core.tenancy.parameters import Effective
from core.tenancy.queries import TenantPlace, tenant_of
from core.web.markers import require
from core.web.request import db, unit
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan import wording
from plugins.education_aid.queries.pupils import names_in
from plugins.education_aid.queries.runs import latest_run
from plugins.education_aid.routes.blueprint import blueprint, show
from plugins.education_aid.services.reading import ITEM, PlanItems, aid_grammar, in_force, plan_items


@blueprint.get("/")
@require(Action.ITEM_READ)
def index(code: str) -> str:
    """The items in force on a day (today unless asked), and those that wait for a value."""
    day, tenant = _day(), tenant_of(db(), unit())
    if tenant is None:
        return show("index.html", day=day, rows=[], open=[], groups=[], run=None)
    plan = plan_items(db(), tenant, day)
    names = names_in(db(), plan.items)
    groups = [(group, [names[code] for code in group.items if code in names]) for group in plan.groups]
    return show("index.html", day=day, rows=_told(tenant, plan, names, day), open=plan.open, groups=groups, keeps=wording.KEEPS,
                tenant=tenant, run=latest_run(db(), tenant.id))


@blueprint.get("/items.csv")
@require(Action.ITEM_READ)
def item_file(code: str) -> Response:
    """The same as a file, those that wait for a value below with why."""
    day, tenant = _day(), tenant_of(db(), unit())
    head = [gettext(text) for text in (N_("项目"), N_("给谁、多少、谁出钱"), N_("依据"), N_("自"), N_("至"), N_("不参加测算的原因"))]
    if tenant is None:
        return csv_file(f"items-{code}", head, [])
    plan = plan_items(db(), tenant, day)
    rows: list[tuple[object, ...]] = []
    for one, said in _told(tenant, plan, names_in(db(), plan.items), day):
        entry = one.source.entry
        rows.append((entry.name, said, f"{one.source.tenant.name}：{entry.clause}", entry.valid_from, entry.valid_to or "", ""))
    rows += [(one.name, "", one.clause, "", "", one.why) for one in plan.open]
    return csv_file(f"items-{code}", head, rows)


def _told(tenant: TenantPlace, plan: PlanItems, names: Mapping[str, str], day: dt.date) -> list[tuple[Effective, str]]:
    """The items that are worked out, each in words."""
    active = {item.code for item in plan.items}
    return [(one, wording.named(wording.item(plain(one.value)), names)) for one in in_force(db(), tenant, ITEM, day, aid_grammar())
            if one.source.entry.code in active]


def _day() -> dt.date:
    text = request.args.get("on", "")
    if not text:
        return today()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(N_("日期须写成 2016-09-01 的样子"), fields={"on": N_("日期不对")}) from error
