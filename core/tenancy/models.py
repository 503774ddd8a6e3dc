"""Tenants and the versions of their plans."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, new_id, utcnow


class Tenant(Base):
    """A unit that holds its own plan and data. `id` is the unit's code at the founding and never changes,
    even when the unit is re-coded or moved."""

    __tablename__ = "tenants"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"), unique=True)
    founded_on: Mapped[dt.date]
    #: made up for a plan whose place is not named; shown wherever the tenant is shown
    fictitious: Mapped[bool] = mapped_column(Boolean, default=False)


class Plan(Base):
    """One version of a tenant's plan: proposed → applied, refused or withdrawn.

    The plan of a day is the highest applied version that has started by then, so earlier versions keep
    answering for their own days. A reference table, not tenant-scoped: plans are published documents, and
    every layer below reads those above.
    """

    __tablename__ = "plans"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    #: no foreign key: a first plan is proposed before its tenant is founded
    tenant_id: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    #: the profile exactly as it was given (TOML), and where it came from
    source: Mapped[str] = mapped_column(Text)
    file: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(400))
    #: the tenant's place, the documents and the clauses as the profile gives them
    head: Mapped[dict[str, object]] = mapped_column(Json)
    #: the day from which this version runs
    starts_on: Mapped[dt.date]
    #: the version that ran when this one was previewed; it must still run when this one is approved
    base_version: Mapped[int | None] = mapped_column(Integer)
    proposed_by: Mapped[str] = mapped_column(String(80))
    proposed_account_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    proposed_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_account_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    decided_at: Mapped[dt.datetime | None]
    note: Mapped[str] = mapped_column(String(400), default="")

    __table_args__ = (Index("uq_plans_tenant_id_version", "tenant_id", "version", unique=True),)


class PlanEntry(Base):
    """One entry of a plan (a phase, a duty, a report due, a plugin's parameter) with its clause and dates."""

    __tablename__ = "plan_entries"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    plan_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("plans.id"), index=True)
    tenant_id: Mapped[str] = mapped_column(String(20))
    #: "phase", "report", "education_aid.item": the section of the profile
    section: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(200))
    clause: Mapped[str] = mapped_column(String(80))
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    #: active, masked, pending or unspecified
    state: Mapped[str] = mapped_column(String(12))
    #: open, fixed, floor or ceiling: what the layers below may do
    mode: Mapped[str] = mapped_column(String(8))
    value: Mapped[dict[str, object]] = mapped_column(Json)
    note: Mapped[str] = mapped_column(Text, default="")
    line: Mapped[int] = mapped_column(Integer)

    __table_args__ = (Index("ix_plan_entries_tenant_id_section_code", "tenant_id", "section", "code"),)
