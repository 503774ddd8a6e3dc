"""The one way to read a ledger: within the caller's scope, newest first, a page at a time.

Records carry `tenant_id, unit_id, id`, an index on the three, and nothing else of the tree. Whole tenants are read by their own
index; of a tenant that is only partly in scope, the units in scope are looked up in the tree.

This module reads with plain selects past the tenant fence, and so checks by itself that the scope it was
given lies within the one that is open.
"""

from __future__ import annotations

import heapq
import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast, overload
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, and_, false, func, or_, select
from sqlalchemy.orm import Session

from core.access import reading, statements
from core.access.reach import Range
from core.access.scope import Part, Scope
from core.errors import N_, NotFound, TenantScopeError
from core.extensions import current_scope
from core.units.models import Unit

Row = TypeVar("Row")
#: how a statement with its values is read
Fetch = Callable[[Connection, Select[Any], dict[str, Any]], Sequence[Any]]
Statement = TypeVar("Statement", bound=Select[Any])
Where = Sequence[ColumnElement[bool]]
#: a part with more units than this is read by walking the tenant's rows instead of asking each unit
MANY_UNITS = 400
#: how long the number of units in a range is believed; it decides only how a page is read, never what
BELIEVED = 60.0
MOST_COUNTS = 10_000
_counts: WeakKeyDictionary[Engine, dict[tuple[Range, ...], tuple[float, int]]] = WeakKeyDictionary()


class Page(Sequence[Row], Generic[Row]):
    """The rows of one page, and the id to go on before (None at the end)."""

    def __init__(self, rows: Sequence[Row], next_id: uuid.UUID | None) -> None:
        self.rows = rows
        self.next = next_id

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        return self.rows[index]


def _rows(connection: Connection, statement: Select[Any], values: dict[str, Any]) -> Sequence[Any]:
    return connection.execute(statement, values).all()


def scoped_page(session: Session, model: type[Row], scope: Scope, *, before: uuid.UUID | None = None, limit: int = 50,
                where: Where = (), given: Mapping[str, Any] | None = None, fetch: Fetch = _rows) -> Page[Row]:
    """The newest rows in scope, those before an id when one is given. The rows have the columns of the model
    as attributes (but those kept sealed), and are not objects of the session. `given` are values that `where` binds
    by name. Another way to `fetch` gives other rows; each has an `id` by which it is put in order."""
    _check(session, scope)
    table = cast(Table, model.__table__)  # type: ignore[attr-defined]
    values = {**(given or {}), **({} if before is None else {"before": before})}
    found: list[Sequence[Any]] = []
    if scope.whole:
        found.append(_whole(session, table, scope.whole, limit + 1, values, where, fetch))
    found += [_part(session, table, part, limit + 1, values, where, fetch) for part in scope.part]
    rows = found[0] if len(found) == 1 else list(heapq.merge(*found, key=lambda row: row.id, reverse=True))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def scoped_count(session: Session, model: type[Any], scope: Scope, *, where: Where = (),
                 most: int = 50) -> tuple[int, bool]:
    """How many rows are in scope, counted no further than `most`, and whether there are more ("50+")."""
    _check(session, scope)
    some = select(statements.ONE).select_from(model.__table__).where(criterion(model, scope), *where)
    count = session.connection().scalar(select(func.count()).select_from(some.limit(most + 1).subquery())) or 0
    return min(count, most), count > most


def in_scope(statement: Statement, model: type[Any], scope: Scope) -> Statement:
    """A statement on the model held to the scope: totals, groups, drop-downs, exports, searches."""
    return statement.where(criterion(model, scope))


def criterion(model: type[Any], scope: Scope) -> ColumnElement[bool]:
    """The scope as a condition on a model's rows."""
    terms: list[ColumnElement[bool]] = []
    if scope.whole:
        terms.append(model.tenant_id.in_(scope.whole))
    for part in scope.part:
        units = select(Unit.id).where(or_(*(and_(Unit.path >= low, Unit.path < high) for low, high in part.ranges)))
        terms.append(and_(model.tenant_id == part.tenant, model.unit_id.in_(units)))
    return or_(*terms) if terms else false()


def get_scoped(session: Session, model: type[Row], record_id: uuid.UUID, scope: Scope) -> Row:
    """One record in scope as an object of the session; raises NotFound outside of it."""
    _check(session, scope)
    found = session.scalars(in_scope(select(model).where(model.id == record_id), model, scope)).first()  # type: ignore[attr-defined]
    if found is None:
        raise NotFound(N_("没有这条记录，或者它不在您的范围内"))
    return found


def _check(session: Session, scope: Scope) -> None:
    opened = current_scope(session)
    if opened is None or not all(map(opened.holds, scope.tenants)):
        raise TenantScopeError(N_("查询的范围超出已打开的租户范围"))
    if reading.READ in session.info:
        reading.noticed(session)


def _whole(session: Session, table: Table, tenants: tuple[str, ...], page: int, values: dict[str, Any],
           where: Where, fetch: Fetch) -> Sequence[Any]:
    before, connection = "before" in values, session.connection()
    if len(tenants) == 1:
        return fetch(connection, statements.one_tenant(table, page, before, where=where), {**values, "tenant": tenants[0]})
    dialect = connection.dialect.name
    tops = json.dumps(tenants) if dialect == "sqlite" else list(tenants)
    each, reaching = statements.bound(len(tenants), page)
    return fetch(connection, statements.by_tenant(table, page, before, dialect, each, reaching, where=where),
                 {**values, "tops": tops})


def _part(session: Session, table: Table, part: Part, page: int, values: dict[str, Any], where: Where,
          fetch: Fetch) -> Sequence[Any]:
    before, connection, number = "before" in values, session.connection(), len(part.ranges)
    edges = {f"{name}{n}": edge for n, span in enumerate(part.ranges)
             for name, edge in zip(("low", "high"), span, strict=True)}
    dialect = connection.dialect.name
    asked = {**values, **edges, "tenant": part.tenant}
    units = _count_units(connection, part.ranges, edges) if statements.has_unit_index(table) else MANY_UNITS + 1
    if units > MANY_UNITS:
        return fetch(connection, statements.filtered(table, page, before, number, where=where), asked)
    if units == 1:
        rows = fetch(connection, statements.one_unit(table, page, before, number, dialect, where=where), asked)
        if rows:
            return rows
    each, reaching = statements.bound(units, page)
    return fetch(connection, statements.by_unit(table, page, before, number, dialect, each, reaching, where=where), asked)


def _count_units(connection: Connection, ranges: tuple[Range, ...], edges: dict[str, str]) -> int:
    now = time.monotonic()
    counts = _counts.setdefault(connection.engine, {})
    kept = counts.get(ranges)
    if kept is not None and now - kept[0] < BELIEVED:
        return kept[1]
    some = select(statements.ONE).where(statements.in_ranges(len(ranges))).limit(MANY_UNITS + 1).subquery()
    count = connection.scalar(select(func.count()).select_from(some), edges) or 0
    if len(counts) > MOST_COUNTS:
        counts.clear()
    counts[ranges] = (now, count)
    return count


