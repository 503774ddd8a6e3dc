"""Whatever was changed behind the services' back is found, and the first place named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from core.funds import jobs, queries
from core.funds.models import FundAccount, FundDesignation, FundMovement, FundPeriod, FundRecovery, FundTransfer
from core.funds.recounting import recount
from core.funds.services import Wish, arrive, close_period, order_recovery, receive, recover, send, spend
from core.units.models import Unit
from tests.core.funds.conftest import ACTOR, DAY, JIA, Open


@pytest.fixture
def busy(session: Session, account: Open, jia: dict[str, Unit]) -> FundAccount:
    """An account with something of everything."""
    fund, other, via = account(), account("other", "另一账户"), account("via", "在途专户", kind="transit")
    receive(session, fund, Decimal(100), DAY, ACTOR, key="a")
    receive(session, fund, Decimal(50), DAY, ACTOR, key="b", wish=Wish("助学", use="助学"))
    spend(session, fund, Decimal(30), DAY, ACTOR, key="c", use="助学")
    arrive(session, send(session, fund, other, Decimal(20), DAY, ACTOR, key="t", via=via), DAY, ACTOR)
    order = order_recovery(session, fund, jia["990101-S01"], Decimal(9), DAY, "虚报人数", ACTOR, key="r")
    recover(session, order, Decimal(4), DAY, ACTOR, key="r1")
    close_period(session, fund, DAY + dt.timedelta(1), ACTOR)
    assert recount(session, JIA) == []
    return fund


Spoil = Callable[[FundAccount], object]
SPOILT: dict[str, tuple[Spoil, str]] = {
    "an amount": (lambda fund: update(FundMovement).where(FundMovement.account_id == fund.id, FundMovement.number == 3)
                  .values(amount=Decimal("-29.99")), "第 3 笔（2016-10-17）：本笔之后余额应为 120.01，账上为 120.00"),
    "a movement removed": (lambda fund: delete(FundMovement).where(FundMovement.account_id == fund.id, FundMovement.number == 2),
                           "第 3 笔（2016-10-17）：序号应为 2，账上为 3"),
    "a balance": (lambda fund: update(FundAccount).where(FundAccount.id == fund.id).values(balance=Decimal("999.99")),
                  "余额应为 104.00，账上为 999.99"),
    "a count": (lambda fund: update(FundAccount).where(FundAccount.id == fund.id).values(moves=6), "笔数应为 5，账上为 6"),
    "a reserve": (lambda fund: update(FundAccount).where(FundAccount.id == fund.id).values(reserved=Decimal(1)),
                  "指定用途合计应为 50.00，账上为 1.00"),
    "a wish": (lambda fund: update(FundDesignation).values(left=Decimal(49)), "指定用途合计应为 49.00，账上为 50.00"),
    "a recovery": (lambda fund: update(FundRecovery).values(recovered=Decimal(5)), "追回合计应为 4.00，账上为 5.00"),
    "a period": (lambda fund: update(FundPeriod).values(balance=Decimal(5)), "结账至 2016-10-18 的余额应为 5.00，账上为 104.00"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_the_first_difference_is_named(session: Session, busy: FundAccount, what: str) -> None:
    spoil, words = SPOILT[what]
    session.execute(spoil(busy), execution_options={"synchronize_session": False})  # type: ignore[call-overload]
    found = recount(session, JIA)
    assert (found[0].account_id, found[0].text) == (busy.id, words)


def test_a_transfer_whose_sides_part_is_found(session: Session, busy: FundAccount) -> None:
    session.execute(update(FundTransfer).values(arrived=Decimal(19)), execution_options={"synchronize_session": False})
    assert [one.text for one in recount(session, JIA)] == ["拨付到账应为 19.00，账上为 20.00"]


def test_the_night_keeps_the_first_difference_beside_the_balance(session: Session, busy: FundAccount) -> None:
    session.execute(update(FundAccount).where(FundAccount.id == busy.id).values(balance=Decimal("999.99"), moves=6),
                    execution_options={"synchronize_session": False})
    jobs.recount_one(session, JIA)
    kept = queries.get_account(session, JIA, busy.id)
    assert (kept.fault, kept.checked_at is None) == ("余额应为 104.00，账上为 999.99", False)
    sound = queries.find_account(session, JIA, "other")
    assert sound is not None
    session.refresh(sound)
    assert (sound.fault, sound.checked_at is None) == ("", False)
