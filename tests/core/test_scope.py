"""The tenant fence, line by line."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from core.errors import TenantScopeError
from core.extensions import Actor, all_tenants, tenant_scope
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
