"""Amounts are split exactly, whoever bears them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.funds.rules.shares import per_head, split
from core.funds.rules.sharing import Share, allocate


def money(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


AMOUNTS = st.decimals(min_value=Decimal("-99999999.99"), max_value=Decimal("99999999.99"), places=2)
WEIGHTS = st.lists(st.decimals(min_value=0, max_value=1000, places=3), min_size=1, max_size=8).filter(any)
SIX_FOUR = Share(ratio=(("province", Decimal(6)), ("city_county", Decimal(4))))


@pytest.mark.parametrize(("total", "weights", "parts"), [
    ("333.33", (6, 4), ("200.00", "133.33")),
    ("1000.00", (6, 4), ("600.00", "400.00")),
    ("2660.00", (5, 3, 2), ("1330.00", "798.00", "532.00")),
    ("100.00", (3, 3, 3), ("33.34", "33.33", "33.33")),
    ("90000.00", (3, 3, 3), ("30000.00", "30000.00", "30000.00")),
    ("0.01", (1, 1), ("0.01", "0.00")),
    ("-333.33", (6, 4), ("-200.00", "-133.33")),
])
def test_the_largest_remainder_decides_the_last_fen(total: str, weights: tuple[int, ...], parts: tuple[str, ...]) -> None:
    assert split(Decimal(total), weights) == money(*parts)


@given(AMOUNTS, WEIGHTS)
def test_parts_add_up_and_none_is_a_fen_from_its_share(total: Decimal, weights: list[Decimal]) -> None:
    parts = split(total, weights)
    whole = sum(weights)
    assert sum(parts) == total
    assert all(abs(part - total * weight / whole) < Decimal("0.0100001") for part, weight in zip(parts, weights, strict=True))


@pytest.mark.parametrize("weights", [(), (0, 0), (1, -1)])
def test_a_ratio_of_nothing_is_refused(weights: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInput):
        split(Decimal(1), weights)


def test_a_third_decimal_is_refused() -> None:
    with pytest.raises(InvalidInput, match="至多两位小数"):
        split(Decimal("0.001"), (1,))


def test_a_pool_over_forty_heads_leaves_what_does_not_divide() -> None:
    assert per_head(Decimal("16037.50"), 40, Decimal(1)) == (Decimal("400.00"), Decimal("37.50"))


@given(st.decimals(min_value=0, max_value=Decimal("9999999.99"), places=2), st.integers(1, 5000), st.sampled_from(money("0.01", "1", "50")))
def test_heads_and_remainder_are_the_pool_and_nobody_could_have_a_step_more(pool: Decimal, heads: int, step: Decimal) -> None:
    each, rest = per_head(pool, heads, step)
    assert each * heads + rest == pool
    assert Decimal(0) <= rest < step * heads


def test_without_a_ratio_the_whole_stays_unallocated() -> None:
    found = allocate(Decimal("2660.00"), Share(unspecified="按相关比例"))
    assert (found.parts, found.unallocated) == ((), Decimal("2660.00"))


def test_three_to_three_to_three_is_read_as_thirds_with_a_remark() -> None:
    share = Share(ratio=(("province", Decimal(3)), ("city", Decimal(3)), ("county", Decimal(3))))
    found = allocate(Decimal("100.00"), share)
    assert [part.amount for part in found.parts] == money("33.34", "33.33", "33.33")
    assert found.warnings == ("比例 3∶3∶3 合计 9，不是 10 或 100；按各份占合计的比重分担，请核对原文",)
    assert allocate(Decimal(100), SIX_FOUR).warnings == ()


def test_fixed_amounts_come_first_and_the_residual_payer_takes_the_rest() -> None:
    share = Share(amounts=(("state", Decimal(800)), ("province", Decimal(400))), residual="county")
    assert [part.amount for part in allocate(Decimal(1500), share).parts] == money("800", "400", "300")
    assert [part.amount for part in allocate(Decimal(1000), share).parts] == money("800", "200", "0")
    left = allocate(Decimal(1500), Share(amounts=share.amounts))
    assert left.unallocated == Decimal(300)


def test_the_level_of_the_schools_owner_decides_who_bears_it() -> None:
    share = Share(cases={"province": Share(residual="province"), "county": SIX_FOUR})
    assert allocate(Decimal(100), share, owner_level="province").of("province") == Decimal(100)
    assert allocate(Decimal(100), share, owner_level="county").of("city_county") == Decimal(40)
    nobody = allocate(Decimal(100), share, owner_level="city")
    assert (nobody.unallocated, nobody.warnings) == (Decimal(100), ("方案没有写明市（州）级学校由谁负担",))


def test_the_pupils_origin_is_charged_and_not_the_school() -> None:
    share = Share(ratio=(("province", Decimal(6)), ("origin_county", Decimal(4))))
    found = allocate(Decimal(5600), share, places={"province": "62", "origin_county": "620502", "school_county": "620104"})
    assert [(part.place, part.amount) for part in found.parts] == [("62", Decimal(3360)), ("620502", Decimal(2240))]
    lost = allocate(Decimal(5600), share, places={"province": "62"})
    assert lost.warnings == ("不知道生源地县是哪里，暂记未落实",)


@given(AMOUNTS.filter(lambda amount: amount >= 0), WEIGHTS, st.decimals(min_value=0, max_value=1000, places=2))
def test_parts_and_what_is_unallocated_are_always_the_whole(total: Decimal, weights: list[Decimal], fixed: Decimal) -> None:
    share = Share(amounts=(("state", fixed),), ratio=tuple((f"p{n}", weight) for n, weight in enumerate(weights)))
    found = allocate(total, share)
    assert sum(part.amount for part in found.parts) + found.unallocated == total
