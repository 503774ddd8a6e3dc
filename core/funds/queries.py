"""All reads of money within the caller's scope."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_, NotFound
from core.funds.models import ZERO, FundAccount, FundDesignation, FundMovement, FundPeriod, FundRecovery, FundTransfer

Row = TypeVar("Row", FundAccount, FundDesignation, FundMovement, FundRecovery, FundTransfer)


def find_account(session: Session, tenant_id: str, code: str) -> FundAccount | None:
    """An account of a tenant by its code."""
    return session.scalar(select(FundAccount).where(FundAccount.tenant_id == tenant_id, FundAccount.code == code))


def get_account(session: Session, tenant_id: str, account_id: uuid.UUID) -> FundAccount:
    """An account of a tenant as it is now, or NotFound."""
    return _get(session, FundAccount, tenant_id, account_id)


def get_movement(session: Session, tenant_id: str, movement_id: uuid.UUID) -> FundMovement:
    """A movement of a tenant, or NotFound."""
    return _get(session, FundMovement, tenant_id, movement_id)


def get_designation(session: Session, tenant_id: str, designation_id: uuid.UUID) -> FundDesignation:
    """A wish, or NotFound."""
    return _get(session, FundDesignation, tenant_id, designation_id)


def get_transfer(session: Session, tenant_id: str, transfer_id: uuid.UUID) -> FundTransfer:
    """A transfer, or NotFound."""
    return _get(session, FundTransfer, tenant_id, transfer_id)


def get_recovery(session: Session, tenant_id: str, recovery_id: uuid.UUID) -> FundRecovery:
    """An order to pay back, or NotFound."""
    return _get(session, FundRecovery, tenant_id, recovery_id)


def find_movement_by_key(session: Session, tenant_id: str, key: str) -> FundMovement | None:
    """What was booked under a key."""
    return session.scalar(select(FundMovement).where(FundMovement.tenant_id == tenant_id, FundMovement.key == key))


def find_transfer_by_key(session: Session, tenant_id: str, key: str) -> FundTransfer | None:
    """What was sent under a key."""
    return session.scalar(select(FundTransfer).where(FundTransfer.tenant_id == tenant_id, FundTransfer.key == key))


def open_designations(session: Session, account: FundAccount) -> Sequence[FundDesignation]:
    """The wishes upon an account of which something is left, the oldest first."""
    return session.scalars(select(FundDesignation).where(
        FundDesignation.tenant_id == account.tenant_id, FundDesignation.account_id == account.id,
        FundDesignation.left > ZERO).order_by(FundDesignation.id)).all()


def periods_of(session: Session, account: FundAccount) -> Sequence[FundPeriod]:
    """The closed periods of an account, the newest first."""
    return session.scalars(select(FundPeriod).where(
        FundPeriod.tenant_id == account.tenant_id, FundPeriod.account_id == account.id)
        .order_by(FundPeriod.until.desc(), FundPeriod.id.desc())).all()


def movements_of(session: Session, tenant_id: str, source: str) -> Sequence[FundMovement]:
    """What was booked for a record ("slug.noun:uuid"), the oldest first."""
    return session.scalars(select(FundMovement).where(FundMovement.tenant_id == tenant_id, FundMovement.source == source)
                           .order_by(FundMovement.id)).all()


def movements_of_transfer(session: Session, transfer: FundTransfer) -> Sequence[FundMovement]:
    """Both sides of a transfer's hops, the oldest first."""
    return session.scalars(select(FundMovement).where(
        FundMovement.tenant_id == transfer.tenant_id, FundMovement.transfer_id == transfer.id)
        .order_by(FundMovement.id)).all()


def _get(session: Session, model: type[Row], tenant_id: str, row_id: uuid.UUID) -> Row:
    found = session.scalar(select(model).where(model.tenant_id == tenant_id, model.id == row_id)
                           .execution_options(populate_existing=True))
    if found is None:
        raise NotFound(N_("没有这条记录，或者它不在您的范围内"))
    return found
