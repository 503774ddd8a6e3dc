"""The tree: loading a whole country of units, and moving a township.

Rows: the carried provinces, repeated under made-up province codes until there are 665,276 of them.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.config import ROOT
from core.extensions import Actor, Database
from core.units.models import Unit
from core.units.queries import find_unit_by_code, subtree
from core.units.services import Move, do_operation, import_divisions, move_subtree
from core.units.services.bulk import COLUMNS
from tests.support import postgres
from tests.support.schema import make_schema

WHOLE_COUNTRY = 665_276
ROUNDS = 200
ACTOR = Actor.command_line()
SPARE_PROVINCES = [str(code) for code in range(66, 100) if code not in (71, 81, 82)] + [str(code) for code in range(16, 20)]


def whole_country() -> bytes:
    """A list of divisions as large as the real one."""
    carried: list[list[list[str]]] = []
    for path in sorted((ROOT / "tenants").glob("*/divisions.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            carried.append(list(csv.reader(lines))[1:])
    rows = [row for province in carried for row in province]
    for spare, province in zip(SPARE_PROVINCES, itertools.cycle(carried), strict=False):
        rows += [[spare + code[2:], name, level, parent and spare + parent[2:]] for code, name, level, parent in province]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["code", "name", "level", "parent_code"], *rows[:WHOLE_COUNTRY]])
    return out.getvalue().encode()


@contextmanager
def databases() -> Iterator[dict[str, Callable[[], Database]]]:
    """Makers of empty databases on both dialects."""
    numbers = itertools.count()
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        make_schema(server.create("template_bench"))

        def on_sqlite() -> Database:
            url = f"sqlite:///{Path(folder) / f'{next(numbers)}.sqlite3'}"
            make_schema(url)
            return Database(url)

        yield {"sqlite": on_sqlite,
               "postgresql": lambda: Database(server.create(postgres.unique_name(), template="template_bench"))}


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _load(database: Database, data: bytes) -> None:
    with database.transaction() as session:
        import_divisions(session, data, ACTOR)


def _bare(database: Database, rows: list[tuple[Any, ...]]) -> None:
    """The floor: the same finished rows by the driver's executemany, one transaction."""
    mark = "?" if database.engine.dialect.name == "sqlite" else "%s"
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO units ({', '.join(COLUMNS)}) VALUES ({', '.join([mark] * len(COLUMNS))})", rows)


def loading(make: Callable[[], Database], dialect: str, data: bytes) -> tuple[list[dict[str, Any]], Database]:
    filled = make()
    ours = timed(lambda: _load(filled, data))
    with filled.engine.connect() as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql(f"SELECT {', '.join(COLUMNS)} FROM units ORDER BY depth")]
    empty = make()
    floor = timed(lambda: _bare(empty, rows))
    empty.dispose()
    row = {"name": f"load {len(rows):,} units, {dialect}", "ours": ours, "floor": floor, "ratio": ours / floor, "target": 3,
           "unit": "s"}
    return [row], filled


def moving(database: Database, dialect: str) -> list[dict[str, Any]]:
    """A township of some twenty units to the county next door and back, each move committed."""
    with database.session() as session:
        township, homes = _township(session)
    old, other = township.path, homes[1].path + township.path.rstrip("/").rpartition("/")[2] + "x/"
    with database.engine.connect() as connection:  # fold the load's journal in before anything is timed
        if dialect == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    update = text("UPDATE units SET path = :new || substr(path, :cut) WHERE path >= :low AND path < :high")

    def bare(source: str, target: str) -> None:
        low, high = subtree(source)
        with database.engine.begin() as connection:
            connection.execute(update, {"new": target, "cut": len(source) + 1, "low": low, "high": high})

    def ours(source: str, target: str) -> None:
        with database.session(write=True) as session:
            move_subtree(session, source, target)
            session.commit()

    def whole(number: int) -> None:
        with database.transaction() as session:
            day = dt.date(2020, 1, 1) + dt.timedelta(days=number)
            do_operation(session, Move(on=day, unit=township.id, parent=homes[1 - number % 2].id), ACTOR)

    # In turn, because writing gets slower and quicker again as the journal is folded in.
    pairs = [(_there_and_back(bare, old, other), _there_and_back(ours, old, other)) for _ in range(ROUNDS)]
    floor, paths = (statistics.median(figures) for figures in zip(*pairs, strict=True))
    ratio = statistics.median(our / their for their, our in pairs)
    operation = statistics.median(timed(lambda number=number: whole(number)) for number in range(40))
    scale = 1000
    return [
        {"name": f"move a township's paths, {dialect}", "ours": paths * scale, "floor": floor * scale, "ratio": ratio,
         "target": 3, "unit": "ms"},
        {"name": f"whole operation with versions and trail, {dialect}", "ours": operation * scale, "floor": floor * scale,
         "ratio": operation / floor, "target": "-", "unit": "ms"},
    ]


def _there_and_back(move: Callable[[str, str], None], old: str, new: str) -> float:
    return (timed(lambda: move(old, new)) + timed(lambda: move(new, old))) / 2


def _township(session: Session) -> tuple[Unit, list[Unit]]:
    county = find_unit_by_code(session, "522723")
    other = find_unit_by_code(session, "522722")
    assert county is not None and other is not None
    for township in session.scalars(select(Unit).where(Unit.parent_id == county.id).order_by(Unit.code)):
        if 15 <= session.query(Unit).filter(Unit.parent_id == township.id).count() <= 25:
            return township, [county, other]
    raise AssertionError("no township of some twenty units")


def run() -> list[dict[str, Any]]:
    """Rows for the table of `make bench`."""
    data = whole_country()
    rows: list[dict[str, Any]] = []
    with databases() as makers:
        for dialect, make in makers.items():
            found, database = loading(make, dialect, data)
            rows += found + moving(database, dialect)
            database.dispose()
    return rows
