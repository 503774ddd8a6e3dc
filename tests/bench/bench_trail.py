"""What the trail costs: on one write, on a batch of 20,000, and when a sealed trail is verified.

A single write is a row and its entry in a transaction of their own, against the row alone, by processor time with the
server's. Verifying is held against hashing the same bytes, one SHA-256 for each entry, with the bytes already in memory:
by the clock, where several cores help, and by the processor time of all processes, the server's included, which no
neighbour stretches as much.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from core.auditing.commands import PROCESSES
from core.extensions import Actor, Database, new_id, utcnow
from core.trail import queries
from core.trail.checking import workers_on
from core.trail.exporting import export_lines
from core.trail.keys import Keyring
from core.trail.models import TrailEntry
from core.trail.offline import verify_file
from core.trail.sealing import seal
from core.trail.services import record, record_batch
from core.trail.verifying import verify
from core.units.models import Kind, Level, Unit
from tests.bench.clocks import Clock, Spent, spent
from tests.support import postgres
from tests.support.schema import make_schema

ACTOR = Actor(new_id(), "测试甲", role="aid_centre", source="web", address="10.0.0.1")
TENANT, UPPER = "522723", "52"
WRITES, BATCH, VERIFIED, TURNS = 150, 20_000, 1_000_000, 4
SINCE = dt.date(2015, 1, 1)


def unit_row(number: int) -> dict[str, Any]:
    """A record of some width: a unit."""
    return {"id": new_id(), "code": f"B{number:09}", "name": f"测试单位{number}", "kind": Kind.DIVISION, "level": Level.VILLAGE,
            "parent_id": None, "path": f"00/B{number}/", "depth": 1, "since": SINCE, "closed_on": None,
            "pinyin": f"ceshidanwei{number}", "initials": "csdw"}


def single(database: Database, clock: Clock, ids: list[uuid.UUID], trailed: bool) -> float:
    """Microseconds of one write: look the row up, change it, commit."""
    start = clock()
    for number, unit_id in enumerate(ids):
        with database.transaction() as session:
            found = session.get_one(Unit, unit_id)
            before, found.name = found.name, f"改名{number}{trailed}"
            session.flush()
            if trailed:
                record(session, ACTOR, "core:unit:write", f"{before}更名为{found.name}", subject=f"unit:{unit_id}",
                       tenant_id=TENANT, unit_id=unit_id, before={"name": before}, after={"name": found.name})
    return (clock() - start) / len(ids) * 1e6


def batch(database: Database, clock: Clock, ids: list[uuid.UUID], trailed: bool, turn: int) -> float:
    """Milliseconds of changing 20,000 rows in one transaction."""
    start = clock()
    with database.transaction() as session:
        session.execute(update(Unit), [{"id": unit_id, "name": f"批量{turn}", "initials": "plgm"} for unit_id in ids])
        if trailed:
            record_batch(session, ACTOR, "core:unit:write", f"批量更名 {len(ids)} 个单位", subject="unit:all", tenant_id=TENANT,
                         fields=("name", "initials"),
                         rows=((unit_id, ("测试单位", "csdw"), (f"批量{turn}", "plgm")) for unit_id in ids))
    return (clock() - start) * 1e3


def adding(database: Database, clock: Clock, trailed: bool, turn: int) -> float:
    """Milliseconds of adding 20,000 rows in one transaction."""
    rows = [unit_row((turn + 2) * 1_000_000 + number) for number in range(BATCH)]
    start = clock()
    with database.transaction() as session:
        session.execute(insert(Unit), rows)
        if trailed:
            record_batch(session, ACTOR, "core:unit:write", f"批量新建 {BATCH} 个单位", subject="unit:all", tenant_id=TENANT,
                         fields=("code", "name", "level"),
                         rows=((row["id"], None, (row["code"], row["name"], row["level"])) for row in rows))
    return (clock() - start) * 1e3


def pairs(turn: Callable[[bool], float], count: int) -> tuple[float, float]:
    """The best with the trail and the best without, taken in turns: others only ever make it slower."""
    found = [(turn(True), turn(False)) for _ in range(count)]
    return min(one for one, _ in found), min(other for _, other in found)


def fill(database: Database) -> None:
    """Entries by the million, as `record` writes them."""
    at = utcnow() - dt.timedelta(hours=1)
    for start in range(0, VERIFIED, 50_000):
        with database.transaction() as session:
            session.connection().execute(insert(TrailEntry), [{
                "tenant_id": TENANT, "id": new_id(), "at": at, "account_id": ACTOR.account_id, "who": ACTOR.name,
                "role": ACTOR.role, "action": "education_aid:award:write", "unit_id": ACTOR.account_id,
                "subject": f"award:{number:032x}", "sentence": f"测试甲核定第 {number} 笔寄宿生生活补助 625.00 元",
                "before": '{"amount":"500.00","state":"draft"}', "after": '{"amount":"625.00","state":"approved"}',
                "reason": "", "source": "web", "address": "10.0.0.1", "row_count": None, "rows_digest": None,
            } for number in range(start, start + 50_000)])


def seal_all(database: Database, keyring: Keyring) -> None:
    """Seal all of it."""
    with database.transaction() as session:
        seal(session, UPPER, keyring.make(UPPER), settle=dt.timedelta(seconds=-5))
    while True:
        with database.transaction() as session:
            if seal(session, TENANT, keyring.make(TENANT), keyring.make(UPPER), settle=dt.timedelta(seconds=-5)) is None:
                return


def hash_lines(session: Session, after: uuid.UUID | None, last: uuid.UUID, lines: list[bytes] | None) -> None:
    """Hash entries one by one, after reading them unless they are given."""
    sha = hashlib.sha256
    for line in queries.lines_between(session, TENANT, after, last) if lines is None else lines:
        sha(line).digest()


def hashed(database: Database, clock: Clock, reading: bool = False) -> Spent:
    """Hashing every entry's bytes, a batch in memory at a time; reading them counts where asked."""
    wall, cpu, after = 0.0, 0.0, None
    with database.session() as session:
        for one in queries.list_batches(session, TENANT):
            lines = None if reading else queries.lines_between(session, TENANT, after, one.last_id)
            more = spent(clock, functools.partial(hash_lines, session, after, one.last_id, lines))
            wall, cpu, after = wall + more[0], cpu + more[1], one.last_id
    return wall, cpu


def verified(url: str, folder: Path, where: str) -> list[dict[str, Any]]:
    """Verifying where the trail is kept, by as many processes as the command starts, and from the exported file."""
    make_schema(url)
    database, keyring = Database(url), Keyring(folder / where)
    clock = Clock(database.engine)
    fill(database)
    sealing = spent(clock, lambda: seal_all(database, keyring))
    file = folder / "trail.jsonl"
    with database.session() as session, file.open("wb") as target:
        target.writelines(export_lines(session, TENANT))

    def inside() -> None:
        database.dispose()  # as the command begins
        with workers_on(url, PROCESSES) as workers, database.session() as session:
            assert not verify(session, TENANT, UPPER, keyring, workers=workers).faults

    def outside() -> None:
        assert not verify_file(file).faults

    turns = [(hashed(database, clock), hashed(database, clock, reading=True), spent(clock, inside), spent(clock, outside))
             for _ in range(TURNS)]
    database.dispose()
    found = []
    for at, kind in ((0, "by the clock"), (1, "processor time of all processes")):
        floor, read, within, without = (min(one[at] for one in column) for column in zip(*turns, strict=True))
        name = f"{VERIFIED:,} entries, {where}, {kind}"
        found += [row(f"verifying the exported file, {name}, against hashing", without, floor, "≤ 3 ×", "s"),
                  row(f"verifying in the database, {name}, against hashing", within, floor, "≤ 3 ×", "s"),
                  row(f"verifying in the database, {name}, against reading and hashing", within, read, "", "s"),
                  row(f"sealing {name}, against hashing", sealing[at], floor, "", "s")]
    return found


def row(name: str, ours: float, floor: float, target: str, unit: str) -> dict[str, Any]:
    """One line of the table."""
    return {"name": name, "ours": ours, "floor": floor, "ratio": ours / floor, "target": target, "unit": unit}


def written(url: str, where: str) -> list[dict[str, Any]]:
    """Writing with the trail and without."""
    make_schema(url)
    database = Database(url)
    clock = Clock(database.engine)
    rows = [unit_row(number) for number in range(BATCH)]
    ids = [one["id"] for one in rows]
    with database.transaction() as session:
        session.execute(insert(Unit), rows)
    one = pairs(lambda trailed: single(database, clock, ids[:WRITES], trailed), 14)
    turns = iter(range(100))
    many = pairs(lambda trailed: batch(database, clock, ids, trailed, next(turns)), 5)
    more = pairs(lambda trailed: adding(database, clock, trailed, next(turns)), 4)
    database.dispose()
    return [
        row(f"a write with its entry, against the write alone, {where}", *one, "≤ 1.5 ×", "µs"),
        row(f"changing {BATCH:,} rows with their trail, against without, {where}", *many, "≤ 1.3 ×", "ms"),
        row(f"adding {BATCH:,} rows with their trail, against without, {where}", *more, "≤ 1.3 ×", "ms"),
    ]


def run() -> list[dict[str, Any]]:
    """The rows for the table of `make bench`."""
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name, postgres.server() as server:
        folder = Path(name)
        for where, writes, seals in (
                ("SQLite", f"sqlite:///{folder / 'writes.sqlite3'}", f"sqlite:///{folder / 'sealed.sqlite3'}"),
                ("PostgreSQL", server.create("writes"), server.create("sealed"))):
            found += written(writes, where) + verified(seals, folder, where)
    return found
