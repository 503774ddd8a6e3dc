"""What the API reads beyond the queries of the slices it speaks for."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, exists, literal_column, or_, select
from sqlalchemy.orm import Session

from core.access import arrival
from core.access.arrival import Arrival, Branch, Destination
from core.access.models import Assignment
from core.access.reach import Reach
from core.access.statements import UNITS
from core.accounts.models import Account
from core.api.models import ApiAnswer, ApiToken
from core.api.plain import PlainRow, plain_rows
from core.errors import N_, NotFound
from core.extensions import past_fence, today
from core.tenancy.models import Plan, PlanEntry
from core.units.models import Unit


@dataclass(frozen=True)
class Holder:
    """A token with the account it acts for and the unit it is held to."""

    token_id: uuid.UUID
    title: str
    prefix: str
    actions: list[str]
    until: dt.datetime
    revoked_at: dt.datetime | None
    last_used_at: dt.datetime | None
    account_id: uuid.UUID
    name: str
    active: bool
    must_change: bool
    unit_id: uuid.UUID
    unit_code: str
    unit_name: str
    unit_path: str


TOKENS: Table = ApiToken.__table__  # type: ignore[assignment]
#: what a list says of a unit
CHILD = ("id", "code", "name", "kind", "level", "since", "closed_on")
ACCOUNTS: Table = Account.__table__  # type: ignore[assignment]
_DIGEST = TOKENS.c.digest == bindparam("digest")
_TOKEN = Branch("token", {
    "token_id": TOKENS.c.id, "title": TOKENS.c.title, "prefix": TOKENS.c.prefix, "actions": TOKENS.c.actions,
    "until": TOKENS.c.until, "revoked_at": TOKENS.c.revoked_at, "last_used_at": TOKENS.c.last_used_at,
    "account_id": ACCOUNTS.c.id, "holder": ACCOUNTS.c.name, "active": ACCOUNTS.c.active,
    "must_change": ACCOUNTS.c.must_change, "id": UNITS.c.id, "code": UNITS.c.code, "name": UNITS.c.name,
    "path": UNITS.c.path,
}, lambda rows: rows.select_from(TOKENS.join(ACCOUNTS, ACCOUNTS.c.id == TOKENS.c.account_id)
                                 .join(UNITS, UNITS.c.id == TOKENS.c.unit_id)).where(_DIGEST))
_ACCOUNT = select(TOKENS.c.account_id).where(_DIGEST).scalar_subquery()
#: asked with every request of a token
_BY_TOKEN = arrival.Union(_ACCOUNT, beside=_TOKEN)


@dataclass(frozen=True)
class Post:
    """An assignment of today with its unit and the person who holds it."""

    id: uuid.UUID
    account_id: uuid.UUID
    login: str
    name: str
    role: str
    unit_code: str
    unit_name: str
    valid_from: dt.date
    valid_to: dt.date | None


def find_holder(session: Session, digest: str, to: Destination) -> tuple[Holder, Arrival] | None:
    """Who is behind the token of this hash, whatever has become of them since, and all the guard asks of them."""
    found = arrival.read(session, _BY_TOKEN, {"digest": digest}, to)
    row = found.beside
    return None if row is None else (found.once(Holder, lambda: _holder(row)), found)


def _holder(row: Any) -> Holder:
    return Holder(row.token_id, row.title, row.prefix, row.actions, row.until, row.revoked_at, row.last_used_at,
                  row.account_id, row.holder, row.active, row.must_change, row.id, row.code, row.name, row.path)


def list_tokens(session: Session, account_id: uuid.UUID) -> list[tuple[ApiToken, Unit]]:
    """An account's tokens, newest first, revoked and expired ones too."""
    rows = session.execute(
        select(ApiToken, Unit).join(Unit, Unit.id == ApiToken.unit_id)
        .where(ApiToken.account_id == account_id).order_by(ApiToken.id.desc()))
    return [(token, unit) for token, unit in rows]


def get_token(session: Session, account_id: uuid.UUID, token_id: uuid.UUID) -> ApiToken:
    """One of an account's own tokens; another's does not exist for it."""
    found = session.scalar(select(ApiToken).where(ApiToken.id == token_id, ApiToken.account_id == account_id))
    if found is None:
        raise NotFound(N_("没有这个访问令牌"))
    return found


def find_answer(session: Session, account_id: uuid.UUID, key: str) -> ApiAnswer | None:
    """What a request with this key was answered."""
    return session.get(ApiAnswer, (account_id, key), populate_existing=True)


def page_of_posts(session: Session, reach: Reach, *, before: uuid.UUID | None, limit: int) -> list[Post]:
    """The assignments of today at units within the reach, newest first."""
    if not reach:
        return []
    statement = (
        select(Assignment.id, Account.id, Account.login, Account.name, Assignment.role, Unit.code, Unit.name,
               Assignment.valid_from, Assignment.valid_to)
        .join(Account, Account.id == Assignment.account_id).join(Unit, Unit.id == Assignment.unit_id)
        .where(_within(reach), *_held_today()))
    if before is not None:
        statement = statement.where(Assignment.id < before)
    return [Post(*row[0:9]) for row in session.execute(statement.order_by(Assignment.id.desc()).limit(limit))]


def page_of_accounts(session: Session, reach: Reach, *, before: uuid.UUID | None, limit: int) -> list[Account]:
    """The accounts that hold a post within the reach today, newest first."""
    if not reach:
        return []
    statement = select(Account).where(_posted(reach))
    if before is not None:
        statement = statement.where(Account.id < before)
    return list(session.scalars(statement.order_by(Account.id.desc()).limit(limit)))


def get_account_in(session: Session, reach: Reach, account_id: uuid.UUID) -> Account:
    """An account that holds a post within the reach; any other does not exist for the asker."""
    found = session.scalar(select(Account).where(Account.id == account_id, _posted(reach))) if reach else None
    if found is None:
        raise NotFound(N_("没有这个账号，或者它不在您的范围内"))
    return found


def find_account_in(session: Session, reach: Reach, login: str) -> Account | None:
    """The same by the name it signs in with."""
    if not reach:
        return None
    return session.scalar(select(Account).where(Account.login == login, _posted(reach)))


def _posted(reach: Reach) -> ColumnElement[bool]:
    return exists(select(Assignment.id).join(Unit, Unit.id == Assignment.unit_id).where(
        Assignment.account_id == Account.id, _within(reach), *_held_today()))


def _within(reach: Reach) -> ColumnElement[bool]:
    return or_(*(and_(Unit.path >= low, Unit.path < high) for low, high in reach.ranges))


def _held_today() -> Sequence[ColumnElement[bool]]:
    day = today()
    return (Assignment.valid_from <= day, or_(Assignment.valid_to.is_(None), Assignment.valid_to > day))


def page_of_children(session: Session, unit_id: uuid.UUID, *, after: str | None, limit: int,
                     closed: bool) -> Sequence[PlainRow]:
    """The units directly beneath, by code, as JSON has them; closed ones only when asked for."""
    values: dict[str, Any] = {"unit": unit_id}
    if after is not None:
        values["after"] = after
    return plain_rows(past_fence(session), _children(after is not None, closed, limit), values)


@cache
def _children(after: bool, closed: bool, limit: int) -> Select[Any]:
    unit = UNITS.c
    statement = select(*(unit[name] for name in CHILD)).where(unit.parent_id == bindparam("unit"))
    if not closed:
        statement = statement.where(unit.closed_on.is_(None))
    if after:
        statement = statement.where(unit.code > bindparam("after"))
    return statement.order_by(unit.code).limit(literal_column(str(limit)))


def page_of_versions(session: Session, tenant_id: str, *, below: int | None, limit: int) -> list[Plan]:
    """The versions of a tenant's plan, newest first, those below a number when one is given."""
    statement = select(Plan).where(Plan.tenant_id == tenant_id)
    if below is not None:
        statement = statement.where(Plan.version < below)
    return list(session.scalars(statement.order_by(Plan.version.desc()).limit(limit)))


def page_of_entries(session: Session, plan: Plan, *, section: str, after: tuple[int, int] | None,
                    limit: int) -> list[PlanEntry]:
    """The entries of a version in the order of the profile, those after a (line, position)."""
    statement = select(PlanEntry).where(PlanEntry.plan_id == plan.id)
    if section:
        statement = statement.where(PlanEntry.section == section)
    if after is not None:
        line, position = after
        statement = statement.where(or_(PlanEntry.line > line,
                                        and_(PlanEntry.line == line, PlanEntry.position > position)))
    return list(session.scalars(statement.order_by(PlanEntry.line, PlanEntry.position).limit(limit)))
