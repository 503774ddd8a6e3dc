"""A draft is read as the running plan within its block, and nothing of it is left."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.extensions import Database
from core.host.manager import PluginHost
from core.tenancy import queries
from core.tenancy.models import Plan
from core.tenancy.parameters import parameter
from core.tenancy.services import as_if_applied, check_profile
from tests.factories.tenancy import days, profile_text, tenant_with_plan
from tests.factories.units import make_tree


@pytest.fixture
def session(sqlite_database: Database) -> Session:
    return sqlite_database.session(write=True)


def test_a_draft_is_read_and_never_stored(session: Session) -> None:
    make_tree(session)
    tenant = tenant_with_plan(session, days(7))
    profile = check_profile(session, PluginHost(), profile_text(days(12)).encode(), "draft.toml").profile
    assert profile is not None
    with as_if_applied(session, tenant.id, profile):
        assert parameter(session, tenant, "publicity.days", on=dt.date(2016, 9, 1)) == 12
        assert len(queries.list_entries(session, queries.running_plans(session, [tenant.id])[tenant.id], "value")) == 1
        assert queries.running_plan(session, "00") is None
        with pytest.raises(ValueError, match="one draft"), as_if_applied(session, tenant.id, profile):
            pass
    assert parameter(session, tenant, "publicity.days") == 7
    assert session.scalar(select(func.count()).select_from(Plan)) == 1
    session.close()
