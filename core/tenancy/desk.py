"""What the workbench says of plans: open questions, reports due, versions waiting for a second person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import today
from core.host.contract import Card, Place, Todo
from core.tenancy import queries
from core.tenancy.entries import from_row, typed
from core.tenancy.grammar import Entry, grammar
from core.tenancy.grammar.dates import days_due
from core.tenancy.grammar.masks import ACTIVE, states_in
from core.tenancy.models import Plan
from core.tenancy.queries import TenantPlace
from core.tenancy.services.previewing import wanted_plugins
from core.units.models import Unit
from core.units.queries import get_unit

#: a report is announced so many days before it is due
AHEAD = dt.timedelta(days=30)


@dataclass(frozen=True)
class TenantLine:
    """A tenant beneath the working unit: its running plan, how much of it is open, how many plugins it uses."""

    tenant: TenantPlace
    plan: Plan | None
    questions: int
    plugins: int


def overview(session: Session, unit: Unit, tenants: frozenset[str]) -> list[TenantLine]:
    """The tenants beneath a unit that are open to the reader, in the order of the tree."""
    below = [place for place in queries.tenants_under(session, unit.path)
             if place.unit.id != unit.id and place.id in tenants]
    plans = queries.running_plans(session, [place.id for place in below])
    entries: dict[str, list[Entry]] = {place.id: [] for place in below}
    for row in queries.entries_of_plans(session, plans.values()):
        entries[row.tenant_id].append(from_row(row))
    return [TenantLine(place, plans.get(place.id), _open_values(plans.get(place.id), entries[place.id]),
                       len(wanted_plugins(entries[place.id]))) for place in below]


def _open_values(plan: Plan | None, entries: Sequence[Entry]) -> int:
    documents: Any = plan.head["documents"] if plan else []
    return sum(1 for value in (*(entry.value for entry in entries), *documents) for _ in states_in(value))


def cards(session: Session, place: Place, url: str) -> list[Card]:
    """The running plan at this place and what it leaves open; above tenants also how many there are beneath, and
    what their plans leave open."""
    unit = get_unit(session, place.unit_id)
    below = overview(session, unit, place.tenants)
    tenant = queries.tenant_of(session, unit)
    plan = queries.running_plan(session, tenant.id) if tenant else None
    found: list[Card] = []
    if tenant is not None and plan is not None and (tenant.unit.id == unit.id or not below):
        entries = [from_row(row) for row in queries.list_entries(session, plan)]
        found.append(_open_card(N_("方案待核实"), _open_values(plan, entries), url))
    if below:
        working = sum(line.plan is not None for line in below)
        found.insert(0, Card(N_("下级租户"), str(len(below)), N_("有自己的方案和数据的单位"), "", "plain"))
        found.insert(1, Card(N_("有执行中的方案"), str(working), "", "", "success" if working == len(below) else "warning"))
        found.append(_open_card(N_("下级方案待核实"), sum(line.questions for line in below), ""))
    return found


def _open_card(title: str, count: int, url: str) -> Card:
    hint = N_("原文遮盖、待定或未写明，核实前不启用") if count else N_("没有遮盖或待定的内容")
    return Card(title, str(count), hint, url, "warning" if count else "success")


def todos(session: Session, place: Place) -> list[Todo]:
    """Versions that wait for approval, and the reports due soon at the tenants of this place."""
    found: list[Todo] = []
    unit = get_unit(session, place.unit_id)
    for plan in queries.waiting(session, place.tenants | {queries.tenant_id_of(session, unit)}):
        tenant = queries.find_tenant(session, plan.tenant_id)
        code, name = (tenant.unit.code, tenant.name) if tenant else (unit.code, unit.name)
        found.append(Todo(f"{name}：第 {plan.version} 版方案待审批",
                          url_for("tenancy.version", code=code, number=plan.version)))
    own = queries.own_tenant(session, unit)
    running = queries.running_plan(session, own.id) if own else None
    if running is not None:
        entries = [typed(from_row(row), grammar()) for row in queries.list_entries(session, running, "report")]
        for day, entry in reminders(entries, today()):
            found.append(Todo(f"报送：{entry.name}", url_for("tenancy.plan", code=place.code), due=day))
    return found


def reminders(entries: Sequence[Entry], on: dt.date) -> list[tuple[dt.date, Entry]]:
    """The reports due within the next days; none of a report whose date the print masks."""
    found: list[tuple[dt.date, Entry]] = []
    for entry in entries:
        if entry.state != ACTIVE or not entry.holds_on(on):
            continue
        for year in (on.year, on.year + 1):
            days = days_due(entry.value["due"], entry.valid_from or dt.date.min, year)
            found += [(day, entry) for day in days if on <= day <= on + AHEAD]
    return sorted(found, key=lambda item: item[0])
