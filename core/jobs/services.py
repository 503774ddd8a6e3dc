"""Asking for a job, cancelling one, beginning one afresh."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.extensions import Actor, new_id, utcnow
from core.jobs import waking
from core.jobs.clock import later
from core.jobs.models import Job, State

_TABLE = Job.__table__


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
