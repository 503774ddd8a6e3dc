"""What an identified pupil needs, by the words of the plan, and what is done about each need."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import N_

#: how people write several needs in one cell: 学业、生活 or 学业＋生活
_BETWEEN = re.compile(r"[、，,;；+＋/\s]+")
PLANNED, DOING, DONE, DROPPED = "planned", "doing", "done", "dropped"
STATES = ((PLANNED, N_("待办")), (DOING, N_("在办")), (DONE, N_("已落实")), (DROPPED, N_("不再需要")))
OPEN = (PLANNED, DOING)


@dataclass(frozen=True)
class Step:
    """One measure of the plan for a need. `owner` and `days` are blank where the plan names nobody and no time."""

    title: str
    owner: str = ""
    days: int | None = None


@dataclass(frozen=True)
class Need:
    """A kind of need with what the plan does about it."""

    code: str
    name: str
    clause: str
    steps: tuple[Step, ...]


def read_needs(text: str, known: Mapping[str, Need]) -> tuple[list[Need], list[str]]:
    """The needs a cell names by name or code, each once and in its order, and the words that no plan knows."""
    by_word = {**known, **{need.name: need for need in known.values()}}
    words = [word for word in _BETWEEN.split(text.strip()) if word]
    found = dict.fromkeys(by_word[word] for word in words if word in by_word)
    return list(found), [word for word in dict.fromkeys(words) if word not in by_word]


@dataclass(frozen=True)
class Measure:
    """A measure that a survey's needs ask for."""

    need: Need
    step: Step
    due_on: dt.date | None


def measures_for(needs: Iterable[Need], surveyed_on: dt.date) -> list[Measure]:
    """Every measure the plan has for these needs, due so many days after the survey."""
    return [Measure(need, step, surveyed_on + dt.timedelta(days=step.days) if step.days is not None else None)
            for need in needs for step in need.steps]


@dataclass(frozen=True)
class Progress:
    """How the measures of a child, a school or a county stand."""

    asked: int
    done: int
    late: int
    unowned: int


def progress(rows: Sequence[tuple[str, dt.date | None, str]], today: dt.date) -> Progress:
    """Of (state, due day, owner): those asked for, done, overdue, and open without anybody in charge."""
    wanted = [row for row in rows if row[0] != DROPPED]
    open_ = [row for row in wanted if row[0] in OPEN]
    return Progress(len(wanted), sum(row[0] == DONE for row in wanted),
                    sum(row[1] is not None and row[1] < today for row in open_), sum(not row[2] for row in open_))
