"""What waits for a person, and what is late: read within the scope of each step's action, in the order of due days."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import in_scope
from core.access.viewer import Place, Viewer
from core.calendar import DayKind, count_days
from core.extensions import today
from core.host.processes import Process, Step
from core.processes.models import ProcessDue, ProcessMark
from core.units.models import Unit
from core.units.queries import units_by_id

#: records of a step beside those of several others, beside one other, and alone
BESIDE, SHOWN, MOST = 5, 20, 200
#: more steps than these stand in a list of their own on top
FEW = 2
#: waiting records are counted no further: "9,999+"
COUNTED = 9_999
#: due days looked at in one go
WALKED = 500
#: what the caller may see with an action here, as `Place.scope` gives it
Scopes = Callable[[str], Scope]


@dataclass(frozen=True)
class Line:
    """A record that waits for a step: what it is called, where it stands, by when, and how many working days late."""

    record: Any
    name: str
    unit: Unit | None
    due: ProcessDue | None

    @property
    def late(self) -> int:
        """Working days since the due day; none while it is not past."""
        return days_late(self.due.due_on) if self.due else 0


@dataclass(frozen=True)
class Group:
    """All that waits for a person at one step of one process."""

    process: Process
    step: Step
    count: int
    #: the earliest due day
    due_on: dt.date | None
    lines: tuple[Line, ...] = ()

    @property
    def more(self) -> bool:
        """Whether there are more than were counted."""
        return self.count >= COUNTED


@dataclass(frozen=True)
class Late:
    """A step that is overdue, with how many working days."""

    process: Process
    step: Step
    line: Line


def days_late(due_on: dt.date) -> int:
    """How many working days a due day is past."""
    return count_days(due_on, today(), DayKind.WORKING)


def waiting_groups(session: Session, processes: Iterable[Process], viewer: Viewer, place: Place, scopes: Scopes) -> list[Group]:
    """What waits for the person here: how many at each step, and the earliest due day."""
    found = []
    for process in processes:
        for step in process.steps:
            scope = scopes(step.action)
            if step.back or not scope.tenants:
                continue
            some = in_scope(_waiting(select(process.model.id), process, step, viewer, place), process.model, scope).limit(COUNTED)
            count = session.scalar(select(func.count()).select_from(some.subquery())) or 0
            if count:
                found.append(Group(process, step, count, _earliest(session, process, step, viewer, place, scope)))
    return sorted(found, key=lambda group: (group.due_on is None, group.due_on or dt.date.max))


def waiting_lines(session: Session, group: Group, viewer: Viewer, place: Place, scopes: Scopes, limit: int = SHOWN) -> Group:
    """The same group with its records, the earliest due first."""
    process, step, scope = group.process, group.step, scopes(group.step.action)
    wanted = in_scope(_waiting(select(process.model), process, step, viewer, place), process.model, scope)
    found = _dated(session, process, step, scope, wanted, limit) if step.deadline is not None else []
    if len(found) < limit:
        others = wanted.where(process.model.id.not_in([record.id for record in found])).order_by(process.model.id)
        found += session.scalars(others.limit(limit - len(found)))
    dues = _dues(session, process, step, [record.id for record in found])
    return Group(process, step, group.count, group.due_on,
                 tuple(_lines(session, process, [(record, dues.get(record.id)) for record in found])))


def _dated(session: Session, process: Process, step: Step, scope: Scope, wanted: Any, limit: int) -> list[Any]:
    """Records in the order of their due days. The days are walked by their index, some at a time, and not joined:
    PostgreSQL without statistics takes a minute for the join of ten thousand."""
    found, skip = list[Any](), 0
    days = select(ProcessDue.record_id).where(
        ProcessDue.tenant_id.in_(sorted(scope.tenants)), ProcessDue.process == process.code, ProcessDue.step == step.code
    ).order_by(ProcessDue.due_on, ProcessDue.record_id)
    while len(found) < limit and skip < COUNTED:
        ids = session.scalars(days.offset(skip).limit(WALKED)).all()
        rows = {record.id: record for record in session.scalars(wanted.where(process.model.id.in_(ids)))} if ids else {}
        found += [rows[one] for one in ids if one in rows]
        if len(ids) < WALKED:
            break
        skip += WALKED
    return found[:limit]


def _dues(session: Session, process: Process, step: Step, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, ProcessDue]:
    statement = select(ProcessDue).where(ProcessDue.process == process.code, ProcessDue.step == step.code,
                                         ProcessDue.record_id.in_(list(ids)))
    return {due.record_id: due for due in session.scalars(statement)}


def late_steps(session: Session, processes: Iterable[Process], scopes: Scopes, limit: int = MOST) -> list[Late]:
    """What is past its due day, the longest first, for whoever may see the records."""
    found: list[Late] = []
    for process in processes:
        scope = scopes(process.read)
        if not scope.tenants or not any(step.deadline for step in process.steps):
            continue
        statement = select(process.model, ProcessDue).join(ProcessDue, _belongs(process)).where(
            ProcessDue.due_on < today(), *_there(process))
        rows = session.execute(in_scope(statement, process.model, scope).order_by(ProcessDue.due_on, process.model.id).limit(limit)).all()
        steps = {step.code: step for step in process.steps}
        found += [Late(process, steps[line.due.step], line) for line in _lines(session, process, rows)
                  if line.due is not None and line.due.step in steps]
    return sorted(found, key=lambda late: late.line.due.due_on if late.line.due else dt.date.max)[:limit]


def _earliest(session: Session, process: Process, step: Step, viewer: Viewer, place: Place, scope: Scope) -> dt.date | None:
    if step.deadline is None:
        return None
    statement = select(ProcessDue.due_on).join(process.model, _belongs(process, step))
    statement = in_scope(_waiting(statement, process, step, viewer, place), process.model, scope)
    return session.scalars(statement.order_by(ProcessDue.due_on).limit(1)).first()


def _lines(session: Session, process: Process, rows: Sequence[Any]) -> list[Line]:
    homes = units_by_id(session, {record.unit_id for record, _ in rows})
    return [Line(record, process.name_of(record), homes.get(record.unit_id), due) for record, due in rows]


def _belongs(process: Process, step: Step | None = None) -> ColumnElement[bool]:
    model = process.model
    terms = [ProcessDue.tenant_id == model.tenant_id, ProcessDue.record_id == model.id, ProcessDue.process == process.code]
    return and_(*terms, *([ProcessDue.step == step.code] if step else []))


def _there(process: Process) -> list[ColumnElement[bool]]:
    return [process.model.removed_at.is_(None)] if hasattr(process.model, "removed_at") else []


def _waiting(statement: Any, process: Process, step: Step, viewer: Viewer, place: Place) -> Any:
    """Records that stand where the step begins, less those that are somebody else's to do."""
    model = process.model
    statement = statement.where(model.state.in_(step.sources), *_there(process))
    apart = set(step.not_by)
    if not viewer.allowed(step.action, place, frozenset({"is_submitter"})) and viewer.allowed(step.action, place):
        apart |= {process.submits}
    if apart:
        statement = statement.where(~_did(process, apart, viewer.account_id))
    if step.at:
        ranges = viewer.reach(step.action).ranges
        within = select(Unit.id).where(or_(*(and_(Unit.path >= low, Unit.path < high) for low, high in ranges)))
        statement = statement.where(getattr(model, step.at).in_(within))
    return statement.where(_did(process, set(step.only_by), viewer.account_id)) if step.only_by else statement


def _did(process: Process, steps: set[str], account_id: uuid.UUID) -> ColumnElement[bool]:
    model = process.model
    own = select(ProcessMark.id).where(
        ProcessMark.tenant_id == model.tenant_id, ProcessMark.record_id == model.id, ProcessMark.process == process.code,
        ProcessMark.step.in_(steps), ProcessMark.account_id == account_id)
    # The offset keeps PostgreSQL from making a join of it, which without statistics it does in a loop over all marks.
    return own.correlate(model).limit(1).offset(0).exists()
