"""Money on its way: two hops, days under way, wishes that go with it, what is kept back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput
from core.funds import alarms, queries
from core.funds.models import FundAccount
from core.funds.recounting import recount
from core.funds.services import Wish, arrive, pass_on, receive, reverse, send, spend
from tests.core.funds.conftest import ACTOR, DAY, JIA, Open

HOP1, HOP2 = dt.date(2016, 10, 20), dt.date(2016, 11, 5)


@pytest.fixture
def route(account: Open) -> tuple[FundAccount, FundAccount]:
    return account("charity", "慈善协会专户", kind="transit", pass_on_days=10), account("special", "教育扶贫专户")


def test_eight_thousand_wait_sixteen_days_between_two_hops(session: Session, route: tuple[FundAccount, FundAccount]) -> None:
    charity, special = route
    sent = send(session, None, special, Decimal(8000), HOP1, ACTOR, key="t", via=charity)
    assert (charity.balance, special.balance, sent.under_way) == (Decimal(8000), Decimal(0), Decimal(8000))
    assert alarms.days_under_way(sent, HOP2) == 16
    arrived = arrive(session, sent, HOP2, ACTOR)
    assert (arrived.under_way, arrived.arrived_on) == (Decimal(0), HOP2)
    assert alarms.days_under_way(arrived, dt.date(2017, 1, 1)) == 16
    assert queries.get_account(session, JIA, charity.id).balance == Decimal(0)
    assert queries.get_account(session, JIA, special.id).balance == Decimal(8000)
    assert recount(session, JIA) == []


def test_a_transfer_arrives_once_and_never_more_than_was_sent(session: Session, route: tuple[FundAccount, FundAccount]) -> None:
    charity, special = route
    sent = send(session, None, special, Decimal(8000), HOP1, ACTOR, key="t", via=charity)
    arrive(session, sent, HOP2, ACTOR, amount=Decimal(5000))
    with pytest.raises(Conflict, match=r"在途 3,000.00 元，不能登记到账 3,000.01 元"):
        arrive(session, sent, HOP2, ACTOR, amount=Decimal("3000.01"))
    arrive(session, sent, HOP2, ACTOR)
    with pytest.raises(Conflict, match=r"在途 0.00 元"):
        arrive(session, sent, HOP2, ACTOR)
    with pytest.raises(InvalidInput, match="到账日期不能早于拨出日期"):
        arrive(session, send(session, None, special, Decimal(1), HOP1, ACTOR, key="u", via=charity), DAY, ACTOR)


def test_money_collected_or_under_way_is_not_spent(session: Session, route: tuple[FundAccount, FundAccount]) -> None:
    charity, special = route
    send(session, None, special, Decimal(8000), HOP1, ACTOR, key="t", via=charity)
    with pytest.raises(Conflict, match="须如数转交，不得动用"):
        spend(session, charity, Decimal(1), HOP1, ACTOR, key="s", use="助学")


def test_a_wish_goes_with_the_money_and_comes_back_with_it(session: Session, account: Open) -> None:
    school, county = account("school", "学校专账"), account("county", "县专账")
    given = receive(session, school, Decimal(500), DAY, ACTOR, key="g", wish=Wish("助学", use="助学"))
    assert given.designation_id is not None
    sent = send(session, school, county, Decimal(300), DAY, ACTOR, key="t", designation_id=given.designation_id)
    (carried,) = queries.open_designations(session, county)
    assert (carried.title, carried.left, carried.parent_id) == ("助学", Decimal(300), given.designation_id)
    assert (school.reserved, county.reserved, county.free) == (Decimal(200), Decimal(300), Decimal(0))
    reverse(session, queries.movements_of_transfer(session, sent)[0], DAY, ACTOR, "拨错账户")
    assert queries.get_account(session, JIA, school.id).reserved == Decimal(500)
    assert queries.open_designations(session, queries.get_account(session, JIA, county.id)) == []
    assert recount(session, JIA) == []


def test_the_same_key_is_sent_once(session: Session, account: Open) -> None:
    one, other = account("one", "甲账"), account("other", "乙账")
    receive(session, one, Decimal(10), DAY, ACTOR, key="a")
    first = send(session, one, other, Decimal(4), DAY, ACTOR, key="t")
    assert send(session, one, other, Decimal(4), DAY, ACTOR, key="t").id == first.id
    assert (one.balance, other.balance) == (Decimal(6), Decimal(4))


def test_a_transfer_that_is_not_covered_leaves_neither_side(session: Session, account: Open) -> None:
    one, other = account("one", "甲账"), account("other", "乙账")
    with pytest.raises(Conflict, match=r"可用 0.00 元，要支出 4.00 元"):
        send(session, one, other, Decimal(4), DAY, ACTOR, key="t")
    assert queries.find_transfer_by_key(session, JIA, "t") is None
    assert queries.get_account(session, JIA, other.id).moves == 0


def test_a_hundred_kept_back_of_what_was_collected_is_an_alarm(session: Session, account: Open) -> None:
    collected = account("collected", "扶贫日代收款", kind="collected")
    receive(session, collected, Decimal(3000), DAY, ACTOR, key="a")
    assert alarms.retained_in(session, collected, DAY).alarm == Decimal(0)
    pass_on(session, collected, Decimal(2900), DAY, ACTOR, key="b", to="县慈善协会")
    found = alarms.retained_in(session, collected, DAY)
    assert (found.alarm, found.short, found.balance) == (Decimal(100), Decimal(100), Decimal(100))
    pass_on(session, collected, Decimal(100), DAY, ACTOR, key="c", to="县慈善协会")
    assert alarms.retained_in(session, collected, DAY).alarm == Decimal(0)


def test_collected_money_is_overdue_the_day_after_the_plans_days(session: Session, account: Open) -> None:
    """The fifth day is a Saturday, so that the period ends on the Monday (民法典 §203)."""
    collected = account("collected", "扶贫日代收款", kind="collected", pass_on_days=5)
    first = receive(session, collected, Decimal(3000), DAY, ACTOR, key="a")
    receive(session, collected, Decimal(40), DAY + dt.timedelta(3), ACTOR, key="b")
    assert alarms.retained_in(session, collected, DAY + dt.timedelta(7)).overdue == Decimal(0)
    assert alarms.retained_in(session, collected, DAY + dt.timedelta(8)).overdue == Decimal(3000)
    reverse(session, first, DAY + dt.timedelta(8), ACTOR, "并未收到")
    late = alarms.retained_in(session, collected, DAY + dt.timedelta(8))
    assert (late.alarm, late.balance) == (Decimal(0), Decimal(40))
