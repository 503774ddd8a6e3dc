"""The cohort by days of birth, the drop-out rate, and what a child of the cohort is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.education_aid.rules import cohort, hunting
from plugins.education_aid.rules.hunting import Child

PLAN = cohort.Cohort(dt.date(2003, 9, 1), dt.date(2013, 8, 31))


@pytest.mark.clause("EA-056")
@pytest.mark.parametrize(("born", "inside"), [("2003-09-01", True), ("2003-08-31", False), ("2013-08-31", True), ("2013-09-01", False)])
def test_both_edges_of_the_cohort_are_inside(born: str, inside: bool) -> None:
    assert PLAN.holds(dt.date.fromisoformat(born)) is inside


@pytest.mark.clause("EA-056")
def test_the_printed_days_are_six_to_under_sixteen_on_the_last_of_august_2019() -> None:
    assert cohort.by_ages(2019, 6, 16, (8, 31)) == PLAN
    assert cohort.by_ages(2020, 6, 16, (8, 31)) == PLAN.rolled(1) == cohort.Cohort(dt.date(2004, 9, 1), dt.date(2014, 8, 31))


def test_nobody_is_guessed_into_the_cohort() -> None:
    assert PLAN.holds(None) is None


def test_a_cut_off_on_a_leap_day_falls_on_the_last_of_february() -> None:
    assert cohort.by_ages(2019, 6, 16, (2, 29)).last == dt.date(2013, 2, 28)


@given(st.integers(1990, 2050), st.integers(0, 20))
def test_rolling_is_the_same_as_counting_anew(year: int, years: int) -> None:
    assert cohort.by_ages(year, 6, 16, (8, 31)).rolled(years) == cohort.by_ages(year + years, 6, 16, (8, 31))


@pytest.mark.clause("EA-053")
def test_within_two_percent_includes_two() -> None:
    assert cohort.rate(10, 500, Decimal(2)) == cohort.Rate(10, 500, Decimal("2.00"), True)
    assert cohort.rate(11, 500, Decimal(2)) == cohort.Rate(11, 500, Decimal("2.20"), False)


def test_the_exact_share_is_judged_and_not_the_rounded_one() -> None:
    found = cohort.rate(200_001, 10_000_000, Decimal(2))
    assert (found.percent, found.kept) == (Decimal("2.00"), False)


def test_without_a_ceiling_or_without_pupils_nothing_is_judged() -> None:
    assert cohort.rate(1, 10, None).kept is None
    assert cohort.rate(0, 0, Decimal(2)) == cohort.Rate(0, 0, None, None)


@pytest.mark.clause("EA-057")
def test_one_of_forty_children_on_no_roll_is_one_case() -> None:
    children = [Child(number, running=number != 40) for number in range(1, 41)]
    assert [(child.id, hunting.case_of(child, None)) for child in children if hunting.case_of(child, None)] == [(40, hunting.NEVER)]


@pytest.mark.clause("EA-058")
def test_two_of_five_hundred_on_the_register_were_not_there() -> None:
    assert hunting.not_present(range(500), range(498)) == [498, 499]


@pytest.mark.parametrize(("child", "absence", "kind"), [
    (Child(1, running=True), None, ""),
    (Child(1, running=True, absent=3), None, hunting.SUSPECTED),
    (Child(1, running=True, absent=27), 28, hunting.SUSPECTED),
    (Child(1, running=True, absent=28), 28, hunting.DROPPED),
    (Child(1, running=False, before=True, ended="dropped_out"), None, hunting.DROPPED),
    (Child(1, running=False, before=True, ended="transferred"), None, hunting.SUSPECTED),
])
def test_where_a_child_stands_decides_the_case(child: Child, absence: int | None, kind: str) -> None:
    assert hunting.case_of(child, absence) == kind


@pytest.mark.clause("EA-055")
def test_of_nine_villages_eight_are_assigned() -> None:
    patches = {"测试甲": ["村1", "村2", "村3"], "测试乙": ["村4", "村5"], "测试丙": ["村6", "村7", "村8"]}
    assert hunting.unassigned([f"村{number}" for number in range(1, 10)], patches) == ["村9"]
    assert hunting.doubly_assigned(patches) == {}
    assert hunting.doubly_assigned({"测试甲": ["村1"], "测试乙": ["村1"]}) == {"村1": ["测试甲", "测试乙"]}
