"""The two engines: the printed numbers, three-valued facts, and the proof that both always agree."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.conditions import member, parse
from plugins.education_aid.plan.vocabulary import VOCABULARY
from plugins.education_aid.rules.bands import mean_of
from plugins.education_aid.rules.columnar import ROW, work_out
from plugins.education_aid.rules.items import (
    ACTUAL,
    AUTUMN,
    AVERAGE,
    CASES,
    DAY,
    FIXED,
    MONTH,
    NOTHING,
    ONCE,
    SPRING,
    TERM,
    YEAR,
    Amount,
    Case,
    Item,
)
from plugins.education_aid.rules.single import entitle
from plugins.education_aid.rules.steps import ordered


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


@pytest.mark.clause("EA-015")
def test_an_average_is_kept_by_the_awards_of_a_school_together() -> None:
    banded = Amount(AVERAGE, 300_000, least=200_000, most=400_000)
    assert mean_of([250_000, 350_000, 300_000], banded).holds
    assert mean_of([250_000, 300_000], banded).off == -50_000
    assert mean_of([150_000, 450_000], banded).outside == (0, 1)
    assert not mean_of([250_000], Amount(AVERAGE, 300_000)).holds


STAGES = ["preschool", "primary", "junior", "senior", "vocational", "university"]
CATEGORIES = ["filing_card", "orphan", "disabled"]
CONDITIONS = st.recursive(st.one_of(
    st.builds(lambda stages: {"stage": stages}, st.lists(st.sampled_from(STAGES), min_size=1, max_size=3)),
    st.builds(lambda flag: {"boarding": flag}, st.booleans()),
    st.builds(lambda kinds: {"category": kinds}, st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=2)),
    st.builds(lambda grade: {"grade": {"lte": grade}}, st.integers(1, 6)), st.just({})),
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
def plans(draw: Any) -> list[Item]:
    codes = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True))
    found = []
    for at, code in enumerate(codes):
        earlier = codes[:at]
        adds = draw(st.sampled_from(["", *earlier])) if earlier else ""
        replaced = tuple(draw(st.lists(st.sampled_from(earlier), max_size=1))) if earlier and not adds else ()
        found.append(item(code, condition=where(**draw(CONDITIONS)), amount=draw(amounts()), adds_to=adds, replaces=replaced))
    return found


CHILDREN = st.fixed_dictionaries({
    "stage": st.none() | st.sampled_from(STAGES), "boarding": st.none() | st.booleans(), "grade": st.none() | st.integers(1, 6),
    "category": st.none() | st.frozensets(st.sampled_from(CATEGORIES)), "fee_tuition": st.none() | FEN, "fee_books": st.none() | FEN,
    "attended_days": st.none() | st.integers(0, 120)})


def _frame(children: list[dict[str, Any]]) -> pl.DataFrame:
    types = {"stage": pl.String, "boarding": pl.Boolean}
    plain = {name: pl.Series(name, [child[name] for child in children], types.get(name, pl.Int64))
             for name in ("stage", "boarding", "grade", "fee_tuition", "fee_books", "attended_days")}
    sets = {member("category", kind): pl.Series([None if child["category"] is None else kind in child["category"] for child in children],
                                                dtype=pl.Boolean) for kind in CATEGORIES}
    return pl.DataFrame({ROW: range(len(children)), **plain, **sets})


@settings(max_examples=60)
@given(plans(), st.lists(CHILDREN, min_size=1, max_size=8), st.sampled_from([AUTUMN, SPRING]))
def test_columns_and_the_single_child_always_agree(items: list[Item], children: list[dict[str, Any]], term: int) -> None:
    worked = work_out(items, _frame(children), term)
    found = {(worked_item.item.code, row): fen for worked_item in worked for row, fen in worked_item.found.iter_rows()}
    open_ = {(worked_item.item.code, row) for worked_item in worked for row in worked_item.open}
    for row, child in enumerate(children):
        alone = entitle(items, child, term)
        assert {one.item.code: one.fen for one in alone if one.decided} == {
            code: fen for (code, at), fen in found.items() if at == row}
        assert {one.item.code for one in alone if not one.decided} == {code for code, at in open_ if at == row}
