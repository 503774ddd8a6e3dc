"""Periods of days end where the State Council's calendar and the Civil Code say."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import DayKind, Due, add_days, count_days, is_announced, is_working_day
from core.errors import InvalidInput

D = dt.date
DAYS = st.dates(D(2010, 1, 1), D(2028, 12, 31))
KINDS = st.sampled_from([DayKind.WORKING, DayKind.SCHOOL])


@pytest.mark.parametrize(("start", "end"), [
    (D(2015, 10, 17), D(2015, 11, 27)),
    (D(2025, 9, 19), D(2025, 11, 6)),
    (D(2018, 10, 17), D(2018, 11, 28)),
])
def test_thirty_working_days_end_on_the_printed_day(start: D, end: D) -> None:
    assert add_days(start, 30, DayKind.WORKING) == Due(end)


def test_bare_weekdays_would_end_too_early() -> None:
    day, left = D(2025, 9, 19), 30
    while left:
        day += dt.timedelta(days=1)
        left -= day.weekday() < 5
    assert day == D(2025, 10, 31) != add_days(D(2025, 9, 19), 30, DayKind.WORKING).day


def test_one_working_day_after_the_last_is_one_day_late() -> None:
    due = add_days(D(2018, 10, 17), 30, DayKind.WORKING).day
    assert count_days(due, D(2018, 11, 29), DayKind.WORKING) == 1


def test_a_weekend_made_up_is_worked_and_a_holiday_is_not() -> None:
    assert is_working_day(D(2025, 9, 28))  # Sunday before the National Day
    assert not is_working_day(D(2025, 10, 8))  # Wednesday within it


def test_the_day_of_the_event_is_not_counted() -> None:
    assert add_days(D(2026, 3, 2), 1, DayKind.WORKING).day == D(2026, 3, 3)
    assert add_days(D(2026, 3, 2), 0, DayKind.WORKING) == Due(D(2026, 3, 2))


def test_calendar_days_that_end_on_a_holiday_end_on_the_next_working_day() -> None:
    assert add_days(D(2025, 9, 26), 5, DayKind.CALENDAR) == Due(D(2025, 10, 9))
    assert add_days(D(2025, 9, 18), 10, DayKind.CALENDAR) == Due(D(2025, 9, 28))


def test_a_year_that_is_not_announced_counts_weekdays_and_says_so() -> None:
    due = add_days(D(2026, 12, 28), 10, DayKind.WORKING)
    assert due.provisional
    assert not is_announced(due.day)
    assert due.day.weekday() < 5


def test_calendar_days_within_an_announced_year_are_certain() -> None:
    assert not add_days(D(2026, 3, 2), 30, DayKind.CALENDAR).provisional
    assert add_days(D(2026, 12, 28), 30, DayKind.CALENDAR).provisional


def test_school_days_leave_the_vacations_out_and_are_a_guess_without_them() -> None:
    vacation = [(D(2026, 1, 26), D(2026, 2, 27))]
    assert add_days(D(2026, 1, 23), 5, DayKind.SCHOOL, breaks=vacation).day == D(2026, 3, 5)
    assert not add_days(D(2026, 1, 23), 5, DayKind.SCHOOL, breaks=vacation).provisional
    assert add_days(D(2026, 1, 23), 5, DayKind.SCHOOL).provisional


@pytest.mark.parametrize(("unit", "kind"), [("工作日", DayKind.WORKING), ("个工作日", DayKind.WORKING), ("天", DayKind.CALENDAR),
                                            ("自然日", DayKind.CALENDAR), ("教学日", DayKind.SCHOOL)])
def test_units_that_plans_print_are_understood(unit: str, kind: DayKind) -> None:
    assert DayKind.of_unit(unit) is kind
    assert DayKind.of_unit(kind.unit) is kind


def test_an_unknown_unit_is_refused_with_what_to_write() -> None:
    with pytest.raises(InvalidInput, match="请写工作日、自然日或教学日"):
        DayKind.of_unit("旬")


def test_a_negative_period_is_refused() -> None:
    with pytest.raises(InvalidInput, match="不能是负数"):
        add_days(D(2026, 3, 2), -1, DayKind.WORKING)


@given(DAYS, st.integers(1, 120), KINDS)
def test_counting_takes_back_what_adding_gave(start: D, count: int, kind: DayKind) -> None:
    assert count_days(start, add_days(start, count, kind).day, kind) == count


@given(DAYS, st.integers(1, 200), st.sampled_from(list(DayKind)))
def test_a_period_ends_on_a_working_day_later_than_its_start(start: D, count: int, kind: DayKind) -> None:
    due = add_days(start, count, kind)
    assert due.day > start
    assert is_working_day(due.day)


@given(DAYS, DAYS)
def test_nothing_is_counted_backwards(start: D, end: D) -> None:
    for kind in DayKind:
        assert (count_days(start, end, kind) > 0) <= (end > start)
