"""甲县 on both databases, and on SQLite alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from core.extensions import Database, tenant_scope
from core.host.manager import PluginHost
from core.tenancy.models import Tenant
from tests.factories.units import make_tree
from tests.plugins.donations.gifts.support import JIA, County


@pytest.fixture
def county(database: Database, host: PluginHost) -> Iterator[County]:
    """On both databases."""
    yield from made(database, host)


@pytest.fixture
def sqlite_county(sqlite_database: Database, host: PluginHost) -> Iterator[County]:
    """On SQLite alone, for what does not depend on the database."""
    yield from made(sqlite_database, host)


def made(database: Database, host: PluginHost) -> Iterator[County]:
    """The tree with two tenants, and 甲县 open."""
    with database.transaction() as session:
        units = make_tree(session)
        for code in (JIA, "990102"):
            session.add(Tenant(id=code, unit_id=units[code].id, founded_on=dt.date(2010, 1, 1)))
    session = database.session(write=True)
    with tenant_scope(session, JIA):
        yield County(session, units, host)
        session.rollback()
    session.close()
