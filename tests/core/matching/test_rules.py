"""What is matched by rule, what is left to people, and that nobody is ever taken for somebody else."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.matching.rules.names import near
from core.matching.rules.pairing import find_pairs
from core.matching.rules.words import REASONS, STAGES, in_words
from core.registry.rules.names import sound_key
from tests.core.matching.people import Somebody, frame_of, listed, population
from tests.factories.registry import made_up_id

BORN = dt.date(2009, 5, 1)
ONE = Somebody(1, "王佳怡", made_up_id(2), BORN, "v1", "s1", "王大")


def judged(left: Sequence[Somebody], right: Sequence[Somebody]) -> list[tuple[int, int, str, str]]:
    def numbers(side: int, refs: Sequence[int]) -> list[str | None]:
        return [(left, right)[side][ref].number or None for ref in refs]

    pairs = find_pairs(frame_of(list(left)), frame_of(list(right)), numbers)
    return [row[:4] for row in pairs.iter_rows()]


@pytest.mark.parametrize(("changed", "answer"), [
    ({}, ("match", "id_name")),
    ({"name": "王佳·怡"}, ("match", "id_name")),
    ({"name": "李四"}, ("review", "id")),
    ({"birth": dt.date(2009, 5, 2)}, ("review", "id")),
    ({"number": ""}, ("match", "place_birth_name")),
    ({"number": "", "guardian": "李大"}, ("review", "name_birth")),
    ({"number": "", "name": "王佳仪"}, ("review", "near_name")),
    ({"number": "", "name": "王?怡"}, ("review", "near_name")),
    ({"number": "", "birth": dt.date(2009, 1, 5)}, ("review", "near_birth")),
    ({"number": "", "village": "", "school": ""}, ("review", "name_birth")),
    ({"number": "", "birth": None}, ("review", "name_place")),
    ({"number": "", "village": "v9", "school": "s9", "birth": dt.date(2001, 1, 1)}, None),
    ({"number": made_up_id(2)[:-5] + "7788" + made_up_id(2)[-1], "village": "v9", "school": ""}, ("review", "name_birth")),
])
def test_each_stage_has_its_answer(changed: dict[str, Any], answer: tuple[str, str] | None) -> None:
    assert judged([replace(ONE, **changed)], [ONE]) == ([(0, 0, *answer)] if answer else [])


def test_one_wrong_digit_is_a_question_and_says_so() -> None:
    typed = replace(ONE, number=ONE.number[:14] + "9" + ONE.number[15:], village="", school="")
    assert judged([typed], [ONE]) == [(0, 0, "review", "near_id")]
    pairs = find_pairs(frame_of([typed]), frame_of([ONE]), lambda side, refs: [(typed, ONE)[side].number for _ in refs])
    assert "证件号只差一两位，可能抄错" in in_words(pairs["reasons"][0])


def test_twins_stay_apart_even_when_their_names_sound_alike() -> None:
    twin = replace(ONE, truth=2, name="王佳仪", number=made_up_id(4))
    assert judged([ONE, twin], [ONE, twin]) == [(0, 0, "match", "id_name"), (1, 1, "match", "id_name")]
    pairs = find_pairs(frame_of([ONE, replace(twin, name="王小宝", number="")]))
    assert pairs.is_empty()


def test_two_namesakes_of_one_day_in_one_village_are_left_to_people() -> None:
    namesake = replace(ONE, truth=2, number=made_up_id(6))
    assert {row[2] for row in judged([replace(ONE, number="")], [ONE, namesake])} == {"review"}


def test_a_number_that_is_somebody_elses_matches_nobody() -> None:
    other = replace(ONE, truth=2, name="赵六", number=made_up_id(8), village="v2", school="s2", birth=dt.date(2010, 1, 1))
    typed = replace(ONE, number=other.number)
    assert [(row[1], row[2]) for row in judged([typed], [ONE, other])] == [(0, "review"), (1, "review")]


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.sampled_from((60, 400)))
def test_no_wrong_match_by_rule_whatever_the_lists_look_like(seed: int, count: int) -> None:
    rng = random.Random(seed)
    people = population(count, rng)
    registry = [one for one in people if rng.random() < 0.9]
    left = listed(people, 0.8, rng)
    found = judged(left, registry)
    assert [row for row in found if row[2] == "match" and left[row[0]].truth != registry[row[1]].truth] == []
    known = {one.truth for one in registry}
    right = {row[0] for row in found if left[row[0]].truth == registry[row[1]].truth}
    there = [ref for ref, one in enumerate(left) if one.truth in known]
    assert len(right) >= 0.9 * len(there)


@pytest.mark.parametrize(("one", "other", "answer"), [
    ("张䶮", "张龑", True), ("张?", "张三", True), ("林静", "林近", True), ("刘兰", "刘南", True), ("样丙", "样丁", False),
    ("大宝", "小宝", False),
    ("阿卜杜·热合曼·买买提", "阿卜杜热合曼", True), ("张三", "李四", False), ("王五", "王五一", False)])
def test_names_that_may_be_one(one: str, other: str, answer: bool) -> None:
    assert near(sound_key(one), sound_key(other)) is answer


def test_every_stage_and_reason_has_words() -> None:
    pairs = find_pairs(frame_of(population(300, random.Random(3))))
    assert set(pairs["stage"]) <= set(STAGES)
    assert {code for reasons in pairs["reasons"] for code in reasons} <= set(REASONS)
