"""What the pages of money show, gathered within the caller's scope for their templates and files."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import Page, criterion, get_scoped, scoped_page
from core.errors import N_, NotFound
from core.funds.models import ZERO, FundAccount, FundDesignation, FundMovement, FundRecovery, FundTransfer
from core.units.models import Unit
from core.units.queries import ancestors

PAGE = 50
#: accounts offered as the other side of a transfer
MOST_CHOICES = 300


@dataclass(frozen=True)
class Asked:
    """How the movements of an account are narrowed; empty: not at all."""

    kind: str = ""
    use: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True)
class Sums:
    """Of the movements asked for: how many, what came in, what went out."""

    count: int
    into: Decimal
    out: Decimal


@dataclass(frozen=True)
class Standing:
    """The accounts of a kind in scope, all together."""

    kind: str
    count: int
    balance: Decimal
    reserved: Decimal


def get_account(session: Session, scope: Scope, account_id: uuid.UUID) -> FundAccount:
    """An account in scope, or NotFound."""
    return get_scoped(session, FundAccount, account_id, scope)


def list_accounts(session: Session, scope: Scope, kind: str = "", level: str = "",
                  before: uuid.UUID | None = None, limit: int = PAGE) -> Page[FundAccount]:
    """Accounts in scope, the newest first."""
    return scoped_page(session, FundAccount, scope, before=before, limit=limit, where=_accounts(kind, level))


def totals(session: Session, scope: Scope) -> list[Standing]:
    """What the accounts in scope hold together, by kind."""
    statement = (select(FundAccount.kind, func.count(), func.sum(FundAccount.balance), func.sum(FundAccount.reserved))
                 .where(criterion(FundAccount, scope)).group_by(FundAccount.kind).order_by(FundAccount.kind))
    return [Standing(*row) for row in session.execute(statement)]


def list_movements(session: Session, account: FundAccount, asked: Asked, before: int | None = None,
                   limit: int = PAGE) -> tuple[list[FundMovement], int | None]:
    """Movements of an account, the last booked first, and the number to go on before."""
    where = [*_movements(account, asked), *([FundMovement.number < before] if before is not None else [])]
    rows = list(session.scalars(select(FundMovement).where(*where).order_by(FundMovement.number.desc()).limit(limit + 1)))
    return rows[:limit], rows[limit - 1].number if len(rows) > limit else None


def sums(session: Session, account: FundAccount, asked: Asked) -> Sums:
    """How many movements were asked for, and what they add up to."""
    into = func.sum(case((FundMovement.amount > ZERO, FundMovement.amount)))
    out = func.sum(case((FundMovement.amount < ZERO, FundMovement.amount)))
    row = session.execute(select(func.count(), into, out).where(*_movements(account, asked))).one()
    return Sums(row[0], row[1] or ZERO, -(row[2] or ZERO))


def every_movement(session: Session, account: FundAccount, asked: Asked) -> Iterator[FundMovement]:
    """All of them, in the order they were booked, page by page."""
    after = 0
    while True:
        rows = session.scalars(select(FundMovement).where(*_movements(account, asked), FundMovement.number > after)
                               .order_by(FundMovement.number).limit(500)).all()
        for row in rows:
            yield row
            session.expunge(row)  # a long list is not kept in memory
        if len(rows) < 500:
            return
        after = rows[-1].number


def uses_of(session: Session, account: FundAccount) -> list[str]:
    """The uses an account has been spent on, or may be."""
    found = session.scalars(select(FundMovement.use).where(
        FundMovement.tenant_id == account.tenant_id, FundMovement.account_id == account.id, FundMovement.use != "").distinct())
    return sorted({*found, *account.purposes})


def reversed_ids(session: Session, account: FundAccount, rows: Sequence[FundMovement]) -> set[uuid.UUID]:
    """Those of some movements that have been taken back."""
    return {found for found in session.scalars(select(FundMovement.reverses_id).where(
        FundMovement.tenant_id == account.tenant_id, FundMovement.reverses_id.in_([row.id for row in rows]))) if found}


def designations_of(session: Session, account: FundAccount, limit: int = 100) -> Sequence[FundDesignation]:
    """The wishes upon an account, those with something left first."""
    return session.scalars(select(FundDesignation).where(
        FundDesignation.tenant_id == account.tenant_id, FundDesignation.account_id == account.id)
        .order_by((FundDesignation.left == ZERO), FundDesignation.id.desc()).limit(limit)).all()


def recoveries_of(session: Session, account: FundAccount) -> Sequence[FundRecovery]:
    """The orders to pay into an account, the newest first."""
    return session.scalars(select(FundRecovery).where(
        FundRecovery.tenant_id == account.tenant_id, FundRecovery.account_id == account.id)
        .order_by(FundRecovery.id.desc()).limit(100)).all()


def list_transfers(session: Session, scope: Scope, everything: bool = False,
                   before: uuid.UUID | None = None) -> tuple[list[FundTransfer], uuid.UUID | None]:
    """Transfers sent from, or going to, an account in scope; those under way unless `everything` is asked for."""
    where = [_either_side(scope), *([FundTransfer.id < before] if before else [])]
    if not everything:
        where += [FundTransfer.arrived_on.is_(None), FundTransfer.reversed_on.is_(None)]
    rows = list(session.scalars(select(FundTransfer).where(*where).order_by(FundTransfer.id.desc()).limit(PAGE + 1)))
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def get_transfer(session: Session, scope: Scope, transfer_id: uuid.UUID) -> FundTransfer:
    """A transfer with a side in scope, or NotFound."""
    found = session.scalar(select(FundTransfer).where(FundTransfer.id == transfer_id, _either_side(scope)))
    if found is None:
        raise NotFound(N_("没有这条记录，或者它不在您的范围内"))
    return found


def under_way(session: Session, scope: Scope) -> tuple[int, Decimal]:
    """How many transfers are under way, and what they hold."""
    row = session.execute(select(func.count(), func.sum(FundTransfer.amount - FundTransfer.arrived)).where(
        _either_side(scope), FundTransfer.arrived_on.is_(None), FundTransfer.reversed_on.is_(None))).one()
    return row[0], row[1] or ZERO


def targets_of(session: Session, scope: Scope, account: FundAccount, unit: Unit) -> list[FundAccount]:
    """Where an account may send to: accounts in scope, and those of the units above it."""
    above = [one.id for one in ancestors(session, unit)]
    statement = select(FundAccount).where(
        FundAccount.tenant_id == account.tenant_id, FundAccount.id != account.id, FundAccount.closed_on.is_(None),
        or_(criterion(FundAccount, scope), FundAccount.unit_id.in_(above)))
    return list(session.scalars(statement.order_by(FundAccount.kind, FundAccount.title, FundAccount.id).limit(MOST_CHOICES)))


def accounts_by_id(session: Session, tenant_ids: set[str], ids: set[uuid.UUID]) -> dict[uuid.UUID, FundAccount]:
    """Some accounts of these tenants by their ids."""
    return {found.id: found for found in session.scalars(select(FundAccount).where(
        FundAccount.tenant_id.in_(tenant_ids), FundAccount.id.in_(ids)))} if ids else {}


def _accounts(kind: str, level: str) -> list[ColumnElement[bool]]:
    return [*([FundAccount.kind == kind] if kind else []), *([FundAccount.level == level] if level else [])]


def _movements(account: FundAccount, asked: Asked) -> list[ColumnElement[bool]]:
    found = [FundMovement.tenant_id == account.tenant_id, FundMovement.account_id == account.id]
    if asked.kind:
        found.append(FundMovement.kind == asked.kind)
    if asked.use:
        found.append(FundMovement.use == asked.use)
    if asked.since:
        found.append(FundMovement.on >= asked.since)
    if asked.until:
        found.append(FundMovement.on <= asked.until)
    return found


def _either_side(scope: Scope) -> ColumnElement[bool]:
    mine = select(FundAccount.id).where(criterion(FundAccount, scope), FundAccount.tenant_id == FundTransfer.tenant_id)
    return or_(criterion(FundTransfer, scope), and_(FundTransfer.tenant_id.in_(sorted(scope.tenants)), FundTransfer.to_id.in_(mine)))
