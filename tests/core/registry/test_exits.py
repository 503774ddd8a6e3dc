"""Leaving the register only by the plan's conditions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, ParameterError, RuleViolation
from core.extensions import Database, tenant_scope
from core.registry import exits, queries, services
from core.registry.models import Household
from core.tenancy.services import apply_from_command_line, check_profile
from core.units.models import Unit
from tests.core.registry.conftest import entries
from tests.factories.registry import ACTOR, JIA, make_enrolment, make_household, make_person
from tests.support.hosts import loaded

Units = dict[str, Unit]
ON = dt.date(2017, 1, 1)
VILLAGE, SCHOOL = "990101100001", "990101-S01"
PLAN = """schema = 1
[tenant]
unit = "990101"
name = "甲县"
[[document]]
title = "甲县脱贫退出示例方案"
starts = 2016-01-01
[[clause]]
id = "八"
text = "讲清户退出标准"
"""
CHECKS = """
[[exit_check]]
code = "income"
name = "人均纯收入超过标准"
clause = "八"
fact = "net_income_per_head"
more_than = "2952.00"
[[exit_check]]
code = "water"
name = "饮水安全"
clause = "八"
fact = "water"
is = true
[[exit_check]]
code = "housing"
name = "住房安全"
clause = "八"
fact = "housing_danger"
among = ["A", "B"]
[[exit_check]]
code = "school"
name = "无辍学"
clause = "八"
fact = "dropped_out"
at_most = 0
[[exit_check]]
code = "covenant"
name = "签订公约"
clause = "八"
fact = "confirmed"
"""


def apply(session: Session, database: Database, folder: Path, text: str) -> None:
    host = loaded()
    checked = check_profile(session, host, (PLAN + text).encode(), "jia.toml")
    assert [problem.message for problem in checked.problems] == []
    apply_from_command_line(session, host, (PLAN + text).encode(), "jia.toml")


@pytest.fixture
def household(session: Session, database: Database, units: Units, tmp_path: Path) -> Iterator[Household]:
    """A household of two that meets all conditions."""
    apply(session, database, tmp_path, CHECKS)
    with tenant_scope(session, JIA):
        found = make_household(session, units[VILLAGE], water=True, housing_danger="B")
        services.note_status(session, found, "filing_card", dt.date(2014, 1, 1), ACTOR)
        for name in ("样本甲", "样本乙"):
            make_person(session, units[VILLAGE], name=name, household_id=found.id)
        services.note_income(session, found, 2016, 0, "wage", Decimal("5904.02"), ACTOR)
        yield found


def refused(session: Session, household: Household, confirmed: tuple[str, ...] = ("covenant",)) -> str:
    with pytest.raises(RuleViolation) as error:
        services.exit_household(session, household, ON, ACTOR, confirmed=confirmed)
    assert (household.state, error.value.clause) == ("active", "八")
    assert queries.categories_on(session, queries.list_members(session, household)[0], ON) == {"filing_card"}
    return error.value.text


@pytest.mark.clause("CO-046")
def test_one_missing_condition_refuses_the_exit_and_is_named(session: Session, household: Household) -> None:
    services.change_household(session, household, {"water": False}, ACTOR)
    text = refused(session, household)
    assert "饮水安全" in text and "住房" not in text and "收入" not in text


@pytest.mark.clause("CO-046")
def test_with_all_conditions_met_the_household_leaves(session: Session, household: Household) -> None:
    outcomes = services.exit_household(session, household, ON, ACTOR, confirmed={"covenant"}, reason="村民评议通过")
    assert [outcome.met for outcome in outcomes] == [True] * 5
    assert (household.state, household.exited_on) == ("exited", ON)
    member = queries.list_members(session, household)[0]
    assert queries.categories_on(session, member, ON - dt.timedelta(days=1)) == {"filing_card"}
    assert "out_of_poverty" in queries.categories_on(session, member, ON)
    assert any(one.after and "covenant" in one.after for one in entries(session, household.subject))
    with pytest.raises(Conflict):
        services.exit_household(session, household, ON, ACTOR, confirmed={"covenant"})


def test_more_than_excludes_the_number_itself(session: Session, household: Household) -> None:
    services.note_income(session, household, 2016, 0, "cost", Decimal("0.02"), ACTOR)
    assert "2952.00" in refused(session, household)


def test_what_was_not_confirmed_or_never_noted_is_not_met(session: Session, household: Household) -> None:
    services.change_household(session, household, {"housing_danger": ""}, ACTOR)
    text = refused(session, household, ())
    assert "签订公约（还没有核实）" in text and "没有登记住房危险等级" in text


def test_a_child_out_of_school_holds_the_household_back(session: Session, household: Household, units: Units) -> None:
    child = queries.list_members(session, household)[1]
    enrolment = make_enrolment(session, child, units[SCHOOL], 2016, "junior")
    services.end_enrolment(session, enrolment, dt.date(2016, 11, 1), "dropped_out", ACTOR)
    assert "无辍学" in refused(session, household)
    make_enrolment(session, child, units["990101-S02"], 2016, "junior", begun_on=dt.date(2016, 12, 1))
    assert services.exit_household(session, household, ON, ACTOR, confirmed={"covenant"})


@pytest.mark.parametrize("text", ["", CHECKS.replace('more_than = "2952.00"', 'more_than = { state = "masked", printed = "29xx元" }')])
def test_without_a_readable_standard_nothing_is_guessed(session: Session, database: Database, units: Units,
                                                        tmp_path: Path, text: str) -> None:
    apply(session, database, tmp_path, text)
    with tenant_scope(session, JIA):
        household = make_household(session, units[VILLAGE], water=True)
        with pytest.raises(ParameterError):
            services.exit_household(session, household, ON, ACTOR)
        assert household.state == "active"


@pytest.mark.parametrize("broken", ['more_than = "1.00"\nat_least = "1.00"', "", 'higher = "1.00"'])
def test_a_condition_says_exactly_one_standard(session: Session, database: Database, units: Units, tmp_path: Path,
                                               broken: str) -> None:
    host = loaded()
    text = PLAN + CHECKS.replace('more_than = "2952.00"', broken)
    found = check_profile(session, host, text.encode(), "jia.toml").problems
    assert [problem.clause for problem in found] == ["八"]


def test_a_condition_reads_as_the_plan_does() -> None:
    assert exits.describe({"fact": "net_income_per_head", "more_than": Decimal("2952.00")}) == (
        "家庭人均纯收入（元）超过 2952.00")
    assert exits.describe({"fact": "housing_danger", "among": ["A", "B"]}) == "住房危险等级为A、B之一"
