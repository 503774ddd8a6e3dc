"""Every balance worked out again from its movements; where something differs, the first place is named."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.funds.models import (
    ZERO,
    FundAccount,
    FundDesignation,
    FundMovement,
    FundPeriod,
    FundRecovery,
    FundTransfer,
)


@dataclass(frozen=True)
class Difference:
    """Where an account does not agree with its movements. `number` is the first movement that does not fit."""

    account_id: uuid.UUID
    what: str
    expected: str
    found: str
    number: int | None = None
    on: dt.date | None = None

    @property
    def text(self) -> str:
        """As people read it."""
        place = f"第 {self.number} 笔（{self.on}）：" if self.number is not None else ""
        return f"{place}{self.what}应为 {self.expected}，账上为 {self.found}"


def recount(session: Session, tenant_id: str) -> list[Difference]:
    """Every difference in a tenant, those of the run of movements first. Each check is one statement, so that it sees
    one moment, whatever is booked meanwhile."""
    runs = list(_runs(session, tenant_id))
    checks = (_balances if runs else _ends, _reserves, _wishes, _transfers, _recoveries, _periods)
    return [*runs, *(found for check in checks for found in check(session, tenant_id))]


def _runs(session: Session, tenant_id: str) -> Iterator[Difference]:
    """Numbers without a gap, each balance the one before it and the amount; of each account the first break alone.
    Each movement looks for the one before it by the unique index, which is quicker than a window over all."""
    before = aliased(FundMovement)
    joined = ((before.tenant_id == FundMovement.tenant_id) & (before.account_id == FundMovement.account_id)
              & (before.number == FundMovement.number - 1))
    due = func.coalesce(before.balance_after, ZERO, type_=FundMovement.amount.type) + FundMovement.amount
    gap = before.id.is_(None) & (FundMovement.number != 1)
    rows = session.execute(
        select(FundMovement.account_id, FundMovement.number, FundMovement.on, FundMovement.balance_after, due.label("due"),
               before.id.label("before")).outerjoin(before, joined)
        .where(FundMovement.tenant_id == tenant_id, or_(gap, FundMovement.balance_after != due))
        .order_by(FundMovement.account_id, FundMovement.number))
    seen: set[uuid.UUID] = set()
    for row in rows:
        if row.account_id in seen:
            continue
        seen.add(row.account_id)
        if row.before is None and row.number != 1:
            wanted = _last_before(session, tenant_id, row.account_id, row.number) + 1
            yield Difference(row.account_id, "序号", str(wanted), str(row.number), row.number, row.on)
        else:
            yield Difference(row.account_id, "本笔之后余额", _said(row.due), _said(row.balance_after), row.number, row.on)


def _last_before(session: Session, tenant_id: str, account_id: uuid.UUID, number: int) -> int:
    """The number after which movements are missing."""
    return session.scalar(select(func.max(FundMovement.number)).where(
        FundMovement.tenant_id == tenant_id, FundMovement.account_id == account_id, FundMovement.number < number)) or 0


def _ends(session: Session, tenant_id: str) -> Iterator[Difference]:
    """Where no run is broken, the last movement says what all of them add up to, and how many they are."""
    last = select(func.max(FundMovement.number)).where(
        FundMovement.tenant_id == FundAccount.tenant_id, FundMovement.account_id == FundAccount.id).scalar_subquery()
    newest = aliased(FundMovement)
    total = func.coalesce(newest.balance_after, ZERO, type_=FundMovement.amount.type)
    count = func.coalesce(newest.number, 0)
    rows = session.execute(
        select(FundAccount.id, FundAccount.balance, FundAccount.moves, total, count)
        .outerjoin(newest, (newest.tenant_id == FundAccount.tenant_id) & (newest.account_id == FundAccount.id) & (newest.number == last))
        .where(FundAccount.tenant_id == tenant_id, or_(FundAccount.balance != total, FundAccount.moves != count)))
    yield from _apart(rows)


def _balances(session: Session, tenant_id: str) -> Iterator[Difference]:
    """The same by adding up every movement."""
    total = func.coalesce(func.sum(FundMovement.amount), ZERO, type_=FundMovement.amount.type)
    rows = session.execute(
        select(FundAccount.id, FundAccount.balance, FundAccount.moves, total, func.count(FundMovement.id))
        .outerjoin(FundMovement, (FundMovement.tenant_id == FundAccount.tenant_id) & (FundMovement.account_id == FundAccount.id))
        .where(FundAccount.tenant_id == tenant_id).group_by(FundAccount.id, FundAccount.balance, FundAccount.moves)
        .having(or_(FundAccount.balance != total, FundAccount.moves != func.count(FundMovement.id))))
    yield from _apart(rows)


def _apart(rows: Iterable[Any]) -> Iterator[Difference]:
    """Accounts whose balance or number of movements is another than counted."""
    for account_id, balance, moves, summed, count in rows:
        if balance != summed:
            yield Difference(account_id, "余额", _said(summed), _said(balance))
        if moves != count:
            yield Difference(account_id, "笔数", str(count), str(moves))


def _reserves(session: Session, tenant_id: str) -> Iterator[Difference]:
    total = func.coalesce(func.sum(FundDesignation.left), ZERO, type_=FundDesignation.left.type)
    rows = session.execute(
        select(FundAccount.id, FundAccount.reserved, total)
        .outerjoin(FundDesignation, (FundDesignation.tenant_id == FundAccount.tenant_id)
                   & (FundDesignation.account_id == FundAccount.id))
        .where(FundAccount.tenant_id == tenant_id).group_by(FundAccount.id, FundAccount.reserved)
        .having(FundAccount.reserved != total))
    for account_id, reserved, summed in rows:
        yield Difference(account_id, "指定用途合计", _said(summed), _said(reserved))


def _wishes(session: Session, tenant_id: str) -> Iterator[Difference]:
    joined = (FundMovement.tenant_id == FundDesignation.tenant_id) & (FundMovement.designation_id == FundDesignation.id)
    total = func.coalesce(func.sum(FundMovement.amount), ZERO, type_=FundMovement.amount.type)
    rows = session.execute(
        select(FundDesignation.account_id, FundDesignation.title, FundDesignation.left, total).outerjoin(FundMovement, joined)
        .where(FundDesignation.tenant_id == tenant_id)
        .group_by(FundDesignation.id, FundDesignation.account_id, FundDesignation.title, FundDesignation.left)
        .having(FundDesignation.left != total))
    for account_id, title, left, summed in rows:
        yield Difference(account_id, f"指定用途“{title}”余额", _said(summed), _said(left))


def _transfers(session: Session, tenant_id: str) -> Iterator[Difference]:
    """All sides of a transfer add up to nothing, or to what came from outside; what arrived stands in the target."""
    joined = (FundMovement.tenant_id == FundTransfer.tenant_id) & (FundMovement.transfer_id == FundTransfer.id)
    inside = func.coalesce(func.sum(FundMovement.amount), ZERO, type_=FundMovement.amount.type)
    landed = func.coalesce(func.sum(FundMovement.amount).filter(FundMovement.account_id == FundTransfer.to_id), ZERO,
                           type_=FundMovement.amount.type)
    rows = session.execute(select(FundTransfer, inside, landed).outerjoin(FundMovement, joined)
                           .where(FundTransfer.tenant_id == tenant_id).group_by(*FundTransfer.__table__.columns))
    for transfer, summed, arrived in rows:
        gone = transfer.reversed_on is not None
        outside = transfer.amount if transfer.from_id is None and not gone else ZERO
        if summed != outside:
            yield Difference(transfer.to_id, "拨付两边合计", _said(outside), _said(summed))
        if arrived != (ZERO if gone else transfer.arrived):
            yield Difference(transfer.to_id, "拨付到账", _said(ZERO if gone else transfer.arrived), _said(arrived))


def _recoveries(session: Session, tenant_id: str) -> Iterator[Difference]:
    joined = (FundMovement.tenant_id == FundRecovery.tenant_id) & (FundMovement.recovery_id == FundRecovery.id)
    total = func.coalesce(func.sum(FundMovement.amount), ZERO, type_=FundMovement.amount.type)
    rows = session.execute(select(FundRecovery.account_id, FundRecovery.recovered, total).outerjoin(FundMovement, joined)
                           .where(FundRecovery.tenant_id == tenant_id)
                           .group_by(FundRecovery.id, FundRecovery.account_id, FundRecovery.recovered)
                           .having(FundRecovery.recovered != total))
    for account_id, recovered, summed in rows:
        yield Difference(account_id, "追回合计", _said(summed), _said(recovered))


def _periods(session: Session, tenant_id: str) -> Iterator[Difference]:
    """A closed period still is what it was when it was closed."""
    within: ColumnElement[bool] = ((FundMovement.tenant_id == FundPeriod.tenant_id) & (FundMovement.account_id == FundPeriod.account_id)
                                   & (FundMovement.on <= FundPeriod.until))
    total = func.coalesce(func.sum(FundMovement.amount), ZERO, type_=FundMovement.amount.type)
    rows = session.execute(select(FundPeriod.account_id, FundPeriod.until, FundPeriod.balance, total).outerjoin(FundMovement, within)
                           .where(FundPeriod.tenant_id == tenant_id, FundPeriod.reopened_at.is_(None))
                           .group_by(FundPeriod.id, FundPeriod.account_id, FundPeriod.until, FundPeriod.balance)
                           .having(FundPeriod.balance != total))
    for account_id, until, balance, summed in rows:
        yield Difference(account_id, f"结账至 {until} 的余额", _said(balance), _said(summed))


def _said(amount: Decimal) -> str:
    return f"{amount:,.2f}"
