"""Tenant rows are reachable only within an open scope; forgetting it raises instead of leaking.

Every ORM statement on a `TenantScoped` class is filtered by the tenants of the scope open on its
session: entities, columns, counts, joins, EXISTS, subqueries, lazy loads, bulk update and delete.
Core-table selects and `text()` are not filtered, which is why only reviewed modules may use them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, cast

from sqlalchemy import ClauseElement, Column, Connection, String, Table, event
from sqlalchemy.orm import ColumnProperty, Mapped, Mapper, ORMExecuteState, Session, mapped_column, with_loader_criteria
from sqlalchemy.orm.unitofwork import UOWTransaction
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import visitors

from core.errors import TenantScopeError

_KEY = "bangfu.scope"
#: kinds of statements that are remembered before the memory is started afresh
_KINDS = 2_000


class Touch(Enum):
    """What a statement has to do with tenant rows."""

    #: names none and cannot load any along with what it names
    NONE = "none"
    #: names none, but relations or options may load some along with what it names
    ALONG = "along"
    #: names some
    ROWS = "rows"


_touches: dict[Any, Touch] = {}


class TenantScoped:
    """Mixin of every table that belongs to a tenant; `tenant_id` is the unit code at its founding."""

    tenant_id: Mapped[str] = mapped_column(String(20), primary_key=True, sort_order=-10)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _touches.clear()  # a statement may name the new table


@dataclass(frozen=True)
class Scope:
    """The tenants a session may touch; `everything` needs a reason, and is trailed by its opener."""

    tenants: frozenset[str]
    everything: bool = False
    reason: str = ""

    def holds(self, tenant_id: str | None) -> bool:
        """Whether a row of this tenant may be read or written."""
        return self.everything or (tenant_id is not None and tenant_id in self.tenants)

    @cached_property
    def fence(self) -> LoaderCriteriaOption:
        """The condition for every statement under this scope."""
        # The list goes in as a bound "expanding" parameter of a plain expression: a lambda criterion would be
        # cached with the first scope's value.
        names = sorted(self.tenants)
        return with_loader_criteria(TenantScoped, lambda cls: cls.tenant_id.in_(names), include_aliases=True,
                                    propagate_to_loaders=True)


def current_scope(session: Session) -> Scope | None:
    """The scope open on this session, if any."""
    scope = session.info.get(_KEY)
    return scope if isinstance(scope, Scope) else None


@contextmanager
def tenant_scope(session: Session, tenants: str | set[str] | frozenset[str]) -> Iterator[Scope]:
    """Open these tenants on the session. Scopes do not nest: one session, one scope at a time.

    Objects loaded under an earlier scope leave the session, so that `get` cannot hand them over.
    """
    names = frozenset({tenants} if isinstance(tenants, str) else tenants)
    with _opened(session, Scope(names)) as scope:
        yield scope


@contextmanager
def all_tenants(session: Session, reason: str) -> Iterator[Scope]:
    """Open every tenant, for work of the platform itself. The caller leaves the trail entry."""
    if not reason.strip():
        raise TenantScopeError("打开全部租户必须写明理由")
    with _opened(session, Scope(frozenset(), everything=True, reason=reason)) as scope:
        yield scope


@contextmanager
def _opened(session: Session, scope: Scope) -> Iterator[Scope]:
    if current_scope(session) is not None:
        raise TenantScopeError("租户范围不能嵌套打开")
    _forget_tenant_rows(session)
    session.info[_KEY] = scope
    try:
        yield scope
        session.flush()  # what was added under this scope is checked and written under it
    finally:
        session.info.pop(_KEY, None)
        _forget_tenant_rows(session)


def _forget_tenant_rows(session: Session) -> None:
    for row in list(session.identity_map.values()):
        if isinstance(row, TenantScoped):
            session.expunge(row)


def past_fence(session: Session) -> Connection:
    """The session's connection, for statements made once of Core tables: they are not filtered, so that only reviewed
    modules ask so. What is pending is written first, as before an ORM statement."""
    session.flush()  # the reason stands above
    return session.connection()


def _criteria(state: ORMExecuteState) -> None:
    scope = current_scope(state.session)
    if scope is not None and scope.everything:
        return
    touch = _touch_of(state)
    if scope is None:
        if touch is Touch.ROWS:
            raise TenantScopeError("未打开租户范围就访问租户数据")
    elif touch is not Touch.NONE:
        state.statement = state.statement.options(scope.fence)


def _touch_of(state: ORMExecuteState) -> Touch:
    """Looking through a statement costs more than answering many of them, so what was found is remembered by
    SQLAlchemy's own key: statements with the same key become the same SQL, whatever their values are."""
    key = cast(ClauseElement, state.statement)._generate_cache_key()
    if key is None:
        return _look_through(state)
    found = _touches.get(key.key)
    if found is None:
        if len(_touches) >= _KINDS:
            _touches.clear()
        found = _touches[key.key] = _look_through(state)
    return found


def _look_through(state: ORMExecuteState) -> Touch:
    mappers: list[Mapper[Any]] = list(state.all_mappers)
    named = {element.name for element in visitors.iterate(cast(ClauseElement, state.statement)) if isinstance(element, Table)}
    if named & _scoped_tables() or any(issubclass(mapper.class_, TenantScoped) for mapper in mappers):
        return Touch.ROWS
    alone = not getattr(state.statement, "_with_options", ()) and all(map(_is_plain, mappers))
    return Touch.NONE if alone else Touch.ALONG


def _is_plain(mapper: Mapper[Any]) -> bool:
    """Whether nothing but its own columns can come along with an entity: no relation, no sub-select as a property,
    no heirs in other tables."""
    return (mapper.polymorphic_on is None and isinstance(mapper.persist_selectable, Table)
            and all(isinstance(prop, ColumnProperty) and all(isinstance(column, Column) for column in prop.columns)
                    for prop in mapper.iterate_properties))


def _scoped_tables() -> set[str]:
    found: set[str] = set()
    stack: list[type] = list(TenantScoped.__subclasses__())
    while stack:
        cls = stack.pop()
        stack.extend(cls.__subclasses__())
        table = getattr(cls, "__table__", None)
        if table is not None:
            found.add(table.name)
    return found


def _check_writes(session: Session, context: UOWTransaction, instances: Any) -> None:
    scope = current_scope(session)
    for row in [*session.new, *session.dirty, *session.deleted]:
        if isinstance(row, TenantScoped) and (scope is None or not scope.holds(row.tenant_id)):
            raise TenantScopeError("写入的数据不属于已打开的租户范围")


def install(session_class: type[Session]) -> None:
    """Put the fence on a session class; done once by `Database`."""
    event.listen(session_class, "do_orm_execute", _criteria)
    event.listen(session_class, "before_flush", _check_writes)
