"""Visits and the payments that go with them."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, TenantScoped, Yuan, new_id


class Visit(TenantScoped, Base):
    """A visit paid to a household or school, with the amount handed over."""

    __tablename__ = "sample_visits"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    title: Mapped[str] = mapped_column(String(200))
    amount: Mapped[Decimal] = mapped_column(Yuan)
    happened_on: Mapped[dt.date]
    #: noted, paid
    state: Mapped[str] = mapped_column(String(12), default="noted")

    __table_args__ = (Index("ix_sample_visits_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),)


class Payment(TenantScoped, Base):
    """The payment of a visit's amount: submitted by one person, approved by another."""

    __tablename__ = "sample_payments"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    visit_id: Mapped[uuid.UUID] = mapped_column(Id)
    amount: Mapped[Decimal] = mapped_column(Yuan)
    #: submitted, approved
    state: Mapped[str] = mapped_column(String(12), default="submitted")
    submitted_by: Mapped[uuid.UUID | None] = mapped_column(Id)
    approved_by: Mapped[uuid.UUID | None] = mapped_column(Id)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "visit_id"], ["sample_visits.tenant_id", "sample_visits.id"]),
        Index("ix_sample_payments_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_sample_payments_tenant_id_visit_id", "tenant_id", "visit_id"),
    )


class Moved(TenantScoped, Base):
    """A record that followed a change of the tree, and where it stood before, so that it can go back."""

    __tablename__ = "sample_moved"

    operation_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    #: visit or payment
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    record_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    from_id: Mapped[uuid.UUID] = mapped_column(Id)
