"""The library of needs that donors may take on, and who has taken on what."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, TenantScoped, Yuan, new_id


class Need(TenantScoped, Base):
    """A need or a project of a village. What the public reads of it names nobody; whose it is stays inside."""

    __tablename__ = "donations_needs"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    #: the village it counts for
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    #: under which the public knows it
    code: Mapped[str] = mapped_column(String(20))
    #: child, household, project
    kind: Mapped[str] = mapped_column(String(12))
    #: what is needed, as the public reads it
    summary: Mapped[str] = mapped_column(String(200))
    amount: Mapped[Decimal] = mapped_column(Yuan)
    #: the sum of what has been pledged and not withdrawn
    pledged: Mapped[Decimal] = mapped_column(Yuan, default=Decimal(0))
    #: whose need it is; none of a project
    person_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    household_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: when they (of a child: the guardian) agreed to its being published, and where that is kept
    consent_on: Mapped[dt.date | None]
    consent_by: Mapped[str] = mapped_column(String(50), default="")
    consent_proof: Mapped[str] = mapped_column(String(120), default="")
    #: draft, submitted, listed, done, closed
    state: Mapped[str] = mapped_column(String(16), default="draft")
    listed_on: Mapped[dt.date | None]
    note: Mapped[str | None] = mapped_column(String(1000))

    __table_args__ = (
        Index("ix_donations_needs_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_donations_needs_tenant_id_code", "tenant_id", "code", unique=True),
        *(Index(f"ix_donations_needs_tenant_id_{name}_id", "tenant_id", name, "id")
          for name in ("state", "amount", "person_id", "household_id")),
    )


class Pledge(TenantScoped, Base):
    """What one donor takes on of a need: pledged, delivered, confirmed by those who received it."""

    __tablename__ = "donations_pledges"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    need_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: unit, person
    donor_kind: Mapped[str] = mapped_column(String(12))
    donor_name: Mapped[str] = mapped_column(String(120))
    consent: Mapped[str] = mapped_column(String(8), default="masked")
    amount: Mapped[Decimal] = mapped_column(Yuan)
    pledged_on: Mapped[dt.date]
    #: pledged, delivered, confirmed, withdrawn
    state: Mapped[str] = mapped_column(String(16), default="pledged")
    delivered_on: Mapped[dt.date | None]
    confirmed_on: Mapped[dt.date | None]

    __table_args__ = (
        Index("ix_donations_pledges_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_donations_pledges_tenant_id_need_id_id", "tenant_id", "need_id", "id"),
        *(Index(f"ix_donations_pledges_tenant_id_{name}_id", "tenant_id", name, "id")
          for name in ("state", "pledged_on")),
    )
