"""How often a check is due: months, quarters, terms and years, and the last day of each by the calendar of working days."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from core.calendar import DayKind, add_days, is_working_day
from core.errors import N_

MONTH, QUARTER, TERM, YEAR = "month", "quarter", "term", "year"
EVERY = {MONTH: N_("每月"), QUARTER: N_("每季度"), TERM: N_("每学期"), YEAR: N_("每年")}
#: the first months of the two terms, as `core.people.rules.term_of` counts them
_AUTUMN, _SPRING = 9, 3
_ONE = dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A period with its days, both included: "2026-11", "2026Q4", "2026-2027-1", "2026"."""

    code: str
    title: str
    first: dt.date
    last: dt.date


def period_of(every: str, day: dt.date) -> Period:
    """The period of a day."""
    if every == TERM:
        return _term(day)
    if every == YEAR:
        return Period(str(day.year), f"{day.year} 年", dt.date(day.year, 1, 1), dt.date(day.year, 12, 31))
    if every == QUARTER:
        number = (day.month + 2) // 3
        first, last = dt.date(day.year, number * 3 - 2, 1), _end(day.year, number * 3)
        return Period(f"{day.year}Q{number}", f"{day.year} 年第 {number} 季度", first, last)
    return Period(f"{day:%Y-%m}", f"{day.year} 年 {day.month} 月", day.replace(day=1), _end(day.year, day.month))


def due_day(period: Period, working_days: int | None) -> dt.date:
    """By when the period's check is due: so many working days after it begins, or else its last working day."""
    if working_days:
        return min(add_days(period.first - _ONE, working_days, DayKind.WORKING).day, period.last)
    day = period.last
    while not is_working_day(day) and day > period.first:
        day -= _ONE
    return day


def _term(day: dt.date) -> Period:
    year = day.year if day.month >= _AUTUMN else day.year - 1
    if _SPRING <= day.month < _AUTUMN:
        return Period(f"{year}-{year + 1}-2", f"{year}—{year + 1} 学年春季学期", dt.date(year + 1, _SPRING, 1), _end(year + 1, 8))
    return Period(f"{year}-{year + 1}-1", f"{year}—{year + 1} 学年秋季学期", dt.date(year, _AUTUMN, 1), _end(year + 1, 2))


def _end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])
