"""What gifts were spent on, the photographs of handing over, and the orders of the supervisors."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, TenantScoped, Yuan, new_id


class Spending(TenantScoped, Base):
    """One payment out of gifts: from which account or restricted gift, for which use, to which household."""

    __tablename__ = "donations_spendings"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    campaign_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    account_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: the restricted gift it is paid from
    gift_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    project_code: Mapped[str] = mapped_column(String(40), default="")
    use: Mapped[str] = mapped_column(String(16))
    amount: Mapped[Decimal] = mapped_column(Yuan)
    spent_on: Mapped[dt.date]
    #: until when the plan wants it paid, and by how many days it was late
    due_on: Mapped[dt.date | None]
    late_days: Mapped[int] = mapped_column(Integer, default=0)
    place_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    household_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    person_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    memo: Mapped[str] = mapped_column(String(200), default="")
    #: paid, reversed
    state: Mapped[str] = mapped_column(String(16), default="paid")
    created_by: Mapped[uuid.UUID | None] = mapped_column(Id)

    __table_args__ = (
        Index("ix_donations_spendings_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        *(Index(f"ix_donations_spendings_tenant_id_{name}_id", "tenant_id", name, "id")
          for name in ("spent_on", "household_id", "person_id", "project_code")),
    )


class Photo(TenantScoped, Base):
    """A photograph of handing over. It is public only with the consent of the guardians of the children on it."""

    __tablename__ = "donations_photos"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    document_id: Mapped[uuid.UUID] = mapped_column(Id)
    campaign_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    title: Mapped[str] = mapped_column(String(120))
    taken_on: Mapped[dt.date]
    consent_on: Mapped[dt.date | None]
    public: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index("ix_donations_photos_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_donations_photos_tenant_id_campaign_id_id", "tenant_id", "campaign_id", "id"),
    )


class Order(TenantScoped, Base):
    """An order to put something right, given by a supervisor who changes nothing himself."""

    __tablename__ = "donations_orders"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    #: gift, spending or campaign, and which
    subject_kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[uuid.UUID] = mapped_column(Id)
    demand: Mapped[str] = mapped_column(String(1000))
    opened_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    opened_by: Mapped[uuid.UUID | None] = mapped_column(Id)
    opened_name: Mapped[str] = mapped_column(String(80))
    answer: Mapped[str] = mapped_column(String(1000), default="")
    answered_on: Mapped[dt.date | None]
    #: open, answered, closed
    state: Mapped[str] = mapped_column(String(16), default="open")
    closed_on: Mapped[dt.date | None]

    __table_args__ = (
        Index("ix_donations_orders_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_donations_orders_tenant_id_state_id", "tenant_id", "state", "id"),
    )


class Moved(TenantScoped, Base):
    """A record that followed a change of the tree or a merge of persons, and where it stood before."""

    __tablename__ = "donations_moved"

    operation_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    #: the table and the column that moved
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    from_id: Mapped[uuid.UUID] = mapped_column(Id)
