"""A token does what its account may, at its unit, with its actions, for its term, and nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.access.models import BreakGlass
from core.accounts import sign_in as signing
from core.accounts.policy import DEFAULT
from core.accounts.queries import find_by_login
from core.accounts.services import close_account
from core.accounts.sign_in import limiter
from core.accounts.vault import Security
from core.api.services import make_token
from core.app import create_app
from core.extensions import Actor, Database, all_tenants, utcnow
from core.trail.models import TrailEntry
from core.units.queries import get_unit_by_code
from tests.conftest import SAMPLE, ClientAs, settings_for
from tests.core.api.conftest import Caller, MakeToken, stored_tokens

MakeCaller = Callable[..., Caller]
UNIT = "/api/v1/units/990101"


def entries(database: Database, action: str) -> list[TrailEntry]:
    with database.session() as session, all_tenants(session, "核对"):
        found = list(session.scalars(select(TrailEntry).where(TrailEntry.action == action)))
        session.expunge_all()
    return found


def test_a_token_opens_the_api_as_its_account(caller: MakeCaller, app_database: Database) -> None:
    system = caller("jia-admin")
    assert system.get(UNIT).get_json()["unit"]["name"] == "甲县"
    me = system.get("/api/v1/me").get_json()["me"]
    assert me["token"]["unit_code"] == "990101" and me["posts"][0]["role"] == "tenant_admin"
    assert [token.last_used_at is not None for token in stored_tokens(app_database)] == [True]


def test_only_the_hash_of_a_token_is_kept(token_of: MakeToken, app_database: Database) -> None:
    text = token_of("jia-admin")
    (token,) = stored_tokens(app_database)
    assert text not in repr(vars(token)) and token.prefix in text


def test_the_token_of_a_closed_account_is_refused_and_trailed(caller: MakeCaller, app_database: Database) -> None:
    system = caller("jia-admin")
    with app_database.transaction() as session:
        account = find_by_login(session, "jia-admin")
        assert account is not None
        close_account(session, account, Actor.command_line())
    answer = system.get(UNIT)
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
    (entry,) = entries(app_database, "core:token:refuse")
    assert entry.reason == "账号已停用"


def test_the_token_of_an_account_whose_password_was_reset_waits_for_its_owner(
        caller: MakeCaller, app_database: Database) -> None:
    system = caller("jia-admin")
    for must_change, status in ((True, 401), (False, 200)):
        with app_database.transaction() as session:
            account = find_by_login(session, "jia-admin")
            assert account is not None
            account.must_change = must_change
        assert system.get(UNIT).status_code == status


def test_an_expired_token_is_refused(caller: MakeCaller, app_database: Database) -> None:
    assert caller("jia-admin", age_days=91).get(UNIT).status_code == 401
    assert [entry.reason for entry in entries(app_database, "core:token:refuse")] == ["令牌已过期"]


@pytest.mark.parametrize("text", ["", "x", "bangfu_00000000_" + "A" * 43, "\u00ff" * 60])
def test_an_unknown_token_is_refused_and_no_cookie_helps_it(client_as: ClientAs, text: str) -> None:
    browser = client_as("jia-admin")
    assert browser.get(UNIT).status_code == 200
    answer = browser.get(UNIT, headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 401 and answer.content_type == "application/problem+json"


def test_a_token_stays_below_its_unit(caller: MakeCaller) -> None:
    system = caller("city-auditor", unit="990101")
    assert system.get("/api/v1/units/990101-S01").status_code == 200
    for outside in ("990102", "9901", "99"):
        assert system.get(f"/api/v1/units/{outside}").status_code == 404
    assert {unit["code"] for unit in system.get("/api/v1/units?q=9901").get_json()["units"]} >= {"990101"}
    assert "990102" not in system.get("/api/v1/units?q=9901").text


def test_a_token_does_only_its_actions(caller: MakeCaller, client_as: ClientAs) -> None:
    assert client_as("jia-admin").get(f"{UNIT}/trail").status_code == 200
    system = caller("jia-admin", "core:unit:read")
    answer = system.get(f"{UNIT}/trail")
    assert answer.status_code == 403 and "访问令牌不含此动作" in answer.get_json()["detail"]
    assert system.get(UNIT).status_code == 200


def test_a_token_gives_no_more_than_its_account_has(caller: MakeCaller) -> None:
    system = caller("jia-school")
    assert system.get("/api/v1/units/990101-S01/accounts").status_code == 403
    assert system.get(UNIT).status_code == 404


def test_elevated_access_does_not_pass_to_a_token(caller: MakeCaller, app_database: Database) -> None:
    system = caller("jia-admin", unit="990101")
    with app_database.transaction() as session:
        account, unit = find_by_login(session, "jia-admin"), get_unit_by_code(session, "99")
        assert account is not None
        session.add(BreakGlass(account_id=account.id, who="测试", role="platform_admin", unit_id=unit.id, reason="测试",
                               until=utcnow() + dt.timedelta(hours=1), notified_unit_id=unit.id))
    assert system.get("/api/v1/units/990102").status_code == 404


def test_without_a_platform_administrator_their_token_opens_nothing(app: Flask, caller: MakeCaller) -> None:
    administrator, aid = caller("province-admin"), caller("jia-aid")
    assert administrator.get(UNIT).status_code == 200
    app.extensions[signing.KEY] = Security.of(dataclasses.replace(DEFAULT, platform_admin="no"), "test-key")
    assert administrator.get(UNIT).status_code == 403
    assert aid.get(UNIT).status_code == 200


def test_a_token_opens_no_page(app: Flask, token_of: MakeToken) -> None:
    client, headers = app.test_client(), {"Authorization": f"Bearer {token_of('jia-admin')}"}
    for page in ("/u/990101/", "/me/tokens"):
        assert client.get(page, headers=headers).status_code == 302


def test_a_page_shows_a_new_token_once_and_it_works_until_revoked(
        app: Flask, client_as: ClientAs, app_database: Database) -> None:
    browser = client_as("jia-admin")
    form = {"title": "学籍系统", "unit": "990101", "days": "30", "actions": ["core:unit:read"]}
    text = browser.post("/me/tokens", data=form).get_data(as_text=True)
    found = re.search(r"bangfu_[0-9a-z]{8}_[\w-]{43}", text)
    assert found is not None
    again = browser.get("/me/tokens").get_data(as_text=True)
    assert found[0] not in again and "学籍系统" in again
    system = Caller(app.test_client(), found[0])
    assert system.get(UNIT).status_code == 200
    (token,) = stored_tokens(app_database)
    assert browser.post(f"/me/tokens/{token.id}/revoke").status_code == 302
    assert system.get(UNIT).status_code == 401
    assert len(entries(app_database, "core:token:make")) == len(entries(app_database, "core:token:revoke")) == 1


def test_another_persons_token_cannot_be_revoked(
        client_as: ClientAs, token_of: MakeToken, app_database: Database) -> None:
    token_of("jia-admin")
    (token,) = stored_tokens(app_database)
    assert client_as("province-admin").post(f"/me/tokens/{token.id}/revoke").status_code == 404


@pytest.mark.parametrize("wrong", [
    {"title": ""}, {"days": "0"}, {"days": "367"}, {"days": "-1"}, {"days": "²"}, {"unit": "990102"}, {"unit": ""},
    {"actions": []}, {"actions": ["core:switch:nothing"]}, {"actions": ["core:plan:approve"]},
])
def test_a_form_with_a_fault_makes_nothing(client_as: ClientAs, app_database: Database, wrong: dict[str, Any]) -> None:
    form = {"title": "学籍系统", "unit": "990101", "days": "30", "actions": ["core:unit:read"], **wrong}
    assert client_as("jia-admin").post("/me/tokens", data=form).status_code == 422
    assert stored_tokens(app_database) == []


def test_a_session_needs_its_csrf_token_and_a_bearer_token_needs_none(
        app: Flask, client_as: ClientAs, token_of: MakeToken) -> None:
    browser, text = client_as("jia-admin"), token_of("jia-admin")
    app.config["WTF_CSRF_ENABLED"] = True
    sent = {"json": {"name": "新站", "kind": "station", "on": "2020-01-01"}}
    key = {"Idempotency-Key": "a-first-key"}
    assert browser.post(f"{UNIT}/children", headers=key, **sent).status_code == 419
    fake = {**key, "Authorization": "Bearer bangfu_00000000_" + "A" * 43}
    assert browser.post(f"{UNIT}/children", headers=fake, **sent).status_code == 401
    assert browser.post(f"{UNIT}/children", headers={**key, "Authorization": "Basic eA=="}, **sent).status_code == 419
    assert Caller(app.test_client(), text).open("POST", f"{UNIT}/children", key.items(), **sent).status_code == 201
    assert browser.post("/me/tokens", data={"title": "x"}, headers={"Authorization": f"Bearer {text}"}).status_code == 419


@pytest.fixture
def limited(world_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application with its limits, as in production."""
    path = tmp_path / "limited.sqlite3"
    shutil.copy(world_template, path)
    made = create_app(dataclasses.replace(settings_for(f"sqlite:///{path}", tmp_path, SAMPLE), testing=False))
    limiter.reset()
    yield made
    limiter.reset()
    made.extensions["bangfu.database"].dispose()


def token_in(app: Flask, login: str) -> str:
    with app.extensions["bangfu.database"].transaction() as session:
        account = find_by_login(session, login)
        assert account is not None
        return make_token(session, account.id, "对接", get_unit_by_code(session, "990101"), ["core:unit:read"], 1,
                          Actor(account.id, account.name), able=["core:unit:read"])[1]


def test_each_token_has_its_own_limit(limited: Flask) -> None:
    busy, calm = (Caller(limited.test_client(), token_in(limited, login)) for login in ("jia-admin", "jia-aid"))
    answers = [busy.get("/api/v1/me") for _ in range(601)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert answers[-1].status_code == answers[-1].get_json()["status"] == 429
    assert [answers[n].headers["X-RateLimit-Remaining"] for n in (0, 599)] == ["599", "0"]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert calm.get("/api/v1/me").status_code == 200


def test_whoever_tries_tokens_is_told_to_wait(limited: Flask) -> None:
    guesser = limited.test_client()
    codes = [guesser.get("/api/v1/me", headers={"Authorization": f"Bearer bangfu_00000000_{number:043}"}).status_code
             for number in range(61)]
    assert codes == [401] * 60 + [429]
