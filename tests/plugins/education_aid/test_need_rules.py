"""Needs and measures, summaries, pathways and the two databases, without a database."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from plugins.education_aid.rules import pathways, rolls
from plugins.education_aid.rules.needs import Need, Step, measures_for, progress, read_needs
from plugins.education_aid.rules.pathways import Part, Pathway, Standing
from plugins.education_aid.rules.rolls import Facts, Terms
from plugins.education_aid.rules.surveying import BLANK, Row, summarise

STUDY = Need("study", "学业", "一", (Step("测试补习", "测试甲", 30),))
LIVING = Need("living", "生活", "一", (Step("测试补报"),))
KNOWN = {need.code: need for need in (STUDY, LIVING)}
NINE = Pathway("nine", "测试贯通", "一", (Part("compulsory", 9, 6), Part("vocational", 3), Part("college", 3)))
TERMS = Terms("一", ("filing_card",), 16, ("full", "skilled", "weak"))
DAY = dt.date(2016, 9, 1)


@pytest.mark.parametrize("text", ["学业、生活", "学业＋生活", "学业+生活", "study living", "生活，学业、学业"])
def test_needs_are_read_however_they_are_joined(text: str) -> None:
    assert {need.code for need in read_needs(text, KNOWN)[0]} == {"study", "living"}
    assert read_needs(text, KNOWN)[1] == []


def test_a_word_the_plan_does_not_know_is_said() -> None:
    assert read_needs("学业、心情", KNOWN) == ([STUDY], ["心情"])


@pytest.mark.clause("EA-074")
def test_study_and_living_call_for_two_measures() -> None:
    made = measures_for(read_needs("学业＋生活", KNOWN)[0], DAY)
    assert [(one.need.name, one.due_on) for one in made] == [("学业", dt.date(2016, 10, 1)), ("生活", None)]


def test_progress_counts_what_is_late_and_what_nobody_is_in_charge_of() -> None:
    rows = [("planned", dt.date(2016, 8, 31), "甲"), ("doing", DAY, ""), ("done", dt.date(2016, 1, 1), ""), ("dropped", None, "")]
    found = progress(rows, DAY)
    assert (found.asked, found.done, found.late, found.unowned) == (3, 1, 1, 1)


@given(st.lists(st.lists(st.sampled_from("甲乙丙"), max_size=3), max_size=40))
def test_every_pupil_stands_in_every_table_once(answers: list[list[str]]) -> None:
    table = summarise([Row("u", {"need": one}) for one in answers], ["need"], {"need": ["丙", "乙"]})[0]
    assert table.pupils == len(answers)
    assert sum(count for _, count in table.lines) == sum(len(set(one)) or 1 for one in answers)
    assert dict(table.lines).get(BLANK, 0) == sum(not one for one in answers)
    named = [label for label, _ in table.lines]
    assert named == sorted(named, key=["丙", "乙", "甲", BLANK].index)


@pytest.mark.clause("EA-075")
def test_entering_the_first_year_of_vocational_school_leaves_six_years() -> None:
    assert NINE.years == 15
    assert pathways.expected_end(NINE, "vocational", 1, DAY) == dt.date(2022, 9, 1)


@pytest.mark.parametrize(("stage", "grade", "years"), [("primary", 1, 15), ("primary", 6, 10), ("junior", 1, 9), ("junior", 3, 7),
                                                       ("vocational", 3, 4), ("college", 1, 3), ("college", 3, 1)])
def test_each_grade_has_the_years_that_are_left(stage: str, grade: int, years: int) -> None:
    assert pathways.expected_end(NINE, stage, grade, DAY).year == 2016 + years


@pytest.mark.parametrize(("stage", "grade"), [("senior", 1), ("vocational", 4), ("primary", 7), ("junior", 4), ("college", 0)])
def test_a_stage_or_grade_beyond_the_pathway_is_refused(stage: str, grade: int) -> None:
    with pytest.raises(InvalidInput):
        pathways.expected_end(NINE, stage, grade, DAY)


def test_nine_years_that_nobody_divided_are_not_divided_by_us() -> None:
    open_ = Pathway("open", "测试贯通", "一", (Part("compulsory", 9), Part("vocational", 3)))
    assert pathways.expected_end(open_, "vocational", 1, DAY) == dt.date(2019, 9, 1)
    with pytest.raises(InvalidInput, match="小学几年"):
        pathways.expected_end(open_, "primary", 1, DAY)


def test_the_last_day_of_february_ends_on_a_day_there_is() -> None:
    assert pathways.expected_end(NINE, "college", 1, dt.date(2016, 2, 29)) == dt.date(2019, 2, 28)


@pytest.mark.parametrize(("standing", "found"), [
    (None, "none"), (Standing("vocational", 1, DAY, running=True), "fine"), (Standing("college", 1, DAY, running=True), "step"),
    (Standing("senior", 1, DAY, running=True), "off"), (Standing("vocational", 1, DAY, ending="dropped_out"), "gone"),
    (Standing("vocational", 3, DAY), "none"), (Standing("college", 3, DAY, ending="graduated"), "step")])
def test_the_registry_says_how_a_pupil_stands(standing: Standing | None, found: str) -> None:
    assert pathways.judge(NINE, "vocational", dt.date(2022, 9, 1), standing, dt.date(2017, 1, 1)) == found


def test_a_pupil_beyond_the_expected_end_is_a_gap_and_a_graduate_is_not() -> None:
    running, done = Standing("college", 3, DAY, running=True), Standing("college", 3, DAY, ending="graduated")
    assert pathways.judge(NINE, "college", DAY, running, dt.date(2017, 1, 1)) == "late"
    assert pathways.judge(NINE, "college", DAY, done, dt.date(2017, 1, 1)) == "end"


@pytest.mark.parametrize(("born", "studies", "ability", "kind"), [
    (dt.date(2008, 1, 1), True, "", "pupil"), (None, True, "", "pupil"), (dt.date(1980, 1, 1), True, "full", "pupil"),
    (dt.date(1980, 1, 1), False, "weak", "labour"), (dt.date(2000, 9, 1), False, "full", "labour"),
    (dt.date(2000, 9, 2), False, "full", "neither"), (dt.date(1940, 1, 1), False, "lost", "neither"), (None, False, "none", "neither"),
    (dt.date(1980, 1, 1), False, "", "open"), (None, False, "full", "open"), (dt.date(2014, 1, 1), False, "", "neither")])
def test_each_member_is_of_one_kind(born: dt.date | None, studies: bool, ability: str, kind: str) -> None:
    assert rolls.kind_of(Facts(born, studies, ability), TERMS, DAY)[0] == kind
