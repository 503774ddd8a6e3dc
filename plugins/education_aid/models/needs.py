"""Surveys of pupils in difficulty, the measures their needs call for, pathways through several stages, and the two databases."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json
from plugins.education_aid.models.columns import Kept, Removable, by, scoped, text, within

_SURVEYS, _MEASURES, _PATHWAYS, _STEPS, _ROLLS = (
    f"education_aid_{name}" for name in ("surveys", "measures", "pathways", "pathway_steps", "rolls"))


class Survey(Removable, Base):
    """What one pupil said in a year's survey; `unit_id` is the school or village that asked. The plan's own questions
    are in `extra`."""

    __tablename__ = _SURVEYS

    person_id: Mapped[uuid.UUID] = mapped_column(Id)
    school_year: Mapped[int] = mapped_column(SmallInteger)
    surveyed_on: Mapped[dt.date]
    stage: Mapped[str] = mapped_column(String(16))
    #: of `core.registry.rules.statuses`
    category: Mapped[str] = mapped_column(String(32), default="")
    #: as it was written, by the words of the plan
    needs: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(400), default="")
    extra: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    __table_args__ = (Index("uq_education_aid_surveys_person", "tenant_id", "person_id", "school_year", unique=True),
                      scoped(_SURVEYS), by(_SURVEYS, "school_year", "id"))


class Measure(Kept, Base):
    """One thing that is done about one need of a pupil; made from the plan when a survey names the need."""

    __tablename__ = _MEASURES

    person_id: Mapped[uuid.UUID] = mapped_column(Id)
    school_year: Mapped[int] = mapped_column(SmallInteger)
    #: the word of the plan for the need
    need: Mapped[str] = mapped_column(text(40))
    title: Mapped[str] = mapped_column(text(200))
    clause: Mapped[str] = mapped_column(String(80), default="")
    owner: Mapped[str] = mapped_column(String(80), default="")
    due_on: Mapped[dt.date | None]
    #: of `rules.needs.STATES`
    state: Mapped[str] = mapped_column(String(12), default="planned")
    progress: Mapped[str] = mapped_column(String(400), default="")
    done_on: Mapped[dt.date | None]

    __table_args__ = (Index("uq_education_aid_measures_person", "tenant_id", "person_id", "school_year", "need", "title", unique=True),
                      scoped(_MEASURES), by(_MEASURES, "school_year", "id"), by(_MEASURES, "state", "id"), by(_MEASURES, "due_on", "id"))


class PathwayMember(Removable, Base):
    """One pupil on a pathway; `unit_id` is the school they are at. A pupil is on a pathway once."""

    __tablename__ = _PATHWAYS

    person_id: Mapped[uuid.UUID] = mapped_column(Id)
    pathway: Mapped[str] = mapped_column(text(40))
    #: a single stage, the grade within it, and the day that grade began
    stage: Mapped[str] = mapped_column(String(16))
    grade: Mapped[int] = mapped_column(SmallInteger, default=1)
    since: Mapped[dt.date]
    expected_end: Mapped[dt.date | None]
    #: of `rules.pathways.STATES`
    state: Mapped[str] = mapped_column(String(12), default="active")
    ended_on: Mapped[dt.date | None]
    ended_why: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (Index("uq_education_aid_pathways_person", "tenant_id", "person_id", "pathway", unique=True), scoped(_PATHWAYS),
                      by(_PATHWAYS, "state", "id"), by(_PATHWAYS, "expected_end", "id"))


class PathwayStep(Kept, Base):
    """A step of a pupil on a pathway: entering it, the next stage, its end."""

    __tablename__ = _STEPS

    member_id: Mapped[uuid.UUID] = mapped_column(Id)
    happened_on: Mapped[dt.date]
    #: blank at the entry, or at the end
    from_stage: Mapped[str] = mapped_column(String(16), default="")
    to_stage: Mapped[str] = mapped_column(String(16), default="")
    why: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (within("member_id", _STEPS, _PATHWAYS), scoped(_STEPS), by(_STEPS, "member_id", "id"))


class RollEntry(Kept, Base):
    """One stay of a person in one of the two databases; `unit_id` is where their record stands."""

    __tablename__ = _ROLLS

    person_id: Mapped[uuid.UUID] = mapped_column(Id)
    household_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: pupil, labour
    kind: Mapped[str] = mapped_column(String(8))
    entered_on: Mapped[dt.date]
    entered_why: Mapped[str] = mapped_column(String(200), default="")
    #: the first day on which they are not in it
    left_on: Mapped[dt.date | None]
    left_why: Mapped[str] = mapped_column(String(200), default="")
    #: in, left
    state: Mapped[str] = mapped_column(String(8), default="in")

    __table_args__ = (scoped(_ROLLS), by(_ROLLS, "person_id", "kind"), by(_ROLLS, "entered_on", "id"), by(_ROLLS, "state", "id"))
