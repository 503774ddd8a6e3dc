"""Four lists reconciled exactly against the SQL one would write by hand, and near matching against the truth.

The hand-written statement groups by number and by nothing else. Ours also asks for the name, whether a row is linked to a
person, whether its number is usable, what stands in for a missing one, and whether the row is within the caller's scope.
`BANGFU_BENCH_PERSONS` sets how many persons there are (1,000,000 takes some minutes and 4 GB).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text

from core.access.scope import Scope
from core.extensions import Database, new_id, tenant_scope
from core.ledgers.writing import insert_rows
from core.matching import comparing
from core.matching.models import Source, SourceRow, State
from core.matching.rules.pairing import MATCH, find_pairs
from tests.bench.clocks import Clock, Spent, spent
from tests.core.matching.people import frame_of, listed, population
from tests.support import postgres
from tests.support.schema import make_schema

PERSONS = int(os.environ.get("BANGFU_BENCH_PERSONS", "100000"))
TENANT, LISTS, TURNS = "990101", 4, 3
SCOPE = Scope(whole=(TENANT,))
BY_HAND = """
SELECT mask, count(*) FROM (
    SELECT max(CASE WHEN source_id = :s0 THEN 1 ELSE 0 END) + max(CASE WHEN source_id = :s1 THEN 2 ELSE 0 END)
         + max(CASE WHEN source_id = :s2 THEN 4 ELSE 0 END) + max(CASE WHEN source_id = :s3 THEN 8 ELSE 0 END) AS mask
    FROM matching_source_rows WHERE tenant_id = :tenant AND source_id IN (:s0, :s1, :s2, :s3)
    GROUP BY id_number_key) AS persons
GROUP BY mask
"""


def filled(database: Database) -> list[Source]:
    """Four lists that each lack a twentieth of the people."""
    rng = random.Random(20)
    with database.transaction() as session, tenant_scope(session, TENANT):
        unit, sources = new_id(), []
        for number in range(LISTS):
            sources.append(Source(tenant_id=TENANT, id=new_id(), unit_id=unit, kind="school", title=f"名单{number}",
                                  as_on=dt.date(2016, 9, 1), file_name="", file_hash="", state=State.READY))
        session.add_all(sources)
        session.flush()  # the rows refer to them
        for source in sources:
            there = [person for person in range(PERSONS) if rng.random() < 0.95]
            count = len(there)
            insert_rows(session, SourceRow.__table__, {  # type: ignore[arg-type]
                "id": [new_id() for _ in there], "tenant_id": [TENANT] * count, "source_id": [source.id] * count, "unit_id": [unit] * count,
                "row_number": there, "name": ["测试甲"] * count, "name_key": [f"测试{person % 4_000}" for person in there],
                "id_number_key": [hashlib.sha256(b"%d" % person).hexdigest() for person in there], "other": [{} for _ in there],
                "came_by": [[] for _ in there]})
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    return sources


def fastest(clock: Clock, work: Callable[[], Any]) -> tuple[Spent, Any]:
    """The least seconds by the wall and of the processor, and what it gave."""
    found: list[Any] = []
    turns = [spent(clock, lambda: found.append(work())) for _ in range(TURNS)]
    return (min(wall for wall, _ in turns), min(cpu for _, cpu in turns)), found[-1]


def reconciled(name: str, url: str) -> list[dict[str, Any]]:
    """Presence in four lists, ours and by hand, with the same answer."""
    make_schema(url)
    database = Database(url)
    sources, clock = filled(database), Clock(database.engine)
    with database.session() as session, tenant_scope(session, TENANT):
        given = {f"s{number}": source.id if name == "postgresql" else source.id.hex for number, source in enumerate(sources)}
        floor, by_hand = fastest(clock, lambda: dict(map(tuple, session.connection().execute(text(BY_HAND), {"tenant": TENANT, **given}))))
        ours, found = fastest(clock, lambda: comparing.patterns(session, SCOPE, sources))
    database.dispose()
    assert {one.mask: one.count for one in found} == by_hand
    return [{"name": f"{LISTS} lists × {PERSONS:,} persons, {name}, {kind}", "ours": ours[at], "floor": floor[at], "unit": "s",
             "ratio": ours[at] / floor[at], "target": "≤ 1.5"} for at, kind in enumerate(("by the clock", "processor time"))]


def near() -> list[dict[str, Any]]:
    """A careless list against the registry: seconds, wrong matches by rule, and how many of the people were found."""
    rng = random.Random(4)
    people = population(PERSONS, rng)
    registry = [one for one in people if rng.random() < 0.95]
    left = listed(people, 0.9, rng)
    frames = frame_of(left), frame_of(registry)

    def numbers(side: int, refs: Sequence[int]) -> list[str | None]:
        return [(left, registry)[side][ref].number or None for ref in refs]

    start = time.perf_counter()
    pairs = find_pairs(*frames, numbers)
    seconds = time.perf_counter() - start
    wrong = matched = 0
    shown: set[int] = set()
    for row, person, verdict in pairs.select("left", "right", "verdict").iter_rows():
        same = left[row].truth == registry[person].truth
        matched += verdict == MATCH
        wrong += verdict == MATCH and not same
        if same:
            shown.add(row)
    known = {one.truth for one in registry}
    there = sum(one.truth in known for one in left)
    size = f"{len(left):,} × {len(registry):,}"
    return [{"name": f"near matching {size}", "ours": seconds, "unit": "s"},
            {"name": f"wrong matches by rule, of {matched:,}", "ours": wrong, "unit": "", "target": "0"},
            {"name": "persons matched or shown for review", "ours": 100 * len(shown) / there, "unit": "%"},
            {"name": "pairs for people to look at", "ours": len(pairs) - matched, "unit": "pairs"}]


def run() -> list[dict[str, Any]]:
    """The figures of this benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        rows = reconciled("sqlite", f"sqlite:///{Path(folder) / 'matching.sqlite3'}")
    if postgres.binaries() is not None:
        with postgres.server() as server:
            rows += reconciled("postgresql", server.create("matching"))
    return rows + near()
