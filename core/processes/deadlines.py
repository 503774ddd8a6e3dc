"""By when a step is due: counted from the day the record entered its state, by what the plan of that day says."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from core.calendar import DayKind, add_days, count_days
from core.extensions import today
from core.host.processes import Deadline, Process
from core.processes.models import ProcessDue
from core.tenancy.grammar.masks import states_in
from core.tenancy.parameters import effective
from core.tenancy.queries import find_tenant

CHUNK = 500


def open_dues(session: Session, process: Process, tenant_id: str, ids: Sequence[uuid.UUID], state: str) -> None:
    """Note by when the steps that lead out of a state are due for records that enter it today."""
    for step in process.leaving(state):
        rows = [{"tenant_id": tenant_id, "process": process.code, "record_id": one, "step": step.code, **due}
                for one, due in _dues(session, process, tenant_id, ids, step.deadline)] if step.deadline and ids else []
        if rows:
            session.execute(insert(ProcessDue), rows)


def close_dues(session: Session, process: Process, tenant_id: str, ids: Sequence[uuid.UUID]) -> None:
    """Forget what was due of records that leave their state."""
    for at in range(0, len(ids), CHUNK):
        session.execute(delete(ProcessDue).where(ProcessDue.tenant_id == tenant_id, ProcessDue.process == process.code,
                                                 ProcessDue.record_id.in_(list(ids[at : at + CHUNK])))
                        .execution_options(synchronize_session=False))


def _dues(session: Session, process: Process, tenant_id: str, ids: Sequence[uuid.UUID],
          deadline: Deadline) -> list[tuple[uuid.UUID, dict[str, Any]]]:
    """What is due of each record: the same of all, or the day that each names itself."""
    if deadline.column:
        return [(one, _named(day, deadline)) for one, day in _days_of(session, process, tenant_id, ids, deadline.column)]
    due = _due(session, tenant_id, deadline, today())
    return [(one, due) for one in ids] if due is not None else []


def _days_of(session: Session, process: Process, tenant_id: str, ids: Sequence[uuid.UUID],
             column: str) -> list[tuple[uuid.UUID, dt.date]]:
    model, named = process.model, getattr(process.model, column)
    found: list[tuple[uuid.UUID, dt.date]] = []
    for at in range(0, len(ids), CHUNK):
        found += [(one, day) for one, day in session.execute(select(model.id, named).where(
            model.tenant_id == tenant_id, model.id.in_(list(ids[at : at + CHUNK])), named.is_not(None)))]
    return found


def _named(day: dt.date, deadline: Deadline) -> dict[str, Any]:
    since = today()
    return {"since": since, "days": count_days(since, day, DayKind.WORKING), "unit": DayKind.WORKING.unit, "due_on": day,
            "provisional": False, "clause": deadline.clause[:400]}


def _due(session: Session, tenant_id: str, deadline: Deadline, since: dt.date) -> dict[str, Any] | None:
    told = _told(session, tenant_id, deadline, since)
    if told is None:
        return None
    days, unit, clause = told
    due = add_days(since, days, DayKind.of_unit(unit))
    return {"since": since, "days": days, "unit": DayKind.of_unit(unit).unit, "due_on": due.day, "provisional": due.provisional,
            "clause": clause[:400]}


def _told(session: Session, tenant_id: str, deadline: Deadline, on: dt.date) -> tuple[int, str, str] | None:
    """Days, unit and clause; None where the plan does not say."""
    if isinstance(deadline.days, int):
        return deadline.days, deadline.unit, deadline.clause
    tenant = find_tenant(session, tenant_id)
    found = effective(session, tenant, deadline.section, deadline.days, on=on) if tenant else None
    value = found.value.get(deadline.key) if found else None
    if found is None or value is None or any(states_in(value)):
        return None
    return int(value), str(found.value.get("unit") or deadline.unit), found.source.reference
