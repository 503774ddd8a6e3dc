"""甲县 with its neighbour, on both databases, and on SQLite alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest

from core.extensions import CHINA, Database, clock, tenant_scope
from core.host.manager import PluginHost
from tests.factories.units import make_tree
from tests.plugins.education_aid.running.support import JIA, County

OnDay = Callable[[str], None]


@pytest.fixture(autouse=True)
def autumn(on_day: OnDay) -> None:
    """The eighth of October 2019, a working day."""
    on_day("2019-10-08")


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> OnDay:
    """Let it be this day, at nine in the morning."""
    return lambda day: monkeypatch.setattr(
        clock, "_now", lambda: dt.datetime.combine(dt.date.fromisoformat(day), dt.time(9), CHINA))


@pytest.fixture
def county(database: Database, host: PluginHost) -> Iterator[County]:
    """On both databases."""
    yield from made(database, host)


@pytest.fixture
def lone(sqlite_database: Database, host: PluginHost) -> Iterator[County]:
    """On SQLite alone, for what does not depend on the database."""
    yield from made(sqlite_database, host)


def made(database: Database, host: PluginHost) -> Iterator[County]:
    """The tree with its tenants, and 甲县 open."""
    with database.transaction() as session:
        units = make_tree(session)
        County.found(session, units, host)
    session = database.session(write=True)
    with tenant_scope(session, JIA):
        found = County(session, units, host)
        found.plan()
        yield found
        session.rollback()
    session.close()
