"""Reads of awards that may be varied within a band, and of what was set."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import in_scope
from plugins.education_aid.models import AidRun, Application, Award, VariedAward

ENTITLED = "entitled"


def run_of(session: Session, tenant_id: str, school_year: int, term: int) -> AidRun | None:
    """The newest run of a term that is done."""
    return session.scalars(select(AidRun).where(
        AidRun.tenant_id == tenant_id, AidRun.school_year == school_year, AidRun.term == term, AidRun.kind == "run", AidRun.state == "done")
        .order_by(AidRun.id.desc()).limit(1)).first()


def _of_term(run: AidRun) -> tuple[Any, ...]:
    return (Award.tenant_id == run.tenant_id, Award.school_year == run.school_year, Award.term == run.term, Award.state == ENTITLED)


def awards_by_key(session: Session, run: AidRun, items: Iterable[str]) -> dict[tuple[uuid.UUID, str], Award]:
    """The awards of these items in the term of a run, by child and item."""
    rows = session.scalars(select(Award).where(*_of_term(run), Award.item.in_(list(items))))
    return {(row.person_id, row.item): row for row in rows}


def amounts_at(session: Session, run: AidRun, unit_id: uuid.UUID, item: str) -> list[Decimal]:
    """What the children of a school get of an item."""
    return list(session.scalars(select(Award.amount).where(*_of_term(run), Award.unit_id == unit_id, Award.item == item)))


def state_of_application(session: Session, award: Award) -> str:
    """Where the application of an award stands; "" where there is none."""
    return session.scalar(select(Application.state).where(
        Application.tenant_id == award.tenant_id, Application.award_id == award.id, Application.slot.is_not(None)).limit(1)) or ""


def varied_of(session: Session, tenant_id: str, school_year: int, term: int) -> dict[tuple[uuid.UUID, str], VariedAward]:
    """What was set in a term, by child and item."""
    rows = session.scalars(select(VariedAward).where(
        VariedAward.tenant_id == tenant_id, VariedAward.school_year == school_year, VariedAward.term == term))
    return {(row.person_id, row.item): row for row in rows}


@dataclass(frozen=True)
class SchoolLine:
    """An item at a school: how many have it, and what they have together."""

    unit_id: uuid.UUID
    item: str
    count: int
    total: Decimal


def schools_of(session: Session, scope: Scope, run: AidRun, items: Iterable[str]) -> list[SchoolLine]:
    """The schools in scope whose pupils have one of these items."""
    statement: Any = select(Award.unit_id, Award.item, func.count(), func.sum(Award.amount)).where(
        *_of_term(run), Award.item.in_(list(items))).group_by(Award.unit_id, Award.item)
    return [SchoolLine(*row) for row in session.execute(in_scope(statement, Award, scope))]


def pupils_of(session: Session, scope: Scope, run: AidRun, unit_id: uuid.UUID, item: str) -> Sequence[Award]:
    """The awards of an item at a school in scope, class by class."""
    statement = select(Award).where(*_of_term(run), Award.unit_id == unit_id, Award.item == item)
    return session.scalars(in_scope(statement, Award, scope).order_by(Award.class_name, Award.id)).all()
