"""The statements behind a list in any offered order, built once for each shape and kept.

Rows come in the order of one column and then of their ids, both in the same direction, so that the index
(tenant_id, column, id) is walked from where the last page ended. Rows with nothing in that column come last. An index
has them at one end or the other, as each database pleases: walked, they are a second statement.

Two ways lead to a page. *Walk*: take the index of the order and pass over what the conditions leave out; quick
unless little is left. *Gather*: take the few rows one condition leaves, by its own index, and put them in order;
quick unless much is left. `core.access.listing` decides which; here a planner is kept from deciding otherwise:
on SQLite by a unary plus before a column whose index shall not be used, on both by a subquery with an offset.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    String,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    exists,
    false,
    func,
    lateral,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from core.access.statements import ONE, UNITS, _number, in_ranges

SHAPES = 1_000
#: what a source is: ("tenant",), ("tenants",) or ("part", number of ranges)
Source = tuple[Any, ...]


class Test(NamedTuple):
    """A condition on one column: eq, in, ge, le, like, span (from the first value to below the second), empty or filled.
    So many values are bound, by the names `bound_as` gives."""

    column: str
    op: str
    values: int


class Shape(NamedTuple):
    """All that tells two statements apart, but for their values. `by` is the number of the test whose index is
    gathered from, or "units"; None walks. `few`: the units of the one part are so few that they are looked up once,
    not for each row that is passed over. `apart`: of what is gathered, rows with nothing in the order's column are
    asked for by themselves, in the order of ids that the index of an equality has."""

    table: Table
    columns: tuple[str, ...]
    dialect: str
    sources: tuple[Source, ...]
    tests: tuple[Test, ...] = ()
    order: str = ""
    descending: bool = True
    seek: bool = False
    empty: bool = False
    by: int | str | None = None
    page: int = 51
    few: bool = False
    apart: bool = False


def hidden(shape: Shape, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column, its indexes out of sight."""
    if shape.dialect != "sqlite":
        return column
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


def bound_as(number: int, value: int) -> str:
    """By which name a value of a test is bound."""
    return f"c{number}_{value}"


def test_of(shape: Shape, number: int, *, seen: bool = False) -> ColumnElement[bool]:
    """One condition of a statement that is kept; `seen`: its index may be used."""
    name, op, count = shape.tests[number]
    column: ColumnElement[Any] = shape.table.c[name]
    values = [bindparam(bound_as(number, value), type_=column.type) for value in range(count)]
    return holding(column if seen or not count else hidden(shape, column), op, values)


def holding(column: ColumnElement[Any], op: str, values: Sequence[Any]) -> ColumnElement[bool]:
    """What a test says of a column."""
    if op in ("empty", "filled"):
        return column.is_(None) if op == "empty" else column.is_not(None)
    if op == "in":
        return column.in_(values) if values else false()
    if op == "span":
        return and_(column >= values[0], column < values[1])
    if op == "like":
        return column.like(values[0], escape="\\")
    found: dict[str, ColumnElement[bool]] = {"eq": column == values[0], "ge": column >= values[0], "le": column <= values[0]}
    return found[op]


@lru_cache(maxsize=SHAPES)
def page_of(shape: Shape) -> Select[Any]:
    """The statement of one page."""
    parts = [_source(shape, at) for at in range(len(shape.sources))]
    if len(parts) == 1:
        return parts[0]
    joined = union_all(*(select(part.subquery()) for part in parts)).subquery("sources")
    return _ordered(shape, select(joined), joined).limit(_number(shape.page))


@lru_cache(maxsize=SHAPES)
def probe_of(shape: Shape, most: int) -> Select[Any]:
    """How many rows the index in question leaves, counted no further than `most`."""
    if shape.by == "units":
        some = (select(ONE).select_from(UNITS.join(shape.table, and_(
            shape.table.c.tenant_id == bindparam("tenant0"), shape.table.c.unit_id == UNITS.c.id)))
            .where(in_ranges(shape.sources[0][1])))
    else:
        assert isinstance(shape.by, int)
        some = select(ONE).select_from(shape.table).where(_tenants(shape), test_of(shape, shape.by, seen=True))
    return select(func.count()).select_from(some.limit(_number(most + 1)).subquery())


@lru_cache(maxsize=SHAPES)
def units_probe_of(ranges: int, most: int) -> Select[Any]:
    """How many units a part has, counted no further than `most`."""
    return select(func.count()).select_from(select(ONE).select_from(UNITS).where(in_ranges(ranges)).limit(_number(most + 1)).subquery())


def _tenants(shape: Shape) -> ColumnElement[bool]:
    """Every tenant of every source."""
    return shape.table.c.tenant_id.in_(bindparam("every", expanding=True))


def _source(shape: Shape, at: int) -> Select[Any]:
    kind = shape.sources[at][0]
    if kind == "tenants" and shape.by is None:
        return _each_tenant(shape, at)
    criteria = [*_place(shape, at), *_criteria(shape)]
    table = shape.table
    picked = select(*(table.c[name] for name in shape.columns)).where(*criteria)
    if shape.by is None:
        return _ordered(shape, picked.where(*_seek(shape, table)), table).limit(_number(shape.page))
    if shape.dialect == "sqlite":
        hide = not (shape.apart and shape.empty)
        return _ordered(shape, picked.where(*_seek(shape, table)), table, out_of_sight=hide).limit(_number(shape.page))
    few = picked.offset(_number(0)).subquery(f"few{at}")
    return _ordered(shape, select(few).where(*_seek(shape, few)), few).limit(_number(shape.page))


def _place(shape: Shape, at: int) -> list[ColumnElement[bool]]:
    source, table = shape.sources[at], shape.table
    if source[0] == "tenants":
        return [table.c.tenant_id.in_(_tops(shape, at))]
    here = [table.c.tenant_id == bindparam(f"tenant{at}")]
    if source[0] == "part":
        ranges = _ranges(at, source[1])
        if shape.by == "units":
            here.append(table.c.unit_id.in_(select(UNITS.c.id).where(ranges)))
        elif shape.few:
            units = select(UNITS.c.id).where(ranges)
            here.append(hidden(shape, table.c.unit_id).in_(units) if shape.dialect == "sqlite"
                        else table.c.unit_id == any_(func.array(units.scalar_subquery())))
        else:
            here.append(exists().where(UNITS.c.id == table.c.unit_id, ranges).correlate(table))
    return here


def _ranges(at: int, count: int) -> ColumnElement[bool]:
    terms = [and_(UNITS.c.path >= bindparam(f"low{at}_{n}"), UNITS.c.path < bindparam(f"high{at}_{n}")) for n in range(count)]
    found = terms[0]
    for term in terms[1:]:
        found = found | term
    return found


def _criteria(shape: Shape) -> list[ColumnElement[bool]]:
    """The conditions, and where the page begins."""
    # An equality keeps the order of the ids within its index: where these are the order, it may be walked itself.
    walked = shape.by is None
    found = [test_of(shape, n, seen=n == shape.by or (walked and (name == shape.order or (not shape.order and op == "eq"))))
             for n, (name, op, _) in enumerate(shape.tests)]
    if shape.order:
        column = shape.table.c[shape.order]
        if shape.empty:
            found.append((column if walked else hidden(shape, column)).is_(None))
        elif column.nullable and (walked or shape.apart):
            found.append((column if walked else hidden(shape, column)).is_not(None))
    return found


def with_empties(shape: Shape) -> bool:
    """Whether rows with nothing in the order's column come behind the others in one statement: few rows are put in
    order, and no index has a say in where these stand."""
    return shape.by is not None and not shape.apart and not shape.empty and bool(shape.order) and bool(shape.table.c[shape.order].nullable)


def _seek(shape: Shape, source: Any) -> list[ColumnElement[bool]]:
    if not shape.seek:
        return []
    last = bindparam("after_id", type_=shape.table.c.id.type)
    key = source.c.id if shape.by is None or (shape.apart and shape.empty) else hidden(shape, source.c.id)
    if not shape.order or shape.empty:
        return [key < last if shape.descending else key > last]
    column = source.c[shape.order] if shape.by is None else hidden(shape, source.c[shape.order])
    here, there = tuple_(column, key), tuple_(bindparam("after", type_=shape.table.c[shape.order].type), last)
    later = here < there if shape.descending else here > there
    return [or_(later, column.is_(None)) if with_empties(shape) else later]


def _ordered(shape: Shape, statement: Select[Any], source: Any, *, out_of_sight: bool = False) -> Select[Any]:
    names = [shape.order, "id"] if shape.order and not shape.empty else ["id"]
    columns = [hidden(shape, source.c[name]) if out_of_sight else source.c[name] for name in names]
    first, *rest = [column.desc() if shape.descending else column.asc() for column in columns]
    return statement.order_by(first.nulls_last() if with_empties(shape) else first, *rest)


def _tops(shape: Shape, at: int) -> Select[Any]:
    """The tenants of a source, bound as one value however many they are."""
    if shape.dialect == "sqlite":
        return select(func.json_each(bindparam(f"tops{at}", type_=Text)).table_valued("value").c.value.label("id"))
    return select(func.unnest(cast(bindparam(f"tops{at}"), ARRAY(String))).label("id"))


def _each_tenant(shape: Shape, at: int) -> Select[Any]:
    """The first page of each tenant, put together: LATERAL, which SQLite has as a correlated IN with a limit."""
    table = shape.table
    if shape.dialect == "sqlite":
        top = _tops(shape, at).cte(f"top{at}").prefix_with("MATERIALIZED")
        inner = table.alias("inner_rows")
        own = Shape(inner, shape.columns, shape.dialect, (), shape.tests, shape.order, shape.descending, shape.seek,  # type: ignore[arg-type]
                    shape.empty, None, shape.page)
        first = _ordered(own, select(inner.c.id).where(inner.c.tenant_id == top.c.id, *_criteria(own), *_seek(own, inner)), inner).limit(
            _number(shape.page)).correlate(top)
        found = (select(*(table.c[name] for name in shape.columns)).select_from(top.join(table, table.c.tenant_id == top.c.id))
                 .where(table.c.id.in_(first)))
        return _ordered(shape, found, table).limit(_number(shape.page))
    top = _tops(shape, at).cte(f"top{at}").prefix_with("MATERIALIZED")
    first = select(*(table.c[name] for name in shape.columns)).where(
        table.c.tenant_id == top.c.id, *_criteria(shape), *_seek(shape, table))
    newest = lateral(_ordered(shape, first, table).limit(_number(shape.page)).correlate(top), f"newest{at}")
    return _ordered(shape, select(newest).select_from(top.join(newest, true())), newest).limit(_number(shape.page))


def like_of(prefix: str) -> str:
    """The pattern of a prefix, its own signs escaped."""
    for sign in ("\\", "%", "_"):
        prefix = prefix.replace(sign, f"\\{sign}")
    return f"{prefix}%"


@lru_cache(maxsize=SHAPES)
def indexed(table: Table) -> frozenset[str]:
    """Columns whose rows lie together within a tenant: those of an index (tenant_id, column, …)."""
    names = [[column.name for column in index.columns] for index in table.indexes]
    return frozenset(second for first, second, *_ in (found for found in names if len(found) > 1) if first == "tenant_id")
