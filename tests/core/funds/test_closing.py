"""Closed periods keep their balance, and what is opened again leaves before and after."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput
from core.extensions import today
from core.funds import queries
from core.funds.recounting import recount
from core.funds.services import close_account, close_period, receive, reopen_period, reverse, spend
from core.trail.models import TrailEntry
from tests.core.funds.conftest import ACTOR, DAY, JIA, Open

END = dt.date(2016, 10, 31)


def test_nothing_is_dated_into_a_closed_period_and_its_balance_is_kept(session: Session, account: Open) -> None:
    fund = account()
    receive(session, fund, Decimal(100), DAY, ACTOR, key="a")
    receive(session, fund, Decimal(7), END + dt.timedelta(1), ACTOR, key="b")
    period = close_period(session, fund, END, ACTOR)
    assert (period.balance, period.moves) == (Decimal(100), 1)
    with pytest.raises(Conflict, match="截至 2016-10-31 已结账"):
        receive(session, fund, Decimal(1), END, ACTOR, key="c")
    spend(session, fund, Decimal(50), END + dt.timedelta(2), ACTOR, key="d", use="助学")
    assert recount(session, JIA) == []


def test_what_was_booked_in_a_closed_period_is_put_right_after_it(session: Session, account: Open) -> None:
    fund = account()
    given = receive(session, fund, Decimal(100), DAY, ACTOR, key="a")
    close_period(session, fund, END, ACTOR)
    with pytest.raises(Conflict, match="已结账"):
        reverse(session, given, END, ACTOR, "金额写错")
    (back,) = reverse(session, given, END + dt.timedelta(1), ACTOR, "金额写错")
    assert (given.amount, back.amount) == (Decimal(100), Decimal(-100))
    entry = session.scalars(select(TrailEntry).where(TrailEntry.sentence.contains("冲正")).order_by(TrailEntry.id)).one()
    assert (entry.before, (entry.after or {})["balance"]) == ({"balance": "100.00"}, "0.00")
    assert entry.reason == "金额写错"


def test_a_period_is_opened_again_with_a_reason_and_both_states_on_the_trail(session: Session, account: Open) -> None:
    fund = account()
    receive(session, fund, Decimal(100), DAY, ACTOR, key="a")
    close_period(session, fund, dt.date(2016, 9, 30), ACTOR)
    close_period(session, fund, END, ACTOR)
    with pytest.raises(InvalidInput, match="写明理由"):
        reopen_period(session, fund, ACTOR, "")
    reopen_period(session, fund, ACTOR, "漏记一笔收入")
    assert queries.get_account(session, JIA, fund.id).closed_until == dt.date(2016, 9, 30)
    receive(session, fund, Decimal(1), DAY, ACTOR, key="b")
    entry = session.scalars(select(TrailEntry).where(TrailEntry.sentence.contains("反结账")).order_by(TrailEntry.id)).one()
    assert entry.before == {"closed_until": "2016-10-31", "balance": "100.00"}
    assert entry.after == {"closed_until": "2016-09-30"}


def test_a_day_to_come_is_neither_booked_nor_closed(session: Session, account: Open) -> None:
    fund = account()
    with pytest.raises(InvalidInput, match="还没有到"):
        receive(session, fund, Decimal(1), today() + dt.timedelta(1), ACTOR, key="a")
    with pytest.raises(InvalidInput, match="昨天为止"):
        close_period(session, fund, today(), ACTOR)


def test_an_account_is_closed_when_its_money_is_gone(session: Session, account: Open) -> None:
    fund = account()
    receive(session, fund, Decimal(5), DAY, ACTOR, key="a")
    with pytest.raises(Conflict, match=r"还有 5.00 元"):
        close_account(session, fund, DAY, ACTOR)
    spend(session, fund, Decimal(5), DAY, ACTOR, key="b", use="助学")
    close_account(session, fund, DAY, ACTOR)
    with pytest.raises(Conflict, match="销户"):
        receive(session, fund, Decimal(5), DAY, ACTOR, key="c")
