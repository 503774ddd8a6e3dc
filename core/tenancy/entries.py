"""Entries between the profile, where values are typed, and the database, where they are JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from core.tenancy.grammar import Entry, Grammar, Layer, Profile
from core.tenancy.grammar.masks import State, is_state, plain
from core.tenancy.grammar.source import Source
from core.tenancy.grammar.tables import Notes, TableReader
from core.tenancy.grammar.wording import spoken
from core.tenancy.models import Plan, PlanEntry


def to_row(plan: Plan, entry: Entry) -> PlanEntry:
    """An entry of a profile as a row of the plan."""
    return PlanEntry(
        plan_id=plan.id,
        tenant_id=plan.tenant_id,
        section=entry.section,
        code=entry.code,
        position=entry.position,
        name=entry.name,
        clause=entry.clause,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        state=entry.state,
        mode=entry.mode,
        value=plain(entry.value),
        note=entry.note,
        line=entry.line,
    )


def from_row(row: PlanEntry) -> Entry:
    """A row as an entry whose values are as JSON keeps them."""
    return Entry(row.section, row.code, row.position, row.name, row.clause, row.valid_from, row.valid_to, row.state,
                 row.mode, row.value, row.note, row.line, f"{row.section}[{row.code}]")


def typed(entry: Entry, grammar: Grammar) -> Entry:
    """The entry with its values read again by its section's schema: days, amounts, states. The section of a
    plugin that is no longer installed keeps its values as JSON."""
    spec = grammar.sections.get(entry.section)
    if spec is None:
        return entry
    dated = {key: _day(entry.value[key]) for key in ("from", "to")
             if key in entry.value and key not in spec.schema().fields}
    own = {key: value for key, value in entry.value.items() if key not in dated}
    loaded = TableReader(Notes("", Source("")), spec.schema, (), entry.key, own).load(own)
    return replace(entry, value={**loaded, **dated})


def _day(value: Any) -> Any:
    if is_state(value):
        return State(value["state"], value["printed"])
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def plain_entries(profile: Profile) -> list[Entry]:
    """The entries of a profile with their values as JSON keeps them, to compare with stored ones."""
    return [as_json(entry) for entry in profile.entries]


def as_json(entry: Entry) -> Entry:
    """The entry with its values as JSON keeps them."""
    return replace(entry, value=plain(entry.value))


def layer(tenant_id: str, name: str, rows: Iterable[PlanEntry], grammar: Grammar) -> Layer:
    """A plan above as the checker takes it."""
    return Layer(tenant_id, name, [typed(from_row(row), grammar) for row in rows])


def describe(entry: Entry, grammar: Grammar) -> str:
    """What an entry says, in Chinese; values as JSON keeps them."""
    spec = grammar.sections.get(entry.section)
    if spec is not None and spec.describe is not None:
        return spec.describe(entry.value)
    own = {key: value for key, value in entry.value.items() if key not in ("from", "to")}
    return spoken(own)
