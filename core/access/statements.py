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
from functools import wraps
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    func,
    lateral,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.sql.selectable import Subquery

from core.units.models import Unit

UNITS: Table = Unit.__table__  # type: ignore[assignment]
#: how many of the tops are expected to reach the bound
SHARE = 0.7
#: in the text of the statement, where a parameter would only cost time
ONE, TWO = literal_column("1"), literal_column("2")
Where = Sequence[ColumnElement[bool]]
Match = Callable[[CTE], list[ColumnElement[bool]]]


def _kept(build: Callable[..., Select[Any]]) -> Callable[..., Select[Any]]:
    """Keep what is built without conditions: building takes longer than the database needs to answer."""
    kept: dict[tuple[Any, ...], Select[Any]] = {}

    @wraps(build)
    def get(*shape: Any, where: Where = ()) -> Select[Any]:
        if where:
            return build(*shape, where=where)
        found = kept.get(shape)
        if found is None:
            found = kept[shape] = build(*shape)
        return found

    return get


def bound(tops: int, page: int) -> tuple[int, int]:
    """k and r for this many tops: r × k is at least a page."""
    wanted = max(1, min(page, math.ceil(SHARE * tops)))
    return math.ceil(page / wanted), wanted


@_kept
def one_tenant(table: Table, before: bool, where: Where = ()) -> Select[Any]:
    """The newest rows of one whole tenant."""
    return _newest(table, [table.c.tenant_id == bindparam("tenant"), *_before(table, before), *where])


@_kept
def filtered(table: Table, before: bool, ranges: int, where: Where = ()) -> Select[Any]:
    """The newest rows of one tenant whose unit lies in the ranges, found by walking the tenant's rows."""
    here = exists().where(UNITS.c.id == table.c.unit_id, in_ranges(ranges)).correlate(table)
    return _newest(table, [table.c.tenant_id == bindparam("tenant"), here, *_before(table, before), *where])


@_kept
def by_tenant(table: Table, dialect: str, before: bool, where: Where = ()) -> Select[Any]:
    """The newest rows over several whole tenants."""
    names: Subquery | Any
    if dialect == "sqlite":
        values = func.json_each(bindparam("tops", type_=Text)).table_valued("value")
        source = select(values.c.value.label("id"))
    else:
        names = func.unnest(cast(bindparam("tops"), ARRAY(String)))
        source = select(names.label("id"))
    return _merged(table, dialect, source.cte("top").prefix_with("MATERIALIZED"), lambda top: [table.c.tenant_id == top.c.id], before, where)


@_kept
def one_unit(table: Table, before: bool, ranges: int, where: Where = ()) -> Select[Any]:
    """The newest rows of one tenant at the only unit in the ranges; nothing if there are more."""
    only = select(UNITS.c.id).where(in_ranges(ranges)).limit(ONE).scalar_subquery()
    some = select(ONE).where(in_ranges(ranges)).limit(TWO).subquery()
    alone = select(func.count()).select_from(some).scalar_subquery() == ONE
    return _newest(table, [table.c.tenant_id == bindparam("tenant"), table.c.unit_id == only, alone,
                           *_before(table, before), *where])


@_kept
def by_unit(table: Table, dialect: str, before: bool, ranges: int,
            where: Where = ()) -> Select[Any]:
    """The newest rows of one tenant over the units in the ranges."""
    # The tenant goes through the top: named beside it, SQLite would rather walk all of the tenant's rows.
    source = select(bindparam("tenant", type_=String).label("tenant_id"), UNITS.c.id).where(in_ranges(ranges))
    return _merged(table, dialect, source.cte("top").prefix_with("MATERIALIZED"),
                   lambda top: [table.c.tenant_id == top.c.tenant_id, table.c.unit_id == top.c.id], before, where)


def in_ranges(count: int) -> ColumnElement[bool]:
    """A unit's path lies in one of so many ranges, bound as low0, high0, …"""
    return or_(*(and_(UNITS.c.path >= bindparam(f"low{n}"), UNITS.c.path < bindparam(f"high{n}"))
                 for n in range(count)))


def _before(table: Table, before: bool) -> list[ColumnElement[bool]]:
    return [table.c.id < bindparam("before")] if before else []


def _newest(table: Table, criteria: Where) -> Select[Any]:
    return select(table).where(*criteria).order_by(table.c.id.desc()).limit(bindparam("page"))


def _merged(table: Table, dialect: str, top: CTE, match: Match, before: bool, where: Where) -> Select[Any]:
    criteria = [*match(top), *_before(table, before), *where]

    def nth(offset: str) -> ScalarSelect[Any]:
        return (select(table.c.id).where(*criteria).order_by(table.c.id.desc()).limit(ONE)
                .offset(bindparam(offset)).correlate(top).scalar_subquery())

    low = _low(top, nth("kth"))
    if dialect == "sqlite":
        newer = table.c.id >= func.coalesce(low, nth("last"), literal_column("''"))
        return (select(table).select_from(top.join(table, and_(*criteria, newer)))
                .order_by(table.c.id.desc()).limit(bindparam("page")))
    newer = table.c.id >= func.coalesce(low, literal_column("'00000000-0000-0000-0000-000000000000'::uuid"))
    page = lateral(select(table).where(*criteria, newer).order_by(table.c.id.desc())
                   .limit(bindparam("page")).correlate(top), "page")
    return select(page).select_from(top.join(page, true())).order_by(page.c.id.desc()).limit(bindparam("page"))


def _low(top: CTE, kth: ScalarSelect[Any]) -> ScalarSelect[Any]:
    """The bound; NULL where there are not r tops, or the r-th has no k-th row."""
    marks = select(kth.label("id")).select_from(top).cte("mark")
    return (select(marks.c.id).order_by(marks.c.id.desc().nulls_last()).limit(ONE)
            .offset(bindparam("rth")).scalar_subquery())
