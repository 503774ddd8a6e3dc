"""Fixtures every test may use: databases on both dialects, made once and copied for each test."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core import privacy
from core.config import ROOT, Settings
from core.extensions import Database
from core.host.manager import PluginHost
from tests.support import pages, passwords, postgres
from tests.support.engines import share_compiled
from tests.support.lending import Shelf
from tests.support.schema import make_schema

#: refuses marks of clauses that the register lacks
pytest_plugins = ["tests.clauses.plugin", "tests.support.browser"]
SAMPLE = "tests.sample_plugin:plugin"
share_compiled()
# A busy machine is no fault of what is tested.
hypothesis.settings.register_profile("bangfu", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("bangfu")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Modules and tests by the thousand are made, and all of them stay: there is no garbage to search for meanwhile."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """What is imported stays: leave it out of every later search for garbage, and search less often."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def shared_templates(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> None:
    """A template is compiled once in a run, whichever process comes first."""
    own = tmp_path_factory.getbasetemp()
    pages.keep_in((own if worker_id == "master" else own.parent) / "templates")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Signing in takes a millisecond instead of a tenth of a second of both processors."""
    passwords.use(*passwords.QUICK)


@pytest.fixture
def real_passwords() -> Iterator[None]:
    """Passwords are hashed as in production."""
    passwords.use(*passwords.AS_IN_PRODUCTION)
    yield
    passwords.use(*passwords.QUICK)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    # Autovacuum would hold a template that is being copied, and change plans in the midst of a test.
    with postgres.server("autovacuum=off") as server:
        make_schema(server.create("template_bangfu"))
        yield server


@pytest.fixture(scope="session")
def postgres_shelf(postgres_server: postgres.Server) -> Iterator[Shelf]:
    """Empty databases on PostgreSQL, lent from test to test."""
    with closing(Shelf(postgres_server, "template_bangfu")) as shelf:
        yield shelf


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    make_schema(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the whole schema, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        found = Database(f"sqlite:///{path}")
        privacy.install(found, settings_for(found.url, tmp_path))
        yield found
        found.dispose()
        return
    shelf: Shelf = request.getfixturevalue("postgres_shelf")
    with shelf.lend() as url:
        found = Database(url)
        privacy.install(found, settings_for(found.url, tmp_path))
        yield found
        found.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session on `database`; the test commits if it wants to."""
    opened = database.session(write=True)
    yield opened
    opened.rollback()
    opened.close()


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty database on SQLite only, for what does not depend on the dialect."""
    path = tmp_path / "only.sqlite3"
    shutil.copy(sqlite_template, path)
    found = Database(f"sqlite:///{path}")
    privacy.install(found, settings_for(found.url, tmp_path))
    yield found
    found.dispose()


def settings_for(url: str, data_dir: Path, *plugins: str) -> Settings:
    """Settings of an app under test."""
    return Settings(database_url=url, data_dir=data_dir, secret_key="test-key", testing=True,
                    extra_plugins=plugins, tenants_dir=ROOT / "tenants",
                    options={"second_factor": "optional"})


@pytest.fixture(scope="session")
def host() -> PluginHost:
    """Core and every installed plugin."""
    from tests.support.hosts import loaded

    return loaded()


@pytest.fixture(scope="session")
def world_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small province of `make_world` with the sample plugin, made once."""
    from tests.factories.world import make_world
    from tests.support.hosts import loaded

    path = tmp_path_factory.mktemp("world") / "world.sqlite3"
    shutil.copy(sqlite_template, path)
    settings = settings_for(f"sqlite:///{path}", path.parent, SAMPLE)
    database = Database(settings.database_url)
    privacy.install(database, settings)
    with database.transaction() as session:
        make_world(session, loaded(SAMPLE))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture
def app(world_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """The whole application with the sample plugin on a copy of the small province."""
    from tests.support.apps import lent_app

    path = tmp_path / "world.sqlite3"
    shutil.copy(world_template, path)
    if (kept := world_template.parent / "keys").exists():  # what the world has sealed opens in the copy
        shutil.copytree(kept, tmp_path / "keys", dirs_exist_ok=True)
    with lent_app(settings_for(f"sqlite:///{path}", tmp_path, SAMPLE)) as lent:
        yield lent


@pytest.fixture
def app_database(app: Flask) -> Database:
    """The database behind `app`."""
    found: Database = app.extensions["bangfu.database"]
    return found


ClientAs = Callable[[str], FlaskClient]


@pytest.fixture
def client_as(app: Flask) -> ClientAs:
    """A browser signed in as one of the people of `make_world`; "" stays outside."""

    from tests.factories.world import PASSWORD

    def sign_in(login: str) -> FlaskClient:
        client = app.test_client()
        if login:
            answer = client.post("/sign-in", data={"login": login, "password": PASSWORD})
            assert answer.status_code == 302, f"{login} cannot sign in"
        return client

    return sign_in
