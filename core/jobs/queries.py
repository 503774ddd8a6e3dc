"""What people see of jobs: their own, and those of the units where they may read others'."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, Table, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import criterion
from core.errors import N_, NotFound
from core.extensions import utcnow
from core.jobs.models import OPEN, Job, State
from core.units.models import Unit

_TABLE = cast(Table, Job.__table__)
_C = _TABLE.c
PAGE = 50
#: how long a page watches a job that does not begin
WATCHED = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Sight:
    """Whose jobs somebody sees: their own within `own`, all within `others`, none of the hidden codes."""

    account_id: uuid.UUID
    own: Scope
    others: Scope
    hidden: Sequence[str]

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same as a condition on jobs."""
        mine = and_(Job.account_id == self.account_id, or_(Job.unit_id.is_(None), criterion(Job, self.own)))
        return and_(or_(mine, criterion(Job, self.others)), Job.code.not_in(self.hidden))


@dataclass(frozen=True)
class Mine:
    """How many of one's own jobs go on, whether something will soon be seen of them, and how many have ended
    since one last looked."""

    going: int
    moving: bool
    ended: int


def list_jobs(session: Session, sight: Sight, *, state: str = "", mine: bool = False,
              before: uuid.UUID | None = None, limit: int = PAGE) -> tuple[list[tuple[Job, str]], uuid.UUID | None]:
    """The newest jobs with the names of their units, and the id to go on before."""
    statement = _named(sight).order_by(Job.id.desc()).limit(limit + 1)
    if state:
        statement = statement.where(Job.state == state)
    if mine:
        statement = statement.where(Job.account_id == sight.account_id)
    if before is not None:
        statement = statement.where(Job.id < before)
    rows = [(row[0], row[1] or "") for row in session.execute(statement)]
    return rows[:limit], rows[limit - 1][0].id if len(rows) > limit else None


def get_job(session: Session, sight: Sight, job_id: uuid.UUID) -> tuple[Job, str]:
    """One job with the name of its unit; raises NotFound where it is not to be seen."""
    found = session.execute(_named(sight).where(Job.id == job_id)).first()
    if found is None:
        raise NotFound(N_("没有这个后台任务，或者它不在您的范围内"))
    return found[0], found[1] or ""


def find_open(session: Session, codes: Sequence[str]) -> Job | None:
    """The unfinished job of these codes, in whichever tenant it was begun: for work of which there is one at a time."""
    statement = select(_TABLE).where(_C.code.in_(codes), _C.state.in_(OPEN)).order_by(_C.id).limit(1)
    found = session.connection().execute(statement).one_or_none()
    return Job(**found._mapping) if found is not None else None


#: written once: every page asks it
_MINE = (select(_C.state, func.count(), func.max(_C.created_at))
         .where(_C.account_id == bindparam("account"), ~_C.noticed, _C.code.not_in(bindparam("hidden", expanding=True)))
         .group_by(_C.state))


def count_mine(session: Session, account_id: uuid.UUID, hidden: Sequence[str]) -> Mine:
    """One's own jobs in every tenant, as two numbers."""
    # Past the tenant fence: pages about the account itself open no tenant.
    found = [tuple(row) for row in session.connection().execute(_MINE, {"account": account_id, "hidden": list(hidden)})]
    return Mine(sum(count for state, count, _newest in found if state in OPEN),
                any(_moves(state, newest) for state, _count, newest in found),
                sum(count for state, count, _newest in found if state not in OPEN))


def moves(job: Job) -> bool:
    """Whether a page should look again by itself. What has waited for an hour may wait for days, for its plugin
    to be switched on; a page that went on asking would keep its reader signed in."""
    return _moves(job.state, job.created_at)


def _moves(state: str, created: dt.datetime) -> bool:
    return state == State.RUNNING or (state == State.WAITING and utcnow() - created < WATCHED)


def newest(session: Session, state: str | None, limit: int) -> Sequence[Row[Any]]:
    """The newest jobs of every tenant, for the administrator of the machine."""
    statement = select(_TABLE).order_by(_C.id.desc()).limit(limit)
    if state:
        statement = statement.where(_C.state == state)
    return session.connection().execute(statement).all()


def _named(sight: Sight) -> Select[Job, str]:
    return select(Job, Unit.name).outerjoin(Unit, Unit.id == Job.unit_id).where(sight.condition)
