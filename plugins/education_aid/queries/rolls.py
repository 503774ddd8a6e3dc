"""Reads of the two databases: the members of poor households with what decides about them, and who was in on a day."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import criterion, in_scope
from core.registry.models import Enrolment, Household, Person, Status
from core.registry.queries import present
from plugins.education_aid.models.needs import RollEntry
from plugins.education_aid.rules.rolls import Facts
from plugins.education_aid.rules.words import term_on

#: a term is one number, so that the newest is the greatest
_TERM: Any = Enrolment.school_year * 2 + Enrolment.term


@dataclass(frozen=True)
class Member:
    """A member of a poor household, or somebody poor without one."""

    person: Person
    household: Household | None
    facts: Facts


def poor_members(session: Session, tenant_id: str, categories: Collection[str], on: dt.date,
                 scope: Scope | None = None) -> list[Member]:
    """Everybody of a household that is poor on a day by its own status or by a member's, and whoever is poor alone."""
    poor = select(Status.subject_id).where(
        Status.tenant_id == tenant_id, Status.kind.in_(categories), present(Status), Status.since <= on,
        or_(Status.until.is_(None), Status.until > on))
    marked = select(Person.household_id).where(Person.tenant_id == tenant_id, present(Person), Person.id.in_(poor),
                                               Person.household_id.is_not(None))
    statement = (select(Person, Household).outerjoin(
        Household, and_(Household.tenant_id == Person.tenant_id, Household.id == Person.household_id))
        .where(Person.tenant_id == tenant_id, present(Person), or_(Person.died_on.is_(None), Person.died_on > on),
               or_(Person.id.in_(poor), Person.household_id.in_(poor), Person.household_id.in_(marked)), *_within(Person, scope))
        .order_by(Household.number, Person.household_id, Person.id))
    studying = _studying(session, tenant_id, on)
    return [Member(person, household, Facts(person.birth_on, person.id in studying, person.labour))
            for person, household in session.execute(statement)]


def _studying(session: Session, tenant_id: str, on: dt.date) -> frozenset[uuid.UUID]:
    """Who is at school in the newest term known by a day: a roster that is not in yet makes nobody a worker."""
    year, term = term_on(on)
    newest = session.scalar(select(_TERM).where(Enrolment.tenant_id == tenant_id, present(Enrolment), year * 2 + term >= _TERM)
                            .order_by(_TERM.desc()).limit(1))
    if newest is None:
        return frozenset()
    return frozenset(session.scalars(select(Enrolment.person_id).where(
        Enrolment.tenant_id == tenant_id, present(Enrolment), newest == _TERM, or_(Enrolment.ended_on.is_(None), Enrolment.ended_on > on))))


def _within(model: Any, scope: Scope | None) -> list[Any]:
    """Nothing for the platform's own count, the scope of whoever looks."""
    return [] if scope is None else [criterion(model, scope)]


def empty_households(session: Session, tenant_id: str, categories: Collection[str], on: dt.date,
                     scope: Scope | None = None) -> list[Household]:
    """Poor households of whose members nobody is on the register."""
    poor = select(Status.subject_id).where(
        Status.tenant_id == tenant_id, Status.subject_kind == "household", Status.kind.in_(categories), present(Status),
        Status.since <= on, or_(Status.until.is_(None), Status.until > on))
    peopled = select(Person.household_id).where(Person.tenant_id == tenant_id, present(Person), Person.household_id.is_not(None))
    return list(session.scalars(select(Household).where(
        Household.tenant_id == tenant_id, present(Household), Household.state == "active", Household.id.in_(poor),
        Household.id.not_in(peopled), *_within(Household, scope)).order_by(Household.number, Household.id)))


def open_entries(session: Session, tenant_id: str) -> list[RollEntry]:
    """Who is in the databases by the last count."""
    return list(session.scalars(select(RollEntry).where(RollEntry.tenant_id == tenant_id, RollEntry.state == "in")))


def changes(session: Session, scope: Scope, since: dt.date, until: dt.date, most: int = 200) -> list[RollEntry]:
    """Who entered or left between two days, both included, newest first."""
    day: Any = RollEntry.entered_on.between(since, until)
    statement = select(RollEntry).where(or_(day, RollEntry.left_on.between(since, until)))
    return list(session.scalars(in_scope(statement, RollEntry, scope).order_by(RollEntry.id.desc()).limit(most)))


def in_on(session: Session, scope: Scope, on: dt.date) -> list[RollEntry]:
    """Who was in the databases on a day."""
    return list(session.scalars(select(RollEntry).where(
        criterion(RollEntry, scope), RollEntry.entered_on <= on, or_(RollEntry.left_on.is_(None), RollEntry.left_on > on))
        .order_by(RollEntry.kind, RollEntry.unit_id, RollEntry.id)))


def deaths(session: Session, tenant_id: str, ids: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Of these persons, those who have died."""
    return frozenset(session.scalars(select(Person.id).where(Person.tenant_id == tenant_id, Person.id.in_(ids),
                                                             Person.died_on.is_not(None))))
