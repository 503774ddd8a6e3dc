"""The rows of the source plans on gifts, with the numbers they print."""

from __future__ import annotations

import datetime as dt

import pytest
from marshmallow import ValidationError
from sqlalchemy import select

from core.errors import InvalidInput, RuleViolation
from core.funds import queries as funds
from core.funds.models import FundTransfer
from core.funds.services import arrive
from plugins.donations.models import Gift
from plugins.donations.services import campaigns
from tests.plugins.donations.gifts.support import ACTOR, JIA, VILLAGE, County, yuan


@pytest.mark.clause("DN-007")
def test_a_gift_falls_into_the_standing_or_the_concentrated_window(sqlite_county: County) -> None:
    sqlite_county.plan("sichuan/qingchuan.toml")
    sqlite_county.campaign(plan_code="poverty-day", concentrated_from=dt.date(2015, 9, 1), concentrated_to=dt.date(2015, 10, 17))
    assert sqlite_county.give("A1", "100", on="2015-03-01", route="county").window == "standing"
    assert sqlite_county.give("A2", "100", on="2015-10-16", route="county").window == "concentrated"
    assert sqlite_county.give("A3", "100", on="2015-10-18", route="county").window == "standing"


@pytest.mark.clause("DN-008")
def test_of_ten_thousand_six_go_to_the_county_and_four_stay_and_both_ledgers_agree(county: County) -> None:
    county.plan("sichuan/qingchuan.toml")
    county.campaign(plan_code="poverty-day")
    county.give("B1", "6000", route="county", unit="990101100")
    county.give("B2", "4000", route="local", unit="990101100")
    assert county.balance("donations.county-special") == yuan("6000.00")
    assert county.balance("donations.township-poor:990101100") == yuan("4000.00")


def test_where_the_plan_leaves_the_route_open_it_must_be_named(sqlite_county: County) -> None:
    sqlite_county.plan("sichuan/qingchuan.toml")
    sqlite_county.campaign()
    with pytest.raises(InvalidInput) as refused:
        sqlite_county.give("B3", "6000")
    assert "统一上交专户" in refused.value.fields["route"]


@pytest.mark.clause("DN-021")
def test_a_gift_designated_to_a_village_goes_into_that_villages_account(county: County) -> None:
    county.plan("anhui/yuan.toml")
    county.campaign()
    county.give("C1", "500", designation="place", designated_place_id=VILLAGE)
    assert county.balance(f"donations.village:{VILLAGE}") == yuan("500.00")
    account = funds.find_account(county.session, JIA, f"donations.village:{VILLAGE}")
    assert account is not None
    assert account.title == "甲一东村：该村三资账户"


@pytest.mark.clause("DN-022")
def test_an_undesignated_gift_is_in_transit_for_sixteen_days(county: County) -> None:
    county.plan("anhui/yuan.toml")
    county.campaign()
    county.give("C2", "8000", on="2014-10-20")
    assert county.balance("donations.province-charity") == yuan("8000.00")
    transfer = county.session.scalars(select(FundTransfer)).one()
    assert transfer.under_way == yuan("8000.00")
    arrive(county.session, transfer, dt.date(2014, 11, 5), ACTOR)
    assert county.balance("donations.district-special") == yuan("8000.00")
    assert county.balance("donations.province-charity") == yuan("0.00")
    assert transfer.arrived_on is not None
    assert (transfer.arrived_on - transfer.sent_on).days == 16


CLOSES = """
[[donations.campaign]]
code = "all-year"
name = "常年捐赠"
clause = "一"
closes = "12-31"

[[plugin]]
code = "donations"
clause = "一"
"""
TWO_HOPS = """
[[donations.route]]
code = "up"
name = "统一上交"
clause = "一"
hops = [{ account = "waiting", title = "代管", level = "township", days = 5, day_kind = "%s" }, { account = "special", title = "专户" }]

[[plugin]]
code = "donations"
clause = "一"
"""


@pytest.mark.parametrize(("kind", "due"), [("工作日", dt.date(2018, 10, 10)), ("自然日", dt.date(2018, 10, 8))])
def test_the_days_of_passing_on_are_of_the_kind_the_plan_says(sqlite_county: County, kind: str, due: dt.date) -> None:
    sqlite_county.plan(text=TWO_HOPS % kind)
    sqlite_county.campaign()
    sqlite_county.give("C3", "100", on="2018-09-28")
    assert sqlite_county.session.scalars(select(FundTransfer)).one().due_on == due


def test_a_year_round_campaign_ends_on_the_day_the_plan_counts_to(sqlite_county: County) -> None:
    sqlite_county.plan(text=CLOSES)
    first, may = dt.date(2018, 3, 1), dt.date(2018, 5, 1)
    assert sqlite_county.campaign(plan_code="all-year", starts_on=first).ends_on == dt.date(2018, 12, 31)
    assert sqlite_county.campaign(code="c2", plan_code="all-year", starts_on=first, ends_on=may).ends_on == may


@pytest.mark.clause("DN-028", "DN-029")
def test_a_hundred_quilts_at_120_count_twelve_thousand_and_move_no_account(sqlite_county: County) -> None:
    sqlite_county.plan("sichuan/wangcang.toml")
    sqlite_county.campaign(plan_code="ten-ones")
    quilts = {"form": "goods", "item": "棉被", "quantity": "100", "measure": "床", "unit_price": "120", "valued": "是",
              "valuer": "甲一镇", "valued_on": "2015-10-17", "proof_number": "JZ-1", "direct": "是"}
    gift = sqlite_county.give("D1", **quilts, valuation_basis="同期市场行情")
    assert gift.amount == yuan("12,000.00")
    assert gift.booked is None
    assert sqlite_county.balance("donations.red-cross") is None
    with pytest.raises(ValidationError) as refused:
        sqlite_county.give("D2", **quilts)
    assert refused.value.messages == {"valuation_basis": ["估价须写明依据，如同期市场行情"]}


@pytest.mark.clause("DN-042")
def test_thirty_kits_at_a_hundred_are_three_thousand(sqlite_county: County) -> None:
    sqlite_county.campaign(kind="sale")
    gift = sqlite_county.give("E1", form="kit", item="爱心美术包", quantity="30", unit_price="100", valued="是", valuer="甲县第一中学",
                              valuation_basis="售价", valued_on="2018-10-17", proof_number="K-1", on="2018-10-17")
    assert gift.amount == yuan("3,000.00")


@pytest.mark.clause("DN-025")
def test_a_village_keeps_its_three_thousand_and_the_township_its_five(county: County) -> None:
    county.plan("sichuan/bolong.toml")
    county.campaign()
    county.give("F1", "3000", unit=VILLAGE, route="village", designation="place", designated_place_id=VILLAGE)
    county.give("F2", "5000", unit="990101100", route="township")
    assert county.balance(f"donations.village:{VILLAGE}") == yuan("3000.00")
    assert county.balance("donations.township:990101100") == yuan("5000.00")


@pytest.mark.clause("DN-035")
def test_money_of_a_paired_school_goes_to_the_partner_and_of_others_to_their_own(county: County) -> None:
    county.plan("henan/jiyuan.toml")
    county.campaign(plan_code="love", kind="pupils")
    paired = county.give("G1", "800", donor_name="沁园中学", unit="990101-S01", on="2016-03-05")
    other = county.give("G2", "300", donor_name="甲县第一中学", unit="990101-S01", on="2016-03-05")
    assert (paired.route, other.route) == ("paired", "own")
    account = funds.get_account(county.session, JIA, paired.account_id)  # type: ignore[arg-type]
    assert (account.title, account.balance) == ("王屋一中、王屋二中：对口学校扶困助学款", yuan("800.00"))
    own = funds.get_account(county.session, JIA, other.account_id)  # type: ignore[arg-type]
    assert (own.unit_id, own.balance) == (county.units["990101-S01"].id, yuan("300.00"))


@pytest.mark.parametrize(("amount", "said"), [
    ("0", "捐款金额须大于零"), ("-5", "金额不能小于 0"), ("1.005", "金额须是半角数字，最多 2 位小数"), ("1e12", "金额须是半角数字"),
    ("1000000000000", "金额"), ("１００", "金额须是半角数字"),
])
def test_an_amount_that_cannot_be_is_refused_at_its_field_and_nothing_is_stored(
        sqlite_county: County, amount: str, said: str) -> None:
    sqlite_county.campaign()
    with pytest.raises(ValidationError) as refused:
        sqlite_county.give("H1", amount)
    assert list(refused.value.messages) == ["amount"]  # type: ignore[arg-type]
    assert said in str(refused.value.messages)
    assert sqlite_county.session.query(Gift).count() == 0


def test_a_day_before_the_campaign_and_a_reference_twice_are_refused_at_their_fields(sqlite_county: County) -> None:
    sqlite_county.campaign(starts_on=dt.date(2015, 9, 1))
    with pytest.raises(InvalidInput) as early:
        sqlite_county.give("H2", "5", on="2015-08-31")
    assert early.value.fields == {"given_on": "捐赠日期早于活动开始日"}
    sqlite_county.session.rollback()


@pytest.mark.clause("CO-032")
def test_a_campaign_without_a_declaration_cannot_open(sqlite_county: County) -> None:
    made = sqlite_county.campaign(opened=False)
    with pytest.raises(RuleViolation, match="没有合规承诺"):
        campaigns.open_campaign(sqlite_county.session, made, ACTOR)
    campaigns.declare(sqlite_county.session, made, ACTOR)
    campaigns.open_campaign(sqlite_county.session, made, ACTOR)
    assert made.state == "open"


@pytest.mark.clause("DN-043")
def test_public_fund_raising_without_a_qualified_holder_is_blocked(sqlite_county: County) -> None:
    for number, (kind, paper) in enumerate((("office", "CS-1"), ("charity", ""))):
        made = sqlite_county.campaign(f"p{number}", opened=False, kind="public", holder_kind=kind, qualification=paper)
        campaigns.declare(sqlite_county.session, made, ACTOR)
        with pytest.raises(RuleViolation, match="公开募捐资格"):
            campaigns.open_campaign(sqlite_county.session, made, ACTOR)
    good = sqlite_county.campaign("p9", kind="public", holder_kind="charity", qualification="CS-2")
    assert good.state == "open"


@pytest.mark.clause("DN-006", "DN-031")
def test_a_campaign_that_asks_a_hundred_of_each_is_refused_with_clause_and_law(sqlite_county: County) -> None:
    sqlite_county.plan("sichuan/qingchuan.toml")
    for words in ("教职工每人100元", "在职党员人均不少于200元", "捐款任务数10万元", "未捐人员名单另行通报"):
        with pytest.raises(RuleViolation) as refused:
            sqlite_county.campaign("x", opened=False, title=words, plan_code="poverty-day")
        assert refused.value.rule == "apportionment"
        assert "四（四）4" in refused.value.clause
        assert "公益事业捐赠法" in refused.value.text
    assert sqlite_county.campaign("y", opened=False, title="自愿捐赠，不得下达捐款指标").state == "draft"


def test_a_gift_is_booked_once_and_a_correction_books_it_anew(county: County) -> None:
    county.campaign()
    gift = county.give("I1", "100.50")
    assert county.balance("donations.donations") == yuan("100.50")
    assert gift.booked == yuan("100.50")
    assert gift.account_id is not None


def test_the_state_of_a_campaign_holds_up_what_does_not_fit(sqlite_county: County) -> None:
    sqlite_county.campaign(opened=False)
    with pytest.raises(InvalidInput, match="还没有开启"):
        sqlite_county.give("J1", "5")
    with pytest.raises(InvalidInput, match="没有编号为"):
        sqlite_county.give("J2", "5", campaign_code="nothing")

