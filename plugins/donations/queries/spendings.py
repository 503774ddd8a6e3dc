"""Reads of what gifts were spent on, and of the accounts they lie in."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import Page, criterion, get_scoped, in_scope, scoped_page
from core.funds.models import FundAccount
from plugins.donations.models import Gift, Spending

PAGE = 50
ZERO = Decimal("0.00")


def list_spendings(session: Session, scope: Scope, before: uuid.UUID | None = None, limit: int = PAGE) -> Page[Spending]:
    """A page of payments, newest first."""
    return scoped_page(session, Spending, scope, before=before, limit=limit)


def get_spending(session: Session, scope: Scope, spending_id: uuid.UUID) -> Spending:
    """One payment in scope, or NotFound."""
    return get_scoped(session, Spending, spending_id, scope)


def total_spent(session: Session, scope: Scope) -> Decimal:
    """What has been paid out and not taken back."""
    return session.scalar(in_scope(select(func.sum(Spending.amount)).where(Spending.state == "paid"), Spending, scope)) or ZERO


def accounts(session: Session, scope: Scope) -> Sequence[FundAccount]:
    """The accounts of gifts in scope that are open."""
    return session.scalars(in_scope(select(FundAccount).where(
        FundAccount.code >= "donations.", FundAccount.code < "donations/", FundAccount.closed_on.is_(None)), FundAccount, scope)
        .order_by(FundAccount.code).limit(200)).all()


def check_within(session: Session, scope: Scope, account_id: uuid.UUID, gift_id: uuid.UUID | None = None) -> None:
    """Raise NotFound where an account, or a gift, lies outside the scope: nobody pays out of another unit's money."""
    get_scoped(session, FundAccount, account_id, scope)
    if gift_id is not None:
        get_scoped(session, Gift, gift_id, scope)


def restricted_gifts(session: Session, scope: Scope) -> Sequence[Gift]:
    """Gifts that are meant for something, newest first: a payment out of one keeps to it."""
    return session.scalars(in_scope(select(Gift).where(
        Gift.designation != "none", Gift.account_id.is_not(None), Gift.state == "recorded"), Gift, scope)
        .order_by(Gift.id.desc()).limit(200)).all()


def spendings_for_person(session: Session, scope: Scope, person_id: uuid.UUID) -> Sequence[Spending]:
    """What was paid out for one person."""
    paid = select(Spending).where(Spending.person_id == person_id, Spending.state == "paid")
    return session.scalars(in_scope(paid, Spending, scope).order_by(Spending.id.desc()).limit(50)).all()


def spendings_for_household(session: Session, scope: Scope, household_id: uuid.UUID) -> Sequence[Spending]:
    """What was paid out to one household."""
    paid = select(Spending).where(Spending.household_id == household_id, Spending.state == "paid")
    return session.scalars(in_scope(paid, Spending, scope).order_by(Spending.id.desc()).limit(50)).all()


def spendings_of_project(session: Session, scope: Scope, code: str) -> Sequence[Spending]:
    """What was paid for one project."""
    return session.scalars(in_scope(select(Spending).where(Spending.project_code == code), Spending, scope)
                           .order_by(Spending.id.desc()).limit(200)).all()


def spent_by_project(session: Session, scope: Scope) -> dict[str, Decimal]:
    """What has been paid for each project and not taken back, by its code."""
    rows = session.execute(select(Spending.project_code, func.sum(Spending.amount)).where(
        Spending.state == "paid", Spending.project_code != "", criterion(Spending, scope)).group_by(Spending.project_code))
    return {row[0]: row[1] for row in rows}
