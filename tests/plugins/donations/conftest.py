"""甲县 with its plan about giving."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core import privacy
from core.extensions import CHINA, Database, clock, tenant_scope
from core.host.manager import PluginHost
from tests.conftest import settings_for
from tests.factories.world import PASSWORD
from tests.plugins.donations.giving import JIA, County, find_county, make_county
from tests.support.apps import lent_app
from tests.support.hosts import loaded

OnDay = Callable[[str], None]
Browse = Callable[..., FlaskClient]


@pytest.fixture(scope="session")
def county_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """甲县, made once."""
    path = tmp_path_factory.mktemp("county") / "county.sqlite3"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    privacy.install(database, settings_for(database.url, path.parent))
    with database.transaction() as session:
        make_county(session, path.parent)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def donations_host(tmp_path_factory: pytest.TempPathFactory) -> PluginHost:
    """Core's own features and the plugins that are installed."""
    return loaded()


@pytest.fixture
def giving_database(county_template: Path, tmp_path: Path) -> Iterator[Database]:
    """甲县 on a database of its own."""
    path = tmp_path / "county.sqlite3"
    shutil.copy(county_template, path)
    found = Database(f"sqlite:///{path}")
    privacy.install(found, settings_for(found.url, tmp_path))
    yield found
    found.dispose()


@pytest.fixture
def county(giving_database: Database, donations_host: PluginHost) -> County:
    with giving_database.session() as session:
        return find_county(session, donations_host)


@pytest.fixture
def jia(giving_database: Database, county: County) -> Iterator[Session]:
    """A writing session with 甲县 open."""
    session = giving_database.session(write=True)
    with tenant_scope(session, JIA):
        yield session
        session.rollback()
    session.close()


@pytest.fixture
def giving_app(giving_database: Database, tmp_path: Path) -> Iterator[Flask]:
    """The whole application on the same database as `giving_database`."""
    with lent_app(settings_for(giving_database.url, tmp_path)) as lent:
        yield lent


@pytest.fixture
def browse(giving_app: Flask) -> Browse:
    """A browser signed in as one of PEOPLE or of the world's people; "" stays outside."""

    def sign_in(login: str = "") -> FlaskClient:
        client = giving_app.test_client()
        if login:
            assert client.post("/sign-in", data={"login": login, "password": PASSWORD}).status_code == 302
        return client

    return sign_in


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> OnDay:
    """Let it be this day, at nine in the morning."""
    return lambda day: monkeypatch.setattr(
        clock, "_now", lambda: dt.datetime.combine(dt.date.fromisoformat(day), dt.time(9), CHINA))
