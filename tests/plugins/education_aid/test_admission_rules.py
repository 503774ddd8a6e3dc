"""Places, cut-offs, offsets, priorities, ties and pools, with the numbers the plans print."""

from __future__ import annotations

from decimal import Decimal

import pytest

from plugins.education_aid.rules.admission import (
    OFFSET,
    PRIORITY,
    TIE_BREAK,
    Applicant,
    Preference,
    admit,
    admit_pools,
    pool_places,
    unquantified,
)

TEN_POINTS = Preference("zhongkao", "中考降分录取", OFFSET, "二", Decimal(10))
UNSTATED = Preference("key-senior", "降分录取本县重点高中", OFFSET, "三（二）")
FIRST = Preference("public-first", "优先安排公办学校", PRIORITY, "二")
TIE = Preference("equal-score", "同等条件下优先", TIE_BREAK, "四")


def _won(outcomes: list) -> set:
    return {one.id for one in outcomes if one.admitted}


@pytest.mark.clause("EA-023")
def test_ten_points_lower_the_cut_off_for_registered_households_alone() -> None:
    favoured = frozenset({"zhongkao"})
    outcomes = admit([Applicant("甲", Decimal(552), favoured), Applicant("乙", Decimal(549), favoured),
                      Applicant("丙", Decimal(552))], 10, Decimal(560), [TEN_POINTS])
    assert _won(outcomes) == {"甲"}
    by = {one.id: one for one in outcomes}
    assert by["甲"].by == "中考降分录取" and by["乙"].params == {"line": Decimal(550)} and by["丙"].params == {"line": Decimal(560)}


def test_who_reaches_the_cut_off_is_not_said_to_be_in_by_an_offset() -> None:
    [one] = admit([Applicant("甲", Decimal(560), frozenset({"zhongkao"}))], 1, Decimal(560), [TEN_POINTS])
    assert one.admitted and one.by == ""


@pytest.mark.clause("EA-022")
def test_an_offset_without_points_is_listed_and_changes_nothing() -> None:
    outcomes = admit([Applicant("甲", Decimal(559), frozenset({"key-senior"}))], 5, Decimal(560), [UNSTATED])
    assert _won(outcomes) == set()
    assert unquantified([UNSTATED, TEN_POINTS]) == [UNSTATED]


@pytest.mark.clause("EA-025")
def test_three_with_priority_among_twelve_all_get_one_of_ten_places() -> None:
    favoured = frozenset({"public-first"})
    asking = [Applicant(number, None, favoured if number > 9 else frozenset(), number) for number in range(1, 13)]
    outcomes = admit(asking, 10, None, [FIRST])
    assert _won(outcomes) == {10, 11, 12, 1, 2, 3, 4, 5, 6, 7}
    assert [one.reason for one in outcomes if not one.admitted] == ["名额已满", "名额已满"]


@pytest.mark.clause("EA-044")
def test_a_tie_break_counts_between_equal_scores_alone() -> None:
    favoured = frozenset({"equal-score"})
    equal = admit([Applicant("甲", Decimal(520), order=1), Applicant("乙", Decimal(520), favoured, 2)], 1, Decimal(500), [TIE])
    assert _won(equal) == {"乙"}
    better = admit([Applicant("甲", Decimal(521), order=1), Applicant("乙", Decimal(520), favoured, 2)], 1, Decimal(500), [TIE])
    assert _won(better) == {"甲"}


@pytest.mark.clause("EA-041")
def test_half_of_two_hundred_places_are_kept_with_a_line_of_their_own() -> None:
    assert pool_places(200, Decimal("0.5")) == 100 and pool_places(199, Decimal("0.5")) == 100
    listed = [Applicant(f"县{number}", Decimal(400), frozenset({"listed"}), number) for number in range(120)]
    others = [Applicant(f"外{number}", Decimal(480), order=number) for number in range(150)]
    inside, outside = admit_pools([*listed, *others], 200, Decimal("0.5"), "listed", (Decimal(380), Decimal(450)), [])
    assert len(_won(inside)) == 100 and len(_won(outside)) == 100


def test_without_a_score_nobody_passes_a_cut_off() -> None:
    [one] = admit([Applicant("甲", None)], 1, Decimal(500), [])
    assert not one.admitted and one.reason == "没有成绩"
