"""Telling workers that there is something to do, once it has been committed. Losing this loses no job: workers
look at the table by themselves every minute."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

#: called with the tenant, the job, and the moment it is due (None: now)
Waker = Callable[[str, uuid.UUID, "dt.datetime | None"], None]
_WAITING = "bangfu.jobs"
_wakers: WeakKeyDictionary[Engine, Waker] = WeakKeyDictionary()


def set_waker(engine: Engine, waker: Waker) -> None:
    """Say who is to be told of jobs committed to this database by this process."""
    _wakers[engine] = waker


def after_commit(session: Session, tenant_id: str, job_id: uuid.UUID, due: dt.datetime | None) -> None:
    """Wake a worker when this session commits, and nobody when it rolls back."""
    if _WAITING not in session.info:
        session.info[_WAITING] = []
        event.listen(session, "after_commit", _committed)
        event.listen(session, "after_rollback", _forget)
    session.info[_WAITING].append((tenant_id, job_id, due))


def _committed(session: Session) -> None:
    waker = _wakers.get(session.get_bind().engine)
    jobs, session.info[_WAITING] = session.info[_WAITING], []
    for job in jobs:
        if waker is not None:
            waker(*job)


def _forget(session: Session) -> None:
    session.info[_WAITING] = []
