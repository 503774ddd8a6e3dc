"""控辍保学: every household, village by village and school by school, visits, and closing with evidence alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select

from core.access.scope import Scope
from core.errors import InvalidInput, ParameterError, RuleViolation
from core.extensions import new_id
from core.ledgers import storing
from core.ledgers.checking import compile_schema
from core.ledgers.context import Context
from core.processes.services import take
from core.registry.services import end_enrolment
from plugins.education_aid.ledgers.running import REPORTS
from plugins.education_aid.models import DropoutCase, DropoutPatch
from plugins.education_aid.plan.layers import hunt_of
from plugins.education_aid.processes.dropout import DROPOUT
from plugins.education_aid.queries import hunt
from plugins.education_aid.rules import cohort
from plugins.education_aid.services import hunting
from tests.factories.units import make_unit
from tests.plugins.education_aid.running.support import (
    BANK,
    CHIEF,
    CLERK,
    EAST,
    FLOW,
    JIA,
    PRIMARY,
    SCHOOL,
    TEACHER,
    TERM,
    WEST,
    YEAR,
    YI,
    County,
)

COUNTY = Scope(whole=(JIA,))


def case_of(county: County) -> DropoutCase:
    return county.session.scalars(select(DropoutCase)).one()


@pytest.mark.clause("EA-057")
def test_one_of_a_villages_forty_children_on_no_roll_is_one_case(county: County) -> None:
    for _ in range(39):
        county.child()
    missing = county.child(school=None)
    found = hunting.look(county.session, JIA, YEAR, TERM, CLERK)
    assert (found.children, found.at_school, found.new) == (40, 39, 1)
    case = case_of(county)
    assert (case.person_id, case.kind, case.state, case.due_on) == (missing.id, "never", "open", dt.date(2019, 11, 7))
    assert hunting.look(county.session, JIA, YEAR, TERM, CLERK).new == 0


@pytest.mark.clause("EA-056")
@pytest.mark.parametrize(("born", "inside"), [("2003-09-01", 1), ("2003-08-31", 0), ("2013-08-31", 1), ("2013-09-01", 0)])
def test_the_edges_of_the_plans_cohort(lone: County, born: str, inside: int) -> None:
    lone.child(dt.date.fromisoformat(born), school=None)
    assert hunting.look(lone.session, JIA, YEAR, TERM, CLERK).new == inside


def test_the_cohort_is_rolled_to_the_year_that_is_looked_at(lone: County) -> None:
    assert hunt_of(lone.session, JIA, 2020).cohort == cohort.Cohort(dt.date(2004, 9, 1), dt.date(2014, 8, 31))


def test_a_plan_that_names_no_cohort_covers_nobody_by_guess(lone: County) -> None:
    lone.plan(FLOW.format(township="false"), BANK)
    with pytest.raises(ParameterError):
        hunting.look(lone.session, JIA, YEAR, TERM, CLERK)


@pytest.mark.clause("EA-065")
def test_a_child_of_a_household_that_is_not_poor_is_a_case_as_well(lone: County) -> None:
    lone.child(school=None, household_id=lone.household(kind="general").id)
    assert hunting.look(lone.session, JIA, YEAR, TERM, CLERK).new == 1


def test_who_studies_in_another_county_is_no_case(lone: County) -> None:
    lone.child(school=JIA, elsewhere_place=YI, elsewhere_school="乙县实验小学")
    assert hunting.look(lone.session, JIA, YEAR, TERM, CLERK).new == 0


def test_who_left_the_register_as_a_dropout_is_one(lone: County) -> None:
    child = lone.child(school=None)
    end_enrolment(lone.session, lone.enrol(child, SCHOOL, YEAR - 1), dt.date(2019, 3, 1), "dropped_out", CLERK)
    hunting.look(lone.session, JIA, YEAR, TERM, CLERK)
    assert (case_of(lone).kind, case_of(lone).school) == ("dropped", "甲县第一中学")


@pytest.mark.clause("EA-058")
def test_two_of_five_hundred_on_the_register_were_not_there(lone: County) -> None:
    unit = lone.units[SCHOOL]
    typed = compile_schema(REPORTS, Context({"unit": lambda texts: dict.fromkeys(texts, unit.id)}))().load(
        {"unit_id": SCHOOL, "month": "2019-10", "register": "500", "present": "498"})
    storing.create(lone.session, REPORTS, JIA, unit.id, typed, CLERK)
    absent = [lone.enrol(lone.child(school=None), SCHOOL) for _ in range(2)]
    for enrolment in absent:
        assert hunting.mark_absent(lone.session, enrolment, 12, "", TEACHER) is not None
    assert hunting.mark_absent(lone.session, absent[0], 13, "", TEACHER) is None
    (line,) = hunt.schools(lone.session, COUNTY, YEAR, TERM)
    assert line.report is not None
    assert (line.report.register - line.report.present, line.open_cases, line.dropped) == (2, 2, 0)
    assert {case.kind for case in lone.session.scalars(select(DropoutCase))} == {"suspected"}


def test_a_report_of_more_present_than_registered_is_refused() -> None:
    from marshmallow import ValidationError

    with pytest.raises(ValidationError):
        compile_schema(REPORTS, Context({"unit": lambda texts: {text: new_id() for text in texts}}))().load(
            {"unit_id": SCHOOL, "month": "2019-10", "register": "10", "present": "11"})


@pytest.mark.clause("EA-054")
def test_three_visits_then_back_at_school_closes_the_case_and_an_open_one_blocks_zero(county: County) -> None:
    child = county.child(school=None)
    hunting.look(county.session, JIA, YEAR, TERM, CLERK)
    case = case_of(county)
    for day in (5, 6, 7):
        hunting.note_visit(county.session, case, dt.date(2019, 10, day), "测试班主任", "测试家长", "家长同意复学", TEACHER)
    assert len(hunt.visits_of(county.session, case)) == 3
    assert hunt.count_open(county.session, COUNTY) == 1
    with pytest.raises(RuleViolation):  # nothing proves it yet
        take(county.session, county.host, DROPOUT, case, "submit", TEACHER)
    hunting.settle(county.session, case, TEACHER, category="in_province", reason="weary", closing="returned", evidence="复学证明")
    county.document(EAST, "education_aid.hunt", "evidence", child.id)
    take(county.session, county.host, DROPOUT, case, "submit", TEACHER)
    with pytest.raises(RuleViolation):
        take(county.session, county.host, DROPOUT, case, "close", TEACHER)
    take(county.session, county.host, DROPOUT, case, "close", CHIEF)
    assert (case.state, case.closed_on, hunt.count_open(county.session, COUNTY)) == ("closed", dt.date(2019, 10, 8), 0)
    assert hunting.look(county.session, JIA, YEAR, TERM, CLERK).new == 1  # and found again where the child is gone again


def test_a_paper_older_than_the_case_proves_nothing(lone: County) -> None:
    child = lone.child(school=None)
    hunting.look(lone.session, JIA, YEAR, TERM, CLERK)
    hunting.settle(lone.session, case_of(lone), TEACHER, closing="returned", evidence="复学证明")
    lone.document(EAST, "education_aid.hunt", "evidence", child.id, on=dt.date(2019, 9, 1))
    with pytest.raises(RuleViolation):
        take(lone.session, lone.host, DROPOUT, case_of(lone), "submit", TEACHER)


def test_what_is_not_on_the_list_is_refused(lone: County) -> None:
    lone.child(school=None)
    hunting.look(lone.session, JIA, YEAR, TERM, CLERK)
    with pytest.raises(InvalidInput):
        hunting.settle(lone.session, case_of(lone), TEACHER, category="nowhere")
    with pytest.raises(InvalidInput):
        hunting.note_visit(lone.session, case_of(lone), dt.date(2019, 10, 9), "测试班主任", "", "明天再去", TEACHER)


@pytest.mark.clause("EA-055")
def test_of_nine_villages_with_eight_assigned_one_is_a_gap(lone: County) -> None:
    villages = [make_unit(lone.session, f"9901011000{number:02d}", lone.units["990101100"], level="village") for number in range(10, 19)]
    for number, village in enumerate(villages):
        lone.units[village.code] = village
        lone.child(village=village.code)
        if number < 8:
            lone.session.add(DropoutPatch(tenant_id=JIA, unit_id=village.id, staff=f"测试教师{number}", since=dt.date(2019, 9, 1)))
    lone.session.flush()
    lines = hunt.villages(lone.session, COUNTY, hunt_of(lone.session, JIA, YEAR).cohort, YEAR, TERM)
    assert (len(lines), [line.unit.code for line in lines if not line.in_charge]) == (9, ["990101100018"])


@pytest.mark.clause("EA-063", "EA-064")
def test_schools_and_villages_add_up_to_the_county_and_a_township_sees_its_own(lone: County) -> None:
    for village, school in ((EAST, SCHOOL), (WEST, SCHOOL), (EAST, PRIMARY), ("990101101001", PRIMARY)):
        lone.child(village=village, school=school)
    rules = hunt_of(lone.session, JIA, YEAR)
    lines = hunt.villages(lone.session, COUNTY, rules.cohort, YEAR, TERM)
    assert sum(line.children for line in lines) == hunting.look(lone.session, JIA, YEAR, TERM, CLERK).children == 4
    assert sum(line.register for line in hunt.schools(lone.session, COUNTY, YEAR, TERM)) == 4
    from core.access.scope import Part
    from core.units.rules.levels import subtree

    town = Scope(part=(Part(JIA, (subtree(lone.units["990101100"].path),)),))
    assert [line.unit.code for line in hunt.villages(lone.session, town, rules.cohort, YEAR, TERM)] == [EAST, WEST]


def test_the_ceiling_of_the_plan_is_what_the_rate_is_held_against(lone: County) -> None:
    ceiling = hunt_of(lone.session, JIA, YEAR).ceiling
    assert ceiling == Decimal(2)
    assert (cohort.rate(10, 500, ceiling).kept, cohort.rate(11, 500, ceiling).kept) == (True, False)


def test_a_pupil_away_is_noted_where_the_plan_names_no_cohort(lone: County) -> None:
    lone.plan(FLOW.format(township="false"))
    made = hunting.mark_absent(lone.session, lone.enrol(lone.child(school=None), SCHOOL), 12, "", TEACHER)
    assert made is not None
    assert (made.kind, made.due_on) == ("suspected", None)
