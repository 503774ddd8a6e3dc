"""Money comes in, is spent within what was wished and allowed, and never beyond the balance."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, RuleViolation
from core.extensions import new_id
from core.funds import queries
from core.funds.services import UseRules, Wish, receive, reverse, spend
from core.units.models import Unit
from tests.core.funds.conftest import ACTOR, DAY, JIA, OTHER, VILLAGE, Open


def test_every_movement_carries_its_number_and_the_balance_it_left(session: Session, account: Open) -> None:
    fund = account()
    receive(session, fund, Decimal("100.50"), DAY, ACTOR, key="a")
    spent = spend(session, fund, Decimal("40.25"), DAY, ACTOR, key="b", use="助学")
    assert (spent.number, spent.amount, spent.balance_after) == (2, Decimal("-40.25"), Decimal("60.25"))
    assert queries.get_account(session, JIA, fund.id).balance == Decimal("60.25")


def test_the_same_key_is_booked_once(session: Session, account: Open) -> None:
    fund = account()
    first = receive(session, fund, Decimal(5), DAY, ACTOR, key="a")
    assert receive(session, fund, Decimal(5), DAY, ACTOR, key="a").id == first.id
    assert (fund.balance, fund.moves) == (Decimal(5), 1)
    with pytest.raises(Conflict, match="已用于另一笔"):
        receive(session, fund, Decimal(6), DAY, ACTOR, key="a")


def test_spending_beyond_the_balance_is_refused_with_both_numbers(session: Session, account: Open) -> None:
    fund = account()
    receive(session, fund, Decimal(2000), DAY, ACTOR, key="a")
    with pytest.raises(Conflict, match=r"可用 2,000.00 元，要支出 3,000.00 元，还差 1,000.00 元"):
        spend(session, fund, Decimal(3000), DAY, ACTOR, key="b", use="助学")
    assert queries.get_account(session, JIA, fund.id).moves == 1


def test_money_wished_for_one_village_is_not_spent_on_another(session: Session, account: Open, jia: dict[str, Unit]) -> None:
    fund = account()
    given = receive(session, fund, Decimal(3000), DAY, ACTOR, key="a",
                    wish=Wish("甲一东村助学", place_id=jia[VILLAGE].id, use="助学"))
    with pytest.raises(Conflict, match="指定用于“甲一东村助学”，本次支出的地点"):
        spend(session, fund, Decimal(100), DAY, ACTOR, key="b", use="助学", place_id=jia[OTHER].id,
              designation_id=given.designation_id)
    with pytest.raises(Conflict, match="本次支出的用途"):
        spend(session, fund, Decimal(100), DAY, ACTOR, key="b", use="修路", place_id=jia[VILLAGE].id,
              designation_id=given.designation_id)
    with pytest.raises(Conflict, match=r"另有指定用途：“甲一东村助学”3,000.00 元"):
        spend(session, fund, Decimal(100), DAY, ACTOR, key="b", use="助学", place_id=jia[OTHER].id)
    spend(session, fund, Decimal(100), DAY, ACTOR, key="b", use="助学", place_id=jia[VILLAGE].id,
          designation_id=given.designation_id)
    assert (fund.balance, fund.reserved, fund.free) == (Decimal(2900), Decimal(2900), Decimal(0))


def test_a_pupil_named_by_the_giver_has_their_part_and_the_pool_the_rest(session: Session, account: Open) -> None:
    fund, pupil = account(), new_id()
    receive(session, fund, Decimal(98_000), DAY, ACTOR, key="a")
    wish = receive(session, fund, Decimal(2000), DAY, ACTOR, key="b", wish=Wish("指定学生", person_id=pupil))
    assert (fund.balance, fund.free) == (Decimal(100_000), Decimal(98_000))
    assert wish.designation_id is not None
    assert queries.get_designation(session, JIA, wish.designation_id).left == Decimal(2000)


@pytest.mark.clause("CO-013")
def test_special_funds_are_spent_on_their_uses_alone(session: Session, account: Open) -> None:
    fund = account(purposes=("校舍维修",))
    receive(session, fund, Decimal(100), DAY, ACTOR, key="a")
    with pytest.raises(RuleViolation, match="专款专用，只能用于校舍维修，不能用于“招待”") as refused:
        spend(session, fund, Decimal(1), DAY, ACTOR, key="b", use="招待")
    assert refused.value.status == 409
    assert queries.get_account(session, JIA, fund.id).balance == Decimal(100)


@pytest.mark.clause("CO-016")
def test_each_earmark_has_its_ledger_and_takes_no_other_spending(session: Session, account: Open) -> None:
    repair, meals = account("repair", "改薄专账", purposes=("改薄",)), account("meals", "营养改善专账", purposes=("营养改善",))
    for fund in (repair, meals):
        receive(session, fund, Decimal(100), DAY, ACTOR, key=f"in-{fund.code}")
    with pytest.raises(RuleViolation, match="“改薄专账”专款专用") as refused:
        spend(session, repair, Decimal(10), DAY, ACTOR, key="b", use="营养改善")
    assert refused.value.status == 409
    assert spend(session, meals, Decimal(10), DAY, ACTOR, key="c", use="营养改善").balance_after == Decimal(90)


def test_costs_of_management_and_forbidden_uses_are_refused_with_their_clause(session: Session, account: Open) -> None:
    fund = account()
    receive(session, fund, Decimal(1000), DAY, ACTOR, key="a")
    rules = UseRules(name="捐款", clause="第五条", forbidden={"政府投资配套": "三（二）"}, management={"宣传费": "三（四）"})
    with pytest.raises(RuleViolation, match=r"宣传费.*不得在“爱心基金”中列支（三（四））") as refused:
        spend(session, fund, Decimal(500), DAY, ACTOR, key="b", use="宣传费", rules=rules)
    assert (refused.value.rule, refused.value.clause) == ("management-cost", "三（四）")
    with pytest.raises(RuleViolation, match="不得用于“政府投资配套”（三（二））"):
        spend(session, fund, Decimal(500), DAY, ACTOR, key="b", use="政府投资配套", rules=rules)


def test_a_reversal_stands_beside_what_it_takes_back_and_gives_the_wish_its_money(session: Session, account: Open) -> None:
    fund = account()
    receive(session, fund, Decimal(50), DAY, ACTOR, key="a", wish=Wish("助学", use="助学"))
    wish = queries.open_designations(session, fund)[0]
    spent = spend(session, fund, Decimal(30), DAY, ACTOR, key="b", use="助学", designation_id=wish.id)
    (back,) = reverse(session, spent, DAY + dt.timedelta(1), ACTOR, "登记错误")
    assert (back.amount, back.reverses_id, fund.balance, fund.reserved) == (Decimal(30), spent.id, Decimal(50), Decimal(50))
    with pytest.raises(Conflict, match="已经冲正"):
        reverse(session, spent, DAY + dt.timedelta(1), ACTOR, "再来一次")
    with pytest.raises(InvalidInput, match="写明理由"):
        reverse(session, spent, DAY, ACTOR, "错")


def test_money_that_has_been_spent_cannot_be_taken_back(session: Session, account: Open) -> None:
    fund = account()
    given = receive(session, fund, Decimal(50), DAY, ACTOR, key="a")
    spend(session, fund, Decimal(30), DAY, ACTOR, key="b", use="助学")
    with pytest.raises(Conflict, match=r"可用 20.00 元，要支出 50.00 元"):
        reverse(session, given, DAY, ACTOR, "登记错误")
