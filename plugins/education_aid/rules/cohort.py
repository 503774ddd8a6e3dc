"""Who must be at school, by day of birth, and the rate of those who are not (EA-053, EA-056; RULES §6).

A plan names the days themselves, or the ages at a cut-off; both bounds of the days are included.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_ONE = dt.timedelta(days=1)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Cohort:
    """Those born from `first` to `last`, both days included."""

    first: dt.date
    last: dt.date

    def holds(self, born: dt.date | None) -> bool | None:
        """Whether somebody belongs to it; None where nobody noted the day of birth."""
        return None if born is None else self.first <= born <= self.last

    def rolled(self, years: int) -> Cohort:
        """The same ages so many years later."""
        return Cohort(_moved(self.first, years), _moved(self.last, years))


@dataclass(frozen=True)
class Rate:
    """A share of a whole in percent with two decimals, and whether it keeps below its ceiling; `kept` is None where
    there is no ceiling or nobody to count."""

    part: int
    whole: int
    percent: Decimal | None
    kept: bool | None


def by_ages(year: int, least: int, below: int, cutoff: tuple[int, int]) -> Cohort:
    """Those who are at least `least` and not yet `below` years old on the cut-off (month, day) of a year."""
    day = _day(year, *cutoff)
    return Cohort(_day(year - below, *cutoff) + _ONE, _moved(day, -least))


def rate(part: int, whole: int, ceiling: Decimal | None) -> Rate:
    """A drop-out rate against its ceiling: "2% 以内" includes 2 (Civil Code art. 1259), judged on the exact share."""
    if whole <= 0:
        return Rate(part, whole, None, None)
    exact = Decimal(part) * 100 / Decimal(whole)
    return Rate(part, whole, exact.quantize(_CENT, ROUND_HALF_UP), None if ceiling is None else exact <= ceiling)


def _day(year: int, month: int, day: int) -> dt.date:
    """A day of a year; the 29th of February of other years is their last day of that month."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return dt.date(year, month + 1, 1) - _ONE


def _moved(day: dt.date, years: int) -> dt.date:
    return _day(day.year + years, day.month, day.day)
