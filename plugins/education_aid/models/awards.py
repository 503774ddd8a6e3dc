"""Runs and what came of them: an award is one item for one person in one term, with why it is that much."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Integer, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, Yuan, new_id, utcnow


def text_of(length: int) -> String:
    """Text compared byte by byte on both databases."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class AidRun(TenantScoped, Base):
    """One working out of entitlements for a term, by the facts of a day. `kind`: run, or what_if for a plan that is not in
    force; a what-if that was cited is never deleted."""

    __tablename__ = "education_aid_runs"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    kind: Mapped[str] = mapped_column(String(8), default="run")
    title: Mapped[str] = mapped_column(String(120), default="")
    school_year: Mapped[int] = mapped_column(SmallInteger)
    #: 1 autumn, 2 spring
    term: Mapped[int] = mapped_column(SmallInteger)
    as_on: Mapped[dt.date]
    #: which versions of which plans it read: tenant → version, and a digest of the items
    plans: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    items_hash: Mapped[str] = mapped_column(String(64), default="")
    #: waiting, done, failed
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    #: children, awards, amounts by item, fund and level, undecided, what changed
    counts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    job_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    who: Mapped[str] = mapped_column(String(80), default="")
    account_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    created_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    finished_at: Mapped[dt.datetime | None]
    #: of a what-if: the plan as it was tried, and where it was cited
    draft: Mapped[str] = mapped_column(Text, default="", deferred=True)
    cited_in: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        Index("ix_education_aid_runs_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_education_aid_runs_term", "tenant_id", "school_year", "term", "id"),
    )


class Award(TenantScoped, Base):
    """One item for one person in one term: what they are entitled to. Unique by (person, year, term, item): a second run
    changes the row, it never adds one. `unit_id` is the school, or of one who studies elsewhere the county's own unit."""

    __tablename__ = "education_aid_awards"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    run_id: Mapped[uuid.UUID] = mapped_column(Id)
    person_id: Mapped[uuid.UUID] = mapped_column(Id)
    enrolment_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    school_year: Mapped[int] = mapped_column(SmallInteger)
    term: Mapped[int] = mapped_column(SmallInteger)
    stage: Mapped[str] = mapped_column(String(16), default="")
    class_name: Mapped[str] = mapped_column(text_of(40), default="")
    item: Mapped[str] = mapped_column(text_of(60))
    item_name: Mapped[str] = mapped_column(String(120))
    clause: Mapped[str] = mapped_column(String(80), default="")
    #: whose plan the item stands in, and its version
    plan_tenant: Mapped[str] = mapped_column(String(20), default="")
    plan_version: Mapped[int] = mapped_column(Integer, default=0)
    #: cash, waiver, reimbursement, in_kind, discretionary
    kind: Mapped[str] = mapped_column(String(16))
    #: yuan; of what is not monetised 0
    amount: Mapped[Decimal] = mapped_column(Yuan)
    fund: Mapped[str] = mapped_column(String(80), default="")
    #: level or unit → yuan; "" is what no share is stated for
    shares: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    #: the facts the rule asked about, none of which tells who the person is
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    #: entitled, ended (a later run no longer finds it)
    state: Mapped[str] = mapped_column(String(16), default="entitled")
    reason: Mapped[str] = mapped_column(String(400), default="")

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "run_id"], ["education_aid_runs.tenant_id", "education_aid_runs.id"],
                             name="fk_education_aid_awards_run_id"),
        Index("ix_education_aid_awards_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("uq_education_aid_awards_person", "tenant_id", "person_id", "school_year", "term", "item", unique=True),
        Index("ix_education_aid_awards_term", "tenant_id", "school_year", "term", "item", "id"),
        Index("ix_education_aid_awards_tenant_id_run_id", "tenant_id", "run_id"),
        Index("ix_education_aid_awards_tenant_id_amount_id", "tenant_id", "amount", "id"),
    )


class Undecided(TenantScoped, Base):
    """A child for whom an item could not be decided, with the facts that are missing: listed, never taken for nothing."""

    __tablename__ = "education_aid_undecided"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    run_id: Mapped[uuid.UUID] = mapped_column(Id)
    person_id: Mapped[uuid.UUID] = mapped_column(Id)
    school_year: Mapped[int] = mapped_column(SmallInteger)
    term: Mapped[int] = mapped_column(SmallInteger)
    item: Mapped[str] = mapped_column(text_of(60))
    item_name: Mapped[str] = mapped_column(String(120))
    clause: Mapped[str] = mapped_column(String(80), default="")
    #: the names of the missing facts, as officials call them
    missing: Mapped[list[str]] = mapped_column(Json, default=list)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "run_id"], ["education_aid_runs.tenant_id", "education_aid_runs.id"],
                             name="fk_education_aid_undecided_run_id"),
        Index("ix_education_aid_undecided_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_education_aid_undecided_tenant_id_run_id", "tenant_id", "run_id", "id"),
    )


class Difference(TenantScoped, Base):
    """What a later run of a term changed for one child and item: a draft of back-pay, or of claw-back, in yuan."""

    __tablename__ = "education_aid_differences"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    run_id: Mapped[uuid.UUID] = mapped_column(Id)
    person_id: Mapped[uuid.UUID] = mapped_column(Id)
    school_year: Mapped[int] = mapped_column(SmallInteger)
    term: Mapped[int] = mapped_column(SmallInteger)
    item: Mapped[str] = mapped_column(text_of(60))
    item_name: Mapped[str] = mapped_column(String(120))
    before: Mapped[Decimal] = mapped_column(Yuan)
    after: Mapped[Decimal] = mapped_column(Yuan)
    #: backpay, clawback
    kind: Mapped[str] = mapped_column(String(12))
    #: draft, settled
    state: Mapped[str] = mapped_column(String(12), default="draft")

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "run_id"], ["education_aid_runs.tenant_id", "education_aid_runs.id"],
                             name="fk_education_aid_differences_run_id"),
        Index("ix_education_aid_differences_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_education_aid_differences_tenant_id_run_id", "tenant_id", "run_id", "id"),
    )


class Carried(TenantScoped, Base):
    """A row that went over to another record when two persons became one, so that it can go back."""

    __tablename__ = "education_aid_carried"

    merge_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    #: the table of the row
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    record_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
