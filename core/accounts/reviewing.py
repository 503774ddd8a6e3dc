"""The yearly review: who still holds what, confirmed or ended line by line, and who has not been looked at yet."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from core.access.models import Assignment
from core.access.permissions import Action
from core.access.reach import Reach
from core.accounts import services
from core.accounts.models import Account, PostReview
from core.accounts.queries import Criterion
from core.errors import N_, Conflict, NotFound, NotPermitted
from core.extensions import Actor, today
from core.host.manager import PluginHost
from core.trail.services import record
from core.units.models import Unit

PAGE = 100


@dataclass(frozen=True)
class Line:
    """A post of today with what the review of the year has said of it."""

    id: uuid.UUID
    account_id: uuid.UUID
    login: str
    name: str
    role: str
    unit_code: str
    unit_name: str
    valid_from: object
    valid_to: object
    last_seen_at: object
    reviewed_by: str | None
    reviewed_at: object


def count_lines(session: Session, reach: Reach, year: int) -> tuple[int, int]:
    """How many posts there are, and how many of them have not been reviewed this year."""
    if not reach:
        return 0, 0
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(case((PostReview.id.is_(None), 1), else_=0)), 0))
        .select_from(Assignment).join(Unit, Unit.id == Assignment.unit_id)
        .outerjoin(PostReview, _of(year)).where(*_held(reach))).one()
    return int(row[0]), int(row[1])


def list_lines(session: Session, reach: Reach, year: int, *, open_only: bool, after: uuid.UUID | None = None,
               limit: int | None = PAGE) -> list[Line]:
    """The posts within a reach, a page at a time, or all of them for the file."""
    if not reach:
        return []
    more: list[Criterion] = [PostReview.id.is_(None)] if open_only else []
    if after is not None:
        more.append(Assignment.id > after)
    rows = session.execute(
        select(Assignment.id, Account.id, Account.login, Account.name, Assignment.role, Unit.code, Unit.name,
               Assignment.valid_from, Assignment.valid_to, Account.last_seen_at, PostReview.reviewed_by,
               PostReview.reviewed_at)
        .join(Account, Account.id == Assignment.account_id).join(Unit, Unit.id == Assignment.unit_id)
        .outerjoin(PostReview, _of(year)).where(*_held(reach), *more).order_by(Assignment.id).limit(limit))
    return [Line(*tuple(row)) for row in rows]


def review(session: Session, reach: Reach, post_id: uuid.UUID, year: int, actor: Actor, *, keep: bool,
           tenant_id: str, host: PluginHost | None = None) -> None:
    """Confirm a post for the year, or end it today. Nobody reviews their own."""
    row = session.execute(select(Assignment, Unit, Account).join(Unit, Unit.id == Assignment.unit_id)
                          .join(Account, Account.id == Assignment.account_id)
                          .where(Assignment.id == post_id).with_for_update(of=Assignment)
                          .execution_options(populate_existing=True)).first()
    if row is None or not reach.holds(row[1].path):
        raise NotFound(N_("没有这项任职，或者它不在您的范围内"))
    given, place, account = row[0], row[1], row[2]
    if account.id == actor.account_id:
        raise NotPermitted(N_("自己的任职由别人核查"))
    before = session.execute(select(PostReview.reviewed_by, PostReview.kept).where(  # the assignment is held: nobody else adds one
        PostReview.assignment_id == given.id, PostReview.year == year)).first()
    if before is not None:
        raise Conflict(N_("%(who)s今年已经核查过这项任职，决定继续") if before.kept else
                       N_("%(who)s今年已经核查过这项任职，决定终止"), who=before.reviewed_by)
    session.add(PostReview(assignment_id=given.id, year=year, kept=keep, reviewed_by=actor.name))
    record(session, actor, Action.ACCOUNT_MANAGE,
           f"{year}年核查：{account.name}在{place.name}的任职{'继续' if keep else '终止'}",
           subject=f"assignment:{given.id}", tenant_id=tenant_id, unit_id=place.id)
    if not keep:
        services.end_assignment(session, given.id, place, today(), actor, tenant_id=tenant_id,
                                reason=f"{year}年核查", host=host)


def _of(year: int) -> Criterion:
    return and_(PostReview.assignment_id == Assignment.id, PostReview.year == year)


def _held(reach: Reach) -> list[Criterion]:
    day = today()
    return [Assignment.valid_from <= day, or_(Assignment.valid_to.is_(None), Assignment.valid_to > day),
            or_(*(and_(Unit.path >= low, Unit.path < high) for low, high in reach.ranges))]
