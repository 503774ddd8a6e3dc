"""Signing in with a province's provider: who gets in, how far, and for how long."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import replace

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.accounts import attempts, browsers, factor
from core.accounts import services as accounts
from core.accounts import sign_in as signing
from core.accounts.models import AccountSession
from core.accounts.policy import DEFAULT
from core.accounts.providers import managing, queries, services
from core.accounts.providers.models import Identity, Origin
from core.accounts.queries import find_by_login
from core.accounts.vault import Security
from core.extensions import Database, utcnow
from tests.conftest import ClientAs
from tests.core.accounts.providers.conftest import (
    ACTOR,
    SECURITY,
    SUBJECT,
    Trusted,
    leave,
    linked,
    placed_in,
    sign_in_with,
    trailed,
    visit,
)
from tests.factories.access import give
from tests.factories.world import PASSWORD
from tests.support.identity_provider import Provider, query_of

from core.units.queries import get_unit_by_code  # isort: skip


def test_a_linked_person_gets_in_by_the_button(trusting: Flask, app_database: Database, trusted: Trusted) -> None:
    provider_id = trusted()
    linked(app_database, provider_id)
    client = trusting.test_client()
    assert f'href="/sign-in/with/{provider_id}?next=/me"' in client.get("/sign-in?next=/me").text
    assert "用测试省统一身份认证登录" in client.get("/sign-in").text
    assert sign_in_with(client, provider_id, "/me").location == "/me"
    assert client.get("/me").status_code == 200
    assert "经测试省统一身份认证" in client.get("/me/sessions").text
    assert trailed(app_database)[-1][:2] == ("990101", "测试08用“测试省统一身份认证”登录")


def test_the_way_out_carries_state_nonce_and_the_challenge_alone(trusting: Flask, trusted: Trusted) -> None:
    provider_id = trusted()
    client = trusting.test_client()
    first, second = query_of(leave(client, provider_id)), query_of(leave(client, provider_id))
    assert first["code_challenge_method"] == "S256"
    assert first["redirect_uri"] == f"http://localhost/sign-in/with/{provider_id}/back"
    assert {len(first[name]) >= 32 for name in ("state", "nonce", "code_challenge")} == {True}
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))
    assert "client_secret" not in first
    assert "code_verifier" not in first


def test_two_tabs_do_not_disturb_each_other(trusting: Flask, app_database: Database, trusted: Trusted) -> None:
    provider_id = trusted()
    linked(app_database, provider_id)
    client = trusting.test_client()
    ways = [leave(client, provider_id, f"/me?{number}") for number in range(4)]
    assert client.get(visit(ways[1])).location == "/me?1"
    assert trusting.test_client().get(visit(ways[2])).status_code == 400, "another browser's"


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "/\\example.org"])
def test_one_comes_back_to_this_platform_alone(trusting: Flask, app_database: Database, trusted: Trusted,
                                               target: str) -> None:
    provider_id = trusted()
    linked(app_database, provider_id)
    assert sign_in_with(trusting.test_client(), provider_id, target).location == "/"


# How far

def test_posts_outside_of_the_providers_unit_do_not_count(trusting: Flask, app_database: Database, trusted: Trusted) -> None:
    provider_id = trusted("990101")
    with app_database.transaction() as session:
        account = find_by_login(session, "jia-aid")
        assert account is not None
        give(session, account, "aid_centre", get_unit_by_code(session, "990102"))
    linked(app_database, provider_id)
    client = trusting.test_client()
    client.post("/sign-in", data={"login": "jia-aid", "password": PASSWORD})
    assert client.get("/u/990102/").status_code == 200
    client.post("/sign-out")
    sign_in_with(client, provider_id)
    assert client.get("/u/990101/").status_code == 200
    assert client.get("/u/990102/").status_code == 404


@pytest.mark.parametrize("unit", ["990102", "9902"])
def test_a_provider_of_another_place_signs_nobody_in(trusting: Flask, app_database: Database, trusted: Trusted,
                                                     unit: str) -> None:
    provider_id = trusted("99")
    linked(app_database, provider_id)
    with app_database.transaction() as session:
        placed = queries.find_placed(session, provider_id)
        assert placed is not None
        placed.provider.unit_id = get_unit_by_code(session, unit).id
    answer = sign_in_with(trusting.test_client(), provider_id)
    assert answer.status_code == 403
    assert trailed(app_database)[-1] == ("990101", "用“测试省统一身份认证”登录被拒绝", "账号在提供方的单位及以下没有任职")


# Who

def without_token(page: str) -> str:
    """Without what differs between any two pages: the token of its forms, and its own address."""
    return re.sub(r'(csrf[-_]token"|name="next") (content|value)="[^"]+"', "", page)


def _close(database: Database) -> None:
    with database.transaction() as session:
        account = find_by_login(session, "jia-aid")
        assert account is not None
        accounts.close_account(session, account, ACTOR)


def _lock(database: Database) -> None:
    with database.transaction() as session:
        for _ in range(DEFAULT.attempts + 1):
            attempts.count_attempt(session, SECURITY.digest("login", "jia-aid"), DEFAULT)


def _leave_office(database: Database) -> None:
    with database.transaction() as session:
        account = find_by_login(session, "jia-aid")
        assert account is not None
        post = accounts.queries.list_posts(session, account.id)[0]
        accounts.end_assignment(session, post.id, get_unit_by_code(session, "99"), dt.date(2020, 1, 1), ACTOR)


def _let_first_password_pass(database: Database) -> None:
    with database.transaction() as session:
        account = find_by_login(session, "jia-aid")
        assert account is not None
        account.must_change, account.first_until = True, utcnow() - dt.timedelta(days=1)


@pytest.mark.parametrize(("happen", "reason"), [
    (_close, "账号已停用"), (_lock, "账号因输错密码正在锁定"), (_leave_office, "账号在提供方的单位及以下没有任职"),
    (_let_first_password_pass, "初始密码已过期")])
def test_an_account_that_may_not_be_used_looks_like_none_at_all(
        trusting: Flask, app_database: Database, trusted: Trusted, identity: Provider, happen: object, reason: str) -> None:
    provider_id = trusted()
    nobody = sign_in_with(trusting.test_client(), provider_id)
    assert trailed(app_database)[-1] == ("99", "用“测试省统一身份认证”登录被拒绝", "没有账号关联这个身份")
    linked(app_database, provider_id)
    happen(app_database)  # type: ignore[operator]
    client = trusting.test_client()
    refused = sign_in_with(client, provider_id)
    assert refused.status_code == nobody.status_code == 403
    assert without_token(refused.text) == without_token(nobody.text)
    assert "请联系：测试省信息中心" in refused.text
    assert SUBJECT in refused.text
    assert trailed(app_database)[-1][2] == reason
    assert client.get("/me").status_code == 302


def test_a_sign_in_makes_no_account_and_no_link(trusting: Flask, app_database: Database, trusted: Trusted) -> None:
    sign_in_with(trusting.test_client(), trusted())
    with app_database.session() as session:
        assert session.scalars(select(Identity)).all() == []
        assert session.scalars(select(AccountSession)).all() == []


def test_a_first_password_is_changed_before_anything_else(trusting: Flask, app_database: Database, trusted: Trusted) -> None:
    provider_id = trusted()
    linked(app_database, provider_id)
    with app_database.transaction() as session:
        account = find_by_login(session, "jia-aid")
        assert account is not None
        account.must_change = True
    client = trusting.test_client()
    sign_in_with(client, provider_id)
    assert client.get("/u/990101/").location == "/me/password"


@pytest.mark.parametrize(("value", "verified", "gets_in"), [("138 0000 0000", True, True), ("+8613800000000", None, True),
                                                            ("13800000000", False, False), ("13800000001", True, False)])
def test_the_linking_claim_links_the_first_time_and_the_subject_from_then_on(
        trusting: Flask, app_database: Database, trusted: Trusted, identity: Provider, value: str, verified: bool | None,
        gets_in: bool) -> None:
    provider_id = trusted(link_claim="phone_number")
    with app_database.transaction() as session:
        account, placed = find_by_login(session, "jia-aid"), queries.find_placed(session, provider_id)
        assert account is not None
        assert placed is not None
        services.expect(session, placed, account, "13800000000", ACTOR, SECURITY)
    identity.userinfo = {"phone_number": value, "phone_number_verified": verified}
    if verified is None:
        identity.claims, identity.userinfo = {"phone_number": value}, {}
    answer = sign_in_with(trusting.test_client(), provider_id)
    assert (answer.status_code == 302) is gets_in
    if gets_in:
        assert trailed(app_database, "core:identity:link")[-1][1] == (
            "账号 jia-aid 首次用“测试省统一身份认证”登录，按 phone_number 关联")
        identity.claims, identity.userinfo = {}, {"phone_number": "another"}
        assert sign_in_with(trusting.test_client(), provider_id).status_code == 302
        identity.person, identity.claims = "subject-0002", {"phone_number": value}
        assert sign_in_with(trusting.test_client(), provider_id).status_code == 403, "the value links once"


def test_neither_subject_nor_secret_stand_in_the_clear(app_database: Database, trusted: Trusted) -> None:
    provider_id = trusted()
    linked(app_database, provider_id)
    with app_database.session() as session:
        kept = session.scalars(select(Identity)).one()
        provider = placed_in(app_database, provider_id).provider
    assert SUBJECT not in "".join(str(value) for value in vars(kept).values())
    assert kept.hint == "su…01"
    assert "a-secret" not in provider.client_secret


# The second factor

def with_factor(database: Database, login: str) -> pyotp.TOTP:
    with database.transaction() as session:
        account = find_by_login(session, login)
        assert account is not None
        clock = pyotp.TOTP(factor.begin_enrolment(account, SECURITY))
        session.flush()  # confirming reads the account again
        now = dt.datetime.now(dt.UTC)
        factor.confirm_enrolment(session, account, clock.at(now, counter_offset=-1), ACTOR, SECURITY)
    return clock


def test_a_code_is_asked_for_unless_the_provider_has_asked_for_one(
        trusting: Flask, app_database: Database, trusted: Trusted, identity: Provider) -> None:
    provider_id = trusted(factor_values="mfa urn:gov:two")
    linked(app_database, provider_id, "jia-approver")
    clock = with_factor(app_database, "jia-approver")
    client = trusting.test_client()
    assert sign_in_with(client, provider_id, "/me").location == "/sign-in/code"
    assert client.get("/me").status_code == 302
    assert client.post("/sign-in/code", data={"code": clock.now()}).location == "/me"
    assert "经测试省统一身份认证" in client.get("/me/sessions").text
    for claims in ({"amr": ["pwd", "mfa"]}, {"acr": "urn:gov:two"}):
        identity.claims = claims
        assert sign_in_with(trusting.test_client(), provider_id, "/me").location == "/me"
    for claims in ({"amr": ["pwd"]}, {"acr": "1"}, {"amr": ["mf"]}):
        identity.claims = claims
        assert sign_in_with(trusting.test_client(), provider_id, "/me").location == "/sign-in/code"


def test_between_the_provider_and_the_code_the_link_may_go(trusting: Flask, app_database: Database, trusted: Trusted) -> None:
    provider_id = trusted()
    linked(app_database, provider_id, "jia-approver")
    clock = with_factor(app_database, "jia-approver")
    client = trusting.test_client()
    sign_in_with(client, provider_id)
    with app_database.transaction() as session:
        account, placed = find_by_login(session, "jia-approver"), queries.find_placed(session, provider_id)
        assert account is not None
        assert placed is not None
        services.unlink(session, placed, account, ACTOR)
    assert client.post("/sign-in/code", data={"code": clock.now()}).location == "/sign-in"
    assert client.get("/me").status_code == 302


def test_who_approves_enrols_unless_the_providers_factor_counts(
        trusting: Flask, app_database: Database, trusted: Trusted, identity: Provider) -> None:
    trusting.extensions[signing.KEY] = Security.of(replace(DEFAULT, provider_hosts="127.0.0.1"), "test-key")
    provider_id = trusted(factor_values="mfa")
    linked(app_database, provider_id, "jia-approver")
    client = trusting.test_client()
    sign_in_with(client, provider_id)
    assert client.get("/u/990101/").location == "/me/factor"
    identity.claims = {"amr": ["mfa"]}
    client = trusting.test_client()
    sign_in_with(client, provider_id)
    assert client.get("/u/990101/").status_code == 200


# How long

def test_unlinking_and_switching_off_end_what_the_provider_let_in_and_nothing_else(
        trusting: Flask, app_database: Database, trusted: Trusted, client_as: ClientAs) -> None:
    provider_id = trusted()
    linked(app_database, provider_id)
    by_password, first, second = client_as("jia-aid"), trusting.test_client(), trusting.test_client()
    sign_in_with(first, provider_id)
    with app_database.transaction() as session:
        placed = queries.find_placed(session, provider_id)
        assert placed is not None
        managing.switch(session, placed, ACTOR, on=False, tenant_id="99")
    assert first.get("/me").status_code == 302
    assert first.get(f"/sign-in/with/{provider_id}").status_code == 404
    assert "测试省统一身份认证" not in first.get("/sign-in").text
    with app_database.transaction() as session:
        placed = queries.find_placed(session, provider_id)
        assert placed is not None
        managing.switch(session, placed, ACTOR, on=True, tenant_id="99")
    sign_in_with(second, provider_id)
    assert by_password.post(f"/me/providers/{provider_id}/unlink").status_code == 302
    assert second.get("/me").status_code == 302
    assert by_password.get("/me").status_code == 200
    assert trailed(app_database, "core:identity:unlink")[-1][:2] == ("990101", "解除账号 jia-aid 与“测试省统一身份认证”的关联")


def test_signing_out_everywhere_ends_it_too(trusting: Flask, app_database: Database, trusted: Trusted) -> None:
    provider_id = trusted()
    linked(app_database, provider_id)
    client = trusting.test_client()
    sign_in_with(client, provider_id)
    with app_database.transaction() as session:
        account = find_by_login(session, "jia-aid")
        assert account is not None
        browsers.end_sessions(session, account, ACTOR)
    assert client.get("/me").status_code == 302


def test_signing_out_offers_to_sign_out_there_as_well(trusting: Flask, app_database: Database, trusted: Trusted,
                                                      identity: Provider) -> None:
    provider_id = trusted()
    linked(app_database, provider_id)
    client = trusting.test_client()
    sign_in_with(client, provider_id)
    with app_database.session() as session:
        assert "." not in session.scalars(select(Origin.id_token)).one()[:40], "the token is sealed"
    page = client.post("/sign-out").text
    address = re.search(r'href="(http://127[^"]+)"', page)
    assert address is not None
    assert "测试08" not in page
    assert client.get("/me").status_code == 302, "signed out here whatever happens there"
    asked = query_of(address[1].replace("&amp;", "&"))
    assert address[1].startswith(f"{identity.url}/sign-out?")
    assert asked["post_logout_redirect_uri"] == "http://localhost/sign-in"
    assert asked["id_token_hint"].count(".") == 2
    identity.announce = {"end_session_endpoint": None}
    signing_in_again(trusting, provider_id, client)


def signing_in_again(app: Flask, provider_id: uuid.UUID, client: FlaskClient) -> None:
    """With nothing announced for it, signing out is here alone."""
    app.extensions.pop("bangfu.providers")
    sign_in_with(client, provider_id)
    assert client.post("/sign-out").location == "/sign-in"


# Linking one's own account

def link(client: FlaskClient, provider_id: uuid.UUID) -> str:
    """The page that leads on to the provider; the address it leads to."""
    page = client.post(f"/me/providers/{provider_id}/link")
    assert page.status_code == 200
    found = re.search(r'content="0;url=([^"]+)"', page.text)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_a_person_links_their_own_account_and_parts_again(trusting: Flask, app_database: Database, trusted: Trusted,
                                                          client_as: ClientAs) -> None:
    provider_id, client = trusted(), client_as("jia-aid")
    assert "未关联" in client.get("/me/providers").text
    address = link(client, provider_id)
    assert query_of(address)["prompt"] == "login"
    assert client.get(visit(address)).location == "/me/providers"
    assert "已关联" in client.get("/me/providers").text
    assert trailed(app_database, "core:identity:link")[-1][:2] == ("990101", "把账号 jia-aid 关联到“测试省统一身份认证”（su…01）")
    assert sign_in_with(trusting.test_client(), provider_id).status_code == 302
    assert client.post(f"/me/providers/{provider_id}/unlink").location == "/me/providers"
    assert client.post(f"/me/providers/{provider_id}/unlink").status_code == 409
    assert sign_in_with(trusting.test_client(), provider_id).status_code == 403


def test_a_subject_belongs_to_one_account(app_database: Database, trusted: Trusted, client_as: ClientAs) -> None:
    provider_id, client = trusted(), client_as("jia-aid")
    linked(app_database, provider_id, "jia-admin")
    answer = client.get(visit(link(client, provider_id)))
    assert answer.status_code == 409
    assert "jia-admin" not in answer.text


def test_linking_needs_a_password_a_post_there_and_ones_own_browser(
        trusting: Flask, app_database: Database, trusted: Trusted, client_as: ClientAs) -> None:
    here, there = trusted("99"), trusted("990102", name="乙县统一身份认证")
    linked(app_database, here)
    client = trusting.test_client()
    sign_in_with(client, here)
    assert client.post(f"/me/providers/{here}/link").status_code == 403, "let in by a provider"
    mine = client_as("jia-aid")
    assert mine.post(f"/me/providers/{there}/link").status_code == 404
    assert "乙县统一身份认证" not in mine.get("/me/providers").text
    address = link(mine, here)
    mine.post("/sign-out")
    assert mine.get(visit(address)).status_code == 400
    with trusting.test_client() as outside:
        assert outside.post(f"/me/providers/{here}/link").status_code == 302
