"""What somebody has to look at: money kept back or overdue on its way, recoveries past their day, balances that do
not agree."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from core.access.scope import Scope
from core.access.scoping import in_scope
from core.funds.models import ZERO, AccountKind, FundAccount, FundMovement, FundRecovery, FundTransfer
from core.funds.plan import term_of
from core.funds.rules.retention import Flow, Retained, retained

#: no more of each kind on one page
MOST = 200


@dataclass(frozen=True)
class Alarm:
    """One of them: `kind` is retained, overdue, transfer, recovery or fault; `account_id` where to look."""

    kind: str
    account_id: uuid.UUID
    unit_id: uuid.UUID
    amount: Decimal
    days: int = 0
    words: str = ""


def days_under_way(transfer: FundTransfer, on: dt.date) -> int:
    """How many days a transfer was, or has been, on its way."""
    return ((transfer.arrived_on or transfer.reversed_on or on) - transfer.sent_on).days


def retained_in(session: Session, account: FundAccount, on: dt.date) -> Retained:
    """What a collecting account keeps back on a day. What was taken back does not count, nor what took it back."""
    other = aliased(FundMovement)
    undone = select(other.reverses_id).where(other.tenant_id == account.tenant_id, other.account_id == account.id,
                                             other.reverses_id.is_not(None), other.on <= on)
    rows = session.execute(select(FundMovement.on, FundMovement.amount).where(
        FundMovement.tenant_id == account.tenant_id, FundMovement.account_id == account.id, FundMovement.on <= on,
        FundMovement.reverses_id.is_(None), FundMovement.id.not_in(undone)).order_by(FundMovement.number))
    return retained((Flow(*row) for row in rows), on, term_of(session, account, on))


def list_alarms(session: Session, scope: Scope, on: dt.date) -> list[Alarm]:
    """Every alarm in scope, the kinds in the order of their weight."""
    return [*_faults(session, scope), *_kept(session, scope, on), *_late(session, scope, on), *_owed(session, scope, on)]


def count_alarms(session: Session, scope: Scope, on: dt.date) -> int:
    """How many there are."""
    return len(list_alarms(session, scope, on))


def _accounts(session: Session, scope: Scope, *where: ColumnElement[bool]) -> Sequence[FundAccount]:
    return session.scalars(in_scope(select(FundAccount).where(*where).order_by(FundAccount.id).limit(MOST), FundAccount, scope)).all()


def _faults(session: Session, scope: Scope) -> Iterator[Alarm]:
    for account in _accounts(session, scope, FundAccount.fault != ""):
        yield Alarm("fault", account.id, account.unit_id, account.balance, words=account.fault)


def _kept(session: Session, scope: Scope, on: dt.date) -> Iterator[Alarm]:
    for account in _accounts(session, scope, FundAccount.kind == AccountKind.COLLECTED, FundAccount.balance > ZERO):
        found = retained_in(session, account, on)
        if found.alarm and found.since is not None:
            kind = "overdue" if found.overdue else "retained"
            yield Alarm(kind, account.id, account.unit_id, found.alarm, (on - found.since).days, account.title)


def _late(session: Session, scope: Scope, on: dt.date) -> Iterator[Alarm]:
    statement = select(FundTransfer).where(FundTransfer.arrived_on.is_(None), FundTransfer.reversed_on.is_(None),
                                           FundTransfer.due_on < on).order_by(FundTransfer.due_on).limit(MOST)
    for transfer in session.scalars(in_scope(statement, FundTransfer, scope)):
        account_id = transfer.via_id or transfer.to_id
        yield Alarm("transfer", account_id, transfer.unit_id, transfer.under_way, days_under_way(transfer, on), transfer.memo)


def _owed(session: Session, scope: Scope, on: dt.date) -> Iterator[Alarm]:
    statement = select(FundRecovery).where(FundRecovery.recovered < FundRecovery.amount, FundRecovery.due_on < on)
    for order in session.scalars(in_scope(statement.order_by(FundRecovery.due_on).limit(MOST), FundRecovery, scope)):
        due = order.due_on or on
        yield Alarm("recovery", order.account_id, order.unit_id, order.outstanding, (on - due).days, order.reason)
