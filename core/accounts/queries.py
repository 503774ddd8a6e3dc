"""Reads of accounts and of who holds what."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.access.models import Assignment
from core.access.queries import nearest_tenant
from core.access.reach import Range, Reach
from core.accounts.models import Account
from core.errors import N_, NotFound
from core.extensions import today
from core.trail.models import PLATFORM
from core.units.models import Unit

Criterion = ColumnElement[bool] | InstrumentedAttribute[bool]


@dataclass(frozen=True)
class Post:
    """An assignment with its unit, and the person who holds it."""

    id: uuid.UUID
    account_id: uuid.UUID
    login: str
    name: str
    role: str
    unit_code: str
    unit_name: str
    path: str
    valid_from: dt.date
    valid_to: dt.date | None


def find_account(session: Session, account_id: uuid.UUID) -> Account | None:
    """An account by its id."""
    return session.get(Account, account_id)


def find_by_login(session: Session, login: str) -> Account | None:
    """An account by the name it signs in with."""
    return session.scalar(select(Account).where(Account.login == login.strip().lower()))


def lock_account(session: Session, account_id: uuid.UUID) -> Account:
    """An account as it is now, held until the end of the transaction: others who change it wait; raises NotFound."""
    found = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(N_("没有这个账号，或者它不在您的范围内"))
    return found


def get_account(session: Session, account_id: uuid.UUID) -> Account:
    """An account by its id; raises NotFound."""
    found = find_account(session, account_id)
    if found is None:
        raise NotFound(N_("没有这个账号，或者它不在您的范围内"))
    return found


def list_posts(session: Session, account_id: uuid.UUID, *, on: dt.date | None = None,
               ahead: bool = False) -> list[Post]:
    """What an account holds on a day (today unless given); with `ahead` also what it will hold."""
    return _posts(session, [Assignment.account_id == account_id], on, ahead=ahead)


def list_posts_in(session: Session, reach: Reach, *, on: dt.date | None = None, limit: int = 500) -> list[Post]:
    """Every assignment at a unit within the reach."""
    if not reach:
        return []
    return _posts(session, [or_(*(_between(item) for item in reach.ranges))], on, limit)


def get_post(session: Session, reach: Reach, post_id: uuid.UUID) -> Post:
    """An assignment within the reach that holds or is to begin; raises NotFound."""
    ranges = [or_(*(_between(item) for item in reach.ranges))] if reach else []
    found = _posts(session, [Assignment.id == post_id, *ranges], None, ahead=True) if reach else []
    if not found:
        raise NotFound(N_("没有这项任职，或者它不在您的范围内"))
    return found[0]


def list_posts_at(session: Session, paths: Iterable[str], roles: Iterable[str], *,
                  on: dt.date | None = None) -> list[Post]:
    """Who holds one of these roles at exactly these units."""
    return _posts(session, [Unit.path.in_(sorted(paths)), Assignment.role.in_(sorted(roles))], on)


def home_tenant(session: Session, account_id: uuid.UUID | None) -> str:
    """The tenant on whose trail an account's coming and going stands: that of its highest post of today, the
    platform's while it has none."""
    path = session.scalar(
        select(Unit.path).join(Assignment, Assignment.unit_id == Unit.id)
        .where(Assignment.account_id == account_id, Assignment.valid_from <= today(),
               or_(Assignment.valid_to.is_(None), Assignment.valid_to > today()))
        .order_by(Unit.depth, Unit.path).limit(1))
    found = nearest_tenant(session, path) if path else None
    return found.id if found else PLATFORM


def list_demo_posts(session: Session) -> list[Post]:
    """The made-up people of the demo, for the sign-in page."""
    return _posts(session, [Account.demo, Account.active], None)


def _between(item: Range) -> ColumnElement[bool]:
    return and_(Unit.path >= item[0], Unit.path < item[1])


def _posts(session: Session, criteria: Sequence[Criterion], on: dt.date | None, limit: int = 500, *,
           ahead: bool = False) -> list[Post]:
    day = on or today()
    begun = [] if ahead else [Assignment.valid_from <= day]
    rows = session.execute(
        select(Assignment.id, Account.id, Account.login, Account.name, Assignment.role, Unit.code, Unit.name,
               Unit.path, Assignment.valid_from, Assignment.valid_to)
        .join(Account, Account.id == Assignment.account_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(*criteria, *begun,
               or_(Assignment.valid_to.is_(None), Assignment.valid_to > day))
        .order_by(Unit.path, Assignment.role, Account.login).limit(limit))
    return [Post(*tuple(row)) for row in rows]


def units_below(session: Session, reach: Reach, limit: int) -> list[Unit]:
    """The open units of a reach, from the top of the tree down."""
    if not reach:
        return []
    return list(session.scalars(select(Unit).where(or_(*(_between(item) for item in reach.ranges)),
                                                   Unit.closed_on.is_(None)).order_by(Unit.path).limit(limit)))
