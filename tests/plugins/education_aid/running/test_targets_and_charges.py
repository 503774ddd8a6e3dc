"""Targets judged by what was counted, places spread over a list, and charges that a plan forbids."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from core.errors import RuleViolation
from core.ledgers.storing import create
from core.tenancy.grammar import ProfileRefused
from core.tenancy.queries import get_tenant
from plugins.education_aid.ledgers.admission import CHARGES, VALUES, WORK
from plugins.education_aid.models import Charge, TargetValue, WorkStudy
from plugins.education_aid.rules.targets import MET, MISSED, OPEN
from plugins.education_aid.services import targeting
from plugins.education_aid.services.targeting import Standing
from tests.factories.units import make_unit
from tests.plugins.education_aid.running.support import CLERK, HUNT, JIA, SCHOOL, County

YEAR = 2019


def target(measure: str, more: str, code: str = "t1") -> str:
    return f'''
[[education_aid.target]]
code = "{code}"
name = "测试目标"
clause = "一"
measure = "{measure}"
{more}
'''


def entered(county: County, counted: int, base: int | None = None, code: str = "t1") -> None:
    values = {"target": code, "year": YEAR, "unit_id": str(county.units[JIA].id), "counted": counted, "base": base}
    create(county.session, VALUES, JIA, county.units[JIA].id, values, CLERK)


def standing(county: County, measure: str, more: str, counted: int | None, base: int | None = None) -> Standing:
    county.plan(target(measure, more))
    if counted is not None:
        entered(county, counted, base)
    values = county.session.scalars(select(TargetValue)).all()
    [found] = targeting.standings(county.session, get_tenant(county.session, JIA), YEAR, values)
    return found


@pytest.mark.parametrize(("wanted", "counted", "state", "rate"), [
    pytest.param(40, 398, MISSED, "39.8", marks=pytest.mark.clause("EA-039")),
    pytest.param(40, 400, MET, "40.0", marks=pytest.mark.clause("EA-039")),
    pytest.param(55, 550, MET, "55.0", marks=pytest.mark.clause("EA-040")),
    pytest.param(30, 300, MET, "30.0", marks=pytest.mark.clause("EA-042")),
    pytest.param(30, 299, MISSED, "29.9", marks=pytest.mark.clause("EA-042")),
    pytest.param(70, 700, MET, "70.0", marks=pytest.mark.clause("EA-045")),
    pytest.param(70, 699, MISSED, "69.9", marks=pytest.mark.clause("EA-045")),
])
def test_a_share_is_judged_by_what_was_counted_of_a_thousand(lone: County, wanted: int, counted: int, state: str, rate: str) -> None:
    verdict = standing(lone, "share", f"wanted = {wanted}", counted, 1000).verdict
    assert (verdict.state, verdict.rate) == (state, Decimal(rate))


@pytest.mark.clause("EA-046")
def test_about_equal_needs_a_tolerance(lone: County) -> None:
    assert standing(lone, "balance", 'comparator = "about"\ntolerance = 10', 480, 520).verdict.state == MET


@pytest.mark.clause("EA-046")
def test_about_equal_without_a_tolerance_says_so(lone: County) -> None:
    more = 'comparator = "about"\ntolerance = { state = "unspecified", printed = "大体相当" }'
    found = standing(lone, "balance", more, 480, 520)
    assert found.verdict.state == OPEN and found.why.startswith("缺参数")


@pytest.mark.clause("EA-038")
def test_parts_beside_a_whole_add_up_or_the_plan_is_refused(lone: County) -> None:
    found = standing(lone, "count", "wanted = 126000\nparts = [80000, 46000]", 126000)
    assert found.apart == 0 and found.verdict.state == MET
    with pytest.raises(ProfileRefused) as refused:
        lone.plan(target("count", "wanted = 126000\nparts = [80000, 45000]"))
    assert [one.rule for one in refused.value.problems] == ["aid-parts"]
    assert "125000" in refused.value.problems[0].message


def test_a_target_without_values_or_without_a_base_is_open(lone: County) -> None:
    assert standing(lone, "share", "wanted = 40", None).why == "还没有填报数"
    entered(lone, 398)
    values = lone.session.scalars(select(TargetValue)).all()
    [found] = targeting.standings(lone.session, get_tenant(lone.session, JIA), YEAR, values)
    assert found.verdict.state == OPEN and "分母" in found.why


def test_a_value_of_no_target_is_refused(lone: County) -> None:
    lone.plan(HUNT)
    with pytest.raises(RuleViolation, match="t9"):
        entered(lone, 1, code="t9")


TAG = '''
[[tag]]
code = "listed"
name = "名单内的县"
clause = "一"
count = {count}
units = {units}
'''


@pytest.mark.clause("EA-043")
def test_three_hundred_places_over_fifty_eight_counties_are_all_given_out(lone: County) -> None:
    counties = [make_unit(lone.session, f"9901{number}", lone.units["9901"], f"测试县{number}", level="county") for number in range(20, 78)]
    codes = json.dumps([unit.code for unit in counties])
    lone.plan(TAG.format(count=58, units=codes), target("count", 'wanted = 300\nspread = "listed"'))
    [found] = targeting.standings(lone.session, get_tenant(lone.session, JIA), YEAR, [])
    assert [name for name, _ in found.spread] == [unit.name for unit in counties]
    assert sorted(number for _, number in found.spread) == [5] * 48 + [6] * 10


@pytest.mark.clause("EA-043")
def test_places_go_to_the_units_of_the_list_by_name(lone: County) -> None:
    lone.plan(TAG.format(count=2, units='["990101", "990102"]'), target("count", 'wanted = 301\nspread = "listed"'))
    [found] = targeting.standings(lone.session, get_tenant(lone.session, JIA), YEAR, [])
    assert found.spread == (("甲县", 151), ("乙县", 150))


def test_a_list_that_is_not_printed_gives_nothing_out(lone: County) -> None:
    unlisted = '{ state = "unspecified", printed = "58个县" }'
    lone.plan(TAG.format(count=58, units=unlisted), target("count", 'wanted = 300\nspread = "listed"'))
    entered(lone, 300)
    values = lone.session.scalars(select(TargetValue)).all()
    [found] = targeting.standings(lone.session, get_tenant(lone.session, JIA), YEAR, values)
    assert found.spread == () and "名单" in found.why


FORBIDDEN = '''
[[education_aid.forbidden_fee]]
code = "no-extra-books"
name = "一科一辅，杜绝乱收费"
clause = "一"
stage = "compulsory"
words = ["教辅", "资料费"]
'''


def charge(county: County, title: str, stage: str = "junior") -> None:
    values = {"title": title, "unit_id": str(county.units[SCHOOL].id), "stage": stage, "amount": Decimal("20.00"), "per": "term",
              "since": dt.date(2019, 9, 1)}
    create(county.session, CHARGES, JIA, county.units[JIA].id, values, CLERK)


@pytest.mark.clause("EA-048")
def test_a_forbidden_charge_is_refused_with_its_clause(lone: County) -> None:
    lone.plan(FORBIDDEN)
    with pytest.raises(RuleViolation) as refused:
        charge(lone, "推荐教辅")
    assert refused.value.rule == "forbidden-fee"
    assert refused.value.clause == "一" and "甲县方案 一" in refused.value.text and "教辅" in refused.value.text


def test_other_charges_and_other_stages_are_registered(lone: County) -> None:
    lone.plan(FORBIDDEN)
    charge(lone, "校服费")
    charge(lone, "教辅", "senior")
    assert lone.session.scalar(select(func.count()).select_from(Charge)) == 2


@pytest.mark.clause("EA-037")
def test_a_place_of_work_beside_study_is_registered_and_counted(lone: County) -> None:
    values = {"title": "图书馆助理", "unit_id": str(lone.units[SCHOOL].id), "school_year": 2019, "places": 1, "since": dt.date(2019, 9, 1)}
    create(lone.session, WORK, JIA, lone.units[JIA].id, values, CLERK)
    [row] = lone.session.scalars(select(WorkStudy)).all()
    assert (row.places, row.filled, row.title) == (1, 0, "图书馆助理")
