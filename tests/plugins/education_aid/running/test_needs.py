"""Surveys and the measures that follow from them; pathways as the registry bears them out; the two databases."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from core.access.scope import Scope
from core.errors import ParameterError, RuleViolation
from core.ledgers.storing import remove, update
from core.registry.models import Enrolment
from core.tenancy.queries import get_tenant
from core.trail.models import TrailEntry
from plugins.education_aid.ledgers.needs import MEASURES, SURVEYS
from plugins.education_aid.models import Measure, PathwayMember, PathwayStep, RollEntry, Survey
from plugins.education_aid.queries.needs import members_of
from plugins.education_aid.queries.rolls import in_on
from plugins.education_aid.queries.summaries import summary
from plugins.education_aid.services import agreed, enrolling, following, piloting
from plugins.education_aid.services.surveying import judge_surveys
from tests.plugins.education_aid.running.conftest import OnDay
from tests.plugins.education_aid.running.needs import NEED, PATHWAY, ROLL, SURVEY, on_the_way, poor, surveyed
from tests.plugins.education_aid.running.support import CENTRE, EAST, JIA, PRIMARY, SCHOOL, WEST, YEAR, County

TODAY = dt.date(2019, 10, 8)
WHOLE = Scope(whole=(JIA,))


def measures(county: County) -> list[tuple[str, str, str, dt.date | None]]:
    return [(row.need, row.state, row.owner, row.due_on) for row in county.session.scalars(
        select(Measure).order_by(Measure.id).execution_options(populate_existing=True))]


def get(county: County, model: type[Any], record_id: uuid.UUID) -> Any:
    return county.session.get(model, (JIA, record_id), populate_existing=True)


@pytest.mark.clause("EA-074")
def test_a_survey_with_study_and_living_makes_two_measures(lone: County) -> None:
    lone.plan(SURVEY, NEED)
    surveyed(lone, lone.child(), "学业＋生活")
    assert measures(lone) == [("学业", "planned", "测试班主任", dt.date(2019, 11, 7)), ("生活", "planned", "", None)]


def test_a_corrected_survey_drops_what_nobody_has_begun_and_keeps_what_is_done(lone: County) -> None:
    lone.plan(SURVEY, NEED)
    made = surveyed(lone, lone.child(), "学业、生活")
    study = lone.session.scalars(select(Measure).where(Measure.need == "学业")).one()
    update(lone.session, MEASURES, study, {"state": "done", "done_on": TODAY}, study.version, CENTRE)
    for needs, left in (("", ["done", "dropped"]), ("生活", ["done", "planned"])):
        row = get(lone, Survey, made)
        update(lone.session, SURVEYS, row, {"needs": needs}, row.version, CENTRE)
        assert [one[1] for one in measures(lone)] == left
    row = get(lone, Survey, made)
    remove(lone.session, SURVEYS, row, row.version, CENTRE)
    assert [one[1] for one in measures(lone)] == ["done", "dropped"]
    assert summary(lone.session, WHOLE, lone.units[JIA], YEAR, {}, []).pupils == 0


def test_a_need_no_plan_knows_is_refused_with_those_it_does(lone: County) -> None:
    lone.plan(SURVEY, NEED)
    child = lone.child()
    with pytest.raises(RuleViolation, match="可填：学业、生活"):
        surveyed(lone, child, "心情")
    assert [one.at for one in judge_surveys(lone.session, JIA, [({"needs": "学业"}, None), ({"needs": "心情"}, None)])] == [1]
    lone.plan(SURVEY)
    assert "education_aid.need" in judge_surveys(lone.session, JIA, [({"needs": "学业"}, None)])[0].message


@pytest.mark.clause("EA-073")
def test_twenty_five_surveys_make_a_summary_of_twenty_five(lone: County) -> None:
    lone.plan(SURVEY, NEED)
    for number in range(25):
        surveyed(lone, lone.child(carded=False), ["学业", "学业、生活", ""][number % 3], category="orphan" if number < 5 else "",
                 stage="primary" if number < 10 else "junior",
                 unit_id=str(lone.units[PRIMARY if number < 10 else SCHOOL].id))
    needs = agreed.needs_of(lone.session, get_tenant(lone.session, JIA), TODAY)
    found = summary(lone.session, WHOLE, lone.units[JIA], YEAR, needs, [])
    assert found.pupils == 25 == sum(count for _, count in found.units)
    by_key = {table.key: (table.pupils, dict(table.lines)) for table in found.tables}
    assert by_key == {"category": (25, {"孤儿": 5, "—": 20}), "stage": (25, {"小学": 10, "初中": 15}),
                      "need": (25, {"学业": 17, "生活": 8, "—": 8})}
    below = summary(lone.session, WHOLE, lone.units[SCHOOL], YEAR, needs, [])
    assert below.pupils == 25  # the scope is what the caller may see, the unit only where it is divided


@pytest.mark.clause("EA-075")
def test_a_pupil_in_the_first_year_of_vocational_school_ends_six_years_later(lone: County) -> None:
    lone.plan(PATHWAY)
    made = on_the_way(lone, lone.child())
    assert get(lone, PathwayMember, made).expected_end == dt.date(2025, 9, 1)


def test_a_pathway_follows_the_registry_and_leaves_gaps_to_people(lone: County, on_day: OnDay) -> None:
    lone.plan(PATHWAY)
    moved, gone, lost = lone.child(), lone.child(), lone.child(school=None)
    for person in (moved, gone, lost):
        on_the_way(lone, person, "junior")
    lone.enrol(moved, SCHOOL, 2020, stage="vocational", grade=1)
    ended = lone.session.scalars(select(Enrolment).where(Enrolment.person_id == gone.id)).one()
    ended.ended_on, ended.ending = dt.date(2020, 3, 1), "dropped_out"
    on_day("2020-10-09")
    done = piloting.follow(lone.session, JIA, members_of(lone.session, WHOLE, "nine"), CENTRE)
    assert (done.stepped, done.left, done.finished, done.gaps) == (1, 1, 0, 1)
    rows = {row.person_id: row for row in members_of(lone.session, WHOLE, "nine")}
    assert (rows[moved.id].stage, rows[moved.id].since, rows[moved.id].expected_end) == (
        "vocational", dt.date(2020, 9, 1), dt.date(2026, 9, 1))
    assert rows[gone.id].state == "left" and rows[lost.id].state == "active"
    assert piloting.findings(lone.session, JIA, [rows[lost.id]], dt.date(2020, 10, 9))[rows[lost.id].id].code == "none"
    steps = [(step.from_stage, step.to_stage) for step in lone.session.scalars(select(PathwayStep).order_by(PathwayStep.id))]
    assert steps == [("", "junior")] * 3 + [("junior", "vocational"), ("junior", "")]
    again = piloting.follow(lone.session, JIA, members_of(lone.session, WHOLE, "nine"), CENTRE)
    assert (again.stepped, again.left) == (0, 0)


def test_a_pathway_the_plan_does_not_know_and_a_grade_beyond_it_are_refused(lone: County) -> None:
    lone.plan(PATHWAY)
    child = lone.child()
    with pytest.raises(RuleViolation, match="可填：nine"):
        on_the_way(lone, child, pathway="other")
    lone.session.rollback()
    lone.plan(PATHWAY)
    with pytest.raises(RuleViolation, match="年级按学段内数"):
        on_the_way(lone, lone.child(), grade=4)


def household_of_five(county: County) -> dict[str, Any]:
    """Two at school, two who work, one who does neither."""
    home = county.household()
    poor(county, home)
    born = dt.date(1980, 1, 1)
    return {"home": home, "first": county.child(household_id=home.id), "second": county.child(household_id=home.id, school=PRIMARY),
            "father": county.child(born, school=None, household_id=home.id, labour="full"),
            "mother": county.child(born, school=None, household_id=home.id, labour="weak"),
            "grandmother": county.child(dt.date(1940, 1, 1), school=None, household_id=home.id, labour="lost")}


@pytest.mark.clause("EA-052")
def test_a_household_of_five_gives_two_pupils_two_workers_and_one_neither(lone: County) -> None:
    lone.plan(ROLL)
    household_of_five(lone)
    lone.child(school=None, labour="full")  # of no poor household
    tenant = get_tenant(lone.session, JIA)
    counted = enrolling.count(lone.session, tenant, TODAY)
    assert counted.by_kind == {"pupil": 2, "labour": 2, "neither": 1} and counted.households == 1
    assert enrolling.update(lone.session, tenant, TODAY, CENTRE).entered == {"pupil": 2, "labour": 2}
    assert [row.kind for row in in_on(lone.session, WHOLE, TODAY)] == ["labour", "labour", "pupil", "pupil"]


def test_nobody_is_missed_and_who_cannot_be_placed_is_named(lone: County) -> None:
    lone.plan(ROLL)
    people = household_of_five(lone)
    people["mother"].labour = ""
    empty = lone.household(number="T002")
    poor(lone, empty)
    lone.session.flush()  # as a clerk would have stored it
    counted = enrolling.count(lone.session, get_tenant(lone.session, JIA), TODAY)
    assert counted.by_kind == {"pupil": 2, "labour": 1, "neither": 1, "open": 1} and len(counted.members) == 5
    assert [(one.member.person.id, one.why) for one in counted.open] == [(people["mother"].id, "没有登记劳动能力")]
    assert [one.id for one in counted.empty] == [empty.id] and counted.households == 2


@pytest.mark.clause("EA-052")
def test_who_comes_and_goes_is_kept_with_day_and_reason(county: County, on_day: OnDay) -> None:
    county.plan(ROLL)
    people = household_of_five(county)
    tenant = get_tenant(county.session, JIA)
    enrolling.update(county.session, tenant, TODAY, CENTRE)
    assert enrolling.update(county.session, tenant, TODAY, CENTRE).entered.total() == 0
    later = dt.date(2019, 11, 1)
    on_day("2019-11-01")
    left = county.session.scalars(select(Enrolment).where(Enrolment.person_id == people["first"].id)).one()
    left.ended_on, left.ending = later, "graduated"
    people["first"].birth_on, people["first"].labour = dt.date(2003, 1, 1), "full"
    people["father"].died_on = later
    county.session.flush()  # as a clerk would have stored it
    changed = enrolling.update(county.session, tenant, later, CENTRE)
    assert (changed.entered, changed.left) == ({"labour": 1}, {"pupil": 1, "labour": 1})
    gone = {row.person_id: (row.kind, row.left_on, row.left_why) for row in county.session.scalars(select(RollEntry)) if row.left_on}
    assert gone == {people["first"].id: ("pupil", later, "转为贫困家庭劳动力"), people["father"].id: ("labour", later, "已死亡")}
    assert len(in_on(county.session, WHOLE, TODAY)) == 4
    assert {row.person_id for row in in_on(county.session, WHOLE, later)} == {
        people[name].id for name in ("first", "second", "mother")}
    said = county.session.scalars(select(TrailEntry.sentence).where(TrailEntry.subject == "ledger:education_aid.rolls")).all()
    assert said[-1] == "更新两库：困难学生进 0 人、出 1 人，贫困家庭劳动力进 1 人、出 1 人"


def test_without_a_word_in_the_plan_nobody_is_counted(lone: County) -> None:
    with pytest.raises(ParameterError, match=r"education_aid\.roll"):
        enrolling.count(lone.session, get_tenant(lone.session, JIA), TODAY)


def test_two_records_of_one_child_bring_surveys_and_measures_together(lone: County) -> None:
    lone.plan(SURVEY, NEED)
    kept, merged = lone.child(village=EAST), lone.child(village=WEST)
    surveyed(lone, merged, "学业")
    merge = uuid.uuid4()
    following.follow_merge(lone.session, JIA, merge, kept.id, merged.id)
    assert set(lone.session.scalars(select(Measure.person_id))) == {kept.id} == set(lone.session.scalars(select(Survey.person_id)))
    following.take_back(lone.session, JIA, merge, kept.id, merged.id)
    assert set(lone.session.scalars(select(Measure.person_id))) == {merged.id}
