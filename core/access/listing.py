"""A ledger in any order and with any condition it offers, within the caller's scope, a page at a time.

Like `core.access.scoping` this reads past the tenant fence, and checks that its scope lies within the open one.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table
from sqlalchemy.orm import Session

from core.access import ordering
from core.access.ordering import Shape, Source
from core.access.scope import Scope
from core.access.scoping import BELIEVED, MOST_COUNTS, _check, scoped_page
from core.access.statements import Kept

#: so many rows are put in order sooner than an index is walked past those that do not fit
FEW = 4_000
#: so many units are looked up at once sooner than each for itself
FEW_UNITS = 200
_LAST = "\U0010ffff"
_probes: WeakKeyDictionary[Engine, dict[Any, tuple[float, int]]] = WeakKeyDictionary()
#: conditions whose index leads to their rows
_NARROW = frozenset({"eq", "in", "ge", "le", "prefix"})


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
    table, connection = cast(Table, model.__table__), session.connection()
    sources, values = _sources(scope, connection.dialect.name)
    if not sources:
        return Listed([], None)
    names = tuple(dict.fromkeys([*columns, "id", *([order.column] if order.column else [])]))
    shape = Shape(table, names, connection.dialect.name, sources, tuple((one.column, one.op) for one in conditions),
                  order.column, order.descending, page=limit + 1)
    values |= _bound(conditions, shape.dialect)
    if not order.column and order.descending and not _narrowed(shape):
        page = scoped_page(session, model, scope, before=after.id if after else None, limit=limit, where=_kept(shape),
                           given=_bound(conditions, shape.dialect))
        return Listed(page.rows, After(None, page.next) if page.next else None)
    shape = shape._replace(by=_way(connection, shape, values, scope))
    if shape.by is None and shape.dialect == "sqlite":
        shape = shape._replace(few=_few_units(connection, shape, scope))
    rows = _read(connection, shape, values, after)
    if len(rows) <= limit:
        return Listed(rows, None)
    last = rows[limit - 1]
    return Listed(rows[:limit], After(getattr(last, order.column) if order.column else None, last.id))


@lru_cache(maxsize=1024)
def _kept(shape: Shape) -> Kept:
    """The conditions for the statements of `core.access.statements`, with the columns wanted."""
    return Kept.of(shape.tests, [ordering.test_of(shape, at) for at in range(len(shape.tests))], shape.columns)


@lru_cache(maxsize=1024)
def _narrowed(shape: Shape) -> bool:
    """Whether a condition has an index of its own."""
    return any(op in _NARROW and name in _indexed(shape.table) for name, op in shape.tests)


def conditions_of(model: type[Any], conditions: Sequence[Condition]) -> list[ColumnElement[bool]]:
    """The same conditions for statements of one's own: totals, groups, counts."""
    found = []
    for one in conditions:
        column = getattr(model, one.column)
        found.append({"eq": lambda c=column, v=one.value: c == v, "in": lambda c=column, v=one.value: c.in_(list(v)),
                      "ge": lambda c=column, v=one.value: c >= v, "le": lambda c=column, v=one.value: c <= v,
                      "prefix": lambda c=column, v=one.value: c.startswith(v, autoescape=True),
                      "empty": lambda c=column, v=None: c.is_(None), "filled": lambda c=column, v=None: c.is_not(None)}[one.op]())
    return found


def _read(connection: Connection, shape: Shape, values: dict[str, Any], after: After | None) -> list[Row[Any]]:
    """One row more than a page, if there are so many. A walk asks for rows with nothing in the order's column by
    themselves, once the others have come to an end."""
    nullable = bool(shape.order) and bool(shape.table.c[shape.order].nullable)
    filled = not nullable or after is None or after.value is not None
    asked = values if after is None else {**values, "after_id": after.id}
    if after is not None and shape.order and filled:
        asked["after"] = after.value
    rows = list(connection.execute(ordering.page_of(shape._replace(seek=after is not None, empty=not filled)), asked).all())
    if nullable and filled and shape.by is None and len(rows) < shape.page:
        rows += connection.execute(ordering.page_of(shape._replace(empty=True)), values).all()[: shape.page - len(rows)]
    return rows


def _sources(scope: Scope, dialect: str) -> tuple[tuple[Source, ...], dict[str, Any]]:
    sources: list[Source] = []
    values: dict[str, Any] = {}
    if len(scope.whole) == 1:
        sources.append(("tenant",))
        values["tenant0"] = scope.whole[0]
    elif scope.whole:
        sources.append(("tenants",))
        values["tops0"] = list(scope.whole)
    for part in scope.part:
        at = len(sources)
        sources.append(("part", len(part.ranges)))
        values[f"tenant{at}"] = part.tenant
        for n, (low, high) in enumerate(part.ranges):
            values[f"low{at}_{n}"], values[f"high{at}_{n}"] = low, high
    return tuple(sources), values


def _bound(conditions: Sequence[Condition], dialect: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for at, one in enumerate(conditions):
        if one.op == "prefix":
            values[f"c{at}"] = one.value if dialect == "sqlite" else ordering.like_of(one.value)
            if dialect == "sqlite":
                values[f"c{at}_high"] = one.value + _LAST
        elif one.op == "in":
            values[f"c{at}"] = list(one.value)
        elif one.op not in ("empty", "filled"):
            values[f"c{at}"] = one.value
    return values


@lru_cache(maxsize=1024)
def _indexed(table: Table) -> frozenset[str]:
    return frozenset(ordering.columns_index(table))


def _way(connection: Connection, shape: Shape, values: dict[str, Any], scope: Scope) -> int | str | None:
    """From which test to gather, "units", or None to walk."""
    indexed = _indexed(shape.table)
    best: tuple[int, int | str] | None = None
    for at, (name, op) in enumerate(shape.tests):
        if op not in _NARROW or name not in indexed or name == shape.order:
            continue
        if not shape.order and op == "eq" and shape.sources == (("tenant",),):
            return None  # its own index has the order wanted
        count = _count(connection, shape._replace(by=at), values, scope)
        if count <= FEW and (best is None or count < best[0]):
            best = (count, at)
    if best is None and len(shape.sources) == 1 and shape.sources[0][0] == "part" and "unit_id" in indexed:
        count = _count(connection, shape._replace(by="units"), values, scope)
        if count <= FEW:
            best = (count, "units")
    if best is None and shape.dialect == "sqlite" and "tops0" in values:
        values["tops0"] = json.dumps(values["tops0"])  # walked tenant by tenant
    return best[1] if best else None


def _few_units(connection: Connection, shape: Shape, scope: Scope) -> bool:
    """Whether the scope is one part of a tenant with few units. PostgreSQL sees that by itself."""
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


def _count(connection: Connection, shape: Shape, values: dict[str, Any], scope: Scope) -> int:
    """How many rows an index leaves."""
    key = (shape.table.name, shape.by, shape.tests[shape.by] if isinstance(shape.by, int) else shape.sources,
           scope, values.get(f"c{shape.by}") if not isinstance(values.get(f"c{shape.by}"), list) else str(values[f"c{shape.by}"]))
    plain = shape._replace(order="", page=0, columns=())
    if shape.by == "units":
        asked: dict[str, Any] = {"tenant0": scope.part[0].tenant, **_bounds(scope)}
    else:
        asked = {"every": sorted(scope.tenants), **{name: value for name, value in values.items()
                                                    if name in (f"c{shape.by}", f"c{shape.by}_high")}}
    return _believed(connection, key, lambda: int(connection.scalar(ordering.probe_of(plain, FEW), asked) or 0))


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
