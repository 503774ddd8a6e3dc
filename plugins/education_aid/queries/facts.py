"""The facts of every pupil of a term, by which the rules judge; names and numbers are not among them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from core.conditions import DATE, FLAG, NUMBER, Condition
from core.conditions.columns import columns_of
from plugins.education_aid.plan.vocabulary import TIERS, VOCABULARY, day_of
from plugins.education_aid.queries import earlier
from plugins.education_aid.queries.as_were import pupils_as_were
from plugins.education_aid.queries.pupils import (
    at_university,
    housemates,
    newest,
    pupils,
    schools,
    statuses_on,
    unit_lines,
)
from plugins.education_aid.rules.columnar import ATTENDED, ROW
from plugins.education_aid.rules.items import HOLDS, Item
from plugins.education_aid.rules.words import term_on

_GRADUATED = "graduated"


class Gathered:
    """The facts of the pupils of a term, one dictionary for each; `rows` are the enrolments they are about."""

    def __init__(self, rows: Sequence[Any], facts: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.facts = facts

    def frame(self, items: Sequence[Item]) -> pl.DataFrame:
        """The columns that these items ask about."""
        wanted = dict.fromkeys([*(name for item in items for name in columns_asked(item)), ATTENDED])
        columns = {ROW: pl.Series(ROW, range(len(self.facts)), pl.UInt32)}
        for name in wanted:
            columns[name] = _column(name, self.facts)
        return pl.DataFrame(columns)


def columns_asked(item: Item) -> list[str]:
    """The columns that an item's condition and amount ask about."""
    found = [*columns_of(item.where), *item.amount.actual]
    for case in item.amount.cases:
        found += columns_of(case.where)
    return list(dict.fromkeys(found))


def _column(name: str, facts: list[dict[str, Any]]) -> pl.Series:
    fact, sign, code = name.partition("=")
    if sign:
        return pl.Series(name, [None if (held := one.get(fact)) is None else code in held for one in facts], pl.Boolean)
    return pl.Series(name, [one.get(name) for one in facts], _type_of(name))


def _type_of(name: str) -> Any:
    if name.startswith("received_yuan."):
        return pl.Decimal(20, 2)
    known = VOCABULARY.get(name.partition(".")[0])
    return pl.Int64 if known is None else {FLAG: pl.Boolean, DATE: pl.Date, NUMBER: pl.Int64}.get(known.kind, pl.String)


@dataclass(frozen=True)
class Asked:
    """What the plan adds to the facts: fees in fen a year by (kind, school code), its lists of units, its word on tiers of
    hardship, and the names of the facts its conditions ask about."""

    fees: Mapping[tuple[str, str], int] = field(default_factory=dict)
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tiers: Sequence[tuple[Condition, str]] = ()
    names: Collection[str] = ()


@dataclass(frozen=True)
class _Known:
    """What was read of a tenant for all its pupils at once."""

    on: dt.date
    asked: Asked
    statuses: Mapping[uuid.UUID, Mapping[str, dt.date]]
    schools: Mapping[uuid.UUID, Any]
    lines: Mapping[uuid.UUID, tuple[str, ...]]
    students: Mapping[uuid.UUID, int]
    before: Mapping[uuid.UUID, Mapping[str, earlier.Before]]
    granted: Mapping[uuid.UUID, frozenset[str]]
    next: Mapping[uuid.UUID, str]
    #: whether any earlier term was worked out
    knows_before: bool


def gather(session: Session, tenant_id: str, school_year: int, term: int, on: dt.date, asked: Asked,
           people: Sequence[uuid.UUID] | None = None) -> Gathered:
    """The facts of every pupil of a term (or of a part of some persons) as of a day. A person with several enrolments in a
    term is judged by the newest that runs."""
    rows = newest(pupils_as_were(session, tenant_id, pupils(session, tenant_id, school_year, term, people), on))
    known = _read(session, tenant_id, (school_year, term), on, asked, rows, people)
    facts = [_facts(row, known) for row in rows]
    for one in facts if asked.tiers else ():
        one["tier"] = next((tier for where, tier in asked.tiers if where.holds(one)), one["tier"])
    return Gathered(rows, facts)


def _read(session: Session, tenant_id: str, term: tuple[int, int], on: dt.date, asked: Asked, rows: Sequence[Any],
          people: Sequence[uuid.UUID] | None) -> _Known:
    """Whatever is the same for all; of earlier terms and other grants only where a condition asks."""
    wanted = {name.partition(".")[0] for name in asked.names}
    past = bool(wanted & {"received", "received_terms", "received_years", "received_yuan"})
    gone = [row.person_id for row in rows if row.ending == _GRADUATED and not row.destination] if "destination" in wanted else []
    subjects = None if people is None else [*people, *{row.household_id for row in rows if row.household_id}]
    return _Known(
        on, asked, statuses_on(session, tenant_id, on, subjects), schools(session, tenant_id, on),
        unit_lines(session, [*(row.unit_id for row in rows), *(row.home_unit for row in rows)]),
        at_university(rows if people is None else housemates(session, tenant_id, *term, rows)),
        earlier.received(session, tenant_id, *term, people) if past else {},
        earlier.granted(session, tenant_id, *term, people) if HOLDS in wanted else {},
        earlier.next_stages(session, tenant_id, gone, *term, term_on(on)), past and earlier.worked_before(session, tenant_id, *term))


def _facts(row: Any, known: _Known) -> dict[str, Any]:
    statuses = {**(known.statuses.get(row.household_id, {}) if row.household_id else {}), **known.statuses.get(row.person_id, {})}
    category = set(statuses)
    elsewhere = bool(row.elsewhere_place or row.elsewhere_school)
    school = None if elsewhere else known.schools.get(row.unit_id)
    lines, tags, fees = known.lines, known.asked.tags, known.asked.fees
    place = _prefixes(row.elsewhere_place) if row.elsewhere_place else frozenset(lines.get(row.unit_id, ())) if not elsewhere else None
    home = _prefixes(row.home_code) if row.home_code else frozenset(lines.get(row.home_unit, ()))
    own = lines.get(row.unit_id, ("",))[-1] if not elsewhere else ""
    return {
        "stage": row.stage, "grade": row.grade, "boarding": row.boarding, "category": category, "tier": _tier(category),
        "school_kind": (school.kind or None) if school else None, "ownership": (school.ownership or None) if school else None,
        "owner": (school.owner_level or None) if school else None, "approved": school.approved if school else None,
        "locality": (school.locality or None) if school else None,
        "school": place, "home": home, "school_tag": _on_lists(place, tags), "home_tag": _on_lists(home, tags),
        "elsewhere": elsewhere, "born": row.birth_on, "age": _age(row.birth_on, known.on) if row.birth_on else None,
        "destination": row.destination or known.next.get(row.person_id),
        "at_university": known.students.get(row.household_id, 0) if row.household_id else None,
        **{f"fee_{kind}": fees[kind, own] for kind, code in fees if code == own}, **_asked_for(row, known, statuses)}


def _asked_for(row: Any, known: _Known, statuses: Mapping[str, dt.date]) -> dict[str, Any]:
    """The facts that are made only where a condition asks: by event, by day, by item."""
    names = known.asked.names
    if not names:
        return {}
    days = {"born": row.birth_on, "enrolled": row.begun_on, "left": row.ended_on, **statuses}
    found = earlier.facts_of([*names], known.before.get(row.person_id, {}), known=known.knows_before)
    for name in names:
        family, _, code = name.partition(".")
        if family == "event_on":
            found[name] = days.get(code)
        elif family == "days_since":
            found[name] = (known.on - days[code]).days if days.get(code) else None
        elif family == "age_at":
            day = day_of(code, row.school_year)
            found[name] = _age(row.birth_on, day) if row.birth_on and day else None
    return found | {HOLDS: known.granted.get(row.person_id, frozenset())}


def _prefixes(code: str) -> frozenset[str]:
    """A division's code and those of the divisions above it."""
    return frozenset(code[:length] for length in (2, 4, 6, 9, 12) if len(code) >= length) | {code}


def _on_lists(codes: frozenset[str] | None, tags: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    return None if codes is None else frozenset(tag for tag, units in tags.items() if units & codes)


def _tier(category: set[str]) -> str | None:
    return next((code for code, _ in TIERS if code in category), None)


def _age(born: dt.date, on: dt.date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
