"""The second factor: enrolling, signing in with it, and what happens to codes used twice or on a wrong clock."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.viewer import load_viewer
from core.accounts import factor, services
from core.accounts import sign_in as signing
from core.accounts.models import Account, RecoveryCode
from core.accounts.policy import DEFAULT
from core.accounts.queries import find_by_login
from core.accounts.vault import Security
from core.errors import Conflict, InvalidInput, PlatformError
from core.extensions import Actor, Database
from core.units.models import Unit
from tests.factories.access import make_account
from tests.factories.world import PASSWORD

ClientAs = Callable[[str], FlaskClient]
ACTOR = Actor(None, "测试甲")
SECURITY = Security.of(DEFAULT, "test-key")


def code_at(key: str, drift: int = 0) -> str:
    return pyotp.TOTP(key).at(dt.datetime.now(dt.UTC), counter_offset=drift)


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session, "test.jia")


def enrolled(session: Session, account: Account) -> tuple[str, list[str]]:
    key = factor.begin_enrolment(account, SECURITY)
    session.flush()
    codes = factor.confirm_enrolment(session, account, code_at(key, -1), ACTOR, SECURITY)
    return key, codes


def check(session: Session, account: Account, code: str) -> bool:
    session.flush()
    return factor.check_code(session, account, code, ACTOR, SECURITY)


def test_a_key_is_sealed_for_its_owner_alone(session: Session, account: Account) -> None:
    key, _ = enrolled(session, account)
    assert account.factor_key is not None
    assert key not in account.factor_key
    with pytest.raises(PlatformError, match="打不开"):
        SECURITY.unseal(account.factor_key, "somebody else")
    with pytest.raises(PlatformError, match="打不开"):
        Security.of(DEFAULT, "another key").unseal(account.factor_key, str(account.id))


def test_it_counts_once_a_code_has_confirmed_it(session: Session, account: Account) -> None:
    key = factor.begin_enrolment(account, SECURITY)
    session.flush()
    assert factor.begin_enrolment(account, SECURITY) == key
    assert not factor.check_code(session, account, code_at(key), ACTOR, SECURITY)
    with pytest.raises(InvalidInput):
        factor.confirm_enrolment(session, account, "000000x", ACTOR, SECURITY)
    with pytest.raises(Conflict):
        factor.new_recovery_codes(session, account, ACTOR, SECURITY)
    assert len(factor.confirm_enrolment(session, account, code_at(key), ACTOR, SECURITY)) == 10
    with pytest.raises(Conflict):
        factor.begin_enrolment(account, SECURITY)


@pytest.mark.parametrize(("drift", "taken"), [(-2, False), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(session: Session, account: Account, drift: int, taken: bool) -> None:
    key, _ = enrolled(session, account)
    account.factor_step = 0
    assert check(session, account, code_at(key, drift)) is taken


def test_a_code_is_taken_once_and_none_before_it(session: Session, account: Account) -> None:
    key, _ = enrolled(session, account)
    code = code_at(key)
    assert check(session, account, f" {code[:3]} {code[3:]} ")
    assert not check(session, account, code)
    assert not check(session, account, code_at(key, -1))
    assert check(session, account, code_at(key, 1))


def test_a_recovery_code_opens_once(session: Session, account: Account) -> None:
    _, codes = enrolled(session, account)
    assert check(session, account, codes[0].upper().replace("-", " "))
    assert not check(session, account, codes[0])
    assert factor.left_codes(session, account) == 9
    kept = session.scalars(select(RecoveryCode.code_hash)).all()
    assert not set(kept) & set(codes)
    fresh = factor.new_recovery_codes(session, account, ACTOR, SECURITY)
    assert not check(session, account, codes[1])
    assert check(session, account, fresh[1])


def test_removing_it_takes_the_codes_along(session: Session, account: Account) -> None:
    _, codes = enrolled(session, account)
    factor.remove_factor(session, account, ACTOR)
    assert not check(session, account, codes[0])
    assert factor.left_codes(session, account) == 0
    factor.remove_factor(session, account, ACTOR)


@pytest.mark.parametrize(("role", "code", "wanted"), [("plan_approver", "990101", True), ("tenant_admin", "990101", False)])
def test_roles_that_approve_need_it(session: Session, known: Catalogue, units: dict[str, Unit], account: Account,
                                    role: str, code: str, wanted: bool) -> None:
    services.assign(session, account, role, units[code], ACTOR, known=known, since=dt.date(2020, 1, 1))
    viewer = load_viewer(session, account.id, account.name)
    assert factor.is_required(viewer, known, account, SECURITY, demo=False) is wanted
    everybody = replace(SECURITY, policy=replace(DEFAULT, second_factor="all"))
    assert factor.is_required(viewer, known, account, everybody, demo=False)
    nobody = replace(SECURITY, policy=replace(DEFAULT, second_factor="optional"))
    assert not factor.is_required(viewer, known, account, nobody, demo=False)
    account.demo = True
    assert not factor.is_required(viewer, known, account, SECURITY, demo=True)
    assert factor.is_required(viewer, known, account, SECURITY, demo=False) is wanted


# Pages

@pytest.fixture
def strict(app: Flask) -> Iterator[Flask]:
    """The application as a deployment runs it: roles that approve need the second factor."""
    app.extensions[signing.KEY] = Security.of(DEFAULT, "test-key")
    yield app


def enrol(client: FlaskClient) -> tuple[str, list[str]]:
    assert client.post("/me/factor/begin").location == "/me/factor"
    page = client.get("/me/factor").text
    assert 'src="data:image/png;base64,' in page
    found = re.search(r'data-copy="([A-Z2-7]+)"', page)
    assert found is not None
    assert client.post("/me/factor/confirm", data={"code": "nope"}).status_code == 422
    done = client.post("/me/factor/confirm", data={"code": code_at(found[1], -1)})
    assert "只显示这一次" in done.text
    return found[1], re.findall(r"<code[^>]*>([a-z0-9]{5}-[a-z0-9]{5})<", done.text)


def test_an_approver_enrols_before_anything_else_and_signs_in_with_a_code(client_as: ClientAs, strict: Flask) -> None:
    client = client_as("jia-approver")
    assert client.get("/u/990101/").location == "/me/factor"
    assert client.get("/me").location == "/me/factor"
    key, codes = enrol(client)
    assert client.get("/u/990101/").status_code == 200
    assert client.post("/me/factor/remove", data={"code": codes[0]}).status_code == 409

    fresh = strict.test_client()
    first = fresh.post("/sign-in", data={"login": "jia-approver", "password": PASSWORD, "next": "/me"})
    assert first.location == "/sign-in/code"
    assert fresh.get("/me").location.startswith("/sign-in"), "the password alone opens nothing"
    assert "恢复码" in fresh.get("/sign-in/code").text
    assert fresh.post("/sign-in/code", data={"code": "123"}).status_code == 401
    used = code_at(key)
    assert fresh.post("/sign-in/code", data={"code": used}).location == "/me"
    assert fresh.get("/me").status_code == 200

    again = strict.test_client()
    again.post("/sign-in", data={"login": "jia-approver", "password": PASSWORD})
    assert again.post("/sign-in/code", data={"code": used}).status_code == 401
    assert again.post("/sign-in/code", data={"code": codes[0]}).location == "/"


def test_codes_are_not_guessed(client_as: ClientAs, strict: Flask) -> None:
    key, _ = enrol(client_as("jia-aid"))
    client = strict.test_client()
    client.post("/sign-in", data={"login": "jia-aid", "password": PASSWORD})
    assert [client.post("/sign-in/code", data={"code": "000000"}).status_code for _ in range(5)] == [401] * 5
    assert client.post("/sign-in/code", data={"code": code_at(key)}).status_code == 401


def test_the_second_step_needs_the_first_and_does_not_wait(strict: Flask, client_as: ClientAs, app_database: Database,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    client = strict.test_client()
    assert client.get("/sign-in/code").location == "/sign-in"
    assert client.post("/sign-in/code", data={"code": "123456"}).location == "/sign-in"
    _, codes = enrol(client_as("jia-aid"))
    client.post("/sign-in", data={"login": "jia-aid", "password": PASSWORD})
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + signing.PENDING_SECONDS + 1)
    assert client.post("/sign-in/code", data={"code": codes[0]}).location == "/sign-in"
    monkeypatch.undo()
    client.post("/sign-in", data={"login": "jia-aid", "password": PASSWORD})
    with app_database.transaction() as session:
        account = find_by_login(session, "jia-aid")
        assert account is not None
        services.close_account(session, account, ACTOR)
    assert client.post("/sign-in/code", data={"code": codes[0]}).location == "/sign-in"


def test_whoever_wants_it_has_it_renews_the_codes_and_leaves_it(client_as: ClientAs, strict: Flask) -> None:
    client = client_as("jia-school")
    assert client.get("/me").status_code == 200
    assert "开始启用" in client.get("/me/factor").text
    key, codes = enrol(client)
    assert "已启用" in client.get("/me/factor").text
    assert client.post("/me/factor/codes", data={"code": "wrong"}).status_code == 422
    renewed = client.post("/me/factor/codes", data={"code": code_at(key)}).text
    assert codes[0] not in renewed
    fresh = re.findall(r"<code[^>]*>([a-z0-9]{5}-[a-z0-9]{5})<", renewed)
    assert client.post("/me/factor/remove", data={"code": codes[0]}).status_code == 422
    assert client.post("/me/factor/remove", data={"code": fresh[0]}).location == "/me/factor"
    assert "开始启用" in client.get("/me/factor").text
