"""Who is to be honoured, decided on plain values."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from plugins.donations.rules.thresholds import Given, Threshold, due, reaches

UNIT_ID = uuid.uuid4()


def threshold(**more: Any) -> Threshold:
    given = {"code": "large", "donor": "unit", "amount": Decimal("50000"), "comparator": "gt", "honour": "捐赠证书"}
    return Threshold(**{**given, **more})


def gift(amount: str, on: str = "2026-10-01", *, kind: str = "unit", donor: str = "甲公司", **more: Any) -> Given:
    identity = uuid.uuid4()
    return Given(identity, identity, kind, f"{kind}:{donor}", donor, Decimal(amount), dt.date.fromisoformat(on), UNIT_ID, **more)


@pytest.mark.clause("DN-001")
@pytest.mark.parametrize(("kind", "limit", "amount", "honoured"), [
    ("unit", "50000", "50000.00", False), ("unit", "50000", "50000.01", True),
    ("person", "5000", "5000.00", False), ("person", "5000", "5001", True),
])
def test_more_than_leaves_the_amount_itself_out(kind: str, limit: str, amount: str, honoured: bool) -> None:
    entry = threshold(donor=kind, amount=Decimal(limit))
    assert bool(due([entry], [gift(amount, kind=kind)])) is honoured


def test_from_has_the_amount_itself_in() -> None:
    assert reaches(threshold(comparator="gte"), Decimal("50000.00"))
    assert not reaches(threshold(comparator="gte"), Decimal("49999.99"))


@pytest.mark.clause("DN-003")
def test_two_gifts_of_one_unit_are_not_added_where_a_single_one_counts() -> None:
    assert due([threshold()], [gift("30000"), gift("30000")]) == []


def test_all_gifts_of_a_donor_are_added_where_the_sum_counts() -> None:
    (found,) = due([threshold(basis="cumulative")], [gift("30000", "2024-01-01"), gift("30000"), gift("30000", donor="乙公司")])
    assert (found.amount, len(found.given)) == (Decimal("60000"), 2)


@pytest.mark.parametrize(("first", "honoured"), [("2025-10-01", False), ("2025-10-02", True)])
def test_a_rolling_year_forgets_what_is_older(first: str, honoured: bool) -> None:
    assert bool(due([threshold(basis="rolling_year")], [gift("30000", first), gift("30000", "2026-10-01")])) is honoured


def test_a_year_may_begin_on_the_day_that_most_years_lack() -> None:
    found = due([threshold(basis="rolling_year")], [gift("30000", "2023-03-01"), gift("30000", "2024-02-29")])
    assert [one.amount for one in found] == [Decimal("60000")]


def test_a_rolling_year_is_found_wherever_it_lies() -> None:
    old = [gift("30000", "2020-01-01"), gift("30000", "2020-06-01"), gift("1", "2026-01-01")]
    (found,) = due([threshold(basis="rolling_year")], old)
    assert found.last.on == dt.date(2020, 6, 1)


def test_a_band_ends_where_the_next_one_begins() -> None:
    bands = [threshold(code="a", comparator="gte", amount=Decimal("10000"), below=Decimal("50000"), honour="感谢状"),
             threshold(code="b", comparator="gte", amount=Decimal("50000"), honour="捐赠证书")]
    found = due(bands, [gift("9999.99"), gift("10000"), gift("49999.99"), gift("50000")])
    assert sorted((one.amount, one.threshold.honour) for one in found) == [
        (Decimal("10000"), "感谢状"), (Decimal("49999.99"), "感谢状"), (Decimal("50000"), "捐赠证书")]


@pytest.mark.clause("DN-027")
@pytest.mark.parametrize(("entries", "named"), [
    ([threshold(donor="unit")], ["商会"]),
    ([threshold(donor="pool")], ["商会"]),
    ([threshold(donor="pool", amount=Decimal("2000"), party="contributor")], [f"测试{number:02d}" for number in range(20)]),
    ([threshold(donor="person", amount=Decimal("2000"), party="contributor")], [f"测试{number:02d}" for number in range(20)]),
    ([threshold(donor="person", amount=Decimal("2000"))], []),
])
def test_the_plan_says_which_party_of_a_pooled_gift_is_honoured(entries: list[Threshold], named: list[str]) -> None:
    whole = gift("52000", donor="商会", pooled=True)
    parts = [gift("2600", kind="person", donor=f"测试{number:02d}", pooled=True) for number in range(20)]
    assert sorted(one.last.name for one in due(entries, [whole, *parts])) == named
