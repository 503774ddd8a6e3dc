"""The summary of a survey (汇总表): whom it counts, by whatever divides them; the parts of each table add up to the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import N_

#: what a summary can always be divided by; a plan names further columns of its own form
BY = (("category", N_("身份类别")), ("stage", N_("学段")), ("need", N_("需求")))
BLANK = "—"


@dataclass(frozen=True)
class Row:
    """One surveyed pupil: where, and what was said. `answers` has lists, since one pupil may have several needs."""

    unit: str
    answers: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Table:
    """The pupils by one thing. Where several answers are possible the lines count more than the pupils."""

    key: str
    lines: tuple[tuple[str, int], ...]
    #: pupils counted, each once
    pupils: int
    several: bool = False


def summarise(rows: Sequence[Row], keys: Iterable[str], order: Mapping[str, Sequence[str]]) -> list[Table]:
    """A table for each key, its lines in the order the form gives its choices, then whatever else was answered."""
    return [_table(rows, key, order.get(key, ())) for key in keys]


def _table(rows: Sequence[Row], key: str, order: Sequence[str]) -> Table:
    counts: Counter[str] = Counter()
    several = False
    for row in rows:
        answers = list(dict.fromkeys(row.answers.get(key) or ())) or [BLANK]
        several = several or len(answers) > 1
        counts.update(answers)
    place = {value: number for number, value in enumerate(order)}
    lines = sorted(counts.items(), key=lambda line: (line[0] == BLANK, place.get(line[0], len(place)), line[0]))
    return Table(key, tuple(lines), len(rows), several)


def by_unit(rows: Iterable[Row]) -> Counter[str]:
    """How many pupils each unit has."""
    return Counter(row.unit for row in rows)
