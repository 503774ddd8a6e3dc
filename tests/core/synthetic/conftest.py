"""The small tree with two counties that are tenants, committed."""

from __future__ import annotations

import datetime as dt

import pytest

from core.extensions import Database
from core.tenancy.models import Tenant
from tests.factories.units import make_tree


def found(database: Database) -> Database:
    """Put the tree and the tenants of 甲县 and 测试省 into a database; 乙县 is none yet."""
    with database.transaction() as session:
        units = make_tree(session)
        session.add_all(Tenant(id=code, unit_id=units[code].id, founded_on=dt.date(2015, 1, 1)) for code in ("99", "990101"))
    return database


@pytest.fixture
def counties(database: Database) -> Database:
    return found(database)


@pytest.fixture
def sqlite_counties(sqlite_database: Database) -> Database:
    return found(sqlite_database)
