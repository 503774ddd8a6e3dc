"""Fixtures every test may use: databases on both dialects, made once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.extensions import Database
from tests.support import postgres
from tests.support.schema import make_schema


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    with postgres.server() as server:
        make_schema(server.create("template_bangfu"))
        yield server


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
        yield found
        found.dispose()
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = postgres.unique_name()
    found = Database(server.create(name, template="template_bangfu"))
    yield found
    found.dispose()
    server.drop(name)


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
    yield found
    found.dispose()
