"""Periods, answers and rates as plain values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from core.inspections.rules.answers import fault_of, result_of
from core.inspections.rules.periods import due_day, period_of
from core.inspections.rules.rates import Tally, days_taken, limit_of

ITEMS = [{"code": "a", "answer": "yes_no"}, {"code": "b", "answer": "number"}]


@pytest.mark.parametrize(("every", "day", "code", "first", "last"), [
    ("month", dt.date(2026, 2, 3), "2026-02", dt.date(2026, 2, 1), dt.date(2026, 2, 28)),
    ("quarter", dt.date(2026, 11, 2), "2026Q4", dt.date(2026, 10, 1), dt.date(2026, 12, 31)),
    ("term", dt.date(2026, 11, 2), "2026-2027-1", dt.date(2026, 9, 1), dt.date(2027, 2, 28)),
    ("term", dt.date(2027, 2, 10), "2026-2027-1", dt.date(2026, 9, 1), dt.date(2027, 2, 28)),
    ("term", dt.date(2027, 3, 1), "2026-2027-2", dt.date(2027, 3, 1), dt.date(2027, 8, 31)),
    ("year", dt.date(2026, 11, 2), "2026", dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
])
def test_a_day_lies_in_a_period_with_its_own_code(every: str, day: dt.date, code: str, first: dt.date, last: dt.date) -> None:
    found = period_of(every, day)
    assert (found.code, found.first, found.last) == (code, first, last)


def test_due_days_go_by_the_calendar_of_working_days() -> None:
    october = period_of("month", dt.date(2026, 10, 20))
    assert due_day(october, 5) == dt.date(2026, 10, 13)  # the holidays end on the 7th, and the 10th is worked
    assert due_day(october, None) == dt.date(2026, 10, 30)  # the 31st is a Saturday
    assert due_day(october, 200) == october.last


@pytest.mark.parametrize(("answers", "result"), [
    ({}, ""), ({"a": "yes"}, ""), ({"a": "yes", "b": "12"}, "good"), ({"a": "no", "b": "12"}, "faulty")])
def test_a_row_comes_out_by_its_answers(answers: dict[str, str], result: str) -> None:
    assert result_of(ITEMS, answers) == result


@pytest.mark.parametrize(("kind", "answer", "wrong"), [
    ("yes_no", "yes", False), ("yes_no", "maybe", True), ("number", "3.5", False), ("number", "十二", True), ("number", "NaN", True),
    ("text", "好", False), ("text", "好" * 201, True), ("number", "", False)])
def test_an_answer_fits_its_question(kind: str, answer: str, wrong: bool) -> None:
    assert bool(fault_of(kind, answer)) is wrong


def test_a_rate_is_exact_to_a_tenth_of_a_percent() -> None:
    assert Tally(4, 3).rate == Decimal("0.750")
    assert Tally(3, 2).rate == Decimal("0.667")
    assert Tally().rate is None


def test_what_must_be_done_at_once_is_due_the_same_day() -> None:
    day, given = dt.date(2026, 11, 2), dt.date(2026, 11, 30)
    assert [limit_of(way, day, given) for way in ("at_once", "dated", "lasting")] == [day, given, None]


@pytest.mark.clause("CO-007")
def test_a_problem_of_1_april_closed_on_5_april_took_four_days() -> None:
    assert days_taken(dt.date(2020, 4, 1), dt.date(2020, 4, 5)) == 4
    assert days_taken(dt.date(2020, 4, 1), None) is None
