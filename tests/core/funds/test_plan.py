"""A plan's funds: their uses and prohibitions reach the spending, and no cost of management stands on gifts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from core.calendar.days import DayKind
from core.errors import RuleViolation
from core.extensions import tenant_scope
from core.funds.alarms import retained_in
from core.funds.plan import describe, term_of
from core.funds.rules.retention import Term
from core.funds.services import open_account, receive, spend
from core.host.manager import PluginHost
from core.tenancy.grammar import Checked
from core.tenancy.services import apply_from_command_line, check_profile
from core.units.models import Unit
from tests.core.funds.conftest import ACTOR, DAY, JIA
from tests.factories.tenancy import profile_text

FUND = """
[[fund]]
code = "love"
name = "爱心基金"
clause = "一"
money = "gifts"
uses = ["助学", "济困"]
forbidden = ["政府投资配套"]
management_uses = ["宣传费"]
pass_on_days = 30
"""


def checked(session: Session, host: PluginHost, text: str) -> Checked:
    return check_profile(session, host, profile_text(text).encode(), "jia.toml")


def test_a_fund_of_the_plan_binds_the_account_that_names_it(session: Session, host: PluginHost, units: dict[str, Unit]) -> None:
    apply_from_command_line(session, host, profile_text(FUND).encode(), "jia.toml")
    with tenant_scope(session, JIA):
        fund = open_account(session, JIA, units[JIA], "love", "爱心基金", ACTOR, fund="love", on=DAY)
        receive(session, fund, Decimal(1000), DAY, ACTOR, key="a")
        for use, rule in (("宣传费", "management-cost"), ("政府投资配套", "forbidden-use"), ("修路", "earmarked")):
            with pytest.raises(RuleViolation) as refused:
                spend(session, fund, Decimal(500), DAY, ACTOR, key=use, use=use)
            assert (refused.value.rule, refused.value.clause) == (rule, "一")
        assert spend(session, fund, Decimal(500), DAY, ACTOR, key="b", use="助学").balance_after == Decimal(500)


def test_what_an_upper_layer_forbids_stays_forbidden_below(session: Session, host: PluginHost, units: dict[str, Unit]) -> None:
    upper = profile_text(FUND, unit="99", name="测试省")
    apply_from_command_line(session, host, upper.encode(), "province.toml")
    own = FUND.replace('forbidden = ["政府投资配套"]\nmanagement_uses = ["宣传费"]\n', "").replace('"济困"', '"政府投资配套"')
    apply_from_command_line(session, host, profile_text(own).encode(), "jia.toml")
    with tenant_scope(session, JIA):
        fund = open_account(session, JIA, units[JIA], "love", "爱心基金", ACTOR, fund="love", on=DAY)
        receive(session, fund, Decimal(1000), DAY, ACTOR, key="a")
        with pytest.raises(RuleViolation, match="不得用于“政府投资配套”"):
            spend(session, fund, Decimal(500), DAY, ACTOR, key="b", use="政府投资配套")


def test_a_cost_of_management_on_gifts_is_refused_with_its_clause(session: Session, host: PluginHost, units: dict[str, Unit]) -> None:
    (problem,) = checked(session, host, FUND + "management_cost = true\n").problems
    assert (problem.rule, problem.clause, problem.line > 0) == ("management-cost", "一", True)
    fiscal = FUND.replace('"gifts"', '"fiscal"') + "management_cost = true\n"
    assert checked(session, host, fiscal).problems == []


def test_a_fund_reads_as_a_sentence_on_the_plan_page(session: Session, host: PluginHost, units: dict[str, Unit]) -> None:
    profile = checked(session, host, FUND).profile
    assert profile is not None
    (entry,) = profile.section("fund")
    assert describe(entry.value) == "专项基金；捐赠资金；用于助学、济困；不得用于政府投资配套；不得列支宣传费；30 个自然日内转交"


WORKING = """
[[fund]]
code = "collected"
name = "扶贫日代收款"
clause = "一"
kind = "collected"
money = "gifts"
pass_on_days = 5
pass_on_kind = "工作日"
"""


def test_a_plan_may_count_the_days_of_passing_on_in_working_days(session: Session, host: PluginHost, units: dict[str, Unit]) -> None:
    apply_from_command_line(session, host, profile_text(WORKING).encode(), "jia.toml")
    with tenant_scope(session, JIA):
        collected = open_account(session, JIA, units[JIA], "c", "代收款", ACTOR, kind="collected", fund="collected", on=dt.date(2018, 9, 1))
        # 29 and 30 September 2018 were worked, 1 to 7 October were not
        receive(session, collected, Decimal(3000), dt.date(2018, 9, 28), ACTOR, key="a")
        assert term_of(session, collected, dt.date(2018, 9, 28)) == Term(5, DayKind.WORKING)
        assert retained_in(session, collected, dt.date(2018, 10, 10)).overdue == Decimal(0)
        assert retained_in(session, collected, dt.date(2018, 10, 11)).overdue == Decimal(3000)
    assert "5 个工作日内转交" in describe({"pass_on_days": 5, "pass_on_kind": "工作日"})
