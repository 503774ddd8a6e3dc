"""控辍保学: who is in charge of which village, cases, visits, and what schools report each month."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id
from plugins.education_aid.models.columns import Kept, OfTerm, Removable, by, scoped, text, within

_CASES, _VISITS, _PATCHES, _REPORTS = (f"education_aid_dropout_{name}" for name in ("cases", "visits", "patches", "reports"))


class DropoutCase(OfTerm, Kept, Base):
    """A child of school age who is not at school, or may not be. `unit_id` is the school last attended, or the
    village of the household where there was none: whoever brings the child back must see it."""

    __tablename__ = _CASES

    #: never, suspected, dropped of `rules.hunting.KINDS`
    kind: Mapped[str] = mapped_column(String(12))
    #: of `rules.hunting.CATEGORIES`, once it has been looked into
    category: Mapped[str] = mapped_column(String(16), default="")
    reason: Mapped[str] = mapped_column(String(16), default="")
    note: Mapped[str] = mapped_column(String(400), default="")
    #: the school last attended, where there was one
    school_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    school: Mapped[str] = mapped_column(String(120), default="")
    owner: Mapped[str] = mapped_column(String(80), default="")
    found_on: Mapped[dt.date]
    due_on: Mapped[dt.date | None]
    closed_on: Mapped[dt.date | None]
    #: of `rules.hunting.CLOSINGS`
    closing: Mapped[str] = mapped_column(String(16), default="")
    evidence: Mapped[str] = mapped_column(String(400), default="")
    #: open, closed
    state: Mapped[str] = mapped_column(String(16), default="open")
    slot: Mapped[str] = mapped_column(text(100))

    __table_args__ = (
        UniqueConstraint("tenant_id", "slot"),
        scoped(_CASES),
        by(_CASES, "state", "id"),
        by(_CASES, "person_id"),
        by(_CASES, "school_id"),
    )


class DropoutVisit(Kept, Base):
    """A visit to bring a child back (劝返), in the unit of its case."""

    __tablename__ = _VISITS

    case_id: Mapped[uuid.UUID] = mapped_column(Id)
    visited_on: Mapped[dt.date]
    visitor: Mapped[str] = mapped_column(String(80))
    met: Mapped[str] = mapped_column(String(80), default="")
    result: Mapped[str] = mapped_column(String(400))

    __table_args__ = (within("case_id", _VISITS, _CASES), scoped(_VISITS), by(_VISITS, "case_id", "id"))


class DropoutPatch(Removable, Base):
    """Someone in charge of a village (划片包抓); `unit_id` is the village."""

    __tablename__ = _PATCHES

    staff: Mapped[str] = mapped_column(String(80))
    post: Mapped[str] = mapped_column(String(60), default="")
    school_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    since: Mapped[dt.date]
    until: Mapped[dt.date | None]

    __table_args__ = (scoped(_PATCHES), by(_PATCHES, "since", "id"))


class DropoutReport(Kept, Base):
    """What a school reports of a month; `unit_id` is the school."""

    __tablename__ = _REPORTS

    month: Mapped[str] = mapped_column(String(7))
    register: Mapped[int] = mapped_column(Integer)
    present: Mapped[int] = mapped_column(Integer)
    on_leave: Mapped[int] = mapped_column(Integer, default=0)
    dropped: Mapped[int] = mapped_column(Integer, default=0)
    returned: Mapped[int] = mapped_column(Integer, default=0)
    note: Mapped[str] = mapped_column(String(400), default="")

    __table_args__ = (UniqueConstraint("tenant_id", "unit_id", "month"), scoped(_REPORTS), by(_REPORTS, "month", "id"))
