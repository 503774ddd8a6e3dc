"""The tenant fence, line by line."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, ForeignKey, String, Table, func, select, update
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    aliased,
    column_property,
    joinedload,
    mapped_column,
    relationship,
)

from core.errors import TenantScopeError
from core.extensions import Actor, Database, TenantScoped, all_tenants, tenant_scope
from core.trail.models import TrailEntry
from core.trail.services import record

ACTOR = Actor(None, "测试甲")


@pytest.fixture
def entries(session: Session) -> Session:
    for tenant, count in (("522723", 2), ("341721", 3)):
        for number in range(count):
            record(session, ACTOR, "core:test:write", f"第{number}条", subject=f"test:{number}", tenant_id=tenant)
    session.commit()
    return session


def test_unscoped_select_raises(entries: Session) -> None:
    for statement in (select(TrailEntry), select(TrailEntry.id), select(func.count()).select_from(TrailEntry),
                      select(aliased(TrailEntry).id),
                      select(func.count()).select_from(select(TrailEntry.id).subquery())):
        with pytest.raises(TenantScopeError):
            entries.execute(statement)


def test_every_shape_of_select_is_filtered(entries: Session) -> None:
    other = aliased(TrailEntry)
    with tenant_scope(entries, "522723"):
        assert len(entries.scalars(select(TrailEntry)).all()) == 2
        assert entries.scalar(select(func.count()).select_from(TrailEntry)) == 2
        assert entries.scalar(select(func.count(TrailEntry.id))) == 2
        assert entries.scalar(select(func.count()).select_from(select(TrailEntry.id).subquery())) == 2
        assert len(entries.execute(select(other.id)).all()) == 2
        exists = select(TrailEntry.id).where(TrailEntry.tenant_id == "341721").exists()
        assert entries.scalar(select(exists)) is False


def test_the_next_scope_is_not_answered_with_the_last_ones_tenants(entries: Session) -> None:
    for tenants, count in (({"522723"}, 2), ({"341721"}, 3), ({"522723", "341721"}, 5), (set(), 0)):
        with tenant_scope(entries, tenants):
            assert entries.scalar(select(func.count(TrailEntry.id))) == count


def test_bulk_update_stays_within_the_scope(entries: Session) -> None:
    with tenant_scope(entries, "522723"):
        assert entries.execute(update(TrailEntry).values(reason="改")).rowcount == 2
    with all_tenants(entries, "核对"):
        assert entries.scalar(select(func.count(TrailEntry.id)).where(TrailEntry.reason == "改")) == 2


def test_get_does_not_hand_over_a_row_of_an_earlier_scope(entries: Session) -> None:
    with tenant_scope(entries, "522723"):
        row = entries.scalars(select(TrailEntry)).first()
        assert row is not None
        key = (row.tenant_id, row.id)
    with tenant_scope(entries, "341721"):
        assert entries.get(TrailEntry, key) is None
    with pytest.raises(TenantScopeError):
        entries.get(TrailEntry, key)


def test_a_row_of_another_tenant_cannot_be_written(entries: Session) -> None:
    row = TrailEntry(tenant_id="341721", who="测试乙", role="", action="x", subject="x", sentence="x", source="web")
    with pytest.raises(TenantScopeError), tenant_scope(entries, "522723"):
        entries.add(row)
        entries.flush()


def test_scopes_do_not_nest_and_all_tenants_needs_a_reason(session: Session) -> None:
    with tenant_scope(session, "522723"), pytest.raises(TenantScopeError), tenant_scope(session, "341721"):
        pass
    with pytest.raises(TenantScopeError), all_tenants(session, " "):
        pass


def test_the_same_statement_is_judged_by_the_scope_of_its_day(entries: Session) -> None:
    """What a statement touches is remembered; whether it may is asked each time."""
    statement = select(func.count()).select_from(TrailEntry)
    for _ in range(2):
        with pytest.raises(TenantScopeError):
            entries.scalar(statement)
        with tenant_scope(entries, "522723"):
            assert entries.scalar(statement) == 2
        with all_tenants(entries, "核对"):
            assert entries.scalar(statement) == 5


class _Apart(DeclarativeBase):
    """Tables of this module alone."""


class _Drawer(_Apart):
    """No tenant row itself, but one that loads some along with it."""

    __tablename__ = "test_drawers"
    id: Mapped[int] = mapped_column(primary_key=True)
    sheets: Mapped[list[_Sheet]] = relationship(lazy="joined")


class _Sheet(TenantScoped, _Apart):
    __tablename__ = "test_sheets"
    id: Mapped[int] = mapped_column(primary_key=True)
    drawer_id: Mapped[int] = mapped_column(ForeignKey("test_drawers.id"))


class _Count(_Apart):
    """The same table, with a property that counts tenant rows."""

    __table__ = _Drawer.__table__
    sheets = column_property(select(func.count(_Sheet.id)).where(_Sheet.drawer_id == _Drawer.id)
                             .correlate(_Drawer.__table__).scalar_subquery())


def test_tenant_rows_that_come_along_are_filtered(sqlite_database: Database) -> None:
    _Apart.metadata.create_all(sqlite_database.engine)
    with sqlite_database.session(write=True) as session:
        with all_tenants(session, "准备"):
            session.add_all([_Drawer(id=1), *(_Sheet(id=n, tenant_id=name, drawer_id=1)
                                              for n, name in enumerate(("522723", "341721", "341721")))])
        session.commit()
        session.expunge_all()
        for tenant, count in (("522723", 1), ("341721", 2)):
            for statement in (select(_Drawer), select(_Drawer).options(joinedload(_Drawer.sheets))):
                with tenant_scope(session, tenant):
                    found = session.scalars(statement.execution_options(populate_existing=True)).unique().one()
                    assert [sheet.tenant_id for sheet in found.sheets] == [tenant] * count
                session.expunge_all()
            with tenant_scope(session, tenant):
                assert session.scalars(select(_Count)).one().sheets == count
            session.expunge_all()


def test_a_table_that_comes_later_is_behind_the_fence_as_well(sqlite_database: Database) -> None:
    """A plugin's class may be declared when statements on its table have been judged already."""
    table = Table("test_later", _Apart.metadata, Column("tenant_id", String, primary_key=True))
    table.create(sqlite_database.engine)
    with sqlite_database.session() as session:
        assert session.execute(select(table.c.tenant_id)).all() == []
        type("_Later", (TenantScoped, _Apart), {"__table__": table, "__module__": __name__})
        with pytest.raises(TenantScopeError):
            session.execute(select(table.c.tenant_id))
