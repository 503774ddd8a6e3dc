"""How long a notice is shown and by which day something is published, by plan and law."""

from __future__ import annotations

import datetime as dt

import pytest

from core.errors import InvalidInput
from core.host.notices import Term
from core.publicity.rules.periods import (
    Period,
    days_left,
    days_overdue,
    due_of,
    first_day,
    is_shown,
    last_day,
    stricter,
)

PLAN = Term(30, "工作日", "方案")


@pytest.mark.parametrize(("end", "due"), [
    ("2015-10-17", "2015-11-27"), ("2025-09-19", "2025-11-06"), ("2018-10-17", "2018-11-28"),
])
def test_thirty_working_days_follow_the_state_councils_calendar(end: str, due: str) -> None:
    assert due_of(dt.date.fromisoformat(end), PLAN).day.isoformat() == due


@pytest.mark.parametrize(("event", "due"), [
    ("2025-11-30", "2026-02-28"), ("2024-11-30", "2025-02-28"), ("2025-08-31", "2025-12-01"), ("2025-07-01", "2025-10-09"),
])
def test_three_months_end_on_the_same_day_or_the_last_and_never_on_a_day_off(event: str, due: str) -> None:
    """2026-02-28 is worked for the Spring Festival; 2025-11-30 is a Sunday; 1 October is a holiday until the 8th."""
    assert due_of(dt.date.fromisoformat(event), Term(3, "月", "慈善法")).day.isoformat() == due


def test_the_earlier_of_two_terms_binds_whichever_comes_first_in_the_list() -> None:
    law = Term(3, "月", "慈善法")
    for terms in ((PLAN, law), (law, PLAN)):
        found = stricter(dt.date(2025, 9, 19), terms)
        assert [item.term for item in found if item.binding] == [PLAN] and len(found) == 2


@pytest.mark.parametrize("term", [Term(0, "工作日", "方案"), Term(3, "周", "方案"), Term(3, "月", " ")])
def test_a_term_that_cannot_be_counted_is_refused(term: Term) -> None:
    with pytest.raises(InvalidInput):
        due_of(dt.date(2025, 9, 19), term)


def test_overdue_days_are_working_days() -> None:
    due = dt.date(2018, 11, 28)
    assert [days_overdue(due, dt.date(2018, month, day)) for month, day in ((11, 28), (11, 29), (12, 1), (12, 3))] == [0, 1, 2, 3]


def test_the_first_day_is_not_counted_and_the_last_is_shown() -> None:
    friday = dt.date(2026, 11, 20)
    last = last_day(friday, Period(5, "工作日", "方案")).day
    assert last == dt.date(2026, 11, 27)
    assert is_shown(friday, last, friday) and is_shown(friday, last, last)
    assert not is_shown(friday, last, last + dt.timedelta(days=1)) and not is_shown(friday, last, friday - dt.timedelta(days=1))
    assert is_shown(friday, None, dt.date(2099, 1, 1))
    assert (days_left(last, friday), days_left(last, last), days_left(None, friday)) == (7, 0, None)


def test_a_notice_may_begin_on_the_next_working_day() -> None:
    saturday = dt.date(2026, 11, 28)
    assert first_day(saturday, "next_working_day") == dt.date(2026, 11, 30)
    assert first_day(saturday, "at_once") == saturday
