"""Asking for a job, cancelling one, beginning one afresh."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, cast

from sqlalchemy import CursorResult, Table, and_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, RuleViolation
from core.extensions import Actor, new_id, utcnow
from core.extensions.phrases import phrase
from core.jobs import waking
from core.jobs.clock import later
from core.jobs.leases import cancelled_words
from core.jobs.models import Job, State, is_periodic
from core.jobs.permissions import Action
from core.trail.services import record

CANCELLED = phrase(N_("取消后台任务（%(code)s）"))
TRIED_AGAIN = phrase(N_("重试后台任务（%(code)s）"))
_TABLE = cast(Table, Job.__table__)
_C = _TABLE.c


def enqueue(session: Session, actor: Actor, code: str, arguments: dict[str, Any], *, tenant_id: str,
            unit_id: uuid.UUID | None = None, key: str | None = None,
            not_before: dt.datetime | None = None) -> Job:
    """Ask for a job in the caller's transaction; workers are woken once that has committed.

    With a key, an unfinished job of the tenant that has the same key is given instead of a second one.
    Give the unit the work is for: who may see the job is decided by it. `not_before` is UTC. The job given
    is a copy, not an object of the session. What the job is about is trailed by the business service.
    """
    values = {
        "tenant_id": tenant_id, "id": new_id(), "unit_id": unit_id, "code": code, "arguments": arguments,
        "key": key, "open_key": key, "account_id": actor.account_id, "who": actor.name[:80], "role": actor.role,
        "state": State.WAITING, "created_at": utcnow(), "not_before": not_before or later(0),
        "attempts": 0, "spent": 0, "cancelled_by": "", "done": 0, "total": 0, "note": "", "sentence": "",
        "file_name": "", "file_type": "", "file_size": 0, "file_path": "", "noticed": False,
    }
    session.flush()  # the job may be about a row that is written in the same breath
    connection = session.connection()  # past the tenant fence: work may be asked of another tenant
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(Job).on_conflict_do_nothing(index_elements=["tenant_id", "open_key"])
    while True:
        # The database waits here for a rival that has not committed yet, and then sees its row.
        connection.execute(statement.values(values))
        same = _TABLE.c.id == values["id"] if key is None else _TABLE.c.open_key == key
        found = connection.execute(select(_TABLE).where(_TABLE.c.tenant_id == tenant_id, same)).one_or_none()
        if found is not None:
            waking.after_commit(session, found.tenant_id, found.id, not_before)
            return Job(**found._mapping)


def cancel_job(session: Session, job: Job, actor: Actor) -> None:
    """Cancel a job: at once while it waits, at its next sign of life while it runs. Periodic work stays."""
    if is_periodic(job):
        raise RuleViolation(N_("定时任务由平台自动进行，不能取消"), rule="job-periodic")
    waiting = {"state": State.CANCELLED, "open_key": None, "cancelled_by": actor.name[:80],
               "finished_at": later(0), "sentence": cancelled_words(actor.name), "noticed": True}
    if not (_changed(session, job, (State.WAITING,), waiting)
            or _changed(session, job, (State.RUNNING,), {"cancelled_by": actor.name[:80]})):
        raise Conflict(N_("这个任务已经结束，不能取消"))
    record(session, actor, Action.MANAGE, CANCELLED(code=job.code), subject=f"job:{job.id}",
           tenant_id=job.tenant_id, unit_id=job.unit_id, before={"state": job.state})


def retry_job(session: Session, job: Job, actor: Actor) -> None:
    """Begin a failed or cancelled job afresh, with all its tries."""
    same = select(_C.id).where(_C.tenant_id == job.tenant_id, _C.open_key == job.key)
    if job.key is not None and session.connection().execute(same).first() is not None:
        raise Conflict(N_("同样的任务正在等待或进行，不必重试"))
    afresh = {"state": State.WAITING, "open_key": job.key, "cancelled_by": "", "not_before": later(0),
              "spent": _C.attempts, "finished_at": None, "sentence": "", "done": 0, "total": 0, "note": ""}
    if not _changed(session, job, (State.FAILED, State.CANCELLED), afresh):
        raise Conflict(N_("只有未完成或已取消的任务可以重试"))
    waking.after_commit(session, job.tenant_id, job.id, None)
    record(session, actor, Action.MANAGE, TRIED_AGAIN(code=job.code), subject=f"job:{job.id}",
           tenant_id=job.tenant_id, unit_id=job.unit_id, before={"state": job.state})


def note_seen(session: Session, account_id: uuid.UUID) -> None:
    """The person has looked at what became of their jobs."""
    session.connection().execute(
        update(_TABLE).where(_C.account_id == account_id, ~_C.noticed, _C.finished_at.is_not(None))
        .values(noticed=True))


def _changed(session: Session, job: Job, states: tuple[State, ...], values: dict[str, Any]) -> bool:
    """Change the row if it is still in one of these states: a worker may have been quicker."""
    this = and_(_C.tenant_id == job.tenant_id, _C.id == job.id, _C.state.in_(states))
    return cast(CursorResult[Any], session.connection().execute(update(_TABLE).where(this).values(values))).rowcount == 1
