"""The values that pass between core and plugins."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from core.errors import TenantScopeError
from core.extensions import new_id
from core.host.contract import Place, UnitChange

OLD, FIRST, SECOND, OTHER = (new_id() for _ in range(4))


def change(**values: object) -> UnitChange:
    return UnitChange(new_id(), "split", dt.date(2017, 1, 1), (OLD,), **values)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Seen:
    tenants: frozenset[str]

    def only(self, tenants: frozenset[str]) -> Seen:
        return Seen(self.tenants & tenants)


def test_a_merged_units_records_go_to_its_successor() -> None:
    merged = change(moved={OLD: FIRST})
    assert merged.successor(OLD, {}) == FIRST
    assert merged.successor(OTHER, {}) == OTHER


def test_on_a_split_the_first_rule_that_fits_decides() -> None:
    split = change(rules=({"from": OLD, "where": {"village": ["东村", "西村"], "state": "open"}, "to": FIRST},
                          {"from": OLD, "where": {"village": "南村"}, "to": FIRST},
                          {"from": OLD, "to": SECOND}))
    assert split.successor(OLD, {"village": "西村", "state": "open"}) == FIRST
    assert split.successor(OLD, {"village": "西村", "state": "closed"}) == SECOND
    assert split.successor(OLD, {"village": "南村"}) == FIRST
    assert split.successor(OLD, {}) == SECOND
    assert split.successor(OTHER, {"village": "南村"}) == OTHER


def test_a_place_without_a_caller_shows_no_records() -> None:
    with pytest.raises(TenantScopeError):
        Place(OLD, "52", "贵州省", "00/52/", frozenset({"a"})).scope("sample:visit:read")


def test_a_narrower_place_narrows_what_its_caller_sees() -> None:
    place = Place(OLD, "52", "贵州省", "00/52/", frozenset({"a", "b"}), lambda action: Seen(frozenset({"a", "b"})))
    here = place.within(frozenset({"b"}))
    assert here.tenants == {"b"}
    assert here.scope("sample:visit:read") == Seen(frozenset({"b"}))
