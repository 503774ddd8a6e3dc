"""Pupils of a term with their statuses, schools and places, read in bulk; names and numbers are not among what is read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from core.registry.models import Enrolment, Person, SchoolFacts, Status
from core.registry.queries import present
from core.tenancy.queries import upwards
from core.units.models import Unit
from plugins.education_aid.queries.as_were import schools_as_were
from plugins.education_aid.queries.chunking import among, in_parts
from plugins.education_aid.rules.items import Item

HIGHER = ("college", "university")


def pupils(session: Session, tenant_id: str, school_year: int, term: int, people: Sequence[uuid.UUID] | None = None) -> list[Any]:
    """Whoever of a tenant, or of a part of some persons, is enrolled in a term: one row for each enrolment that runs, the
    newest last."""
    statement = _pupils(tenant_id, school_year, term)
    return list(session.execute(statement if people is None else statement.where(among(session, Enrolment.person_id, people))))


def _pupils(tenant_id: str, school_year: int, term: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Enrolment.id, Enrolment.person_id, Enrolment.school_year, Enrolment.unit_id, Enrolment.stage, Enrolment.grade,
               Enrolment.class_name,
               Enrolment.boarding, Enrolment.elsewhere_place, Enrolment.elsewhere_school, Enrolment.begun_on, Enrolment.ended_on,
               Enrolment.ending, Enrolment.destination,
               Person.household_id, Person.birth_on, Person.home_code, Person.unit_id.label("home_unit"),
               Enrolment.holds_from.label("enrolled_from"), Person.holds_from.label("person_from"))
        .join(Person, (Person.tenant_id == Enrolment.tenant_id) & (Person.id == Enrolment.person_id))
        .where(Enrolment.tenant_id == tenant_id, Enrolment.school_year == school_year, Enrolment.term == term,
               present(Enrolment), present(Person), Person.died_on.is_(None))
        .order_by(Enrolment.person_id, Enrolment.id))


def statuses_on(session: Session, tenant_id: str, day: dt.date,
                subjects: Sequence[uuid.UUID] | None = None) -> dict[uuid.UUID, dict[str, dt.date]]:
    """The kinds of status of every person and household of a tenant (or of these) on a day, with the day since which each
    holds."""
    statement = select(Status.subject_id, Status.kind, Status.since).where(
        Status.tenant_id == tenant_id, present(Status), Status.since <= day, or_(Status.until.is_(None), Status.until > day))
    parts = [statement] if subjects is None else [statement.where(among(session, Status.subject_id, part)) for part in in_parts(subjects)]
    found: dict[uuid.UUID, dict[str, dt.date]] = {}
    for part in parts:
        for subject, kind, since in session.execute(part):
            found.setdefault(subject, {})[kind] = since
    return found


def schools(session: Session, tenant_id: str, on: dt.date) -> dict[uuid.UUID, Any]:
    """What was known of every school of a tenant on a day."""
    rows = session.execute(select(SchoolFacts.id, SchoolFacts.unit_id, SchoolFacts.kind, SchoolFacts.ownership, SchoolFacts.owner_level,
                                  SchoolFacts.approved, SchoolFacts.locality, SchoolFacts.holds_from)
                           .where(SchoolFacts.tenant_id == tenant_id, present(SchoolFacts)))
    return schools_as_were(session, tenant_id, rows, on)


def unit_lines(session: Session, unit_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    """The codes of each unit and of every unit above it, the country first."""
    wanted = list({one for one in unit_ids if one})
    paths = {row.id: row.path for part in in_parts(wanted) for row in session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(part)))}
    above = list({path for one in paths.values() for path in upwards(one)})
    codes = {row.path: row.code for part in in_parts(above)
             for row in session.execute(select(Unit.path, Unit.code).where(Unit.path.in_(part)))}
    return {one: tuple(codes[up] for up in upwards(path) if up in codes) for one, path in paths.items()}


def names_in(session: Session, items: Iterable[Item]) -> dict[str, str]:
    """The names of the items, and of the units their conditions name, by code."""
    known = list(items)
    codes = {code for item in known for leaf in item.leaves if leaf.fact.name in ("school", "home") for code in getattr(leaf, "codes", ())}
    units = session.execute(select(Unit.code, Unit.name).where(Unit.code.in_(codes)))
    return {item.code: item.name for item in known} | {row.code: row.name for row in units}


def at_university(rows: Sequence[Any]) -> dict[uuid.UUID, int]:
    """How many of each household are at a university or college in the term."""
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    for row in rows:
        if row.stage in HIGHER and row.household_id and not row.ended_on:
            found.setdefault(row.household_id, set()).add(row.person_id)
    return {household: len(people) for household, people in found.items()}


def housemates(session: Session, tenant_id: str, school_year: int, term: int, rows: Sequence[Any]) -> list[Any]:
    """The pupils of the same households: whoever looks at one child counts the others too."""
    homes = list({row.household_id for row in rows if row.household_id})
    return [row for part in in_parts(homes)
            for row in session.execute(_pupils(tenant_id, school_year, term).where(among(session, Person.household_id, part)))]


def newest(rows: Sequence[Any]) -> list[Any]:
    """One enrolment for each person: the newest that runs. Who left school early is not among them."""
    found: dict[uuid.UUID, Any] = {}
    for row in rows:
        there = found.get(row.person_id)
        if there is None or (there.ended_on is not None, ) >= (row.ended_on is not None, ):
            found[row.person_id] = row
    return [row for row in found.values() if row.ending not in ("dropped_out", "withdrawn", "died") or row.ended_on is None]
