"""Loans at the place of origin, work beside study, what schools charge, and the numbers that targets are judged by."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy import Index, Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Yuan
from plugins.education_aid.models.columns import Kept, Removable, by, scoped, text

_LOANS, _WORK, _CHARGES, _VALUES = (f"education_aid_{name}" for name in ("loans", "work_study", "charges", "target_values"))


class Loan(Kept, Base):
    """A student who needs a loan for a school year. `granted` is worked out from what was asked and the cap of the plan."""

    __tablename__ = _LOANS

    person_id: Mapped[uuid.UUID] = mapped_column(Id)
    school_year: Mapped[int] = mapped_column(SmallInteger)
    asked: Mapped[Decimal | None] = mapped_column(Yuan)
    #: need, asked, granted, refused
    state: Mapped[str] = mapped_column(String(12), default="need")
    granted: Mapped[Decimal | None] = mapped_column(Yuan)
    #: by which cap, or what is missing to say so
    basis: Mapped[str] = mapped_column(String(200), default="")
    bank: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (Index("uq_education_aid_loans_person", "tenant_id", "person_id", "school_year", unique=True), scoped(_LOANS),
                      by(_LOANS, "school_year", "id"))


class WorkStudy(Removable, Base):
    """Places of work beside study (勤工俭学) that a school offers."""

    __tablename__ = _WORK

    title: Mapped[str] = mapped_column(String(120))
    school_year: Mapped[int] = mapped_column(SmallInteger)
    places: Mapped[int] = mapped_column(Integer)
    filled: Mapped[int] = mapped_column(Integer, default=0)
    #: yuan a month
    pay: Mapped[Decimal | None] = mapped_column(Yuan)
    since: Mapped[dt.date]

    __table_args__ = (scoped(_WORK), by(_WORK, "since", "id"))


class Charge(Removable, Base):
    """What a school charges its pupils of a stage; what the plan forbids cannot be entered."""

    __tablename__ = _CHARGES

    title: Mapped[str] = mapped_column(String(120))
    stage: Mapped[str] = mapped_column(String(16))
    amount: Mapped[Decimal] = mapped_column(Yuan)
    #: year, term, month, once
    per: Mapped[str] = mapped_column(String(8), default="term")
    since: Mapped[dt.date]
    document: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (scoped(_CHARGES), by(_CHARGES, "since", "id"))


class TargetValue(Kept, Base):
    """What was counted for a target of the plan in a year: of a share the part and the whole, of a balance both sides."""

    __tablename__ = _VALUES

    target: Mapped[str] = mapped_column(text(60))
    year: Mapped[int] = mapped_column(SmallInteger)
    counted: Mapped[int] = mapped_column(Integer)
    base: Mapped[int | None] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (UniqueConstraint("tenant_id", "target", "year", "unit_id"), scoped(_VALUES), by(_VALUES, "year", "id"))
