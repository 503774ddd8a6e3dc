"""Two clerks at the same moment: money is spent, receipted and entered once."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import Conflict, PlatformError
from core.extensions import Database, tenant_scope
from core.funds import queries as funds
from core.funds.recounting import recount
from plugins.donations.models import Gift
from plugins.donations.services.receipts import give_receipt
from plugins.donations.services.spendings import Payment, pay
from tests.plugins.donations.gifts.support import ACTOR, JIA, OTHER, County, yuan

Step = Callable[[Any, Any], object]


def at_once(database: Database, step: Step, count: int = 2) -> list[str]:
    """Take a step in transactions of two clerks that begin together; gives "done" or why not, for each."""
    gate, said = threading.Barrier(count), list[str]()

    def take(number: int) -> None:
        try:
            gate.wait(10)
            with database.transaction() as session, tenant_scope(session, JIA):
                step(session, (ACTOR, OTHER)[number % 2])
            said.append("done")
        except PlatformError as refused:
            said.append(refused.text)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(said, key=lambda text: text != "done")


@pytest.fixture
def given(county: County, database: Database) -> tuple[uuid.UUID, uuid.UUID]:
    """A gift of a hundred, committed: its id and its account's."""
    county.campaign()
    gift = county.give("A1", "100")
    assert gift.account_id is not None
    found = gift.id, gift.account_id
    county.session.commit()
    return found


def test_two_payments_of_sixty_out_of_a_hundred(given: tuple[uuid.UUID, uuid.UUID], database: Database, county: County) -> None:
    wanted = Payment(given[1], yuan("60"), dt.date(2016, 3, 1), "study")
    said = at_once(database, lambda session, actor: pay(session, JIA, county.home, wanted, actor))
    assert said[0] == "done"
    assert "可用 40.00 元，要支出 60.00 元" in said[1]
    with database.session() as session, tenant_scope(session, JIA):
        assert funds.get_account(session, JIA, given[1]).balance == yuan("40.00")
        assert recount(session, JIA) == []


def test_eight_payments_of_ten_leave_twenty(given: tuple[uuid.UUID, uuid.UUID], database: Database, county: County) -> None:
    wanted = Payment(given[1], yuan("10"), dt.date(2016, 3, 1), "study")
    assert at_once(database, lambda session, actor: pay(session, JIA, county.home, wanted, actor), 8) == ["done"] * 8
    with database.session() as session, tenant_scope(session, JIA):
        assert funds.get_account(session, JIA, given[1]).balance == yuan("20.00")
        assert recount(session, JIA) == []


def test_one_gift_gets_one_receipt(given: tuple[uuid.UUID, uuid.UUID], database: Database) -> None:
    def step(session: Any, actor: Any) -> None:
        gift = session.get(Gift, (JIA, given[0]))
        give_receipt(session, gift, "10001" if actor is ACTOR else "10002", actor)
    said = at_once(database, step)
    assert said[0] == "done"
    assert "已开票据 1000" in said[1]


def test_one_number_goes_to_one_gift(county: County, database: Database) -> None:
    county.campaign()
    ids = [county.give(f"B{number}", "5").id for number in range(2)]
    county.session.commit()

    def step(session: Any, actor: Any) -> None:
        give_receipt(session, session.get(Gift, (JIA, ids[actor is ACTOR])), "20001", actor)
    said = at_once(database, step)
    assert said[0] == "done"
    assert "20001" in said[1]


def test_what_is_refused_takes_its_movement_back(county: County) -> None:
    county.campaign()
    gift = county.give("C1", "100")
    assert gift.account_id is not None
    with pytest.raises(Conflict):
        pay(county.session, JIA, county.home, Payment(gift.account_id, yuan("500"), dt.date(2016, 3, 1), "study"), ACTOR)
    assert county.balance("donations.donations") == yuan("100.00")
    assert recount(county.session, JIA) == []
