"""Callers of the API: browsers, and systems with a token."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access.guard import access_catalogue
from core.accounts.queries import find_by_login
from core.api.models import ApiToken
from core.api.services import make_token
from core.extensions import Actor, Database
from core.units.queries import get_unit_by_code
from tests.conftest import SAMPLE, settings_for
from tests.factories.world import PEOPLE, make_world
from tests.support import postgres
from tests.support.apps import lent_app
from tests.support.hosts import loaded

MakeToken = Callable[..., str]
#: puts every test of a module on both databases
BOTH = pytest.mark.parametrize("app", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def postgres_world(postgres_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The small province on PostgreSQL, made once as a template."""
    name = "template_world"
    settings = settings_for(postgres_server.create(name, template="template_bangfu"), tmp_path_factory.mktemp(name), SAMPLE)
    database = Database(settings.database_url)
    with database.transaction() as session:
        make_world(session, loaded(SAMPLE))
    database.dispose()  # nobody may be connected to a template that is copied
    return name


@pytest.fixture
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The whole application on a copy of the small province; on SQLite unless a test says otherwise."""
    server: postgres.Server | None = None
    name = postgres.unique_name()
    if getattr(request, "param", "sqlite") == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = server.create(name, template=request.getfixturevalue("postgres_world"))
    else:
        path = tmp_path / "world.sqlite3"
        shutil.copy(request.getfixturevalue("world_template"), path)
        url = f"sqlite:///{path}"
    with lent_app(settings_for(url, tmp_path, SAMPLE)) as lent:
        yield lent
    if server is not None:
        server.drop(name)


@pytest.fixture
def token_of(app: Flask, app_database: Database) -> MakeToken:
    """The text of a new token of one of the people of `make_world`, for everything unless actions are given."""
    def make(login: str, *actions: str, unit: str = "", age_days: int = 0) -> str:
        with app.app_context():
            known = set(access_catalogue().actions)
        with app_database.transaction() as session:
            account = find_by_login(session, login)
            assert account is not None
            place = get_unit_by_code(session, unit or PEOPLE[login][1])
            token, text = make_token(session, account.id, "对接测试系统", place, actions or sorted(known), 90,
                                     Actor(account.id, account.name), able=known)
            token.until -= dt.timedelta(days=age_days)
        return text
    return make


class Caller:
    """Another system, with its token on every request."""

    def __init__(self, client: FlaskClient, text: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {text}"}

    def open(self, method: str, address: str, headers: Iterable[tuple[str, str]] = (), **options: Any) -> Any:
        return self.client.open(address, method=method, headers={**self.headers, **dict(headers)}, **options)

    def get(self, address: str, **headers: str) -> Any:
        return self.open("GET", address, [(name.replace("_", "-"), value) for name, value in headers.items()])


@pytest.fixture
def caller(app: Flask, token_of: MakeToken) -> Callable[..., Caller]:
    def make(login: str, *actions: str, **options: Any) -> Caller:
        return Caller(app.test_client(), token_of(login, *actions, **options))
    return make


def stored_tokens(database: Database) -> list[ApiToken]:
    with database.session() as session:
        return session.query(ApiToken).all()
