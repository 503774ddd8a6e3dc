"""Many write to one account at once; a process dies between the movement and the balance: never more, never less."""

from __future__ import annotations

import signal
import threading
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from core.errors import Conflict
from core.extensions import Database, tenant_scope
from core.funds.models import FundAccount, FundMovement
from core.funds.queries import find_account, find_transfer_by_key
from core.funds.recounting import recount
from core.funds.services import arrive, open_account, receive, send, spend
from core.tenancy.models import Tenant
from tests.core.funds.conftest import ACTOR, DAY, JIA
from tests.factories.units import make_tree
from tests.support import forks

EACH = 25


@pytest.fixture
def ready(database: Database) -> Database:
    """甲县 with three accounts, committed."""
    with database.transaction() as session:
        units = make_tree(session)
        session.add(Tenant(id=JIA, unit_id=units[JIA].id, founded_on=DAY))
        session.flush()
        with tenant_scope(session, JIA):
            for code, kind in (("fund", "named"), ("other", "own"), ("via", "transit")):
                open_account(session, JIA, units[JIA], code, code, ACTOR, kind=kind, on=DAY)
    return database


def writers(database: Database) -> int:
    return 4 if database.engine.dialect.name == "sqlite" else 16


def together(count: int, work: object) -> list[BaseException]:
    """Run work(number) in so many threads that begin together; what was raised."""
    start, raised = threading.Barrier(count), list[BaseException]()

    def run(number: int) -> None:
        start.wait()
        try:
            work(number)  # type: ignore[operator]
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def of(session: object, code: str) -> FundAccount:
    found = find_account(session, JIA, code)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_no_movement_is_lost_or_doubled_among_many_writers(ready: Database) -> None:
    count = writers(ready)

    def work(number: int) -> None:
        for turn in range(EACH):
            with ready.transaction() as session, tenant_scope(session, JIA):
                fund = of(session, "fund")
                receive(session, fund, Decimal("1.01"), DAY, ACTOR, key=f"in-{number}-{turn}")
            with ready.transaction() as session, tenant_scope(session, JIA):
                fund = of(session, "fund")
                spend(session, fund, Decimal("0.50"), DAY, ACTOR, key=f"out-{number}-{turn}", use="助学")

    assert together(count, work) == []
    with ready.session() as session, tenant_scope(session, JIA):
        fund = of(session, "fund")
        assert (fund.moves, fund.balance) == (2 * count * EACH, Decimal("0.51") * count * EACH)
        numbers = list(session.scalars(select(FundMovement.number).order_by(FundMovement.number)))
        assert numbers == list(range(1, 2 * count * EACH + 1))
        assert recount(session, JIA) == []


def test_the_last_yuan_is_spent_once(ready: Database) -> None:
    with ready.transaction() as session, tenant_scope(session, JIA):
        receive(session, of(session, "fund"), Decimal(3), DAY, ACTOR, key="in")
    count = writers(ready)

    def work(number: int) -> None:
        with ready.transaction() as session, tenant_scope(session, JIA):
            spend(session, of(session, "fund"), Decimal(1), DAY, ACTOR, key=f"out-{number}", use="助学")

    raised = together(count, work)
    assert [type(error) for error in raised] == [Conflict] * (count - 3)
    with ready.session() as session, tenant_scope(session, JIA):
        assert of(session, "fund").balance == Decimal(0)
        assert recount(session, JIA) == []


def test_the_same_key_asked_for_by_all_is_booked_once(ready: Database) -> None:
    def work(number: int) -> None:
        with ready.transaction() as session, tenant_scope(session, JIA):
            assert receive(session, of(session, "fund"), Decimal(7), DAY, ACTOR, key="the-one").amount == Decimal(7)

    assert together(writers(ready), work) == []
    with ready.session() as session, tenant_scope(session, JIA):
        assert (of(session, "fund").moves, of(session, "fund").balance) == (1, Decimal(7))


def test_transfers_against_each_other_neither_stop_nor_lose(ready: Database) -> None:
    with ready.transaction() as session, tenant_scope(session, JIA):
        for code in ("fund", "other"):
            receive(session, of(session, code), Decimal(1000), DAY, ACTOR, key=f"in-{code}")
    count = writers(ready)

    def work(number: int) -> None:
        names = ("fund", "other") if number % 2 else ("other", "fund")
        for turn in range(5):
            with ready.transaction() as session, tenant_scope(session, JIA):
                one, other = (of(session, name) for name in names)
                send(session, one, other, Decimal(1), DAY, ACTOR, key=f"t-{number}-{turn}")

    assert together(count, work) == []
    with ready.session() as session, tenant_scope(session, JIA):
        assert of(session, "fund").balance == of(session, "other").balance == Decimal(1000)
        assert recount(session, JIA) == []


def test_the_second_hop_is_made_once(ready: Database) -> None:
    with ready.transaction() as session, tenant_scope(session, JIA):
        send(session, None, of(session, "fund"), Decimal(8000), DAY, ACTOR, key="t", via=of(session, "via"))
    count = writers(ready)

    def work(number: int) -> None:
        with ready.transaction() as session, tenant_scope(session, JIA):
            transfer = find_transfer_by_key(session, JIA, "t")
            assert transfer is not None
            arrive(session, transfer, DAY, ACTOR)

    raised = together(count, work)
    assert [type(error) for error in raised] == [Conflict] * (count - 1)
    with ready.session() as session, tenant_scope(session, JIA):
        assert (of(session, "via").balance, of(session, "fund").balance) == (Decimal(0), Decimal(8000))
        assert recount(session, JIA) == []


PROGRAM = """
import datetime, os, signal, sys
from decimal import Decimal
from sqlalchemy import event
from core.extensions import Database, tenant_scope
from core.funds.queries import find_account
from core.funds.services import receive
from tests.core.funds.conftest import ACTOR, DAY, JIA
url, moment = sys.argv[1:]
database = Database(url)
@event.listens_for(database.engine, "after_cursor_execute")
def look(connection, cursor, statement, *rest):
    if statement.startswith(moment):
        os.kill(os.getpid(), signal.SIGKILL)
with database.transaction() as session, tenant_scope(session, JIA):
    receive(session, find_account(session, JIA, "fund"), Decimal(5), DAY, ACTOR, key="killed")
    if moment == "before the commit":
        os.kill(os.getpid(), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("moment", "there"), [("UPDATE fund_accounts", 0), ("INSERT INTO fund_movements", 0),
                                               ("before the commit", 0), ("after it", 1)])
def test_killed_between_movement_and_balance_leaves_neither_or_both(ready: Database, moment: str, there: int) -> None:
    url = ready.engine.url.render_as_string(hide_password=False)
    done = forks.run(PROGRAM, url, moment)
    assert done.code == -signal.SIGKILL, done.output
    with ready.session() as session, tenant_scope(session, JIA):
        assert (of(session, "fund").balance, of(session, "fund").moves) == (Decimal(5) * there, there)
        assert session.scalar(select(func.count(FundMovement.id))) == there
        assert session.connection().scalar(text("SELECT count(*) FROM trail_entries WHERE sentence LIKE '%收入%'")) == there
        assert recount(session, JIA) == []
