"""The two engines: the printed numbers, three-valued facts, and the proof that both always agree."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.conditions import parse
from plugins.education_aid.plan.vocabulary import VOCABULARY
from plugins.education_aid.queries.facts import Gathered
from plugins.education_aid.rules.bands import mean_of
from plugins.education_aid.rules.columnar import work_out
from plugins.education_aid.rules.items import (
    ACTUAL,
    AUTUMN,
    AVERAGE,
    CASES,
    DAY,
    FIXED,
    HIGHEST,
    MONTH,
    NOTHING,
    ONCE,
    ORDER,
    SPRING,
    TERM,
    YEAR,
    Amount,
    Case,
    Group,
    Item,
)
from plugins.education_aid.rules.single import displaced, entitle
from plugins.education_aid.rules.steps import in_ring, ordered


def where(**facts: Any) -> Any:
    condition, faults = parse(facts, VOCABULARY)
    assert faults == []
    return condition


def item(code: str, fen: int = 10_000, condition: Any = None, **options: Any) -> Item:
    amount = options.pop("amount", Amount(FIXED, fen))
    return Item(code, code, "（一）", condition or where(), amount, **options)


def year_of(items: list[Item], facts: dict[str, Any]) -> int:
    return sum(found.fen for term in (AUTUMN, SPRING) for found in entitle(items, facts, term))


def test_a_year_is_shared_out_over_its_terms_to_the_fen() -> None:
    odd = [item("odd", 62_501)]
    assert [entitle(odd, {}, term)[0].fen for term in (AUTUMN, SPRING)] == [31_251, 31_250]


@pytest.mark.clause("EA-031")
def test_a_thousand_a_school_year_is_five_hundred_a_term() -> None:
    waiver = [item("care", 100_000, where(stage="preschool"), kind="waiver")]
    facts = {"stage": "preschool"}
    assert [entitle(waiver, facts, term)[0].fen for term in (AUTUMN, SPRING)] == [50_000, 50_000]


@pytest.mark.clause("EA-007")
def test_four_yuan_a_day_by_the_days_of_school() -> None:
    meals = [item("meals", amount=Amount(FIXED, 400, per=DAY, days=200))]
    assert year_of(meals, {}) == 80_000
    assert entitle(meals, {"attended_days": 187}, AUTUMN)[0].fen == 74_800
    unknown = entitle([item("meals", amount=Amount(FIXED, 400, per=DAY))], {}, AUTUMN)
    assert unknown[0].missing == ("attended_days",) and unknown[0].fen == 0


def test_other_periods() -> None:
    assert year_of([item("term", amount=Amount(FIXED, 100, per=TERM))], {}) == 200
    assert year_of([item("month", amount=Amount(FIXED, 100, per=MONTH, months=9))], {}) == 900
    assert year_of([item("once", amount=Amount(FIXED, 100, per=ONCE))], {}) == 100
    assert entitle([item("month", amount=Amount(FIXED, 100, per=MONTH))], {}, AUTUMN)[0].missing == ("attended_days",)


def test_the_first_case_that_holds_says_how_much() -> None:
    cases = Amount(CASES, cases=(Case(where(stage="primary"), 100_000), Case(where(stage="junior"), 125_000)))
    boarding = [item("boarding", amount=cases, condition=where(stage="compulsory", boarding=True))]
    assert year_of(boarding, {"stage": "junior", "boarding": True}) == 125_000
    assert year_of(boarding, {"stage": "primary", "boarding": False}) == 0


@pytest.mark.clause("EA-024")
def test_a_waiver_of_an_actual_fee_is_the_fee() -> None:
    waiver = [item("dormitory", amount=Amount(ACTUAL, actual=("fee_dormitory",)), condition=where(boarding=True), kind="waiver")]
    for fee in (30_000, 45_000):
        assert year_of(waiver, {"boarding": True, "fee_dormitory": fee}) == fee
    [unknown] = entitle(waiver, {"boarding": True}, AUTUMN)
    assert unknown.missing == ("fee_dormitory",)


@pytest.mark.clause("EA-034")
def test_actual_fees_of_pupils_from_the_counties_on_the_list() -> None:
    free = [item("free", amount=Amount(ACTUAL, actual=("fee_tuition", "fee_books")), condition=where(home=["620822"]), kind="waiver")]
    fees = {"fee_tuition": 500_000, "fee_books": 60_000}
    assert year_of(free, {**fees, "home": {"62", "6208", "620822"}}) == 560_000
    assert year_of(free, {**fees, "home": {"62", "6201"}}) == 0


def test_a_top_up_goes_only_with_what_it_adds_to() -> None:
    items = [item("top", 100, adds_to="base"), item("base", 1_000, where(boarding=True))]
    assert year_of(items, {"boarding": True}) == 1_100 and year_of(items, {"boarding": False}) == 0
    assert [found.missing for found in entitle(items, {}, AUTUMN)] == [("boarding",), ("boarding",)]


def test_what_takes_the_place_of_another_leaves_it_out() -> None:
    items = [item("national", amount=Amount(ACTUAL, actual=("fee_tuition",))), item("county", 76_000, replaces=("national",))]
    assert [(found.item.code, found.fen) for found in entitle(items, {}, AUTUMN)] == [("county", 38_000)]


def test_items_that_build_on_each_other_in_a_ring_are_refused() -> None:
    with pytest.raises(ValueError, match="a"):
        ordered([item("a", adds_to="b"), item("b", adds_to="a")])


def test_items_of_a_ring_are_left_out_with_what_waits_for_them() -> None:
    ring = [item("a", condition=where(holds="b")), item("b", condition=where(holds="a")), item("c", adds_to="a"), item("d")]
    assert in_ring(ring) == ["a", "b", "c"]
    assert in_ring([item("c", adds_to="d"), item("d"), item("e")], [Group("g", "", "", ("c", "d"))]) == ["c", "d"]


@pytest.mark.clause("EA-015")
def test_an_average_is_kept_by_the_awards_of_a_school_together() -> None:
    banded = Amount(AVERAGE, 300_000, least=200_000, most=400_000)
    assert mean_of([250_000, 350_000, 300_000], banded).holds
    assert mean_of([250_000, 300_000], banded).off == -50_000
    assert mean_of([150_000, 450_000], banded).outside == (0, 1)
    assert not mean_of([250_000], Amount(AVERAGE, 300_000)).holds


def test_what_depends_on_a_group_names_the_amount_that_is_missing() -> None:
    fee = Amount(ACTUAL, actual=("fee_tuition",))
    items = [item("fee", amount=fee), item("flat", 500), item("top", 100, adds_to="flat")]
    found = {one.item.code: one.missing for one in entitle(items, {}, AUTUMN, [Group("g", "", "", ("fee", "flat"))])}
    assert found == {"fee": ("fee_tuition",), "flat": ("fee_tuition",), "top": ("fee_tuition",)}


def test_of_a_group_the_highest_is_given_or_the_first_of_the_plan() -> None:
    items = [item("low", 1_000), item("high", 3_000, where(boarding=True)), item("same", 3_000), item("top", 100, adds_to="low")]
    for keep, given_item in ((HIGHEST, "high"), (ORDER, "low")):
        group = [Group("one", "不重复享受", "（二）", ("low", "high", "same"), keep)]
        found = entitle(items, {"boarding": True}, AUTUMN, group)
        assert [one.item.code for one in found if one.item.code != "top"] == [given_item]
        assert ("top" in {one.item.code for one in found}) == (keep == ORDER)
        assert {(one.item.code, one.by.code) for one in displaced(items, {"boarding": True}, AUTUMN, group)} == {
            (other, given_item) for other in ("low", "high", "same") if other != given_item}


def test_what_cannot_beat_leaves_the_rest_of_a_group_decided() -> None:
    items, group = [item("high", 3_000), item("low", 1_000, where(boarding=True))], [Group("one", "", "", ("low", "high"))]
    assert [(one.item.code, one.decided) for one in entitle(items, {}, AUTUMN, group)] == [("high", True)]
    assert [one.missing for one in entitle(items, {}, AUTUMN, [Group("one", "", "", ("low", "high"), ORDER)])] == [("boarding",)] * 2


def test_an_item_may_ask_what_else_is_held_and_what_was_had_before() -> None:
    other = item("other", condition=where(**{"not": {"holds": ["base", "loan"]}}))
    once = item("once", condition=where(**{"not": {"received": "once"}, "received_terms": {"base": {"lt": 6}}}))
    items = [other, item("base", condition=where(boarding=True)), once]
    facts = {"boarding": False, "holds": frozenset(), "received": frozenset({"base"}), "received_terms.base": 6}
    assert [one.item.code for one in entitle(items, facts, AUTUMN)] == ["other"]
    assert [one.item.code for one in entitle(items, {**facts, "holds": frozenset({"loan"}), "received_terms.base": 5}, AUTUMN)] == ["once"]
    nobody = entitle([item("one", condition=where(holds=["base", "loan"])), items[1]], {"boarding": False}, AUTUMN)
    assert [(one.item.code, one.missing) for one in nobody] == [("one", ("holds",))]
    unknown = entitle(items, {"boarding": True, "holds": frozenset()}, AUTUMN)
    assert [(one.item.code, one.missing) for one in unknown] == [("base", ()), ("once", ("received", "received_terms.base"))]


STAGES = ["preschool", "primary", "junior", "senior", "vocational", "university"]
CATEGORIES = ["filing_card", "orphan", "disabled"]
ITEMS = "abcdef"
SIGNS = st.sampled_from(["gt", "gte", "lt", "lte", "eq"])
DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2016, 12, 31))


def numbers(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda sign, value: {sign: value}, SIGNS, values)


CONDITIONS = st.recursive(st.one_of(
    st.builds(lambda stages: {"stage": stages}, st.lists(st.sampled_from(STAGES), min_size=1, max_size=3)),
    st.builds(lambda flag: {"boarding": flag}, st.booleans()),
    st.builds(lambda kinds: {"category": kinds}, st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=2)),
    st.builds(lambda grade: {"grade": grade}, numbers(st.integers(1, 6))),
    st.builds(lambda words: {"locality": words}, st.lists(st.sampled_from(["urban", "town", "rural"]), min_size=1, max_size=2)),
    st.builds(lambda word: {"destination": word}, st.sampled_from(["senior", "work"])),
    st.builds(lambda code: {"received": code}, st.sampled_from(ITEMS)),
    st.builds(lambda terms: {"received_terms": {"a": terms}}, numbers(st.integers(0, 4))),
    st.builds(lambda yuan: {"received_yuan": {"b": yuan}}, numbers(st.sampled_from([0, "1499.99", "1500", "1500.005"]))),
    st.builds(lambda days: {"days_since": {"disabled": days}}, numbers(st.integers(0, 400))),
    st.builds(lambda day: {"event_on": {"enrolled": day}}, numbers(DAYS)), st.just({})),
    lambda inner: st.one_of(st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=2)),
                            st.builds(lambda part: {"not": part}, inner)), max_leaves=3)
PERIODS = st.sampled_from([YEAR, TERM, MONTH, DAY, ONCE])
FEN = st.integers(0, 1_000_000)


@st.composite
def amounts(draw: Any) -> Amount:
    kind, per = draw(st.sampled_from([FIXED, AVERAGE, CASES, ACTUAL, NOTHING])), draw(PERIODS)
    cases = tuple(Case(where(**one), fen) for one, fen in draw(st.lists(st.tuples(CONDITIONS, FEN), min_size=1, max_size=3)))
    return Amount(kind, draw(FEN), cases, draw(st.sampled_from([("fee_tuition",), ("fee_tuition", "fee_books")])), per,
                  draw(st.none() | st.integers(1, 250)), draw(st.none() | st.integers(1, 12)))


@st.composite
def plans(draw: Any) -> tuple[list[Item], list[Group]]:
    """Items that add to each other, replace each other and ask about each other, and groups of which one is given."""
    codes = draw(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=6, unique=True))
    found = []
    for code in codes:
        condition, others = draw(CONDITIONS), [*codes, "outside"]
        if draw(st.booleans()):
            held = {"holds": draw(st.lists(st.sampled_from(others), min_size=1, max_size=2))}
            condition = draw(st.sampled_from([{**condition, **held}, {"any": [condition, held]}, {**condition, "not": held}]))
        found.append(item(code, condition=where(**condition), amount=draw(amounts()),
                          adds_to=draw(st.sampled_from(["", "", "gone", *codes])),
                          replaces=tuple(draw(st.lists(st.sampled_from(codes), max_size=1)))))
    grouped = draw(st.permutations(codes))
    cut = draw(st.integers(0, len(grouped)))
    groups = [Group(f"group-{part[0]}", "", "", tuple(part), draw(st.sampled_from([HIGHEST, ORDER])))
              for part in (grouped[:cut], grouped[cut:]) if len(part) > 1 and draw(st.booleans())]
    return [one for one in found if one.code not in in_ring(found, groups)], groups


CHILDREN = st.fixed_dictionaries({
    "stage": st.none() | st.sampled_from(STAGES), "boarding": st.none() | st.booleans(), "grade": st.none() | st.integers(1, 6),
    "category": st.none() | st.frozensets(st.sampled_from(CATEGORIES)), "fee_tuition": st.none() | FEN, "fee_books": st.none() | FEN,
    "attended_days": st.none() | st.integers(0, 120), "locality": st.none() | st.sampled_from(["urban", "town", "rural"]),
    "destination": st.none() | st.sampled_from(["senior", "work"]), "received": st.none() | st.frozensets(st.sampled_from(ITEMS)),
    "holds": st.none() | st.frozensets(st.sampled_from(["outside", "loan"])), "received_terms.a": st.none() | st.integers(0, 4),
    "received_yuan.b": st.none() | st.sampled_from([Decimal("0.00"), Decimal("1499.99"), Decimal("1500.00")]),
    "days_since.disabled": st.none() | st.integers(0, 400), "event_on.enrolled": st.none() | DAYS})


@settings(max_examples=int(os.environ.get("BANGFU_EXAMPLES", "60")))
@given(plans(), st.lists(CHILDREN, min_size=1, max_size=8), st.sampled_from([AUTUMN, SPRING]))
def test_columns_and_the_single_child_always_agree(plan: tuple[list[Item], list[Group]], children: list[dict[str, Any]],
                                                   term: int) -> None:
    items, groups = plan
    worked = work_out(items, Gathered([], children).frame(items), term, groups)
    found = {(worked_item.item.code, row): fen for worked_item in worked for row, fen in worked_item.found.iter_rows()}
    open_ = {(worked_item.item.code, row) for worked_item in worked for row in worked_item.open}
    away: Counter[str] = Counter()
    for row, child in enumerate(children):
        alone = entitle(items, child, term, groups)
        assert {one.item.code: one.fen for one in alone if one.decided} == {
            code: fen for (code, at), fen in found.items() if at == row}
        assert {one.item.code for one in alone if not one.decided} == {code for code, at in open_ if at == row}
        assert [one for one in alone if not one.decided and not one.missing] == []
        away.update({one.item.code for one in displaced(items, child, term, groups) if one.group is not None})
    assert away == {one.item.code: one.displaced for one in worked if one.displaced}


@settings(max_examples=int(os.environ.get("BANGFU_EXAMPLES", "60")))
@given(plans(), CHILDREN, st.sampled_from([AUTUMN, SPRING]))
def test_of_a_group_never_two_are_given(plan: tuple[list[Item], list[Group]], child: dict[str, Any], term: int) -> None:
    items, groups = plan
    given_codes = {one.item.code for one in entitle(items, child, term, groups) if one.decided}
    assert all(len(given_codes & set(group.items)) <= 1 for group in groups)
