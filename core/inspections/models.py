"""Checks with their rows and signatures, and the problems found, with their measures and evidence."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, new_id, utcnow

OPEN, DONE = "open", "done"
#: how a row came out
UNCHECKED, GOOD, FAULTY = "", "good", "faulty"


class Inspection(TenantScoped, Base):
    """One check by a form of the plan, at a unit, for a period. Form and facts are kept as they were when it was begun: a
    plan that changes later does not change what was checked."""

    __tablename__ = "inspections"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    #: the unit that is checked
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    #: code of the plan's entry, its name and where it stands
    form: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(120))
    clause: Mapped[str] = mapped_column(String(400), default="")
    #: "2026-11", "2026-2027-1"; of a form without a rhythm the day it was begun
    period: Mapped[str] = mapped_column(String(12))
    begun_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    #: [{code, question, answer}]
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    #: codes of the roles that must sign
    signers: Mapped[list[str]] = mapped_column(Json, default=list)
    #: [[name, label, kind]] of the facts beside each row
    columns: Mapped[list[list[str]]] = mapped_column(Json, default=list)
    row_count: Mapped[int] = mapped_column(Integer, default=0)
    checked_count: Mapped[int] = mapped_column(Integer, default=0)
    faulty_count: Mapped[int] = mapped_column(Integer, default=0)
    #: open until every row is checked and everybody has signed
    state: Mapped[str] = mapped_column(String(16), default=OPEN)
    done_on: Mapped[dt.date | None]
    begun_by: Mapped[uuid.UUID | None] = mapped_column(Id)
    begun_by_name: Mapped[str] = mapped_column(String(80))

    __table_args__ = (
        UniqueConstraint("tenant_id", "unit_id", "form", "period", name="uq_inspections_period"),
        Index("ix_inspections_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_inspections_tenant_id_state_due_on", "tenant_id", "state", "due_on"),
        Index("ix_inspections_tenant_id_due_on_id", "tenant_id", "due_on", "id"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # as the mapper asks for it


class InspectionRow(TenantScoped, Base):
    """One row of a check: what it is about, what was known of it, and the answers."""

    __tablename__ = "inspection_rows"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    inspection_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: its place in the check, from 1
    place: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(120))
    facts: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    #: code of the item → answer
    answers: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    note: Mapped[str] = mapped_column(String(400), default="")
    #: empty until every item is answered; then good or faulty
    result: Mapped[str] = mapped_column(String(8), default=UNCHECKED)
    checked_by: Mapped[str] = mapped_column(String(80), default="")
    checked_on: Mapped[dt.date | None]

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "inspection_id"], ["inspections.tenant_id", "inspections.id"],
                             name="fk_inspection_rows_inspection_id"),
        UniqueConstraint("tenant_id", "inspection_id", "key", name="uq_inspection_rows_key"),
    )


class Signature(TenantScoped, Base):
    """A signature under a check. One for each part, and nobody signs for two parts."""

    __tablename__ = "inspection_signatures"

    inspection_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    #: code of the role
    part: Mapped[str] = mapped_column(String(40), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(Id)
    who: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(default=utcnow)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "inspection_id"], ["inspections.tenant_id", "inspections.id"],
                             name="fk_inspection_signatures_inspection_id"),
        UniqueConstraint("tenant_id", "inspection_id", "account_id", name="uq_inspection_signatures_account_id"),
    )


class Finding(TenantScoped, Base):
    """A problem at a unit, from being raised to being closed. It is closed by the unit that raised it, or one above."""

    __tablename__ = "findings"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    #: whose problem it is
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = mapped_column(String(16), default="raised")
    #: code and name of the plan's type; empty where the plan has none that fits
    kind: Mapped[str] = mapped_column(String(60), default="")
    kind_name: Mapped[str] = mapped_column(String(120), default="")
    title: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(Text, default="")
    clause: Mapped[str] = mapped_column(String(200), default="")
    #: the check and the row it was found in
    inspection_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    row_title: Mapped[str] = mapped_column(String(120), default="")
    raised_on: Mapped[dt.date]
    #: the unit for which it was raised, and by whom
    by_unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    by_name: Mapped[str] = mapped_column(String(80))
    #: at_once, dated, lasting of `rules.rates.WAYS`
    way: Mapped[str] = mapped_column(String(8))
    #: the day set by whoever raised it; none of what needs lasting work
    limit_on: Mapped[dt.date | None]
    measure: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(String(80), default="")
    #: the day promised with the measure, not after the one that was set
    due_on: Mapped[dt.date | None]
    result: Mapped[str] = mapped_column(Text, default="")
    fixed_on: Mapped[dt.date | None]
    closed_on: Mapped[dt.date | None]

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "inspection_id"], ["inspections.tenant_id", "inspections.id"],
                             name="fk_findings_inspection_id"),
        Index("ix_findings_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_findings_tenant_id_state_id", "tenant_id", "state", "id"),
        Index("ix_findings_tenant_id_raised_on_id", "tenant_id", "raised_on", "id"),
        Index("ix_findings_tenant_id_inspection_id", "tenant_id", "inspection_id"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # as the mapper asks for it


class FindingEvidence(TenantScoped, Base):
    """A document of the unit's archive that proves what was done about a problem."""

    __tablename__ = "finding_evidence"

    finding_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    document_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "finding_id"], ["findings.tenant_id", "findings.id"],
                             name="fk_finding_evidence_finding_id"),
        ForeignKeyConstraint(["tenant_id", "document_id"], ["documents.tenant_id", "documents.id"],
                             name="fk_finding_evidence_document_id"),
    )
