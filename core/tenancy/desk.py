"""What the workbench says of plans: open questions, reports due, versions waiting for a second person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from core.errors import N_
from core.host.contract import Card, Place, Todo
from core.tenancy import queries
from core.tenancy.entries import from_row, typed
from core.tenancy.grammar import Entry, grammar
from core.tenancy.grammar.dates import days_due
from core.tenancy.grammar.masks import ACTIVE, states_in
from core.units.queries import get_unit

#: a report is announced so many days before it is due
AHEAD = dt.timedelta(days=30)


def cards(session: Session, place: Place, url: str) -> list[Card]:
    """The running plan at this place, and what it leaves open."""
    tenant = queries.tenant_of(session, get_unit(session, place.unit_id))
    plan = queries.running_plan(session, tenant.id) if tenant else None
    if tenant is None or plan is None:
        return []
    entries = [from_row(row) for row in queries.list_entries(session, plan)]
    head: Any = plan.head["documents"]
    open_values = sum(1 for value in (*(entry.value for entry in entries), *head) for _ in states_in(value))
    hint = N_("原文遮盖、待定或未写明，核实前不启用") if open_values else N_("没有遮盖或待定的内容")
    return [Card(N_("方案待核实"), str(open_values), hint, url, "warning" if open_values else "success")]


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
        for day, entry in reminders(entries, queries.today()):
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
