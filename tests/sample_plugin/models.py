"""Visits and the payments that go with them."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Integer, Numeric, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, Yuan, new_id
from core.privacy.columns import key_column, mask_column, sealed_column


class Visit(TenantScoped, Base):
    """A visit paid to a household or school, with the amount handed over."""

    __tablename__ = "sample_visits"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: whom it was paid to, where that is known
    person_id: Mapped[uuid.UUID | None] = mapped_column(Id)
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
    """A record that followed a change of the tree or a merge of persons, and where it stood before, so that it can go
    back."""

    __tablename__ = "sample_moved"

    operation_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    #: visit, payment, or merge: a visit that went over to another person
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    record_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    from_id: Mapped[uuid.UUID] = mapped_column(Id)


class Family(TenantScoped, Base):
    """A family that is visited: a ledger with a field of every kind."""

    __tablename__ = "sample_families"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    number: Mapped[str] = mapped_column(String(20))
    head: Mapped[str] = mapped_column(String(50))
    head_key: Mapped[str] = mapped_column(String(50), default="")
    id_number_sealed: Mapped[bytes | None] = sealed_column("id_number")
    id_number_key: Mapped[str | None] = key_column()
    id_number_mask: Mapped[str] = mask_column()
    phone_sealed: Mapped[bytes | None] = sealed_column("phone")
    phone_key: Mapped[str | None] = key_column()
    phone_mask: Mapped[str] = mask_column()
    bank_card_sealed: Mapped[bytes | None] = sealed_column("bank_card")
    bank_card_key: Mapped[str | None] = key_column()
    bank_card_mask: Mapped[str] = mask_column()
    register_number_sealed: Mapped[bytes | None] = sealed_column("register_number")
    register_number_key: Mapped[str | None] = key_column()
    register_number_mask: Mapped[str] = mask_column()
    members: Mapped[int | None] = mapped_column(Integer)
    area: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    income: Mapped[Decimal | None] = mapped_column(Yuan)
    identified_on: Mapped[dt.date | None]
    left_on: Mapped[dt.date | None]
    paid_month: Mapped[str | None] = mapped_column(String(7))
    kind: Mapped[str | None] = mapped_column(String(12))
    causes: Mapped[list[str] | None] = mapped_column(Json)
    water: Mapped[bool | None]
    school_year: Mapped[int | None] = mapped_column(SmallInteger)
    term: Mapped[int | None] = mapped_column(SmallInteger)
    note: Mapped[str | None] = mapped_column(String(2000))
    extra: Mapped[dict[str, Any] | None] = mapped_column(Json)
    removed_at: Mapped[dt.datetime | None]

    __table_args__ = (
        Index("ix_sample_families_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        *(Index(f"ix_sample_families_tenant_id_{name}_id", "tenant_id", name, "id")
          for name in ("number", "head", "id_number_key", "income", "identified_on", "kind")),
    )


class Gift(TenantScoped, Base):
    """Something given: a small ledger whose records cannot be removed."""

    __tablename__ = "sample_gifts"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    title: Mapped[str] = mapped_column(String(200))
    value: Mapped[Decimal] = mapped_column(Yuan)
    given_on: Mapped[dt.date]

    __table_args__ = (Index("ix_sample_gifts_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
                      Index("ix_sample_gifts_tenant_id_given_on_id", "tenant_id", "given_on", "id"))


class Certificate(TenantScoped, Base):
    """A certificate for a gift: a ledger whose records go through a process."""

    __tablename__ = "sample_certificates"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = mapped_column(String(16), default="draft")
    donor: Mapped[str] = mapped_column(String(80))
    amount: Mapped[Decimal | None] = mapped_column(Yuan)
    #: given when it is issued
    number: Mapped[int | None] = mapped_column(Integer)
    removed_at: Mapped[dt.datetime | None]

    __table_args__ = (UniqueConstraint("tenant_id", "number"),
                      Index("ix_sample_certificates_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
                      Index("ix_sample_certificates_tenant_id_state_id", "tenant_id", "state", "id"))
