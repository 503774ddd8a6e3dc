"""Many writers on one account for half a minute, and what it costs to work a balance out again.

The floor of a movement is the bare pair: one UPDATE of the account and one INSERT of the movement in a transaction,
by as many threads on the same row, without key, wishes or trail. The floor of a recount is one SUM by account.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select, update

from core.extensions import Actor, Database, new_id, tenant_scope, utcnow
from core.funds.models import FundAccount, FundMovement
from core.funds.queries import find_account
from core.funds.recounting import recount
from core.funds.services import open_account, receive, spend
from core.tenancy.models import Tenant
from tests.factories.units import make_tree
from tests.support import postgres
from tests.support.schema import make_schema

ACTOR, DAY, TENANT = Actor(new_id(), "测试甲", role="aid_centre"), dt.date(2016, 10, 17), "990101"
SECONDS, FLOOR_SECONDS, COUNTED = 30, 10, 200_000
WRITERS = {"postgresql": 16, "sqlite": 4}
Work = Callable[[int, int], None]


def ready(database: Database) -> None:
    """A county with an account that is written to, one for the floor, and one to be recounted."""
    with database.transaction() as session:
        units = make_tree(session)
        session.add(Tenant(id=TENANT, unit_id=units[TENANT].id, founded_on=DAY))
        session.flush()
        with tenant_scope(session, TENANT):
            for code in ("busy", "floor", "long"):
                open_account(session, TENANT, units[TENANT], code, code, ACTOR, on=DAY)


def ours(database: Database) -> Work:
    """In and out by turns, each a transaction of its own as a request makes it."""

    def work(number: int, turn: int) -> None:
        with database.transaction() as session, tenant_scope(session, TENANT):
            account = find_account(session, TENANT, "busy")
            assert account is not None
            if turn % 2:
                spend(session, account, Decimal("0.50"), DAY, ACTOR, key=f"{number}-{turn}", use="助学")
            else:
                receive(session, account, Decimal("1.01"), DAY, ACTOR, key=f"{number}-{turn}")

    return work


def bare(database: Database) -> Work:
    """The two statements no double-sided book can do without."""
    with database.session() as session, tenant_scope(session, TENANT):
        account = find_account(session, TENANT, "floor")
        assert account is not None
        account_id, unit_id = account.id, account.unit_id
    accounts, movements = FundAccount.__table__, FundMovement.__table__
    assert isinstance(accounts, Table) and isinstance(movements, Table)

    def work(number: int, turn: int) -> None:
        with database.transaction() as session:
            connection = session.connection()
            row = connection.execute(update(accounts).where(accounts.c.tenant_id == TENANT, accounts.c.id == account_id)
                                     .values(balance=accounts.c.balance + Decimal("1.01"), moves=accounts.c.moves + 1)
                                     .returning(accounts.c.balance, accounts.c.moves)).one()
            connection.execute(insert(movements).values(**movement(account_id, unit_id, row.moves, row.balance, f"floor-{number}-{turn}")))

    return work


def movement(account_id: Any, unit_id: Any, number: int, balance: Decimal, key: str) -> dict[str, Any]:
    """The columns of one movement."""
    return {"tenant_id": TENANT, "id": new_id(), "unit_id": unit_id, "account_id": account_id, "number": number, "kind": "receipt",
            "amount": Decimal("1.01"), "balance_after": balance, "happened_on": DAY, "key": key, "source": "", "use": "", "project": "",
            "memo": "", "who": "", "booked_at": utcnow(), "came_by": [], "version": 1}


def together(count: int, seconds: float, work: Work) -> float:
    """Work for so long with so many threads; how often in a second it was done."""
    done, until, faults = [0] * count, time.perf_counter() + seconds, list[BaseException]()

    def run(number: int) -> None:
        try:
            while time.perf_counter() < until:
                work(number, done[number])
                done[number] += 1
        except BaseException as error:
            faults.append(error)

    start = time.perf_counter()
    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sum(done) / (time.perf_counter() - start)


def proven(database: Database) -> tuple[int, int]:
    """How many movements there are, and how many differences between them and the balances."""
    with database.session() as session, tenant_scope(session, TENANT):
        account = find_account(session, TENANT, "busy")
        assert account is not None
        count = session.scalar(select(func.count()).select_from(FundMovement).where(FundMovement.account_id == account.id)) or 0
        assert account.moves == count, "a movement was lost"
        return count, len(recount(session, TENANT))


def recounted(database: Database) -> tuple[float, float]:
    """Milliseconds of recounting an account of 200,000 movements, and of one SUM by account."""
    with database.session() as session, tenant_scope(session, TENANT):
        account = find_account(session, TENANT, "long")
        assert account is not None
        account_id, unit_id = account.id, account.unit_id
    for start in range(0, COUNTED, 10_000):
        rows = [movement(account_id, unit_id, number + 1, Decimal("1.01") * (number + 1), f"long-{number}")
                for number in range(start, start + 10_000)]
        with database.transaction() as session:
            session.connection().execute(insert(FundMovement.__table__), rows)  # type: ignore[arg-type]
    with database.transaction() as session, tenant_scope(session, TENANT):
        session.execute(update(FundAccount).where(FundAccount.id == account_id)
                        .values(balance=Decimal("1.01") * COUNTED, moves=COUNTED))
    with database.session() as session, tenant_scope(session, TENANT):
        begun = time.perf_counter()
        assert recount(session, TENANT) == []
        whole = time.perf_counter() - begun
        begun = time.perf_counter()
        session.execute(select(FundMovement.account_id, func.sum(FundMovement.amount)).group_by(FundMovement.account_id)).all()
        return whole * 1e3, (time.perf_counter() - begun) * 1e3


def rows_for(database: Database, label: str) -> list[dict[str, Any]]:
    """The figures on one database."""
    ready(database)
    count = WRITERS[database.engine.dialect.name]
    floor = together(count, FLOOR_SECONDS, bare(database))
    rate = together(count, SECONDS, ours(database))
    moves, differences = proven(database)
    whole, summed = recounted(database)
    return [
        {"name": f"{count} writers, one account, {SECONDS} s, {label}", "ours": rate, "floor": floor, "ratio": floor / rate, "unit": "/s",
         "target": "≤ 4"},
        {"name": f"movements then, lost or double, {label}", "ours": moves, "floor": differences, "unit": "", "target": "0 of them"},
        {"name": f"recount of {COUNTED:,} movements, {label}", "ours": whole, "floor": summed, "ratio": whole / summed, "unit": "ms",
         "target": "≤ 10"},
    ]


def run() -> list[dict[str, Any]]:
    """Both databases."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'funds.sqlite3'}"
        make_schema(url)
        database = Database(url)
        rows += rows_for(database, "SQLite")
        database.dispose()
    with postgres.server() as server:
        url = server.create("funds")
        make_schema(url)
        database = Database(url)
        rows += rows_for(database, "PostgreSQL")
        database.dispose()
    return rows
