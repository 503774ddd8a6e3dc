"""Password rules, first passwords, changing one's own, and locks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.accounts import attempts, passwords, services
from core.accounts.models import Account, Attempts, PastPassword
from core.accounts.policy import DEFAULT, Policy
from core.accounts.queries import find_by_login
from core.accounts.rules import device_of, password_fault, wait_after
from core.accounts.weak import is_weak
from core.errors import InvalidInput, PlatformError
from core.extensions import Actor, Database, all_tenants, utcnow
from core.trail.models import TrailEntry
from tests.factories.world import PASSWORD

ClientAs = Callable[[str], FlaskClient]
ACTOR = Actor(None, "测试甲")
GOOD = "竹篮-river-42-打水"


# Rules

@pytest.mark.parametrize(("password", "message"), [
    ("short", "至少"), ("x" * 129, "最多"), ("my-Jia-Aid-2026", "登录名"), ("我的名字叫测试丁丑wq8", "姓名"), ("P@ssw0rd2026!", "太常见"),
    (GOOD, None)])
def test_a_password_is_judged_by_the_rules(password: str, message: str | None) -> None:
    fault = password_fault(password, DEFAULT, login="jia-aid", name="测试丁丑")
    assert (fault is None) if message is None else (fault is not None and message in fault)


def test_a_name_of_one_letter_is_no_reason_to_refuse() -> None:
    assert password_fault(GOOD, DEFAULT, login="", name="竹") is None


@pytest.mark.parametrize("password", ["1234567890", "0987654321", "qwertyuiop", "abcabcabcabc", "aaaaaaaaaa", "Admin@2026!!",
                                      "p4ssw0rd!!!!", "1qaz2wsx3edc", "woaini13141314", "zxcvbnm,./12"])
def test_known_passwords_are_weak_in_any_dress(password: str) -> None:
    assert is_weak(password)


@pytest.mark.parametrize("password", ["correct horse", "kite-7-harbour", "雨打芭蕉叶带愁心同新月", "x9!vT4#pLq2z"])
def test_other_passwords_are_not(password: str) -> None:
    assert not is_weak(password)


def test_the_wait_doubles_up_to_the_longest() -> None:
    assert [wait_after(count, DEFAULT) for count in (1, 4, 5, 6, 7, 99)] == [0, 0, 60, 120, 240, 3600]


def test_settings_make_the_policy_and_a_wrong_one_stops_the_start() -> None:
    assert Policy.of({"password_length": "14", "second_factor": "all"}).password_length == 14
    for wrong in ({"attempts": "no"}, {"attempts": "0"}, {"second_factor": "never"}, {"platform_admin": "perhaps"}):
        with pytest.raises(PlatformError, match="账号设置"):
            Policy.of(wrong)


@pytest.mark.parametrize(("agent", "device"), [
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome · Windows"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) MicroMessenger/8.0 Safari/604.1", "微信 · iPhone"),
    ("curl/8.1", "curl/8.1"), ("", "未知设备")])
def test_a_device_is_named_so_that_its_owner_knows_it(agent: str, device: str) -> None:
    assert device_of(agent) == device


# Hashes

def stored(session: Session, password: str = PASSWORD) -> Account:
    return services.store_account(session, "test.jia", "测试甲", passwords.hash_password(password), ACTOR)


@pytest.mark.usefixtures("real_passwords")
def test_a_password_is_kept_as_a_hash_and_checked(session: Session) -> None:
    account = stored(session)
    assert account.password_hash.startswith("$argon2id$")
    assert passwords.verify(session, "TEST.jia", PASSWORD) is account
    assert passwords.verify(session, "test.jia", "wrong horse") is None
    assert passwords.verify(session, "nobody", PASSWORD) is None


@pytest.mark.usefixtures("real_passwords")
def test_the_hash_of_nobody_asks_for_the_work_of_a_real_one() -> None:
    hasher, made_up = passwords._hasher, passwords.unmatched(passwords._hasher)
    assert extract_parameters(made_up) == extract_parameters(hasher.hash(PASSWORD))
    with pytest.raises(VerifyMismatchError):  # worked out and compared, not refused by its form
        hasher.verify(made_up, PASSWORD)


def test_unknown_names_and_first_passwords_are_hashed_for_as_long(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes the time is the hash, so it has to be worked out for nobody too."""
    stored(session)
    services.open_account(session, "first", "测试乙", ACTOR)
    checked: list[str] = []
    hasher = PasswordHasher()

    class Watched:
        def verify(self, kept: str, password: str) -> bool:
            checked.append(kept)
            return hasher.verify(kept, password)

    monkeypatch.setattr(passwords, "_hasher", Watched())
    for login in ("nobody", "test.jia", "first"):
        assert passwords.verify(session, login, "wrong horse") is None
    assert len({kept.rpartition("$")[0].rpartition("$")[0] for kept in checked}) == 1
    assert len(checked) == 3


@pytest.mark.usefixtures("real_passwords")
def test_an_old_hash_is_renewed_at_the_next_sign_in(session: Session) -> None:
    account = stored(session)
    account.password_hash = old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert passwords.verify(session, "test.jia", PASSWORD) is account
    assert account.password_hash != old


def test_a_first_password_works_until_its_day_and_is_never_kept(session: Session) -> None:
    account, password = services.open_account(session, "new", "测试新", ACTOR)
    assert password not in account.password_hash
    assert passwords.verify(session, "new", password) is account
    assert passwords.verify(session, "new", password.upper()) is None
    account.first_until = utcnow()
    assert passwords.verify(session, "new", password) is None


def test_the_last_five_passwords_do_not_come_back(session: Session) -> None:
    account, current = services.open_account(session, "new", "测试新", ACTOR)
    chosen = [f"{GOOD} {number}" for number in range(7)]
    for new in chosen:
        passwords.change_password(session, account, current, new, new, ACTOR)
        current = new
    assert not account.must_change
    assert session.scalar(select(func.count()).select_from(PastPassword)) == 5
    for old in chosen[2:]:
        with pytest.raises(InvalidInput) as refused:
            passwords.change_password(session, account, current, old, old, ACTOR)
        assert refused.value.fields == {"new": "最近 5 次用过的密码不能再用"}
    passwords.change_password(session, account, current, chosen[1], chosen[1], ACTOR)


def test_a_change_is_refused_field_by_field(session: Session) -> None:
    account = stored(session)
    with pytest.raises(InvalidInput) as refused:
        passwords.change_password(session, account, "wrong", "short", "other", ACTOR)
    assert refused.value.fields == {"old": "现在的密码不对", "new": "密码至少 10 位", "again": "两次输入的新密码不一样"}


# Locks

def test_failures_lock_a_name_for_longer_and_longer(session: Session) -> None:
    assert [attempts.count_attempt(session, "k", DEFAULT) for _ in range(6)] == [True] * 5 + [False]
    row = session.get_one(Attempts, "k")
    first = attempts.locked_until(session, "k")
    assert first is not None
    row.locked_until = utcnow()
    assert attempts.count_attempt(session, "k", DEFAULT)
    second = attempts.locked_until(session, "k")
    assert second is not None
    assert second - first > dt.timedelta(seconds=55)
    attempts.forget_attempts(session, "k")
    assert attempts.locked_until(session, "k") is None
    assert attempts.count_attempt(session, "k", DEFAULT)


def test_failures_of_another_day_are_forgotten(session: Session) -> None:
    for key in ("k", "other"):
        for _ in range(4):
            attempts.count_attempt(session, key, DEFAULT)
        session.get_one(Attempts, key).last_at -= dt.timedelta(days=2)
    session.flush()
    attempts.count_attempt(session, "k", DEFAULT)
    assert session.get_one(Attempts, "k").failures == 1
    assert session.scalar(select(func.count()).select_from(Attempts)) == 1


def test_a_clock_that_was_ahead_locks_nobody_for_years(session: Session) -> None:
    for _ in range(5):
        attempts.count_attempt(session, "k", DEFAULT)
    session.get_one(Attempts, "k").locked_until = utcnow() + dt.timedelta(days=9999)
    assert not attempts.count_attempt(session, "k", DEFAULT)
    until = attempts.locked_until(session, "k")
    assert until is not None
    assert until <= utcnow() + dt.timedelta(hours=1)


def test_two_first_failures_at_a_moment_are_both_counted(database: Database) -> None:
    with database.transaction() as session:
        attempts.count_attempt(session, "k", DEFAULT)
        session.flush()
        session.expunge_all()
        real, asked = session.get, []

        def late(*args: object, **named: object) -> object:
            asked.append(args)
            return None if len(asked) == 1 else real(*args, **named)  # type: ignore[arg-type]

        session.get = late  # type: ignore[method-assign, assignment]
        assert attempts.count_attempt(session, "k", DEFAULT)
    with database.session() as session:
        assert session.get_one(Attempts, "k").failures == 2


def sign_in(app: Flask, login: str, password: str) -> tuple[int, str]:
    answer = app.test_client().post("/sign-in", data={"login": login, "password": password})
    return answer.status_code, re.sub(r'(value|content)="[^"]*"', "", answer.text)


def test_a_wrong_password_an_unknown_name_and_a_locked_account_look_alike(app: Flask) -> None:
    wrong = sign_in(app, "jia-aid", "wrong")
    unknown = sign_in(app, "nobody-at-all", "wrong")
    for _ in range(5):
        sign_in(app, "yi-aid", "wrong")
    locked = sign_in(app, "yi-aid", PASSWORD)
    assert wrong == unknown == locked
    assert wrong[0] == 401
    assert sign_in(app, "jia-aid", PASSWORD)[0] == 302


def test_a_right_password_forgets_the_wrong_ones(app: Flask) -> None:
    for _ in range(3):
        for _ in range(4):
            assert sign_in(app, "jia-aid", "wrong")[0] == 401
        assert sign_in(app, "jia-aid", PASSWORD)[0] == 302


# Pages

def new_person(client_as: ClientAs, app: Flask) -> tuple[FlaskClient, str]:
    page = client_as("jia-admin").post("/u/990101/accounts", data={
        "login": "jia-new", "name": "测试新", "role": "school_clerk", "unit": "990101-S01"}).text
    found = re.search(r'data-copy="([^"]+)"', page)
    assert found is not None
    client = app.test_client()
    assert client.post("/sign-in", data={"login": "jia-new", "password": found[1]}).location == "/"
    return client, found[1]


def test_nothing_else_is_reachable_before_the_first_password_is_changed(client_as: ClientAs, app: Flask) -> None:
    client, first = new_person(client_as, app)
    for address in ("/me", "/u/990101-S01/", "/me/factor", "/me/sessions", "/search?q=x"):
        assert client.get(address).location == "/me/password", address
    assert client.post("/working-unit", data={"code": "990101-S01"}).location == "/me/password"
    assert client.get("/me", headers={"Accept": "application/json"}).status_code == 403
    assert client.get("/me", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/me/password"
    assert "请先修改初始密码" in client.get("/me/password").text
    wrong = client.post("/me/password", data={"old": first, "new": "1234567890", "again": "1234567890"})
    assert wrong.status_code == 422
    assert "太常见" in wrong.text
    assert client.get("/me").location == "/me/password"
    assert client.post("/me/password", data={"old": first, "new": GOOD, "again": GOOD}).location == "/"
    assert client.get("/u/990101-S01/").status_code == 200
    assert "/me/factor" in client.get("/me/password").text


def test_changing_ones_password_signs_out_everywhere_else_and_is_trailed(client_as: ClientAs, app: Flask,
                                                                         app_database: Database) -> None:
    here, there = client_as("jia-aid"), client_as("jia-aid")
    assert here.post("/me/password", data={"old": PASSWORD, "new": GOOD, "again": GOOD}).location == "/"
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 302
    assert sign_in(app, "jia-aid", PASSWORD)[0] == 401
    assert sign_in(app, "jia-aid", GOOD)[0] == 302
    with app_database.session() as session, all_tenants(session, "核对"):
        said = set(session.scalars(select(TrailEntry.sentence)))
        account = find_by_login(session, "jia-aid")
        assert account is not None
        assert f"{account.name}修改了自己的密码" in said
    assert "注销账号 jia-aid 的其他登录" in said
    assert not any(GOOD in text for text in said)


def test_guessing_the_old_password_on_ones_own_page_is_locked_as_well(client_as: ClientAs) -> None:
    client = client_as("jia-aid")
    for _ in range(5):
        assert "现在的密码不对" in client.post("/me/password", data={"old": "x", "new": GOOD, "again": GOOD}).text
    answer = client.post("/me/password", data={"old": PASSWORD, "new": GOOD, "again": GOOD})
    assert answer.status_code == 422
    assert "输错太多次" in answer.text


def test_ones_browsers_are_listed_and_signed_out_one_by_one(client_as: ClientAs) -> None:
    here, there = client_as("jia-aid"), client_as("jia-aid")
    page = here.get("/me/sessions").text
    addresses = re.findall(r"/me/sessions/[0-9a-f-]+/end", page)
    assert len(addresses) == 2
    assert "本机" in page
    other = client_as("jia-school")
    assert [other.post(address).status_code for address in addresses] == [404, 404]
    for address in addresses:
        here.post(address)
    assert here.get("/me").status_code == there.get("/me").status_code == 302


def test_one_browser_is_signed_out_from_another(client_as: ClientAs) -> None:
    there, here = client_as("jia-aid"), client_as("jia-aid")
    address = re.findall(r"/me/sessions/[0-9a-f-]+/end", there.get("/me/sessions").text)[1]  # the one used last comes first
    assert here.post(address).location == "/me/sessions"
    assert there.get("/me").status_code == 302
    assert here.post(address).location == "/me/sessions", "already ended: nothing happens"


def test_signing_out_everywhere_includes_this_browser(client_as: ClientAs) -> None:
    here, there = client_as("jia-aid"), client_as("jia-aid")
    assert here.post("/me/sessions/end").location == "/sign-in"
    assert here.get("/me").status_code == there.get("/me").status_code == 302
