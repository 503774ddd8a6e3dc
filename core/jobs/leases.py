"""Taking a job and keeping hold of it. Every write of a worker names the attempt it took: once another worker
has taken the job, the earlier one changes nothing any more.

Workers serve every tenant, so this module reads and writes the table past the tenant fence.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Table, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from core.extensions import Actor
from core.host.contract import JobSpec
from core.host.manager import PluginHost
from core.host.models import PluginSwitch
from core.host.queries import enabled
from core.jobs.catalogue import CORE, Known, known_jobs
from core.jobs.clock import later
from core.jobs.models import Job, State
from core.trail.models import PLATFORM

_TABLE = cast(Table, Job.__table__)
_C = _TABLE.c
Due = tuple[str, uuid.UUID]
INTERRUPTED = "运行多次中断，没有做完；请重试，仍不行时联系管理员"


@dataclass(frozen=True)
class Taken:
    """A job as one attempt holds it."""

    known: Known
    tenant_id: str
    job_id: uuid.UUID
    attempt: int
    #: tries before this one since the job was last begun afresh
    earlier: int
    unit_id: uuid.UUID | None
    arguments: dict[str, Any]
    actor: Actor
    opened_on: dt.date | None
    last: dict[str, Any] | None

    @property
    def held(self) -> ColumnElement[bool]:
        """True in the table as long as this attempt holds the job."""
        return and_(_C.tenant_id == self.tenant_id, _C.id == self.job_id, _C.attempts == self.attempt,
                    _C.state == State.RUNNING)

    @property
    def number(self) -> str:
        """What people quote to the administrator, who finds it in the log."""
        return f"{self.job_id.hex[-8:].upper()}-{self.attempt}"


def _is_due(early: bool) -> ColumnElement[bool]:
    waits = _C.state == State.WAITING
    return or_(waits if early else and_(waits, _C.not_before <= later(0)),
               and_(_C.state == State.RUNNING, _C.lease_until < later(0)))


def _can_run(host: PluginHost) -> ColumnElement[bool]:
    """Core's own jobs, and those of plugins that are on for the job's tenant (for any, in work of the platform)."""
    owners: dict[str, list[str]] = {}
    for code, known in known_jobs(host).items():
        owners.setdefault(known.owner, []).append(code)
    terms: list[ColumnElement[bool]] = [_C.code.in_(owners.pop(CORE, []))]
    for owner, codes in owners.items():
        on = exists().where(PluginSwitch.plugin == owner, PluginSwitch.on,
                            or_(PluginSwitch.tenant_id == _C.tenant_id, _C.tenant_id == PLATFORM))
        terms.append(and_(_C.code.in_(codes), on))
    return or_(*terms)


def list_due(session: Session, host: PluginHost, *, early: bool = False, limit: int = 100) -> list[Due]:
    """The jobs somebody should take now, the longest waiting first; `early`: also those that are still to wait."""
    statement = (select(_C.tenant_id, _C.id).where(_is_due(early), _can_run(host))
                 .order_by(_C.not_before, _C.id).limit(limit))
    return [(row.tenant_id, row.id) for row in session.connection().execute(statement)]


def take(session: Session, host: PluginHost, due: Due, *, early: bool = False) -> Taken | None:
    """Take a job for one attempt, or None where it is not to be had: not due, taken by another, or its plugin
    is off. A job that was interrupted too often, or is to be cancelled, is ended instead."""
    tenant_id, job_id = due
    this = and_(_C.tenant_id == tenant_id, _C.id == job_id)
    connection = session.connection()
    row = connection.execute(select(_TABLE).where(this, _is_due(early))).one_or_none()
    known = known_jobs(host).get(row.code) if row is not None else None
    if row is None or known is None or not _is_on(session, host, known, tenant_id):
        return None
    tries = row.attempts - row.spent
    values: Mapping[str, Any] = {"state": State.RUNNING, "attempts": row.attempts + 1, "lease_until": later(known.spec.lease),
                                 "started_at": later(0), "finished_at": None, "sentence": ""}
    over = bool(row.state == State.RUNNING and (row.cancelled_by or tries >= known.spec.attempts))
    if over:
        state = State.CANCELLED if row.cancelled_by else State.FAILED
        values = ended(known.spec, state, cancelled_words(row.cancelled_by) if row.cancelled_by else INTERRUPTED)
    seen = and_(this, _is_due(early), _C.attempts == row.attempts)
    if _changed(session, seen, values) != 1 or over:
        return None
    actor = Actor(row.account_id, row.who, role=row.role, source="job")
    return Taken(known, tenant_id, job_id, row.attempts + 1, tries, row.unit_id, row.arguments, actor, row.opened_on,
                 row.result)


def _is_on(session: Session, host: PluginHost, known: Known, tenant_id: str) -> bool:
    return known.owner == CORE or tenant_id == PLATFORM or known.owner in enabled(session, host, tenant_id)


def write(session: Session, taken: Taken, values: Mapping[str, Any]) -> bool:
    """Change the job if this attempt still holds it; says whether it does."""
    return _changed(session, taken.held, values) == 1


def renewal(spec: JobSpec) -> dict[str, Any]:
    """A sign of life."""
    return {"lease_until": later(spec.lease)}


def ended(spec: JobSpec, state: State, sentence: str) -> dict[str, Any]:
    """The values of an end. Periodic work waits for its next turn."""
    values: dict[str, Any] = {"lease_until": None, "finished_at": later(0), "sentence": sentence[:400], "noticed": False}
    if spec.every is not None:
        return {**values, "state": State.WAITING, "not_before": later(spec.every), "spent": _C.attempts}
    return {**values, "state": state, "open_key": None}


def cancelled_words(who: str) -> str:
    """Why a cancelled job ended."""
    return f"{who}取消了任务" if who else "任务已取消"


def _changed(session: Session, where: ColumnElement[bool], values: Mapping[str, Any]) -> int:
    statement = update(_TABLE).where(where).values(values)
    return cast(CursorResult[Any], session.connection().execute(statement)).rowcount
