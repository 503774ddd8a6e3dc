"""What people see of jobs: their own, and those of the units where they may read others'."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, Table, and_, func, or_, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import criterion
from core.errors import N_, NotFound
from core.jobs.models import OPEN, Job
from core.units.models import Unit

_TABLE = cast(Table, Job.__table__)
_C = _TABLE.c
PAGE = 50


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
    """How many of one's own jobs go on, and how many have ended since one last looked."""

    going: int
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


def count_mine(session: Session, account_id: uuid.UUID, hidden: Sequence[str]) -> Mine:
    """One's own jobs in every tenant, as two numbers."""
    # Past the tenant fence: pages about the account itself open no tenant.
    counted = (select(_C.state.in_(OPEN).label("going"), func.count().label("count"))
               .where(_C.account_id == account_id, ~_C.noticed, _C.code.not_in(hidden))
               .group_by(_C.state.in_(OPEN)))
    found = {bool(going): int(count) for going, count in session.connection().execute(counted)}
    return Mine(found.get(True, 0), found.get(False, 0))


def newest(session: Session, state: str | None, limit: int) -> Sequence[Row[Any]]:
    """The newest jobs of every tenant, for the administrator of the machine."""
    statement = select(_TABLE).order_by(_C.id.desc()).limit(limit)
    if state:
        statement = statement.where(_C.state == state)
    return session.connection().execute(statement).all()


def _named(sight: Sight) -> Select[Job, str]:
    return select(Job, Unit.name).outerjoin(Unit, Unit.id == Job.unit_id).where(sight.condition)
