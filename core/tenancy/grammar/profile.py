"""A profile that has been read: plain values, no text, no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.tenancy.grammar.masks import states_in, worst
from core.tenancy.grammar.problems import ERROR, ProfileProblem

OPEN, FIXED, FLOOR, CEILING = "open", "fixed", "floor", "ceiling"
MODES = (OPEN, FIXED, FLOOR, CEILING)


@dataclass(frozen=True)
class Place:
    """Whose plan it is. A made-up place or a new school also says under which unit it stands."""

    unit: str
    name: str
    fictitious: bool = False
    under: str = ""
    level: str = ""
    kind: str = "division"


@dataclass(frozen=True)
class Question:
    """Something the plan leaves open: masked in print, pending, or never said."""

    section: str
    code: str
    name: str
    key: str
    clause: str
    state: str
    printed: str


@dataclass(frozen=True)
class Entry:
    """One entry of a plan. `value` holds the entry's own keys."""

    section: str
    code: str
    position: int
    name: str
    clause: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    state: str
    mode: str
    value: Mapping[str, Any]
    note: str = ""
    line: int = 0
    key: str = ""

    def holds_on(self, day: dt.date) -> bool:
        """Whether the entry's dates cover the day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def overlaps(self, other: Entry) -> bool:
        """Whether the dates of two entries have a day in common."""
        first, last = dt.date.min, dt.date.max
        return (self.valid_from or first) <= (other.valid_to or last) and (other.valid_from or first) <= (
            self.valid_to or last
        )


@dataclass(frozen=True)
class Profile:
    """Everything a profile says."""

    file: str
    text: str
    place: Place
    documents: Sequence[Mapping[str, Any]]
    clauses: Sequence[Mapping[str, Any]]
    entries: Sequence[Entry]
    starts: dt.date

    def section(self, name: str) -> list[Entry]:
        """The entries of one section in the order of the file."""
        return [entry for entry in self.entries if entry.section == name]

    @property
    def plugins(self) -> list[str]:
        """The plugins the plan uses, on any day."""
        return list(dict.fromkeys(entry.code for entry in self.section("plugin")))

    @property
    def questions(self) -> list[Question]:
        """Everything left open, in the order of the file."""
        found = [
            Question(
                "document",
                str(document["title"]),
                str(document["title"]),
                key,
                "",
                state.state,
                state.printed,
            )
            for document in self.documents
            for key, state in states_in(document)
        ]
        for entry in self.entries:
            found += questions_of(entry)
        return found


@dataclass(frozen=True)
class Checked:
    """The outcome of a check: the profile if it may be applied, and every problem found."""

    profile: Profile | None
    problems: Sequence[ProfileProblem] = field(default_factory=tuple)

    @property
    def errors(self) -> list[ProfileProblem]:
        """The problems that refuse the profile; the rest are warnings."""
        return [problem for problem in self.problems if problem.severity == ERROR]


def questions_of(entry: Entry) -> list[Question]:
    """What one entry leaves open."""
    return [
        Question(entry.section, entry.code, entry.name, key, entry.clause, state.state, state.printed)
        for key, state in states_in(entry.value)
    ]


def entry_state(value: Mapping[str, Any], principal: Sequence[str]) -> str:
    """active, or the state of a value without which the entry cannot be used."""
    found = [state.state for key in principal for _, state in states_in(value.get(key))]
    return worst(found)
