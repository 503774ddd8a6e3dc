"""The rows of the source plans on what gifts are spent on, with the numbers they print."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from core.errors import Conflict, InvalidInput, RuleViolation
from core.extensions import new_id
from core.funds import queries as funds
from core.funds.alarms import retained_in
from core.funds.recounting import recount
from plugins.donations.models import Gift, Spending
from plugins.donations.services import campaigns, gifts, photos
from plugins.donations.services.collecting import forward
from plugins.donations.services.spendings import Payment, pay, share_out, undo
from tests.plugins.donations.gifts.support import ACTOR, JIA, OTHER_VILLAGE, SCHOOL, VILLAGE, County, yuan

HOUSEHOLD = uuid.UUID(int=7)


def spend(county: County, gift: Gift, amount: str, use: str = "study", *, of_gift: bool = True, place: str = "", on: str = "2016-03-15",
          **more: Any) -> Spending:
    assert gift.account_id is not None
    place_id = county.units[place].id if place else None
    return pay(county.session, JIA, county.home, Payment(
        gift.account_id, yuan(amount), dt.date.fromisoformat(on), use, gift_id=gift.id if of_gift else None, place_id=place_id,
        **more), ACTOR)


@pytest.mark.clause("DN-009")
def test_a_payout_without_a_household_is_rejected(county: County) -> None:
    county.plan("sichuan/qingchuan.toml")
    county.campaign(plan_code="poverty-day")
    gift = county.give("A1", "1000", route="local", unit="990101100")
    with pytest.raises(InvalidInput) as refused:
        spend(county, gift, "100", "life")
    assert list(refused.value.fields) == ["household"]
    assert "四（四）4" in refused.value.text
    assert spend(county, gift, "100", "life", household_id=HOUSEHOLD).amount == yuan("100.00")
    with pytest.raises(RuleViolation, match="只能用于"):
        spend(county, gift, "100", "road", household_id=HOUSEHOLD)


@pytest.mark.clause("DN-013", "DN-020")
def test_what_is_designated_to_one_village_and_use_is_not_spent_elsewhere(county: County) -> None:
    county.plan("anhui/yuan.toml")
    county.campaign()
    gift = county.give("B1", "500", designation="place", designated_place_id=VILLAGE, designated_use="study")
    with pytest.raises(Conflict, match=r"甲一东村 助学.*地点"):
        spend(county, gift, "500", "study", place=OTHER_VILLAGE)
    with pytest.raises(Conflict, match=r"甲一东村 助学.*用途"):
        spend(county, gift, "500", "road", place=VILLAGE)
    with pytest.raises(Conflict, match=r"只剩 500.00 元，不够 500.01 元"):
        spend(county, gift, "500.01", "study", place=VILLAGE)
    assert spend(county, gift, "500", "study", place=VILLAGE).state == "paid"


@pytest.mark.clause("DN-014", "DN-016")
def test_government_matching_and_publicity_costs_are_never_paid_out_of_gifts(county: County) -> None:
    county.plan("guangdong/province.toml")
    county.campaign(plan_code="poverty-day")
    gift = county.give("C1", "1000", on="2018-10-17")
    with pytest.raises(RuleViolation) as forbidden:
        spend(county, gift, "500", "counterpart", of_gift=False, on="2018-10-18")
    assert (forbidden.value.rule, "四（二）意愿" in forbidden.value.clause) == ("forbidden-use", True)
    with pytest.raises(RuleViolation) as costs:
        spend(county, gift, "500", "costs", of_gift=False, on="2018-10-18")
    assert (costs.value.rule, "四（三）" in costs.value.clause) == ("management-cost", True)
    assert county.balance("donations.donations") == yuan("1000.00")


@pytest.mark.clause("DN-015")
def test_of_three_thousand_collected_and_2900_forwarded_a_hundred_is_an_alarm(county: County) -> None:
    county.campaign()
    gift = county.give("D1", "3000", collected_for="测试慈善会", on="2018-10-17")
    forward(county.session, gift, yuan("2900"), dt.date(2018, 10, 20), ACTOR)
    account = funds.get_account(county.session, JIA, gift.account_id)  # type: ignore[arg-type]
    assert (account.kind, account.balance) == ("collected", yuan("100.00"))
    assert retained_in(county.session, account, dt.date(2018, 10, 20)).alarm == yuan("100.00")
    with pytest.raises(Conflict, match="须如数转交，不得动用"):
        spend(county, gift, "100", of_gift=False, on="2018-10-21")


@pytest.mark.clause("DN-037")
def test_of_a_fund_of_a_hundred_thousand_two_thousand_are_for_one_pupil(county: County) -> None:
    county.plan("guizhou/guiding.toml")
    county.campaign(plan_code="education-day")
    pupil = new_id()
    county.give("E1", "98000", on="2016-10-17")
    county.give("E2", "2000", on="2016-10-17", designation="child", designated_person_id=str(pupil), donor_kind="person",
                donor_name="测试乙")
    account = funds.find_account(county.session, JIA, "donations.study-fund")
    assert account is not None
    assert (account.kind, account.title) == ("named", "助学基金")
    assert (account.balance, account.reserved, account.free) == (yuan("100000.00"), yuan("2000.00"), yuan("98000.00"))


@pytest.mark.clause("DN-041")
def test_the_love_fund_is_its_gifts_less_its_payouts_to_the_fen(county: County) -> None:
    county.plan("shaanxi/dali.toml")
    county.campaign(plan_code="love")
    gift = county.give("F1", "1234.56", on="2017-10-17")
    county.give("F2", "65.44", on="2017-10-18")
    spend(county, gift, "300.01", "life", of_gift=False, on="2017-11-01")
    assert county.balance("donations.love-fund") == yuan("999.99")
    assert recount(county.session, JIA) == []


@pytest.mark.clause("DN-038")
def test_nothing_is_spent_while_the_use_is_left_to_a_plan_of_its_own(county: County) -> None:
    county.plan("hubei/xuanen.toml")
    made = county.campaign(plan_code="poverty-day")
    assert (made.state, made.use_state) == ("open", "pending")
    gift = county.give("G1", "1000", on="2015-10-17")
    with pytest.raises(Conflict, match="另报方案"):
        spend(county, gift, "100")
    campaigns.attach_use_plan(county.session, made, "用于建档立卡户助学", ACTOR)
    assert spend(county, gift, "100").state == "paid"


@pytest.mark.clause("DN-039")
def test_a_units_gift_stays_in_its_own_village_unless_the_donor_agrees(county: County) -> None:
    county.plan("hubei/lichuan-tuanbao.toml")
    county.campaign(plan_code="poverty-day")
    gift = county.give("H1", "1000", on="2015-10-17", donor_unit_id=SCHOOL, designation="place", designated_place_id=VILLAGE)
    assert spend(county, gift, "400", "project", place=VILLAGE).state == "paid"
    with pytest.raises(Conflict, match="征得捐赠者同意"):
        spend(county, gift, "100", "project", place=OTHER_VILLAGE)
    gifts.release(county.session, gift, dt.date(2016, 1, 5), ACTOR, "书面同意书")
    assert spend(county, gift, "100", "project", place=OTHER_VILLAGE).state == "paid"
    with pytest.raises(Conflict, match=r"只剩 500.00 元"):
        spend(county, gift, "500.01", "project", place=OTHER_VILLAGE)


def test_a_gift_to_ones_own_place_names_the_place(sqlite_county: County) -> None:
    sqlite_county.plan("hubei/lichuan-tuanbao.toml")
    sqlite_county.campaign(plan_code="poverty-day")
    with pytest.raises(InvalidInput) as refused:
        sqlite_county.give("H2", "1000", on="2015-10-17", donor_unit_id=SCHOOL)
    assert refused.value.fields == {"designated_place_id": "须写明本单位帮扶的村"}


def test_a_wish_that_the_campaign_would_never_grant_is_refused_when_it_is_entered(sqlite_county: County) -> None:
    sqlite_county.plan("guizhou/guiding.toml")
    sqlite_county.campaign(plan_code="education-day")
    with pytest.raises(InvalidInput) as refused:
        sqlite_county.give("H3", "1000", on="2017-10-17", designation="purpose", designated_use="road")
    assert refused.value.fields == {"designated_use": "方案不允许这个用途"}


@pytest.mark.clause("DN-036")
def test_paid_on_the_fifteenth_of_march_is_in_time_and_on_the_sixteenth_one_day_late(county: County) -> None:
    county.plan("henan/jiyuan.toml")
    county.campaign(plan_code="love", kind="pupils")
    gift = county.give("I1", "1000", on="2016-03-05", unit=SCHOOL)
    assert spend(county, gift, "100", of_gift=False, on="2016-03-15").late_days == 0
    late = spend(county, gift, "100", of_gift=False, on="2016-03-16")
    assert (late.late_days, late.due_on) == (1, dt.date(2016, 3, 15))


@pytest.mark.clause("DN-036")
def test_a_photograph_without_a_guardians_consent_is_not_public(sqlite_county: County) -> None:
    county = sqlite_county
    asked: dict[str, Any] = {"wanted_public": True}
    shown = photos.add_photo(county.session, JIA, county.home, new_id(), "发放仪式", dt.date(2016, 3, 15), ACTOR,
                             consent_on=dt.date(2016, 3, 1), **asked)
    kept = photos.add_photo(county.session, JIA, county.home, new_id(), "发放仪式", dt.date(2016, 3, 15), ACTOR, **asked)
    assert (shown.public, kept.public) == (True, False)


@pytest.mark.clause("EA-070")
def test_a_pool_of_16037_50_over_forty_heads_gives_400_each_and_keeps_37_50(county: County) -> None:
    county.campaign()
    gift = county.give("J1", "16037.50", on="2016-03-05")
    heads = {new_id(): None for _ in range(40)}
    assert gift.account_id is not None
    shared = share_out(county.session, JIA, county.home, gift.account_id, heads, ACTOR, use="study", on=dt.date(2016, 3, 15))
    assert (shared.each, shared.left, len(shared.paid)) == (yuan("400.00"), yuan("37.50"), 40)
    assert county.balance("donations.donations") == yuan("37.50")


def test_a_payment_is_made_once_and_taken_back_once(county: County) -> None:
    county.campaign()
    gift = county.give("K1", "1000", on="2016-03-05")
    assert gift.account_id is not None
    key, wanted = new_id(), Payment(gift.account_id, yuan("300"), dt.date(2016, 3, 10), "study")
    once = pay(county.session, JIA, county.home, wanted, ACTOR, key=key)
    assert pay(county.session, JIA, county.home, wanted, ACTOR, key=key) is once
    assert county.balance("donations.donations") == yuan("700.00")
    undo(county.session, once, dt.date(2016, 3, 11), ACTOR, "付错了账户")
    assert county.balance("donations.donations") == yuan("1000.00")
    with pytest.raises(Conflict, match="已经冲销"):
        undo(county.session, once, dt.date(2016, 3, 11), ACTOR, "付错了账户")


def test_beyond_the_balance_both_numbers_are_said(county: County) -> None:
    county.campaign()
    gift = county.give("L1", "100", on="2016-03-05")
    with pytest.raises(Conflict, match=r"可用 100.00 元，要支出 100.01 元，还差 0.01 元"):
        spend(county, gift, "100.01", of_gift=False)
