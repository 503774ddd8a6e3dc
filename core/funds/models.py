"""Accounts, every movement of their money, donors' wishes upon it, transfers under way, money to be recovered."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, synonym

from core.extensions import Base, Id, Json, TenantScoped, Yuan, new_id, utcnow

ZERO = Decimal("0.00")


class AccountKind(StrEnum):
    """What an account is for: a unit's own money, a fund with a name, money on its way, money collected for others."""

    OWN = "own"
    NAMED = "named"
    TRANSIT = "transit"
    COLLECTED = "collected"


class MovementKind(StrEnum):
    """What a movement is."""

    RECEIPT = "receipt"
    SPENDING = "spending"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    REVERSAL = "reversal"


def _text(length: int) -> String:
    """Text compared byte by byte on both databases, so that pages agree."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def _account(column: str, table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", column], ["fund_accounts.tenant_id", "fund_accounts.id"],
                                name=f"fk_{table}_{column}")


class FundAccount(TenantScoped, Base):
    """An account (专账) of a unit. `balance` is the sum of its movements, `reserved` the part of it upon which wishes
    rest, `moves` how many movements it has: all three change with each movement in one guarded statement."""

    __tablename__ = "fund_accounts"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    code: Mapped[str] = mapped_column(_text(60))
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12))
    #: village, township, county, city or province
    level: Mapped[str] = mapped_column(String(12))
    #: the uses it may be spent on (专款专用); empty: any
    purposes: Mapped[list[str]] = mapped_column(Json, default=list)
    #: the entry of the plan's section `fund` whose rules bind it, or ""
    fund: Mapped[str] = mapped_column(String(60), default="")
    #: days within which money collected or on its way is passed on; None: nothing is said
    pass_on_days: Mapped[int | None] = mapped_column(Integer)
    balance: Mapped[Decimal] = mapped_column(Yuan, default=ZERO)
    reserved: Mapped[Decimal] = mapped_column(Yuan, default=ZERO)
    moves: Mapped[int] = mapped_column(Integer, default=0)
    opened_on: Mapped[dt.date]
    closed_on: Mapped[dt.date | None]
    #: the last day of the newest closed period (结账)
    closed_until: Mapped[dt.date | None]
    #: when it was last recomputed, and what did not agree; "" where all did
    checked_at: Mapped[dt.datetime | None]
    fault: Mapped[str] = mapped_column(String(300), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("reserved >= 0 AND balance >= reserved", name="covered"),
        Index("ix_fund_accounts_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # as the mapper asks for it

    @property
    def free(self) -> Decimal:
        """What may be spent where no wish is named."""
        return self.balance - self.reserved


class FundMovement(TenantScoped, Base):
    """One movement of money into (positive) or out of (negative) an account. It is never changed or removed: what was
    wrong is reversed. `number` counts within the account without a gap, `balance_after` is the balance it left."""

    __tablename__ = "fund_movements"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    account_id: Mapped[uuid.UUID] = mapped_column(Id)
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(12))
    amount: Mapped[Decimal] = mapped_column(Yuan)
    balance_after: Mapped[Decimal] = mapped_column(Yuan)
    on: Mapped[dt.date] = mapped_column("happened_on")
    #: under the name of its column, as ledgers read it
    happened_on = synonym("on")
    #: the same key is booked once only, however often it is asked for
    key: Mapped[str] = mapped_column(_text(160))
    #: the record it comes from, "slug.noun:uuid"
    source: Mapped[str] = mapped_column(_text(120), default="")
    use: Mapped[str] = mapped_column(_text(60), default="")
    place_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    project: Mapped[str] = mapped_column(String(120), default="")
    person_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    designation_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    transfer_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    recovery_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: the movement that this one takes back
    reverses_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    memo: Mapped[str] = mapped_column(String(200), default="")
    who: Mapped[str] = mapped_column(String(80), default="")
    #: the login of whoever booked it
    booked_by: Mapped[uuid.UUID | None] = mapped_column(Id)
    booked_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    #: the merges of persons by which it came to its person, the latest last
    came_by: Mapped[list[str]] = mapped_column(Json, default=list)
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        _account("account_id", "fund_movements"),
        UniqueConstraint("tenant_id", "key"),
        UniqueConstraint("tenant_id", "account_id", "number"),
        UniqueConstraint("tenant_id", "reverses_id"),
        Index("ix_fund_movements_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_fund_movements_tenant_id_happened_on_id", "tenant_id", "happened_on", "id"),
        Index("ix_fund_movements_tenant_id_source", "tenant_id", "source"),
        Index("ix_fund_movements_tenant_id_person_id", "tenant_id", "person_id"),
        Index("ix_fund_movements_tenant_id_designation_id", "tenant_id", "designation_id"),
        Index("ix_fund_movements_tenant_id_transfer_id", "tenant_id", "transfer_id"),
        Index("ix_fund_movements_tenant_id_recovery_id", "tenant_id", "recovery_id"),
    )


class FundDesignation(TenantScoped, Base):
    """A giver's wish upon a part of a balance: a place, a use, a project or a person. What is empty is left open."""

    __tablename__ = "fund_designations"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    account_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: as it is said to people: 村A 助学
    title: Mapped[str] = mapped_column(String(160))
    amount: Mapped[Decimal] = mapped_column(Yuan)
    left: Mapped[Decimal] = mapped_column("amount_left", Yuan)
    place_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    use: Mapped[str] = mapped_column(_text(60), default="")
    project: Mapped[str] = mapped_column(String(120), default="")
    person_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    source: Mapped[str] = mapped_column(_text(120), default="")
    #: the wish in the account the money was sent from
    parent_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    came_by: Mapped[list[str]] = mapped_column(Json, default=list)
    created_at: Mapped[dt.datetime] = mapped_column(default=utcnow)

    __table_args__ = (
        _account("account_id", "fund_designations"),
        CheckConstraint("amount_left >= 0 AND amount_left <= amount", name="within"),
        Index("ix_fund_designations_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_fund_designations_tenant_id_account_id_id", "tenant_id", "account_id", "id"),
        Index("ix_fund_designations_tenant_id_person_id", "tenant_id", "person_id"),
    )


class FundTransfer(TenantScoped, Base):
    """Money sent from one account to another, through a transit account where the route has two hops."""

    __tablename__ = "fund_transfers"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: None: the money came from outside straight into the transit account
    from_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    via_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    to_id: Mapped[uuid.UUID] = mapped_column(Id)
    amount: Mapped[Decimal] = mapped_column(Yuan)
    sent_on: Mapped[dt.date]
    due_on: Mapped[dt.date | None]
    arrived_on: Mapped[dt.date | None]
    reversed_on: Mapped[dt.date | None]
    #: what has arrived so far
    arrived: Mapped[Decimal] = mapped_column(Yuan, default=ZERO)
    designation_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    key: Mapped[str] = mapped_column(_text(160))
    source: Mapped[str] = mapped_column(_text(120), default="")
    memo: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[dt.datetime] = mapped_column(default=utcnow)

    __table_args__ = (
        _account("from_id", "fund_transfers"),
        _account("via_id", "fund_transfers"),
        _account("to_id", "fund_transfers"),
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("arrived >= 0 AND arrived <= amount", name="within"),
        Index("ix_fund_transfers_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_fund_transfers_tenant_id_arrived_on_id", "tenant_id", "arrived_on", "id"),
    )

    @property
    def under_way(self) -> Decimal:
        """What has been sent and has not arrived."""
        return ZERO if self.reversed_on else self.amount - self.arrived


class FundRecovery(TenantScoped, Base):
    """An order to pay back money that was misused (追回资金), and what has come back of it."""

    __tablename__ = "fund_recoveries"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: the account into which it is paid
    account_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: the unit that pays
    debtor_id: Mapped[uuid.UUID] = mapped_column(Id)
    amount: Mapped[Decimal] = mapped_column(Yuan)
    recovered: Mapped[Decimal] = mapped_column(Yuan, default=ZERO)
    reason: Mapped[str] = mapped_column(String(400))
    ordered_on: Mapped[dt.date]
    due_on: Mapped[dt.date | None]
    source: Mapped[str] = mapped_column(_text(120), default="")
    key: Mapped[str] = mapped_column(_text(160))

    __table_args__ = (
        _account("account_id", "fund_recoveries"),
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("recovered >= 0 AND recovered <= amount", name="within"),
        Index("ix_fund_recoveries_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
    )

    @property
    def outstanding(self) -> Decimal:
        """What is still owed."""
        return self.amount - self.recovered


class FundPeriod(TenantScoped, Base):
    """A closed period of an account: no movement may be dated in it any more, and its balance is kept."""

    __tablename__ = "fund_periods"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    account_id: Mapped[uuid.UUID] = mapped_column(Id)
    until: Mapped[dt.date]
    #: the balance of all movements dated up to then, and how many they are
    balance: Mapped[Decimal] = mapped_column(Yuan)
    moves: Mapped[int] = mapped_column(Integer)
    who: Mapped[str] = mapped_column(String(80), default="")
    closed_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    #: reopened: when, by whom, why
    reopened_at: Mapped[dt.datetime | None]
    reopened: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    __table_args__ = (
        _account("account_id", "fund_periods"),
        Index("ix_fund_periods_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_fund_periods_tenant_id_account_id_until", "tenant_id", "account_id", "until"),
    )
