"""Days, months and periods of a plan, without database or file."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

DAY = dt.timedelta(days=1)


def inclusive_days(start: dt.date, end: dt.date) -> int:
    """The days of a period with both ends counted; a plan's "100天左右" is never forced to 100."""
    return (end - start).days + 1


def inclusive_months(start: dt.date, end: dt.date) -> int:
    """The calendar months a period touches."""
    return (end.year - start.year) * 12 + end.month - start.month + 1


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the month's last day where there is none."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_edges(start: dt.date, end: dt.date) -> bool:
    """Whether a period begins on the first and ends on the last day of a month."""
    return start.day == 1 and (end + DAY).day == 1


def year_edges(start: dt.date, end: dt.date) -> bool:
    """Whether a period begins on the first and ends on the last day of a year."""
    return (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)


def phase_on(phases: Iterable[Mapping[str, Any]], day: dt.date) -> Mapping[str, Any] | None:
    """The phase a day falls into, of phases with both dates known."""
    for phase in phases:
        start, end = phase.get("from"), phase.get("to")
        if isinstance(start, dt.date) and isinstance(end, dt.date) and start <= day <= end:
            return phase
    return None


def due_day(due: Any, start: dt.date, year: int) -> dt.date | None:
    """The day something is due in a year; None where the plan masks it, or names a mere rhythm."""
    if isinstance(due, dt.date):
        return due
    if isinstance(due, str):
        month, day = (int(part) for part in due.split("-"))
        return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))
    if isinstance(due, Mapping) and "months" in due:
        return months_after(start, int(due["months"]))
    return None


def days_due(due: Any, start: dt.date, year: int) -> list[dt.date]:
    """Every day of the year on which something falls due; weekly and termly rhythms name no day."""
    if isinstance(due, Mapping) and due.get("every") in ("month", "quarter") and "day" in due:
        months = range(1, 13) if due["every"] == "month" else (3, 6, 9, 12)
        days = [
            dt.date(year, month, min(int(due["day"]), calendar.monthrange(year, month)[1]))
            for month in months
        ]
        return [day for day in days if day >= start]
    day = due_day(due, start, year)
    return [day] if day is not None and day.year == year and day >= start else []
