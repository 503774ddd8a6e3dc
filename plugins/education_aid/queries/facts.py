"""The facts of every pupil of a term, read in bulk into columns; names and numbers are not among them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from core.conditions import Condition
from core.conditions.columns import columns_of
from core.registry.models import Enrolment, Person, SchoolFacts, Status
from core.registry.queries import present
from core.tenancy.queries import upwards
from core.units.models import Unit
from plugins.education_aid.plan.vocabulary import TIERS
from plugins.education_aid.queries.as_were import pupils_as_were, schools_as_were
from plugins.education_aid.rules.columnar import ROW
from plugins.education_aid.rules.items import Item

HIGHER = ("college", "university")


def pupils(session: Session, tenant_id: str, school_year: int, term: int, person_id: uuid.UUID | None = None) -> list[Any]:
    """Whoever is enrolled in a term, one row for each enrolment that runs, the newest last."""
    return list(session.execute(_pupils(tenant_id, school_year, term, person_id)))


def _pupils(tenant_id: str, school_year: int, term: int, person_id: uuid.UUID | None) -> Select[*tuple[Any, ...]]:
    statement = (
        select(Enrolment.id, Enrolment.person_id, Enrolment.unit_id, Enrolment.stage, Enrolment.grade, Enrolment.class_name,
               Enrolment.boarding, Enrolment.elsewhere_place, Enrolment.elsewhere_school, Enrolment.ended_on, Enrolment.ending,
               Person.household_id, Person.birth_on, Person.home_code, Person.unit_id.label("home_unit"),
               Enrolment.holds_from.label("enrolled_from"), Person.holds_from.label("person_from"))
        .join(Person, (Person.tenant_id == Enrolment.tenant_id) & (Person.id == Enrolment.person_id))
        .where(Enrolment.tenant_id == tenant_id, Enrolment.school_year == school_year, Enrolment.term == term,
               present(Enrolment), present(Person), Person.died_on.is_(None)))
    if person_id is not None:
        statement = statement.where(Enrolment.person_id == person_id)
    return statement.order_by(Enrolment.person_id, Enrolment.id)


def statuses_on(session: Session, tenant_id: str, day: dt.date) -> dict[uuid.UUID, set[str]]:
    """The kinds of status of every person and household of a tenant on a day."""
    rows = session.execute(select(Status.subject_id, Status.kind).where(
        Status.tenant_id == tenant_id, present(Status), Status.since <= day, or_(Status.until.is_(None), Status.until > day)))
    found: dict[uuid.UUID, set[str]] = {}
    for subject, kind in rows:
        found.setdefault(subject, set()).add(kind)
    return found


def schools(session: Session, tenant_id: str, on: dt.date) -> dict[uuid.UUID, Any]:
    """What was known of every school of a tenant on a day."""
    rows = session.execute(select(SchoolFacts.id, SchoolFacts.unit_id, SchoolFacts.kind, SchoolFacts.ownership, SchoolFacts.owner_level,
                                  SchoolFacts.approved, SchoolFacts.holds_from)
                           .where(SchoolFacts.tenant_id == tenant_id, present(SchoolFacts)))
    return schools_as_were(session, tenant_id, rows, on)


def unit_lines(session: Session, unit_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    """The codes of each unit and of every unit above it, the country first."""
    wanted = list({one for one in unit_ids if one})
    paths = {row.id: row.path for part in _parts(wanted) for row in session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(part)))}
    above = list({path for one in paths.values() for path in upwards(one)})
    codes = {row.path: row.code for part in _parts(above)
             for row in session.execute(select(Unit.path, Unit.code).where(Unit.path.in_(part)))}
    return {one: tuple(codes[up] for up in upwards(path) if up in codes) for one, path in paths.items()}


def _parts(values: list[Any]) -> Iterator[list[Any]]:
    """So many values at a time, which any database takes in one statement."""
    for at in range(0, len(values), 900):
        yield values[at : at + 900]


def at_university(rows: Sequence[Any]) -> dict[uuid.UUID, int]:
    """How many of each household are at a university or college in the term."""
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    for row in rows:
        if row.stage in HIGHER and row.household_id and not row.ended_on:
            found.setdefault(row.household_id, set()).add(row.person_id)
    return {household: len(people) for household, people in found.items()}


class Gathered:
    """The facts of the pupils of a term, one dictionary for each; `rows` are the enrolments they are about."""

    def __init__(self, rows: Sequence[Any], facts: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.facts = facts

    def frame(self, items: Sequence[Item]) -> pl.DataFrame:
        """The columns that these items ask about."""
        wanted = list(dict.fromkeys(name for item in items for name in _columns(item)))
        columns = {ROW: pl.Series(ROW, range(len(self.facts)), pl.UInt32)}
        for name in wanted:
            columns[name] = _column(name, self.facts)
        return pl.DataFrame(columns)


def _columns(item: Item) -> list[str]:
    found = [*columns_of(item.where), *item.amount.actual, "attended_days"]
    for case in item.amount.cases:
        found += columns_of(case.where)
    return found


def _column(name: str, facts: list[dict[str, Any]]) -> pl.Series:
    fact, sign, code = name.partition("=")
    if sign:
        return pl.Series(name, [None if (held := one.get(fact)) is None else code in held for one in facts], pl.Boolean)
    types: dict[str, Any] = {"boarding": pl.Boolean, "approved": pl.Boolean, "elsewhere": pl.Boolean, "born": pl.Date}
    numbers = ("grade", "age", "at_university", "attended_days")
    kind = types.get(name, pl.Int64 if name in numbers or name.startswith("fee_") else pl.String)
    return pl.Series(name, [one.get(name) for one in facts], kind)


def gather(session: Session, tenant_id: str, school_year: int, term: int, on: dt.date, fees: Mapping[tuple[str, str], int],
           tags: Mapping[str, frozenset[str]], person_id: uuid.UUID | None = None,
           tiers: Sequence[tuple[Condition, str]] = ()) -> Gathered:
    """The facts of every pupil of a term (or of one person) as of a day. A person with several enrolments in a term is
    judged by the newest that runs; `tiers` are the plan's word on the tier of hardship."""
    rows = _newest(pupils_as_were(session, tenant_id, pupils(session, tenant_id, school_year, term, person_id), on))
    held, known = statuses_on(session, tenant_id, on), schools(session, tenant_id, on)
    lines = unit_lines(session, [*(row.unit_id for row in rows), *(row.home_unit for row in rows)])
    students = at_university(rows if person_id is None else _housemates(session, tenant_id, school_year, term, rows))
    facts = [_facts(row, held, known, lines, students, fees, tags, on) for row in rows]
    for one in facts if tiers else ():
        one["tier"] = next((tier for where, tier in tiers if where.holds(one)), one["tier"])
    return Gathered(rows, facts)


def _housemates(session: Session, tenant_id: str, school_year: int, term: int, rows: Sequence[Any]) -> list[Any]:
    """The pupils of the same households: whoever looks at one child counts the others too."""
    homes = [row.household_id for row in rows if row.household_id]
    return list(session.execute(_pupils(tenant_id, school_year, term, None).where(Person.household_id.in_(homes)))) if homes else []


def _newest(rows: Sequence[Any]) -> list[Any]:
    found: dict[uuid.UUID, Any] = {}
    for row in rows:
        there = found.get(row.person_id)
        if there is None or (there.ended_on is not None, ) >= (row.ended_on is not None, ):
            found[row.person_id] = row
    return [row for row in found.values() if row.ending not in ("dropped_out", "withdrawn", "died") or row.ended_on is None]


def _facts(row: Any, held: Mapping[uuid.UUID, set[str]], known: Mapping[uuid.UUID, Any], lines: Mapping[uuid.UUID, tuple[str, ...]],
           students: Mapping[uuid.UUID, int], fees: Mapping[tuple[str, str], int], tags: Mapping[str, frozenset[str]],
           on: dt.date) -> dict[str, Any]:
    category = held.get(row.person_id, set()) | (held.get(row.household_id, set()) if row.household_id else set())
    elsewhere = bool(row.elsewhere_place or row.elsewhere_school)
    school = None if elsewhere else known.get(row.unit_id)
    place = _prefixes(row.elsewhere_place) if row.elsewhere_place else frozenset(lines.get(row.unit_id, ())) if not elsewhere else None
    home = _prefixes(row.home_code) if row.home_code else frozenset(lines.get(row.home_unit, ()))
    own = lines.get(row.unit_id, ("",))[-1] if not elsewhere else ""
    return {
        "stage": row.stage, "grade": row.grade, "boarding": row.boarding, "category": category, "tier": _tier(category),
        "school_kind": (school.kind or None) if school else None, "ownership": (school.ownership or None) if school else None,
        "owner": (school.owner_level or None) if school else None, "approved": school.approved if school else None,
        "school": place, "home": home, "school_tag": _on_lists(place, tags), "home_tag": _on_lists(home, tags),
        "elsewhere": elsewhere, "born": row.birth_on, "age": _age(row.birth_on, on) if row.birth_on else None,
        "at_university": students.get(row.household_id, 0) if row.household_id else None,
        **{f"fee_{kind}": fees[kind, own] for kind, code in fees if code == own}}


def _prefixes(code: str) -> frozenset[str]:
    """A division's code and those of the divisions above it."""
    return frozenset(code[:length] for length in (2, 4, 6, 9, 12) if len(code) >= length) | {code}


def _on_lists(codes: frozenset[str] | None, tags: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    return None if codes is None else frozenset(tag for tag, units in tags.items() if units & codes)


def _tier(category: set[str]) -> str | None:
    return next((code for code, _ in TIERS if code in category), None)


def _age(born: dt.date, on: dt.date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
