"""Signing in and out, and how long it lasts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.accounts import sign_in as signing
from core.accounts.browsers import end_sessions
from core.accounts.demo import PASSWORD as DEMO_PASSWORD
from core.accounts.models import AccountSession
from core.accounts.queries import find_by_login
from core.accounts.services import close_account
from core.extensions import Actor, Database, all_tenants
from core.trail.models import TrailEntry
from tests.factories.world import PASSWORD

ClientAs = Callable[[str], FlaskClient]
ACTOR = Actor(None, "测试甲")


@pytest.fixture
def limited(app: Flask) -> Iterator[Flask]:
    """The application with the limit on guessing, which other tests go without."""
    app.config["RATELIMIT_ENABLED"] = True
    signing.limiter.init_app(app)
    signing.limiter.reset()
    yield app
    signing.limiter.enabled = False


def attempt(client: FlaskClient, login: str = "jia-admin", password: str = PASSWORD, **more: str) -> int:
    return client.post("/sign-in", data={"login": login, "password": password, **more}).status_code


def sentences(database: Database) -> list[str]:
    with database.session() as session, all_tenants(session, "核对"):
        return list(session.scalars(select(TrailEntry.sentence).where(TrailEntry.action.startswith("core:account:sign"))))


def test_signing_in_and_out_is_trailed(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    assert client.get("/me").status_code == 200
    assert client.post("/sign-out").location == "/sign-in"
    assert client.get("/me").location == "/sign-in?next=/me"
    name = sentences(app_database)[0].removesuffix("登录")
    assert sentences(app_database) == [f"{name}登录", f"{name}退出登录"]
    with app_database.session() as session:
        account = find_by_login(session, "jia-admin")
        assert account is not None
        assert account.last_seen_at is not None


@pytest.mark.parametrize(("login", "password"), [("jia-admin", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(app: Flask, app_database: Database, login: str,
                                                              password: str) -> None:
    answer = app.test_client().post("/sign-in", data={"login": login, "password": password})
    assert answer.status_code == 401
    assert "登录名或密码不对" in answer.text
    assert sentences(app_database) == [f"登录被拒绝：{login[:3]}…"]


@pytest.mark.parametrize(("back", "leads"), [
    ("/u/990101/access/", "/u/990101/access/"), ("https://example.org/", "/"), ("//example.org/", "/"),
    ("/\\example.org", "/"), ("", "/")])
def test_after_signing_in_one_goes_back_but_never_to_another_site(app: Flask, back: str, leads: str) -> None:
    answer = app.test_client().post("/sign-in", data={"login": "jia-admin", "password": PASSWORD, "next": back})
    assert answer.location == leads


def test_guessing_is_slowed_down_for_the_name_guessed_at(limited: Flask) -> None:
    client = limited.test_client()
    answers = [attempt(client, password=f"guess {number}") for number in range(12)]
    assert answers[:10] == [401] * 10
    assert answers[10:] == [429] * 2
    assert attempt(client) == 429
    assert attempt(client, login="jia-aid") == 302


def aged(database: Database, **ago: dt.timedelta) -> None:
    """Put the times of every browser back."""
    with database.transaction() as session:
        for browser in session.scalars(select(AccountSession)):
            for name, delta in ago.items():
                setattr(browser, name, getattr(browser, name) - delta)


def test_a_browser_left_alone_has_to_sign_in_again(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    aged(app_database, seen_at=dt.timedelta(minutes=119))
    assert client.get("/me").status_code == 200
    aged(app_database, seen_at=dt.timedelta(minutes=119))
    assert client.get("/me").status_code == 200, "the click before has been noted"
    aged(app_database, seen_at=dt.timedelta(minutes=121))
    assert client.get("/me").status_code == 302


def test_nobody_stays_signed_in_for_more_than_a_days_work(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    aged(app_database, begun_at=dt.timedelta(hours=12, minutes=1))
    assert client.get("/me").status_code == 302


@pytest.mark.parametrize("name", ["begun_at", "seen_at"])
def test_a_clock_put_back_keeps_nobody_signed_in_for_ever(client_as: ClientAs, app_database: Database, name: str) -> None:
    client = client_as("jia-admin")
    aged(app_database, **{name: -dt.timedelta(hours=1)})
    assert client.get("/me").status_code == 302


def test_a_click_is_noted_once_a_minute(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    client.get("/me")  # the first form gets its token

    def seen() -> dt.datetime:
        with app_database.session() as session:
            return session.scalars(select(AccountSession.seen_at)).one()

    before = seen()
    client.get("/me")
    assert seen() == before
    aged(app_database, seen_at=dt.timedelta(seconds=61))
    client.get("/me")
    assert seen() >= before


@pytest.mark.parametrize("change", [close_account, end_sessions])
def test_an_account_that_is_closed_or_signed_out_everywhere_is_out_at_once(
        client_as: ClientAs, app_database: Database, change: Callable[..., None]) -> None:
    client = client_as("jia-admin")
    with app_database.transaction() as session:
        account = find_by_login(session, "jia-admin")
        assert account is not None
        change(session, account, ACTOR)
    assert client.get("/me").status_code == 302


@pytest.mark.parametrize("cookie", ["01890000-0000-7000-8000-000000000000.key", "not-an-account",
                                    "01890000-0000-7000-8000-000000000000.01890000-0000-7000-8000-000000000000.x"])
def test_a_cookie_of_nobody_is_out(app: Flask, cookie: str) -> None:
    with app.test_request_context("/"):
        assert signing.load(cookie) is None


def test_a_cookie_with_another_account_in_front_is_out(client_as: ClientAs, app: Flask) -> None:
    with client_as("jia-admin").session_transaction() as kept:
        _, _, rest = kept["_user_id"].partition(".")
    with app.test_request_context("/"):
        assert signing.load(f"01890000-0000-7000-8000-000000000000.{rest}") is None


def test_signing_in_forgets_the_earlier_session_apart_from_the_language(app: Flask) -> None:
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["locale"], kept["planted"] = "en", "by somebody else"
    assert attempt(client) == 302
    with client.session_transaction() as kept:
        assert kept["locale"] == "en"
        assert "planted" not in kept
    client.post("/sign-out")
    with client.session_transaction() as kept:
        assert dict(kept) == {"locale": "en"} or "_user_id" not in kept


def test_a_stolen_cookie_does_not_work_in_another_browser(client_as: ClientAs, app: Flask) -> None:
    client = client_as("jia-admin")
    assert client.get("/me", headers={"User-Agent": "another browser"}).status_code == 302


def test_the_demo_fills_the_form_and_nothing_else_does(app: Flask, app_database: Database) -> None:
    with app_database.transaction() as session:
        account = find_by_login(session, "jia-aid")
        assert account is not None
        account.demo = True
    closed = app.test_client().get("/sign-in?as=jia-aid").text
    assert "演示账号" not in closed
    assert DEMO_PASSWORD not in closed
    from dataclasses import replace

    app.config["BANGFU_SETTINGS"] = replace(app.config["BANGFU_SETTINGS"], demo=True)
    page = app.test_client().get("/sign-in?as=jia-aid&next=/me").text
    assert 'value="jia-aid"' in page
    assert f'value="{DEMO_PASSWORD}"' in page
    assert "jia-admin" not in page


# One's own page

def test_ones_own_page_lists_ones_posts(client_as: ClientAs) -> None:
    page = client_as("jia-aid").get("/me").text
    assert "学生资助中心经办" in page
    assert "甲县" in page


def test_the_working_unit_is_chosen_within_ones_posts(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    assert client.post("/working-unit", data={"code": "990101100"}).location == "/u/990101100/"
    assert client.post("/working-unit", data={"code": "990102"}).status_code == 404
    assert client.post("/working-unit", data={"code": "no-such"}).status_code == 404
