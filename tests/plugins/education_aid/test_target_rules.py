"""Targets and loans with the numbers the plans print."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.education_aid.rules import loans, targets
from plugins.education_aid.rules.targets import ABOUT, AT_LEAST, AT_MOST, MET, MISSED, OPEN


@pytest.mark.clause("EA-038")
def test_parts_that_miss_the_whole_are_noticed() -> None:
    assert targets.parts_differ([80_000, 46_000], 126_000) == 0
    assert targets.parts_differ([80_000, 45_000], 126_000) == -1_000


@pytest.mark.clause("EA-039")
def test_not_below_forty_percent_includes_forty() -> None:
    assert targets.share(398, 1000, AT_LEAST, Decimal(40)) == targets.Verdict(MISSED, Decimal("39.8"))
    assert targets.share(400, 1000, AT_LEAST, Decimal(40)).state == MET


@pytest.mark.clause("EA-040")
def test_fifty_five_percent_of_the_youths_of_age() -> None:
    assert targets.share(550, 1000, AT_LEAST, Decimal(55)) == targets.Verdict(MET, Decimal("55.0"))


@pytest.mark.clause("EA-042")
def test_direct_entry_takes_three_hundred_of_a_thousand() -> None:
    assert targets.share(300, 1000, AT_LEAST, Decimal(30)).state == MET
    assert targets.share(299, 1000, AT_LEAST, Decimal(30)).state == MISSED


@pytest.mark.clause("EA-043")
def test_three_hundred_places_over_fifty_eight_counties_add_up() -> None:
    given_out = targets.spread(300, {f"{number:06}": 1 for number in range(58)})
    assert sum(given_out.values()) == 300 and set(given_out.values()) == {5, 6}


@pytest.mark.clause("EA-045")
def test_a_rate_is_judged_before_it_is_rounded() -> None:
    assert targets.share(700, 1000, AT_LEAST, Decimal(70)) == targets.Verdict(MET, Decimal("70.0"))
    assert targets.share(699, 1000, AT_LEAST, Decimal(70)).state == MISSED
    assert targets.share(69_999, 100_000, AT_LEAST, Decimal(70)) == targets.Verdict(MISSED, Decimal("70.0"))


@pytest.mark.clause("EA-046")
def test_about_equal_waits_for_a_tolerance() -> None:
    assert targets.balance(480, 520, Decimal(10)).state == MET
    assert targets.balance(480, 520, Decimal(5)).state == MISSED
    assert targets.balance(480, 520, None).state == OPEN
    assert targets.share(9, 10, ABOUT, Decimal(90)).state == OPEN


def test_at_most_includes_the_number() -> None:
    assert targets.share(10, 500, AT_MOST, Decimal(2)).state == MET
    assert targets.share(11, 500, AT_MOST, Decimal(2)).state == MISSED


def test_nothing_of_nothing_is_no_rate() -> None:
    assert targets.share(0, 0, AT_LEAST, Decimal(50)) == targets.Verdict(OPEN)
    assert targets.count(480, 500) == targets.Verdict(MISSED, Decimal("96.0"), 20)


@given(st.integers(0, 10**6), st.dictionaries(st.text("0123456789", min_size=6, max_size=6), st.integers(0, 10**5),
                                                  min_size=1, max_size=80))
def test_places_are_spread_to_the_last(total: int, weights: dict[str, int]) -> None:
    if not sum(weights.values()):
        with pytest.raises(ValueError, match="weights"):
            targets.spread(total, weights)
        return
    given_out = targets.spread(total, weights)
    assert sum(given_out.values()) == total
    whole = sum(weights.values())
    assert all(abs(given_out[code] * whole - total * weight) < whole for code, weight in weights.items())


@pytest.mark.clause("EA-036")
def test_a_loan_stops_at_the_cap_of_its_year() -> None:
    assert loans.approved(Decimal(9000), Decimal(8000)) == Decimal(8000)
    assert loans.approved(Decimal(7500), Decimal(8000)) == Decimal(7500)


@pytest.mark.clause("EA-028")
def test_two_of_forty_still_wait_for_a_loan() -> None:
    found = loans.coverage(range(40), dict.fromkeys(range(38), True))
    assert found.rate == Decimal("95.0") and found.missing == (38, 39)


def test_nobody_in_need_is_no_rate() -> None:
    assert loans.coverage([], {}).rate is None
