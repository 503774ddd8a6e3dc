"""Identity numbers, names, statuses and income, without a database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.registry.rules import identity, income, names, statuses
from core.trail.redaction import is_citizen_id
from tests.factories.registry import made_up_id

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2026, 1, 1))


def test_published_vectors_of_the_check_character() -> None:
    assert identity.read_id("370101190102039973").fault == ""
    assert identity.read_id("11010519491231002x").number == "11010519491231002X"


@given(st.integers(1, 999), DAYS)
def test_made_up_numbers_tell_birthday_and_sex(number: int, born: dt.date) -> None:
    found = identity.read_id(made_up_id(number, born))
    assert (found.fault, found.birth_on, found.sex) == ("", born, "male" if number % 2 else "female")
    assert not found.known_region


@given(st.integers(1, 999), DAYS, st.integers(0, 17), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(number: int, born: dt.date, place: int, shift: int) -> None:
    right = made_up_id(number, born)
    digit = 10 if right[place] == "X" else int(right[place])
    wrong = right[:place] + str((digit + shift) % 10) + right[place + 1 :]
    if wrong != right:
        assert identity.read_id(wrong).fault in ("checksum", "birth")
        assert identity.differing_digits(right, wrong) == 1


@given(st.integers(1, 999), st.dates(dt.date(1900, 1, 1), dt.date(1999, 12, 31)))
def test_a_number_of_15_digits_becomes_that_of_18(number: int, born: dt.date) -> None:
    full = made_up_id(number, born)
    assert identity.read_id(full[:6] + full[8:17]).number == full
    assert is_citizen_id(full)


@pytest.mark.parametrize(("typed", "fault"), [
    ("", "length"), ("12345", "length"), ("99010120090501abcd", "characters"), ("990101200913010017", "birth"),
    ("990101187001010017", "birth")])
def test_faults_of_a_number_are_told_apart(typed: str, fault: str) -> None:
    assert identity.read_id(typed).fault == fault
    assert identity.read_id(typed).message


def test_numbers_are_read_however_they_were_typed() -> None:
    assert identity.normal_id(" １１０１０５ 19491231-002×\u200b") == "11010519491231002X"


def test_two_neighbours_exchanged_count_once() -> None:
    assert identity.differing_digits("123456", "124356") == 1
    assert identity.differing_digits("123456", "12345") == 6


@pytest.mark.parametrize(("letter", "form", "holds"), [("G", "formal", True), ("L", "temporary", True), ("J", "made_up", False)])
def test_register_numbers_of_three_forms(letter: str, form: str, holds: bool) -> None:
    number = made_up_id(7)
    found = identity.read_register_number(f"{letter.lower()} {number}")
    assert (found.form, found.fault, found.id_number == number) == (form, "", holds)


@pytest.mark.parametrize("text", ["1234567890123456", "X" + made_up_id(), "G" + made_up_id()[:-1]])
def test_other_register_numbers_are_refused(text: str) -> None:
    assert identity.read_register_number(text).fault == "register"


def test_a_formal_register_number_needs_a_right_citizen_number() -> None:
    assert identity.read_register_number("G990101200905010010").fault == "checksum"


@pytest.mark.parametrize("written", ["测试·木汗", "测试・木汗", "测试•木汗", "测试．木汗", "测试 木汗", "测试木汗", "测试·木汗（曾用名）"])
def test_one_name_in_seven_writings(written: str) -> None:
    assert names.name_key(written) == "测试木汗"


def test_characters_old_systems_put_elsewhere_come_home() -> None:
    assert names.name_key("测\ue863") == "测䶮"
    assert names.clean_name(" 测　试\ufeff·") == "测试"


def test_a_rare_character_meets_its_stand_ins() -> None:
    assert names.sounds_alike("测䶮", "测YAN")
    assert names.sounds_alike("测䶮", "测?")
    assert not names.sounds_alike("测䶮", "测试")


@given(st.lists(st.text(max_size=6), max_size=20))
def test_names_in_bulk_are_names_one_by_one(texts: list[str]) -> None:
    assert names.name_keys(texts) == [names.name_key(text) for text in texts]


@given(st.text(max_size=12))
@example("A\u200b\u0301")
def test_the_key_of_a_key_is_the_key(text: str) -> None:
    key = names.clean_name(text)
    assert names.clean_name(key) == key


def test_a_wrong_birthday_or_character_still_shares_a_key() -> None:
    born = dt.date(2009, 5, 1)
    base = names.near_keys("测试丙", born, "H1", "1234")
    assert base & names.near_keys("测试炳", born.replace(day=11))
    assert base & names.near_keys("测?丙", born)
    assert base & names.near_keys("测试丙", born.replace(month=6))
    assert base & names.near_keys("测试丙", born.replace(year=2010))
    assert not base & names.near_keys("样本丁", dt.date(1980, 1, 2), "H2", "9999")


SPANS = st.builds(statuses.Span, st.sampled_from(["orphan", "risk_open", "risk_eliminated"]), DAYS,
                  st.none() | DAYS)


@given(SPANS, SPANS, DAYS)
def test_spans_meet_exactly_where_they_share_a_day(one: statuses.Span, other: statuses.Span, day: dt.date) -> None:
    if one.holds_on(day) and other.holds_on(day):
        assert one.meets(other) and other.meets(one)


def test_kinds_of_one_group_exclude_each_other() -> None:
    day = dt.date(2021, 1, 1)
    risk = statuses.Span("risk_open", day, dt.date(2021, 6, 1))
    assert statuses.against(statuses.Span("risk_eliminated", dt.date(2021, 5, 31)), [risk]) is risk
    assert statuses.against(statuses.Span("risk_eliminated", dt.date(2021, 6, 1)), [risk]) is None
    assert statuses.against(statuses.Span("orphan", day), [risk]) is None


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["wage", "cost", "transfer"]),
                          st.decimals(0, 10**9, places=2)), max_size=30))
def test_income_by_quarter_and_by_kind_come_to_the_same(figures: list[tuple[int, str, Decimal]]) -> None:
    found = income.add_up(income.Figure(2016, quarter, kind, amount) for quarter, kind, amount in figures)
    assert sum(found.by_quarter.values(), Decimal(0)) == found.net
    assert found.per_head(0) is None
