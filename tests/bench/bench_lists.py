"""A page of 50 through the scoped query, against the best SQL written by hand, over two million rows.

Two provinces of 50 counties each; a county is a tenant with 10 townships of 10 schools. The hand-written
statement is text on the same connection, and its values are converted to the same Python types.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, TextClause, insert, select, text
from sqlalchemy.orm import Session

from core.access.queries import tenants_in
from core.access.reach import Reach
from core.access.scope import scope_of
from core.access.scoping import scoped_page
from core.extensions import Database, new_id, tenant_scope
from core.tenancy.models import Tenant
from core.units.models import Unit
from core.units.rules.levels import subtree
from tests.sample_plugin.models import Visit
from tests.support import postgres
from tests.support.schema import make_schema

ROWS = 2_000_000
PAGE = 50
TURNS = 500
TARGET = "≤ 1.2"
PROVINCES, CITIES, COUNTIES, TOWNSHIPS, SCHOOLS = 2, 5, 10, 10, 10
LEVELS = ("province", "city", "county", "township", "school")
COLUMNS = "tenant_id, id, unit_id, title, amount, happened_on, state"


@dataclass(frozen=True)
class Node:
    """A unit of the made-up tree."""

    id: uuid.UUID
    code: str
    path: str
    level: str
    parent: uuid.UUID | None


def tree() -> list[Node]:
    """The whole tree, parents first."""
    nodes = [Node(new_id(), "00", "00/", "country", None)]
    above = nodes
    for level, count in zip(LEVELS, (PROVINCES, CITIES, COUNTIES, TOWNSHIPS, SCHOOLS), strict=True):
        above = [Node(new_id(), f"{'' if top.parent is None else top.code}{number + 11}",
                      f"{top.path}{number + 11}/", level, top.id) for top in above for number in range(count)]
        nodes += above
    return nodes


def county_of(node: Node) -> str:
    """The tenant a node of a county belongs to."""
    return node.code[:6]


def load_tree(session: Session, nodes: Sequence[Node]) -> None:
    """The units, and a tenant for each county."""
    since = dt.date(2000, 1, 1)
    for level in ("country", *LEVELS):
        session.execute(insert(Unit), [
            {"id": node.id, "code": node.code, "name": f"测试{node.code}", "kind": "school" if level == "school"
             else "division", "level": "township" if level == "school" else level, "parent_id": node.parent,
             "path": node.path, "depth": node.path.count("/") - 1, "since": since, "pinyin": "", "initials": ""}
            for node in nodes if node.level == level])
    session.execute(insert(Tenant), [
        {"id": node.code, "unit_id": node.id, "founded_on": since, "fictitious": True}
        for node in nodes if node.level == "county"])


def visits(nodes: Sequence[Node]) -> Iterator[tuple[str, uuid.UUID, uuid.UUID, int, dt.date]]:
    """Rows in the order of time, each at a school drawn at random."""
    chance = random.Random(7)
    schools = [(county_of(node), node.id) for node in nodes if node.level == "school"]
    for number in range(ROWS):
        tenant_id, unit_id = schools[int(chance.random() * len(schools))]
        yield tenant_id, new_id(), unit_id, number, dt.date(2016, 1 + number % 12, 1 + number % 28)


def load_visits(engine: Engine, nodes: Sequence[Node]) -> None:
    """Every row, past the ORM; the index is built afterwards."""
    connection = engine.raw_connection()
    with closing(connection.cursor()) as cursor:
        index = "ix_sample_visits_tenant_id_unit_id_id"
        cursor.execute(f"DROP INDEX {index}")
        if engine.dialect.name == "sqlite":
            cursor.execute("BEGIN")
            cursor.executemany(
                f"INSERT INTO sample_visits ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, 'noted')",
                ((tenant, key.hex, unit.hex, f"走访{number}", number % 50000, str(day))
                 for tenant, key, unit, number, day in visits(nodes)))
        else:
            with cursor.copy(f"COPY sample_visits ({COLUMNS}) FROM STDIN") as copy:
                for tenant, key, unit, number, day in visits(nodes):
                    amount = f"{number % 50000 // 100}.{number % 100:02}"
                    copy.write(f"{tenant}\t{key}\t{unit}\t走访{number}\t{amount}\t{day}\tnoted\n")
        cursor.execute(f"CREATE INDEX {index} ON sample_visits (tenant_id, unit_id, id)")
        if engine.dialect.name == "sqlite":
            cursor.execute("COMMIT")
        connection.commit()
    connection.close()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
        plain.execute(text("ANALYZE"))


# The statements a careful hand would write

def by_hand(dialect: str, node: Node, tenants: Sequence[str], units: Sequence[uuid.UUID]) -> list[TextClause]:
    """One tenant or school straight from its index. Of several there are two ways, and the faster one counts:
    merging the newest 50 keys of each, or finding first how far back the page can reach."""
    if node.level == "school":
        found = [f"SELECT {COLUMNS} {_newest('tenant_id = :tenant AND unit_id = :unit')}"]
    elif node.level == "county":
        found = [f"SELECT {COLUMNS} {_newest('tenant_id = :tenant')}"]
    elif node.level == "township":
        tops, condition = "SELECT id FROM units WHERE path >= :low AND path < :high", "tenant_id = :tenant AND unit_id = {}"
        found = [_merged(dialect, tops, condition, len(units)), _bounded(dialect, tops, condition, len(units))]
    else:
        tops = ("SELECT value AS id FROM json_each(:tenants)" if dialect == "sqlite"
                else "SELECT unnest(CAST(:tenants AS text[])) AS id")
        found = [_merged(dialect, tops, "tenant_id = {}", len(tenants)),
                 _bounded(dialect, tops, "tenant_id = {}", len(tenants))]
    columns = [getattr(Visit.__table__.c, name) for name in COLUMNS.split(", ")]
    return [text(statement).columns(*columns) for statement in found]


def _newest(condition: str) -> str:
    return f"FROM sample_visits WHERE {condition} ORDER BY id DESC LIMIT {PAGE}"


def _merged(dialect: str, tops: str, condition: str, count: int) -> str:
    if dialect == "postgresql":
        keys = f"SELECT k.tenant_id, k.id FROM ({tops}) AS top, LATERAL (SELECT tenant_id, id " \
               f"{_newest(condition.format('top.id'))}) AS k"
    else:
        keys = " UNION ALL ".join(f"SELECT * FROM (SELECT tenant_id, id {_newest(condition.format(f':top{n}'))})"
                                  for n in range(count))
    return f"SELECT v.* FROM ({keys} ORDER BY id DESC LIMIT {PAGE}) AS page JOIN sample_visits AS v " \
           "ON v.tenant_id = page.tenant_id AND v.id = page.id ORDER BY v.id DESC"


def _bounded(dialect: str, tops: str, condition: str, count: int) -> str:
    reaching = max(1, count * 7 // 10)
    here = condition.format("top.id")
    marks = f"SELECT (SELECT id FROM sample_visits WHERE {here} ORDER BY id DESC LIMIT 1 " \
            f"OFFSET {-(-PAGE // reaching) - 1}) AS id FROM top"
    low = f"(SELECT id FROM mark WHERE id IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET {reaching - 1})"
    rows = f"SELECT {COLUMNS} FROM sample_visits WHERE {here} AND id >= {low}"
    source = (f"top, LATERAL ({rows} ORDER BY id DESC LIMIT {PAGE}) AS v" if dialect == "postgresql"
              else f"top JOIN sample_visits AS v ON {here} AND v.id >= {low}")
    return f"WITH top AS ({tops}), mark AS ({marks}) SELECT v.* FROM {source} ORDER BY v.id DESC LIMIT {PAGE}"


def values(dialect: str, node: Node, tenants: Sequence[str], units: Sequence[uuid.UUID]) -> dict[str, Any]:
    """What the hand-written statements are asked with."""
    low, high = subtree(node.path)
    tops = [unit.hex for unit in units] if node.level == "township" else tenants
    names = json.dumps(tenants) if dialect == "sqlite" else list(tenants)
    every = {"tenant": county_of(node), "unit": node.id.hex, "low": low, "high": high, "tenants": names}
    return every | {f"top{n}": top for n, top in enumerate(tops)}


# Measuring

def medians(*turns: Callable[[], Sequence[Any]]) -> list[float]:
    """The middle of many turns of each, in milliseconds. They take turns in an order drawn anew each time: a busy
    moment meets all of them, and none always follows the one that empties the processor's caches."""
    times: list[list[float]] = [[] for _ in turns]
    order, chance = list(range(len(turns))), random.Random(7)
    for _ in range(TURNS):
        chance.shuffle(order)
        for place in order:
            start = time.perf_counter()
            turns[place]()
            times[place].append(time.perf_counter() - start)
    return [statistics.median(kept) * 1000 for kept in times]


def compare(session: Session, node: Node) -> dict[str, Any]:
    """One page both ways, after both gave the same rows."""
    dialect, connection = session.get_bind().dialect.name, session.connection()
    reach = Reach((node.path,), (), (subtree(node.path),))
    low, high = subtree(node.path)
    units = list(session.scalars(select(Unit.id).where(Unit.path >= low, Unit.path < high)).all())
    places = tenants_in(session, reach)
    scope, names = scope_of(reach, places), [place.id for place in places]
    turns = [_asking(connection, statement, values(dialect, node, names, units))
             for statement in by_hand(dialect, node, names, units)]
    with tenant_scope(session, scope.tenants):
        def ours() -> Sequence[Any]:
            return scoped_page(session, Visit, scope, limit=PAGE)
        pages = [[row.id for row in turn()] for turn in (ours, *turns)]
        if any(page != pages[0] for page in pages):
            raise AssertionError(f"{dialect} {node.level}: the pages differ")
        mine, *floors = medians(ours, *turns)
    return {"name": f"page of 50, {node.level}, {dialect}", "ours": mine, "floor": min(floors),
            "ratio": mine / min(floors), "target": TARGET, "unit": "ms"}


def _asking(connection: Connection, statement: TextClause, every: dict[str, Any]) -> Callable[[], Sequence[Any]]:
    asked = {name: every[name] for name in statement.compile().params}
    return lambda: connection.execute(statement, asked).all()


@contextmanager
def databases() -> Iterator[Iterator[str]]:
    """The address of an empty database on SQLite, then of one on PostgreSQL."""
    def each() -> Iterator[str]:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'lists.sqlite3'}"
        with postgres.server() as server:
            yield server.create("lists")
    with closing(each()) as found:
        yield found


def measure(url: str) -> list[dict[str, Any]]:
    """Fill one database and compare at every level."""
    make_schema(url)
    database = Database(url)
    nodes = tree()
    with database.transaction() as session:
        load_tree(session, nodes)
    load_visits(database.engine, nodes)
    with database.session() as session:
        rows = [compare(session, next(node for node in nodes if node.level == level)) for level in LEVELS]
    database.dispose()
    return rows


def run() -> list[dict[str, Any]]:
    """The rows for the table of `make bench`."""
    with databases() as urls:
        return [row for url in urls for row in measure(url)]
