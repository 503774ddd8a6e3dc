"""Tenant rows are reachable only within an open scope; forgetting it raises instead of leaking.

Every ORM statement on a `TenantScoped` class is filtered by the tenants of the scope open on its
session: entities, columns, counts, joins, EXISTS, subqueries, lazy loads, bulk update and delete.
Core-table selects and `text()` are not filtered, which is why only reviewed modules may use them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, Table, event
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria
from sqlalchemy.orm.unitofwork import UOWTransaction
from sqlalchemy.sql import visitors

from core.errors import TenantScopeError

_KEY = "bangfu.scope"


class TenantScoped:
    """Mixin of every table that belongs to a tenant; `tenant_id` is the unit code at its founding."""

    tenant_id: Mapped[str] = mapped_column(String(20), primary_key=True, sort_order=-10)


@dataclass(frozen=True)
class Scope:
    """The tenants a session may touch; `everything` needs a reason, and is trailed by its opener."""

    tenants: frozenset[str]
    everything: bool = False
    reason: str = ""

    def holds(self, tenant_id: str | None) -> bool:
        """Whether a row of this tenant may be read or written."""
        return self.everything or (tenant_id is not None and tenant_id in self.tenants)


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


def _criteria(state: ORMExecuteState) -> None:
    scope = current_scope(state.session)
    if scope is None:
        if _touches_tenant_rows(state):
            raise TenantScopeError("未打开租户范围就访问租户数据")
        return
    if scope.everything:
        return
    # The list goes in as a bound "expanding" parameter of a plain expression: a lambda criterion would be
    # cached with the first scope's value.
    names = sorted(scope.tenants)
    state.statement = state.statement.options(
        with_loader_criteria(
            TenantScoped,
            lambda cls: cls.tenant_id.in_(names),
            include_aliases=True,
            propagate_to_loaders=True,
        )
    )


def _touches_tenant_rows(state: ORMExecuteState) -> bool:
    if any(issubclass(mapper.class_, TenantScoped) for mapper in state.all_mappers):
        return True
    return bool(_tables_of(state.statement) & _scoped_tables())


def _tables_of(statement: Any) -> set[str]:
    return {element.name for element in visitors.iterate(statement) if isinstance(element, Table)}


def _scoped_tables() -> set[str]:
    found: set[str] = set()
    stack: list[type] = list(TenantScoped.__subclasses__())
    while stack:
        cls = stack.pop()
        stack.extend(cls.__subclasses__())
        name = getattr(cls, "__tablename__", None)
        if name:
            found.add(name)
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
