"""How long a notice is shown, and by which day something has to be published."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from core.calendar import DayKind, Due, add_days, count_days, is_working_day
from core.errors import N_, InvalidInput
from core.host.notices import NEXT_WORKING_DAY, Term, term_fault

MONTH = "月"
_ONE = dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """How many days a notice is shown and of which kind, where that stands, and the flag where the tenant's own plan
    does not say."""

    count: int
    unit: str
    source: str
    flag: str = ""


@dataclass(frozen=True)
class DueTerm:
    """A term with the day it gives; the earliest of several is binding."""

    term: Term
    due: Due
    binding: bool = False


def first_day(wanted: dt.date, starts: str) -> dt.date:
    """The day a notice begins to be shown."""
    while starts == NEXT_WORKING_DAY and not is_working_day(wanted):
        wanted += _ONE
    return wanted


def last_day(opens_on: dt.date, period: Period) -> Due:
    """The last day it is shown; the first day is not counted (Civil Code 201)."""
    return add_days(opens_on, period.count, DayKind.of_unit(period.unit))


def is_shown(opens_on: dt.date, closes_on: dt.date | None, day: dt.date) -> bool:
    """Whether a notice with these days is shown on a day."""
    return opens_on <= day and (closes_on is None or day <= closes_on)


def days_left(closes_on: dt.date | None, day: dt.date) -> int | None:
    """Days until it withdraws itself, the last day counting as none; None where it stays."""
    return None if closes_on is None else (closes_on - day).days


def due_of(event_on: dt.date, term: Term) -> Due:
    """The last day of a term. A month ends on the day of the same number or on the month's last (Civil Code 202),
    and no term ends on a day off (203)."""
    if term_fault(term):
        raise InvalidInput(N_("期限“%(count)s%(unit)s”不能计算，或者没有写明依据"), count=term.count, unit=term.unit)
    if term.unit != MONTH:
        return add_days(event_on, term.count, DayKind.of_unit(term.unit))
    return _not_on_a_day_off(_add_months(event_on, term.count))


def stricter(event_on: dt.date, terms: Sequence[Term]) -> list[DueTerm]:
    """All terms with their days, the binding one marked: where plan and law both speak, the earlier day holds."""
    if not terms:
        raise InvalidInput(N_("没有期限：方案和法律都没有写明多少天内公示"))
    found = [(term, due_of(event_on, term)) for term in terms]
    earliest = min(range(len(found)), key=lambda at: found[at][1].day)
    return [DueTerm(term, due, at == earliest) for at, (term, due) in enumerate(found)]


def days_overdue(due_on: dt.date, until: dt.date) -> int:
    """Working days since the due day passed."""
    return count_days(due_on, until, DayKind.WORKING)


def _add_months(day: dt.date, count: int) -> dt.date:
    year, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + year, month + 1
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))


def _not_on_a_day_off(day: dt.date) -> Due:
    """The day itself, or the next working day."""
    moved = add_days(day - _ONE, 1, DayKind.CALENDAR)
    return Due(moved.day, moved.provisional)
