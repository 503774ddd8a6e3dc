"""Due against paid, term against term, list against list."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.education_aid.rules import checking
from plugins.education_aid.rules.checking import MISSED, OVER, SHORT, UNDUE

YUAN = Decimal(1250)


@pytest.mark.clause("EA-060")
def test_both_lists_come_of_one_comparison() -> None:
    found = checking.compare(dict.fromkeys("ABC", YUAN), dict.fromkeys("BCD", YUAN))
    assert (found.of(MISSED), found.of(UNDUE)) == (["A"], ["D"])


@pytest.mark.clause("EA-047")
def test_one_pupil_short_of_625_is_named() -> None:
    due = {number: Decimal(625) for number in range(90)}
    whole = checking.compare(due, due)
    assert (whole.due, whole.paid, whole.gaps) == (Decimal(56_250), Decimal(56_250), ())
    short = checking.compare(due, {number: amount for number, amount in due.items() if number != 7})
    assert (short.due - short.paid, short.of(MISSED)) == (Decimal(625), [7])


def test_too_little_and_too_much_are_named_as_such() -> None:
    found = checking.compare({"A": YUAN, "B": YUAN}, {"A": Decimal(500), "B": Decimal(1500)})
    assert (found.of(SHORT), found.of(OVER)) == (["A"], ["B"])


def test_what_cannot_be_decided_is_in_neither_list() -> None:
    assert checking.compare({}, {"A": YUAN}, undecided=["A"]).gaps == ()


def test_who_had_it_last_term_and_has_not_left_is_a_break() -> None:
    assert checking.breaks("ABCD", "AB", gone="D") == ["C"]


@pytest.mark.clause("EA-067")
def test_each_of_120_was_aided() -> None:
    assert checking.coverage(120, 120) == Decimal("100.00")
    assert checking.coverage(119, 120) == Decimal("99.17")
    assert checking.coverage(0, 0) is None


@pytest.mark.clause("EA-062")
def test_a_pupil_in_three_of_four_lists_is_missing_in_one() -> None:
    names = ["省建档立卡系统", "全国系统", "县扶贫人口库", "学校库"]
    assert checking.missing_in([True, False, True, True], names) == ["全国系统"]


amounts = st.dictionaries(st.integers(0, 30), st.decimals(0, 9_999, places=2))


@given(amounts, amounts)
def test_the_differences_add_up_to_the_difference_of_the_sums(due: dict[int, Decimal], paid: dict[int, Decimal]) -> None:
    found = checking.compare(due, paid)
    assert sum((gap.due - gap.paid for gap in found.gaps), Decimal(0)) == found.due - found.paid
