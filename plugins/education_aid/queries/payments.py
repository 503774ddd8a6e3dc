"""Reads of batches, payments and lines."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import get_scoped, in_scope
from plugins.education_aid.models.payments import RETURNED, WAITING, Batch, BatchLine, Payment

ZERO = Decimal("0.00")


def get_batch(session: Session, scope: Scope, batch_id: uuid.UUID) -> Batch:
    """A batch in scope, or NotFound."""
    return get_scoped(session, Batch, batch_id, scope)


def lines_of(session: Session, batch: Batch) -> Sequence[BatchLine]:
    """The lines of a batch, in the order of the file."""
    return session.scalars(select(BatchLine).where(BatchLine.tenant_id == batch.tenant_id, BatchLine.batch_id == batch.id)
                           .order_by(BatchLine.line)).all()


def payments_in(session: Session, batch: Batch) -> dict[uuid.UUID, Payment]:
    """The payments that stand in a batch now, by id."""
    return {one.id: one for one in session.scalars(select(Payment).where(
        Payment.tenant_id == batch.tenant_id, Payment.batch_id == batch.id))}


def waiting_for_batch(session: Session, tenant_id: str, school_year: int, term: int, *, again: bool = False,
                      fund: str | None = None, limit: int = 20_000) -> Sequence[Payment]:
    """Payments of a term that stand in no batch: new ones, or those the bank has sent back (待重发)."""
    statement = select(Payment).where(
        Payment.tenant_id == tenant_id, Payment.school_year == school_year, Payment.term == term, Payment.batch_id.is_(None),
        Payment.state == (RETURNED if again else WAITING)).order_by(Payment.unit_id, Payment.id).limit(limit)
    if fund is not None:
        statement = statement.where(Payment.fund == fund)
    return session.scalars(statement).all()


def count_states(session: Session, scope: Scope, school_year: int, term: int) -> dict[str, tuple[int, Decimal]]:
    """How many payments of a term stand in each state, and their sum."""
    statement: Any = select(Payment.state, func.count(), func.sum(Payment.amount)).where(
        Payment.school_year == school_year, Payment.term == term).group_by(Payment.state)
    return {state: (count, amount or ZERO) for state, count, amount in session.execute(in_scope(statement, Payment, scope))}


def next_number(session: Session, tenant_id: str, year: int) -> str:
    """The next number of a year in the county: 2020-001; the unique key refuses a second of the same."""
    low, high = f"{year}-", f"{year}."
    last = session.scalar(select(func.max(Batch.number)).where(Batch.tenant_id == tenant_id, Batch.number >= low, Batch.number < high))
    return f"{year}-{int(last.rpartition('-')[2]) + 1 if last else 1:04d}"


def empty(session: Session, batch: Batch) -> list[str]:
    """What a batch lacks before it is approved."""
    return [] if batch.lines else ["批次里没有可发放的人"]


def silent(session: Session, batch: Batch) -> list[str]:
    """What the bank has not said a word on."""
    count = session.scalar(select(func.count()).select_from(BatchLine).where(
        BatchLine.tenant_id == batch.tenant_id, BatchLine.batch_id == batch.id, BatchLine.outcome == "")) or 0
    return [f"还有 {count} 行没有回盘"] if count else []


def shown_lines(session: Session, batch: Batch, limit: int = 2_000) -> list[tuple[BatchLine, Payment]]:
    """The lines of a batch with their payments, those sent back first."""
    statement = select(BatchLine, Payment).join(
        Payment, (Payment.tenant_id == BatchLine.tenant_id) & (Payment.id == BatchLine.payment_id)).where(
        BatchLine.tenant_id == batch.tenant_id,
        BatchLine.batch_id == batch.id).order_by(BatchLine.outcome.desc(), BatchLine.line).limit(limit)
    return [(line, payment) for line, payment in session.execute(statement)]


def newest_batches(session: Session, scope: Scope, limit: int = 20) -> Sequence[Batch]:
    """The newest batches in scope."""
    return session.scalars(in_scope(select(Batch), Batch, scope).order_by(Batch.id.desc()).limit(limit)).all()
