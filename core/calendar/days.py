"""Counting days: the day of the event is not counted, and a period never ends on a day off (Civil Code 201, 203).

Working days are those of the State Council's calendar with its days made up at weekends (调休). A year that is not yet
announced counts Mondays to Fridays, and whatever rests on such a guess says so: it is `provisional`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import chinese_calendar

from core.errors import N_, InvalidInput

Day = dt.date
#: first and last day of a time without lessons, both included
Break = tuple[Day, Day]
_ONE = dt.timedelta(days=1)
_SATURDAY = 5
_UNITS = {
    "工作日": "working",
    "日": "calendar", "天": "calendar", "自然日": "calendar", "日历日": "calendar",
    "教学日": "school", "上课日": "school", "在校日": "school",
}


class DayKind(StrEnum):
    """What a plan means by a day."""

    WORKING = "working"
    CALENDAR = "calendar"
    SCHOOL = "school"

    @classmethod
    def of_unit(cls, unit: str) -> DayKind:
        """The kind behind the unit a plan prints: 工作日, 日, 天, 自然日, 教学日 …"""
        found = _UNITS.get(unit.strip().removeprefix("个"))
        if found is None:
            raise InvalidInput(N_("不知道“%(unit)s”怎么计算，请写工作日、自然日或教学日"), unit=unit)
        return cls(found)

    @property
    def unit(self) -> str:
        """The unit in Chinese, as sentences use it."""
        return {DayKind.WORKING: "工作日", DayKind.CALENDAR: "自然日", DayKind.SCHOOL: "教学日"}[self]


@dataclass(frozen=True)
class Due:
    """The last day of a period. `provisional`: it rests on a calendar that is not announced yet, or on a term whose
    vacations nobody has given, and may still move."""

    day: Day
    provisional: bool = False


def is_announced(day: Day) -> bool:
    """Whether the State Council's calendar is known for the year of a day."""
    return _looked_up(day) is not None


def is_working_day(day: Day) -> bool:
    """Whether offices work on a day."""
    found = _looked_up(day)
    return day.weekday() < _SATURDAY if found is None else found


def add_days(start: Day, count: int, kind: DayKind, *, breaks: Sequence[Break] | None = None) -> Due:
    """The last day of a period of so many days that begins with the day after `start`. `breaks` are the vacations that
    school days leave out."""
    if count < 0:
        raise InvalidInput(N_("期限的天数不能是负数"))
    day, sure = start, True
    if kind is DayKind.CALENDAR:
        day += count * _ONE
        while count and not is_working_day(day):
            sure, day = sure and is_announced(day), day + _ONE
        return Due(day, bool(count) and not (sure and is_announced(day)))
    counts = _counted(kind, breaks)
    left = count
    while left:
        day += _ONE
        left -= counts(day)
        sure = sure and is_announced(day)
    return Due(day, bool(count) and not (sure and _breaks_known(kind, breaks)))


def count_days(start: Day, end: Day, kind: DayKind, *, breaks: Sequence[Break] | None = None) -> int:
    """How many such days lie after `start`, up to and with `end`; none where it is not later."""
    if kind is DayKind.CALENDAR:
        return max(0, (end - start).days)
    counts = _counted(kind, breaks)
    return sum(counts(start + number * _ONE) for number in range(1, (end - start).days + 1))


def _counted(kind: DayKind, breaks: Sequence[Break] | None) -> Callable[[Day], bool]:
    if kind is DayKind.WORKING:
        return is_working_day
    return lambda day: is_working_day(day) and not any(first <= day <= last for first, last in breaks or ())


def _breaks_known(kind: DayKind, breaks: Sequence[Break] | None) -> bool:
    return kind is not DayKind.SCHOOL or breaks is not None


@lru_cache(maxsize=20_000)
def _looked_up(day: Day) -> bool | None:
    """What the announced calendar says of a day; None for a year it does not reach."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None
