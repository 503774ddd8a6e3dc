"""Values read the way officials write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from flask import Flask

from core.web import filters


@pytest.mark.parametrize(("value", "text"), [
    (Decimal("1234.5"), "1,234.50 元"), ("0", "0.00 元"), (2, "2.00 元"), (Decimal("0.005"), "0.01 元"),
    (Decimal("-1234567.885"), "-1,234,567.89 元"), (None, ""), ("", ""),
])
def test_money_has_thousands_two_places_and_its_unit(toolkit: Flask, value: Decimal | None, text: str) -> None:
    with toolkit.test_request_context("/"):
        assert filters.money(value) == text


def test_money_in_a_column_can_leave_its_unit_to_the_heading(toolkit: Flask) -> None:
    with toolkit.test_request_context("/"):
        assert filters.money(Decimal(5), symbol=False) == "5.00"


def test_moments_are_told_in_shanghai() -> None:
    late = dt.datetime(2026, 11, 20, 16, 30, tzinfo=dt.UTC)
    assert filters.moment(late) == "2026-11-21 00:30"
    assert filters.moment(late.replace(tzinfo=None)) == "2026-11-21 00:30"
    assert filters.day(late) == "2026-11-21"
    assert filters.clock(late) == "00:30"
    assert filters.moment(None) == filters.clock(None) == filters.day(None) == ""


def test_a_printed_day_is_left_as_printed() -> None:
    assert filters.day("20xx年") == "20xx年"
    assert filters.day(dt.date(2026, 1, 2)) == "2026-01-02"


def test_numbers_and_shares() -> None:
    assert filters.number(1234567) == "1,234,567"
    assert filters.number(None) == ""
    assert filters.percent(Decimal("0.975")) == "97.5%"
    assert filters.percent(None) == ""


def test_codes_become_words_and_unknown_ones_stay(toolkit: Flask) -> None:
    with toolkit.test_request_context("/"):
        assert filters.level("township") == "乡"
        assert filters.kind("school") == "学校"
        assert filters.state("proposed") == "待审批"
        assert filters.level("galaxy") == filters.kind("galaxy") == filters.state("galaxy") == "galaxy"
        assert filters.state_colour("galaxy") == "plain"


def test_a_static_address_changes_with_its_file(toolkit: Flask) -> None:
    with toolkit.test_request_context("/"):
        assert "?v=" in filters.asset("css/tokens.css")
        assert filters.asset("css/tokens.css") != filters.asset("css/app.css")
        assert "?v=" not in filters.asset("css/missing.css")


@pytest.mark.parametrize(("value", "said"), [(87, "87 字节"), (14_950, "14.6 KB"), (3_355_443, "3.2 MB")])
def test_sizes_read_as_people_say_them(toolkit: Flask, value: int, said: str) -> None:
    with toolkit.test_request_context("/"):
        assert filters.size(value) == said
