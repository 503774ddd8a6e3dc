"""Words and sums of the pages: grades, terms, and counts that add up the tree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.errors import N_
from core.extensions.phrases import phrase

_GRADES = {
    "preschool": (N_("小班"), N_("中班"), N_("大班")),
    "primary": (N_("一年级"), N_("二年级"), N_("三年级"), N_("四年级"), N_("五年级"), N_("六年级")),
    "junior": (N_("七年级"), N_("八年级"), N_("九年级")), "senior": (N_("高一"), N_("高二"), N_("高三")),
}
TERMS = {1: "秋季学期", 2: "春季学期"}
_GRADE, _YEARS = phrase(N_("%(grade)s 年级")), phrase(N_("%(first)s—%(last)s 学年"))
_AGE = phrase(N_("%(years)s 岁"))
#: the first month of a school year, and of its second term
AUTUMN, SPRING = 9, 3


def grade_words(stage: str, grade: int | None) -> str:
    """A grade as people say it."""
    if grade is None:
        return ""
    known = _GRADES.get(stage, ())
    return known[grade - 1] if 1 <= grade <= len(known) else _GRADE(grade=grade)


def year_words(school_year: int) -> str:
    """2016 as 2016—2017 学年."""
    return _YEARS(first=school_year, last=school_year + 1)


def term_of(day: dt.date) -> tuple[int, int]:
    """The school year and term of a day: the autumn term from September, the spring term from March."""
    if day.month >= AUTUMN:
        return day.year, 1
    return (day.year - 1, 2) if day.month >= SPRING else (day.year - 1, 1)


class Counted(Protocol):
    """The pupils of one class with the place of its school in the tree."""

    @property
    def path(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def pupils(self) -> int: ...
    @property
    def boarders(self) -> int: ...


@dataclass
class Sum:
    """Pupils and boarders, in all and by stage."""

    pupils: int = 0
    boarders: int = 0
    stages: dict[str, int] = field(default_factory=dict)

    def add(self, one: Counted) -> None:
        """Count a class."""
        self.pupils += one.pupils
        self.boarders += one.boarders
        self.stages[one.stage] = self.stages.get(one.stage, 0) + one.pupils


def add_up(counts: Iterable[Counted], top: str, children: Iterable[str]) -> tuple[Sum, dict[str, Sum]]:
    """All below a path, and the part of each child (the path itself for what stands at the unit): the parts add up
    to the whole because each class is in exactly one of them."""
    whole, parts = Sum(), dict[str, Sum]()
    known = frozenset(children)
    for one in counts:
        whole.add(one)
        rest = one.path.removeprefix(top)
        step = top + rest.partition("/")[0] + "/" if rest else top
        parts.setdefault(step if step in known else top, Sum()).add(one)
    return whole, parts


def age_words(birth_on: dt.date | None, day: dt.date) -> str:
    """Full years on a day."""
    if birth_on is None:
        return ""
    return _AGE(years=day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day)))


def differing(one: Mapping[str, Any], other: Mapping[str, Any], names: Iterable[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Two records side by side: label, the one's value, the other's."""
    return [(label, str(one.get(name) or ""), str(other.get(name) or "")) for name, label in names]
