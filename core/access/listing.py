"""A ledger in any order and with any condition it offers, within the caller's scope, a page at a time.

Like `core.access.scoping` this reads past the tenant fence, and checks that its scope lies within the open one.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Column, ColumnElement, Connection, Engine, Table, text
from sqlalchemy.orm import Session

from core.access import ordering
from core.access.ordering import Shape, Source, Test
from core.access.scope import Scope
from core.access.scoping import BELIEVED, MOST_COUNTS, _check, scoped_page
from core.access.statements import Kept
from core.extensions import typed_rows

#: so many rows are put in order sooner than an index is walked past those that do not fit
FEW = 4_000
#: of more rows that SQLite gathers, those with nothing in the order's column are asked for by themselves: it would carry
#: each of them whole through the sorting
MANY = 200
#: so many units are looked up at once sooner than each for itself
FEW_UNITS = 200
_LAST = "\U0010ffff"
_plain_orders: WeakKeyDictionary[Engine, bool] = WeakKeyDictionary()
_probes: WeakKeyDictionary[Engine, dict[Any, tuple[float, int]]] = WeakKeyDictionary()
#: conditions whose index leads to their rows
_NARROW = frozenset({"eq", "in", "ge", "le", "like", "span"})


@dataclass(frozen=True)
class Condition:
    """A column of the model against a value: eq, in, ge, le, prefix, empty or filled."""

    column: str
    op: str
    value: Any = None


@dataclass(frozen=True)
class Order:
    """By a column and then by id; without a column by id alone, which is the time of entry."""

    column: str = ""
    descending: bool = True


@dataclass(frozen=True)
class After:
    """Where the last page ended: the value of the order's column, and the id."""

    value: Any
    id: uuid.UUID


@dataclass(frozen=True)
class Listed:
    """The rows of one page, and where the next begins (None at the end)."""

    rows: Sequence[Any]
    next: After | None


NEWEST = Order()


def listed_page(session: Session, model: type[Any], scope: Scope, columns: Sequence[str], *, order: Order = NEWEST,
                conditions: Sequence[Condition] = (), after: After | None = None, limit: int = 50) -> Listed:
    """One page of the rows in scope that fit the conditions, with these columns of the model (`id` among them).
    Rows with nothing in the order's column come last, whichever the direction."""
    _check(session, scope)
    connection = session.connection()
    tests, values = _tested(connection, cast(Table, model.__table__), conditions)
    frame = _frame(cast(Table, model.__table__), tuple(columns), connection.dialect.name, scope, tests, order, limit)
    if not frame.shape.sources:
        return Listed([], None)
    if frame.newest is not None:
        page = scoped_page(session, model, scope, before=after.id if after else None, limit=limit, where=frame.newest,
                           given=values, fetch=typed_rows)
        return Listed(page.rows, After(None, page.next) if page.next else None)
    shape = _chosen(connection, frame, values, scope)
    rows = _read(connection, shape, {**frame.values, **values}, after)
    if len(rows) <= limit:
        return Listed(rows, None)
    last = rows[limit - 1]
    return Listed(rows[:limit], After(getattr(last, order.column) if order.column else None, last.id))


@dataclass(frozen=True)
class _Frame:
    """All of a page that does not depend on the values asked for. `newest`: the conditions, where the page is one for
    `scoped_page`. `ways`: what may leave few rows: tests by their number, or "units"."""

    shape: Shape
    values: Mapping[str, Any]
    newest: Kept | None
    ways: tuple[int | str, ...]


@lru_cache(maxsize=ordering.SHAPES)
def _frame(table: Table, columns: tuple[str, ...], dialect: str, scope: Scope, tests: tuple[Test, ...], order: Order,
           limit: int) -> _Frame:
    sources, values = _sources(scope, dialect)
    names = tuple(dict.fromkeys([*columns, "id", *([order.column] if order.column else [])]))
    shape = Shape(table, names, dialect, sources, tests, order.column, order.descending, page=limit + 1)
    narrow = [at for at, one in enumerate(tests) if one.op in _NARROW and one.column in ordering.indexed(table)]
    newest = None
    if not order.column and order.descending and not narrow:
        newest = Kept.of(tests, [ordering.test_of(shape, at) for at in range(len(tests))], names)
    if not order.column and sources == (("tenant",),) and any(tests[at].op == "eq" for at in narrow):
        return _Frame(shape, values, newest, ())  # the index of the equality has the order wanted
    ways: list[int | str] = [at for at in narrow if tests[at].column != order.column]
    if len(sources) == 1 and sources[0][0] == "part" and "unit_id" in ordering.indexed(table):
        ways.append("units")
    return _Frame(shape, values, newest, tuple(ways))


def _tested(connection: Connection, table: Table, conditions: Sequence[Condition]) -> tuple[tuple[Test, ...], dict[str, Any]]:
    """The conditions as tests, and the values these bind."""
    tests, bound = [], {}
    for at, one in enumerate(conditions):
        op, values = _worded(connection, table, one)
        tests.append(Test(one.column, op, len(values)))
        for n, value in enumerate(values):
            bound[ordering.bound_as(at, n)] = value
    return tuple(tests), bound


def _worded(connection: Connection, table: Table, one: Condition) -> tuple[str, Sequence[Any]]:
    """A condition's test, and its values."""
    if one.op in ("empty", "filled"):
        return one.op, ()
    if one.op == "in":
        return ("eq", one.value) if len(one.value) == 1 else ("in", one.value)
    if one.op == "prefix":
        if _bytewise(connection, table.c[one.column]):
            return "span", (one.value, one.value + _LAST)
        return "like", (ordering.like_of(one.value),)
    return one.op, (one.value,)


def _bytewise(connection: Connection, column: Column[Any]) -> bool:
    """Whether a column's texts are in the order of their signs' numbers, so that those with one beginning lie together
    in its index. In PostgreSQL the column or its database may have the order of a language."""
    if connection.dialect.name == "sqlite" or getattr(column.type.dialect_impl(connection.dialect), "collation", None) == "C":
        return True
    found = _plain_orders.get(connection.engine)
    if found is None:
        found = _plain_orders[connection.engine] = bool(connection.scalar(text("SELECT 'Z' < 'a'")))
    return found


def conditions_of(session: Session, model: type[Any], conditions: Sequence[Condition]) -> list[ColumnElement[bool]]:
    """The same conditions for statements of one's own: totals, groups, counts."""
    connection, table = session.connection(), cast(Table, model.__table__)
    return [ordering.holding(getattr(model, one.column), *_worded(connection, table, one)) for one in conditions]


def _read(connection: Connection, shape: Shape, values: dict[str, Any], after: After | None) -> list[Any]:
    """One row more than a page, if there are so many. A walk, and SQLite of many rows, asks for those with nothing in the
    order's column by themselves, once the others have come to an end."""
    nullable = bool(shape.order) and bool(shape.table.c[shape.order].nullable)
    filled = not nullable or after is None or after.value is not None
    asked = values if after is None else {**values, "after_id": after.id}
    if after is not None and shape.order and filled:
        asked["after"] = after.value
    first = shape if after is None else shape._replace(seek=True, empty=not filled)
    rows = typed_rows(connection, ordering.page_of(first), asked)
    if nullable and filled and (shape.by is None or shape.apart) and len(rows) < shape.page:
        rows += typed_rows(connection, ordering.page_of(shape._replace(empty=True)), values)[: shape.page - len(rows)]
    return rows


def _sources(scope: Scope, dialect: str) -> tuple[tuple[Source, ...], dict[str, Any]]:
    sources: list[Source] = []
    values: dict[str, Any] = {}
    if len(scope.whole) == 1:
        sources.append(("tenant",))
        values["tenant0"] = scope.whole[0]
    elif scope.whole:
        sources.append(("tenants",))
        values["tops0"] = json.dumps(scope.whole) if dialect == "sqlite" else list(scope.whole)
    for part in scope.part:
        at = len(sources)
        sources.append(("part", len(part.ranges)))
        values[f"tenant{at}"] = part.tenant
        for n, (low, high) in enumerate(part.ranges):
            values[f"low{at}_{n}"], values[f"high{at}_{n}"] = low, high
    return tuple(sources), values


def _chosen(connection: Connection, frame: _Frame, values: Mapping[str, Any], scope: Scope) -> Shape:
    """The shape with the way that is taken: gathered from what leaves the fewest rows, or walked. Units are asked last."""
    shape, best = frame.shape, FEW + 1
    for way in frame.ways:
        if way == "units" and shape.by is not None:
            break
        count = _count(connection, frame.shape, way, values, scope)
        if count < best:
            shape, best = frame.shape._replace(by=way), count
    if shape.by is None:
        return shape._replace(few=_few_units(connection, shape, scope))
    even = isinstance(shape.by, int) and shape.tests[shape.by].op == "eq"
    return shape._replace(apart=even and best > MANY and shape.dialect == "sqlite")


def _few_units(connection: Connection, shape: Shape, scope: Scope) -> bool:
    """Whether the scope is one part of a tenant with few units."""
    if len(shape.sources) != 1 or shape.sources[0][0] != "part":
        return False
    asked = _bounds(scope)
    return _believed(connection, ("units", scope), lambda: int(
        connection.scalar(ordering.units_probe_of(shape.sources[0][1], FEW_UNITS), asked) or 0)) <= FEW_UNITS


def _bounds(scope: Scope) -> dict[str, Any]:
    """The ranges of the one part, as they are bound in a probe."""
    found: dict[str, Any] = {}
    for n, (low, high) in enumerate(scope.part[0].ranges):
        found[f"low{n}"], found[f"high{n}"] = low, high
    return found


def _count(connection: Connection, shape: Shape, way: int | str, values: Mapping[str, Any], scope: Scope) -> int:
    """How many rows an index leaves."""
    asked: dict[str, Any] = {}
    if isinstance(way, int):
        asked = {name: values[name] for name in (ordering.bound_as(way, n) for n in range(shape.tests[way].values))}
    key = (shape.table.name, shape.tests[way] if isinstance(way, int) else way, scope, tuple(asked.values()))

    def count() -> int:
        more = {"every": sorted(scope.tenants)} if isinstance(way, int) else {"tenant0": scope.part[0].tenant, **_bounds(scope)}
        plain = shape._replace(by=way, order="", page=0, columns=())
        return int(connection.scalar(ordering.probe_of(plain, FEW), {**asked, **more}) or 0)

    return _believed(connection, key, count)


def _believed(connection: Connection, key: Any, count: Callable[[], int]) -> int:
    """A count, believed for a while: it decides how a page is read, never what."""
    now, known = time.monotonic(), _probes.setdefault(connection.engine, {})
    kept = known.get(key)
    if kept is not None and now - kept[0] < BELIEVED:
        return kept[1]
    found = count()
    if len(known) > MOST_COUNTS:
        known.clear()
    known[key] = (now, found)
    return found
