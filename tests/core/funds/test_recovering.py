"""Misused money is paid back in instalments, never more than is owed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import Conflict, InvalidInput
from core.funds import alarms, queries
from core.funds.recounting import recount
from core.funds.services import order_recovery, recover, reverse
from core.units.models import Unit
from tests.core.funds.conftest import ACTOR, DAY, JIA, Open


@pytest.mark.clause("CO-017")
def test_of_twelve_thousand_misused_five_came_back_and_seven_are_owed(session: Session, account: Open, jia: dict[str, Unit]) -> None:
    fund = account()
    order = order_recovery(session, fund, jia["990101-S01"], Decimal(12_000), DAY, "挪用补助资金", ACTOR, key="r",
                           due_on=DAY + dt.timedelta(30))
    recover(session, order, Decimal(3000), DAY, ACTOR, key="r1")
    recover(session, order, Decimal(2000), DAY, ACTOR, key="r2")
    assert (order.recovered, order.outstanding) == (Decimal(5000), Decimal(7000))
    assert queries.get_account(session, JIA, fund.id).balance == Decimal(5000)
    (alarm,) = alarms.list_alarms(session, Scope(whole=(JIA,)), DAY + dt.timedelta(31))
    assert (alarm.kind, alarm.amount, alarm.days) == ("recovery", Decimal(7000), 1)


def test_no_more_comes_back_than_is_owed(session: Session, account: Open, jia: dict[str, Unit]) -> None:
    fund = account()
    order = order_recovery(session, fund, jia["990101-S01"], Decimal(100), DAY, "虚报人数", ACTOR, key="r")
    with pytest.raises(Conflict, match=r"尚欠 100.00 元，不能登记追回 100.01 元"):
        recover(session, order, Decimal("100.01"), DAY, ACTOR, key="r1")
    assert queries.get_account(session, JIA, fund.id).moves == 0
    with pytest.raises(InvalidInput, match="追回须写明事由"):
        order_recovery(session, fund, jia["990101-S01"], Decimal(100), DAY, "", ACTOR, key="s")


def test_an_instalment_taken_back_is_owed_again(session: Session, account: Open, jia: dict[str, Unit]) -> None:
    fund = account()
    order = order_recovery(session, fund, jia["990101-S01"], Decimal(100), DAY, "虚报人数", ACTOR, key="r")
    paid = recover(session, order, Decimal(60), DAY, ACTOR, key="r1")
    reverse(session, paid, DAY, ACTOR, "支票退回")
    assert queries.get_recovery(session, JIA, order.id).outstanding == Decimal(100)
    assert recount(session, JIA) == []
