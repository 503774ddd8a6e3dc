"""A real provider on loopback, trusted by 测试省, and the way there and back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.accounts import sign_in as signing
from core.accounts.policy import DEFAULT
from core.accounts.providers import managing, services
from core.accounts.providers.managing import Setup
from core.accounts.providers.queries import Placed, find_placed
from core.accounts.queries import find_by_login
from core.accounts.vault import Security
from core.extensions import Actor, Database, all_tenants
from core.trail.models import TrailEntry
from core.units.queries import get_unit_by_code
from tests.support.identity_provider import CLIENT_ID, CLIENT_SECRET, Provider, new_key, running

ACTOR = Actor(None, "测试甲")
SECURITY = Security.of(replace(DEFAULT, second_factor="optional", provider_hosts="127.0.0.1"), "test-key")
SUBJECT = "subject-0001"


@pytest.fixture(scope="session")
def signing_keys() -> list[RSAKey]:
    """Two keys: making one takes a while."""
    return [new_key("one"), new_key("two")]


@pytest.fixture
def identity(signing_keys: list[RSAKey]) -> Iterator[Provider]:
    """The provider, signing with the first key."""
    with running(signing_keys[:1]) as found:
        yield found


@pytest.fixture
def trusting(app: Flask) -> Flask:
    """The application of a deployment that lets providers stand on loopback."""
    app.extensions[signing.KEY] = SECURITY
    return app


def setup_of(provider: Provider, **more: str) -> Setup:
    """What an administrator enters of a provider."""
    return replace(Setup("测试省统一身份认证", provider.url, CLIENT_ID, "openid profile", "", "", "", "测试省信息中心",
                         CLIENT_SECRET), **more)


Trusted = Callable[..., uuid.UUID]


@pytest.fixture
def trusted(trusting: Flask, app_database: Database, identity: Provider) -> Trusted:
    """Makes a provider of a unit and switches it on; its id."""
    def make(code: str = "99", provider: Provider = identity, **more: str) -> uuid.UUID:
        with app_database.transaction() as session:
            place = get_unit_by_code(session, code)
            made = managing.add(session, place, setup_of(provider, **more), ACTOR, SECURITY, tenant_id="99")
            made.active = True
            return made.id
    return make


def placed_in(database: Database, provider_id: uuid.UUID) -> Placed:
    """A provider with its unit."""
    with database.session() as session:
        found = find_placed(session, provider_id)
    assert found is not None
    return found


def linked(database: Database, provider_id: uuid.UUID, login: str = "jia-aid", subject: str = SUBJECT) -> None:
    """Link an account to a subject."""
    with database.transaction() as session:
        account, placed = find_by_login(session, login), find_placed(session, provider_id)
        assert account is not None
        assert placed is not None
        services.link(session, placed, account, subject, ACTOR, SECURITY)


def leave(client: FlaskClient, provider_id: uuid.UUID, target: str = "") -> str:
    """The address of the provider that the button leads to."""
    answer = client.get(f"/sign-in/with/{provider_id}", query_string={"next": target} if target else {})
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def visit(address: str) -> str:
    """What the provider does with a visitor: back to the platform, with a code."""
    answer = requests.get(address, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("http://localhost")


def sign_in_with(client: FlaskClient, provider_id: uuid.UUID, target: str = "") -> TestResponse:
    """The whole way: there, through, and back."""
    return client.get(visit(leave(client, provider_id, target)))


def trailed(database: Database, *actions: str) -> list[tuple[str, str, str]]:
    """What the trail says: tenant, sentence and reason."""
    with database.session() as session, all_tenants(session, "核对"):
        rows = session.execute(select(TrailEntry.tenant_id, TrailEntry.sentence, TrailEntry.reason)
                               .where(TrailEntry.action.in_(actions or ("core:account:sign_in",))).order_by(TrailEntry.id))
        return [(row[0], row[1], row[2]) for row in rows]


@pytest.fixture
def refusal(app_database: Database) -> Callable[[], tuple[str, str, str]]:
    """The last entry of a sign-in on the trail."""
    return lambda: trailed(app_database)[-1]
