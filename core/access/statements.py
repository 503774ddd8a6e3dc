"""The statements behind a scoped page, built once for each shape and kept.

Where several tenants or units are asked for, each is a *top*: its rows lie together in an index, newest
last. The newest page over all tops is no older than a bound: of each top take the k-th newest id; if r tops
have one at or above the bound, then r × k rows do, and r × k is at least a page. So a few index entries of
each top give the bound, and little more than the page itself is read. Where too few tops have k rows there
is no bound, and of each top a whole page is read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    LargeBinary,
    ScalarSelect,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    lateral,
    literal_column,
    or_,
    select,
    true,
)

from core.units.models import Unit

UNITS: Table = Unit.__table__  # type: ignore[assignment]
#: how many of the tops are expected to reach the bound
SHARE = 0.7
#: statements of one kind that are kept: one for each table, size of page and number of ranges
SHAPES = 500
#: in the text of the statement, where a parameter would only cost time
ONE: ColumnElement[int] = literal_column("1")
Where = Sequence[ColumnElement[bool]]
Match = Callable[[CTE], list[ColumnElement[bool]]]


class Kept(tuple[ColumnElement[bool], ...]):
    """Conditions whose values are bound by name, so that a statement with them may be kept: `key` tells them from
    others."""

    key: Any
    #: the columns wanted; none means all that are readable
    columns: tuple[str, ...]

    @classmethod
    def of(cls, key: Any, conditions: Sequence[ColumnElement[bool]], columns: tuple[str, ...] = ()) -> Kept:
        """These conditions under this key."""
        made = cls(conditions)
        made.key, made.columns = (key, columns), columns
        return made


@lru_cache(maxsize=1024)
def readable(table: Table) -> tuple[ColumnElement[Any], ...]:
    """The columns a list reads: never what is kept sealed."""
    return tuple(column for column in table.columns if not isinstance(column.type, LargeBinary))


def _shown(table: Table, where: Where) -> tuple[ColumnElement[Any], ...]:
    names: tuple[str, ...] = getattr(where, "columns", ())
    return tuple(table.c[name] for name in names) or readable(table)


def _kept(build: Callable[..., Select[Any]]) -> Callable[..., Select[Any]]:
    """Keep what is built without conditions: building takes longer than the database needs to answer."""
    kept: dict[tuple[Any, ...], Select[Any]] = {}

    @wraps(build)
    def get(*shape: Any, where: Where = ()) -> Select[Any]:
        key = getattr(where, "key", None)
        if where and key is None:
            return build(*shape, where=where)
        shape_and_key = (*shape, key)
        found = kept.get(shape_and_key)
        if found is None:
            if len(kept) >= SHAPES:
                kept.clear()
            found = kept[shape_and_key] = build(*shape, where=where)
        return found

    return get


@lru_cache(maxsize=1024)
def has_unit_index(table: Table) -> bool:
    """Whether the rows of a unit lie together, newest last; without that index each unit asked would cost a
    walk through its whole tenant."""
    return any([column.name for column in index.columns][:3] == ["tenant_id", "unit_id", "id"] for index in table.indexes)


def bound(tops: int, page: int) -> tuple[int, int]:
    """k and r for this many tops: r × k is at least a page."""
    wanted = max(1, min(page, math.ceil(SHARE * tops)))
    return math.ceil(page / wanted), wanted


@_kept
def one_tenant(table: Table, page: int, before: bool, where: Where = ()) -> Select[Any]:
    """The newest rows of one whole tenant."""
    return _newest(table, page, [table.c.tenant_id == bindparam("tenant"), *_before(table, before), *where], where)


@_kept
def filtered(table: Table, page: int, before: bool, ranges: int, where: Where = ()) -> Select[Any]:
    """The newest rows of one tenant whose unit lies in the ranges, found by walking the tenant's rows."""
    here = exists().where(UNITS.c.id == table.c.unit_id, in_ranges(ranges)).correlate(table)
    return _newest(table, page, [table.c.tenant_id == bindparam("tenant"), here, *_before(table, before), *where], where)


@_kept
def by_tenant(table: Table, page: int, before: bool, dialect: str, each: int, reaching: int,
              where: Where = ()) -> Select[Any]:
    """The newest rows over several whole tenants; `each` and `reaching` are k and r of the bound."""
    if dialect == "sqlite":
        source = select(func.json_each(bindparam("tops", type_=Text)).table_valued("value").c.value.label("id"))
    else:
        source = select(func.unnest(cast(bindparam("tops"), ARRAY(String))).label("id"))
    return _merged(table, page, dialect, (each, reaching), _top(source),
                   lambda top: [table.c.tenant_id == top.c.id], before, where)


@_kept
def one_unit(table: Table, page: int, before: bool, ranges: int, dialect: str, where: Where = ()) -> Select[Any]:
    """The newest rows of one tenant at the only unit in the ranges; nothing if there are more."""
    two = select(UNITS.c.id).where(in_ranges(ranges)).limit(_number(2)).subquery()
    either = func.max(two.c.id) if dialect == "sqlite" else func.array_agg(two.c.id)[1]
    only = select(case((func.count() == ONE, either))).select_from(two).scalar_subquery()
    return _newest(table, page, [table.c.tenant_id == bindparam("tenant"), table.c.unit_id == only,
                                 *_before(table, before), *where], where)


@_kept
def by_unit(table: Table, page: int, before: bool, ranges: int, dialect: str, each: int, reaching: int,
            where: Where = ()) -> Select[Any]:
    """The newest rows of one tenant over the units in the ranges; `each` and `reaching` are k and r."""
    # The tenant goes through the top: named beside it, SQLite would rather walk all of the tenant's rows.
    source = select(bindparam("tenant", type_=String).label("tenant_id"), UNITS.c.id).where(in_ranges(ranges))
    return _merged(table, page, dialect, (each, reaching), _top(source),
                   lambda top: [table.c.tenant_id == top.c.tenant_id, table.c.unit_id == top.c.id], before, where)


def _number(value: int) -> ColumnElement[int]:
    """A number in the text of the statement: PostgreSQL plans a prepared statement anew at every turn while
    it does not know how many rows are wanted."""
    return literal_column(str(int(value)))


def in_ranges(count: int) -> ColumnElement[bool]:
    """A unit's path lies in one of so many ranges, bound as low0, high0, …"""
    return or_(*(and_(UNITS.c.path >= bindparam(f"low{n}"), UNITS.c.path < bindparam(f"high{n}"))
                 for n in range(count)))


def _top(source: Select[Any]) -> CTE:
    """Set down first, so that the tops are walked and not the rows."""
    return source.cte("top").prefix_with("MATERIALIZED")


def _before(table: Table, before: bool) -> list[ColumnElement[bool]]:
    return [table.c.id < bindparam("before")] if before else []


def _newest(table: Table, page: int, criteria: Where, where: Where) -> Select[Any]:
    return select(*_shown(table, where)).where(*criteria).order_by(table.c.id.desc()).limit(_number(page))


def _merged(table: Table, page: int, dialect: str, bounds: tuple[int, int], top: CTE, match: Match,
            before: bool, where: Where) -> Select[Any]:
    criteria = [*match(top), *_before(table, before), *where]

    def nth(number: int) -> ScalarSelect[Any]:
        return (select(table.c.id).where(*criteria).order_by(table.c.id.desc()).limit(ONE)
                .offset(_number(number - 1)).correlate(top).scalar_subquery())

    each, reaching = bounds
    low = _low(top, nth(each), reaching)
    if dialect == "sqlite":
        newer = table.c.id >= func.coalesce(low, nth(page), literal_column("''"))
        return (select(*_shown(table, where)).select_from(top.join(table, and_(*criteria, newer)))
                .order_by(table.c.id.desc()).limit(_number(page)))
    newer = table.c.id >= func.coalesce(low, literal_column("'00000000-0000-0000-0000-000000000000'::uuid"))
    newest = lateral(select(*_shown(table, where)).where(*criteria, newer).order_by(table.c.id.desc())
                   .limit(_number(page)).correlate(top), "newest")
    return select(newest).select_from(top.join(newest, true())).order_by(newest.c.id.desc()).limit(_number(page))


def _low(top: CTE, kth: ScalarSelect[Any], reaching: int) -> ScalarSelect[Any]:
    """The bound; NULL where there are not r tops, or the r-th has no k-th row."""
    marks = select(kth.label("id")).select_from(top).cte("mark")
    return (select(marks.c.id).order_by(marks.c.id.desc().nulls_last()).limit(ONE)
            .offset(_number(reaching - 1)).scalar_subquery())
