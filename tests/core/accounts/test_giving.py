"""Roles are given downwards only, the three officers stay apart, help comes from above, and leaving ends all."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.reach import NOWHERE
from core.accounts import services
from core.accounts import sign_in as signing
from core.accounts.giving import check_giver, may_give, roles_to_give
from core.accounts.models import Account
from core.accounts.policy import DEFAULT
from core.accounts.queries import find_by_login, list_posts, units_below
from core.accounts.reviewing import count_lines, list_lines
from core.cli import main
from core.errors import Conflict, InvalidInput, NotPermitted, RuleViolation
from core.extensions import Actor, Database, today
from core.units.models import Unit
from tests.factories.access import give, make_account, make_viewer
from tests.factories.world import PASSWORD

ClientAs = Callable[[str], FlaskClient]
ACTOR = Actor(None, "测试甲")


# Giving

@pytest.mark.parametrize(("giver", "at", "role", "code", "can"), [
    ("tenant_admin", "990101", "aid_centre", "990101", True),
    ("tenant_admin", "990101", "plan_approver", "990101", True),
    ("tenant_admin", "990101", "tenant_admin", "990101", True),
    ("tenant_admin", "990101", "tenant_admin", "990102", False),
    ("tenant_admin", "990101", "platform_admin", "990101", False),
    ("aid_centre", "990101", "class_teacher", "990101-S01", False),
    ("platform_admin", "99", "security_admin", "99", True),
    ("platform_admin", "99", "tenant_admin", "990101", True),
    ("system_admin", "99", "tenant_admin", "990101", True),
    ("system_admin", "99", "province_bureau", "99", True),
    ("system_admin", "99", "security_admin", "99", False),
    ("system_admin", "99", "system_admin", "99", False),
    ("system_admin", "99", "platform_admin", "99", False),
    ("security_admin", "99", "tenant_admin", "990101", False)])
def test_no_role_is_given_above_ones_own(session: Session, known: Catalogue, units: dict[str, Unit], giver: str, at: str,
                                         role: str, code: str, can: bool) -> None:
    viewer = make_viewer(session, (giver, units[at]))
    assert may_give(viewer, role, units[code], known) is can
    assert (role in roles_to_give(viewer, units[code], known)) is can


def test_a_role_with_more_than_the_givers_own_is_named_with_what_is_missing(session: Session, known: Catalogue,
                                                                            units: dict[str, Unit]) -> None:
    viewer = make_viewer(session, ("platform_admin", units["99"]))
    with pytest.raises(NotPermitted, match="不能给自己任职"):
        check_giver(viewer, viewer.account_id, "auditor", units["99"], known)
    lesser = make_viewer(session, ("tenant_admin", units["9902"]))
    check_giver(lesser, None, "plan_approver", units["9902"], known)
    with pytest.raises(NotPermitted, match="高于您自己的职权"):
        check_giver(make_viewer(session, ("system_admin", units["99"])), None, "platform_admin", units["99"], known)


@pytest.mark.parametrize(("held", "role"), [
    ("system_admin", "security_admin"), ("security_admin", "audit_admin"), ("audit_admin", "system_admin"),
    ("platform_admin", "audit_admin"), ("system_admin", "platform_admin")])
def test_the_three_officers_are_separate_people(session: Session, known: Catalogue, units: dict[str, Unit], held: str,
                                                role: str) -> None:
    account = make_account(session)
    give(session, account, held, units["99"])
    with pytest.raises(RuleViolation, match="三员分立") as refused:
        services.assign(session, account, role, units["00"], ACTOR, known=known, since=today())
    assert refused.value.rule == "officers-apart"
    services.assign(session, account, "helper", units["99"], ACTOR, known=known, since=today())


def test_an_officers_post_that_has_ended_stands_in_no_ones_way(session: Session, known: Catalogue,
                                                               units: dict[str, Unit]) -> None:
    account = make_account(session)
    give(session, account, "system_admin", units["99"], until=today())
    services.assign(session, account, "audit_admin", units["99"], ACTOR, known=known, since=today())


def test_each_officer_can_do_their_own_part_alone(session: Session, known: Catalogue, units: dict[str, Unit]) -> None:
    parts = {"system_admin": "core:account:manage", "security_admin": "core:access:manage", "audit_admin": "core:trail:read"}
    for role, own in parts.items():
        viewer = make_viewer(session, (role, units["99"]))
        assert [action for action in parts.values() if viewer.allowed(action, units["990101"])] == [own]


def test_a_deployment_may_do_without_the_platform_administrator(session: Session, known: Catalogue,
                                                                units: dict[str, Unit]) -> None:
    with pytest.raises(RuleViolation, match="不设平台管理员"):
        services.assign(session, make_account(session), "platform_admin", units["99"], ACTOR, known=known, since=today(),
                        policy=replace(DEFAULT, platform_admin="no"))


def test_where_it_does_those_who_still_are_reach_nothing(client_as: ClientAs, app: Flask) -> None:
    client = client_as("province-admin")
    held = app.extensions[signing.KEY]
    app.extensions[signing.KEY] = replace(held, policy=replace(held.policy, platform_admin="no"))
    assert client.get("/u/99/").status_code == 403
    assert client.get("/me/password").status_code == 200
    assert client_as("jia-admin").get("/u/990101/").status_code == 200


# Help and leaving

def id_of(database: Database, login: str) -> str:
    with database.session() as session:
        account = find_by_login(session, login)
        assert account is not None
        return str(account.id)


def login_seen(client: FlaskClient, address: str) -> str:
    """What the page of an account knows of its login; empty where there is no page, or nothing to reset."""
    found = re.search(r'name="login_seen" value="([^"]+)"', client.get(address).text)
    return found[1] if found else ""


def test_the_administrator_resets_and_the_person_begins_anew(client_as: ClientAs, app: Flask, app_database: Database) -> None:
    person, admin = client_as("jia-school"), client_as("jia-admin")
    address = f"/u/990101/accounts/{id_of(app_database, 'jia-school')}"
    assert "重置密码和第二因素" in admin.get(address).text
    seen = login_seen(admin, address)
    assert admin.post(f"{address}/reset", data={"reason": " ", "login_seen": seen}).status_code == 422
    done = admin.post(f"{address}/reset", data={"reason": "当面核对身份证", "login_seen": seen})
    found = re.search(r'data-copy="([^"]+)"', done.text)
    assert found is not None
    assert done.headers["Cache-Control"] == "no-store"
    assert person.get("/me").status_code == 302
    fresh = app.test_client()
    assert fresh.post("/sign-in", data={"login": "jia-school", "password": PASSWORD}).status_code == 401
    fresh.post("/sign-in", data={"login": "jia-school", "password": found[1]})
    assert fresh.get("/me").location == "/me/password"


def test_of_two_resets_of_one_login_the_second_is_told(client_as: ClientAs, app: Flask, app_database: Database) -> None:
    county, province = client_as("jia-admin"), client_as("province-admin")
    address = f"accounts/{id_of(app_database, 'jia-school')}"
    first, second = (login_seen(*one) for one in ((county, f"/u/990101/{address}"), (province, f"/u/99/{address}")))
    done = county.post(f"/u/990101/{address}/reset", data={"reason": "当面核对", "login_seen": first})
    late = province.post(f"/u/99/{address}/reset", data={"reason": "电话核对", "login_seen": second})
    assert (done.status_code, late.status_code) == (200, 409)
    assert "别人刚刚重置过" in late.text
    found = re.search(r'data-copy="([^"]+)"', done.text)
    assert found is not None
    fresh = app.test_client()
    fresh.post("/sign-in", data={"login": "jia-school", "password": found[1]})
    assert fresh.get("/me").location == "/me/password", "the password that was passed on is still good"
    assert county.post(f"/u/990101/{address}/reset", data={"reason": "当面核对"}).status_code == 422
    again = {"reason": "电话核对", "login_seen": login_seen(province, f"/u/99/{address}")}
    assert province.post(f"/u/99/{address}/reset", data=again).status_code == 200


@pytest.mark.parametrize(("helper", "at", "login", "status"), [
    ("jia-admin", "990101", "jia-approver", 403), ("jia-admin", "990101", "jia-admin", 403),
    ("jia-admin", "990101", "yi-aid", 404), ("jia-admin", "990101", "province-admin", 404),
    ("province-admin", "99", "jia-approver", 200), ("province-admin", "99", "jia-admin", 200)])
def test_help_comes_from_above(client_as: ClientAs, app_database: Database, helper: str, at: str, login: str,
                               status: int) -> None:
    address = f"/u/{at}/accounts/{id_of(app_database, login)}"
    client = client_as(helper)
    assert client.get(address).status_code == (404 if status == 404 else 200)
    sent = {"reason": "当面核对", "login_seen": login_seen(client, address)}
    assert client.post(f"{address}/reset", data=sent).status_code == status


def test_a_person_with_a_post_elsewhere_is_helped_by_whoever_is_above_both(client_as: ClientAs, app_database: Database) -> None:
    client_as("province-admin").post("/u/99/accounts", data={"login": "jia-school", "role": "helper", "unit": "990102"})
    address = f"/u/990101/accounts/{id_of(app_database, 'jia-school')}"
    client = client_as("jia-admin")
    assert "另有 1 项任职" in client.get(address).text
    assert client.post(f"{address}/reset", data={"reason": "当面核对"}).status_code == 403
    assert client.post(f"{address}/leave", data={"reason": "调到乙县"}).status_code == 302
    with app_database.session() as session:
        account = find_by_login(session, "jia-school")
        assert account is not None
        assert account.active
        assert [post.unit_code for post in list_posts(session, account.id)] == ["990102"]


def test_leaving_ends_every_post_and_closes_the_account(client_as: ClientAs, app_database: Database) -> None:
    person, client = client_as("jia-school"), client_as("jia-admin")
    account_id = id_of(app_database, "jia-school")
    address = f"/u/990101/accounts/{account_id}/leave"
    assert client.post(address, data={"reason": ""}).status_code == 422
    assert client.post(address, data={"reason": "退休"}).status_code == 302
    assert person.get("/me").status_code == 302
    assert client.post(address, data={"reason": "退休"}).status_code == 404
    own = f"/u/990101/accounts/{id_of(app_database, 'jia-admin')}/leave"
    assert client.post(own, data={"reason": "退休"}).status_code == 403


def test_a_closed_account_is_not_reset(session: Session) -> None:
    account = make_account(session)
    services.close_account(session, account, ACTOR)
    with pytest.raises(Conflict, match="已停用"):
        services.reset_account(session, account, ACTOR, reason="当面核对")
    with pytest.raises(InvalidInput):
        services.reset_account(session, account, ACTOR, reason="")


# The review

def test_the_review_lists_confirms_ends_and_says_who_is_left(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    page = client.get("/u/990101/accounts/review").text
    rows = dict(re.findall(r'text-secondary">(jia-[a-z]+)</span>.*?/accounts/review/([0-9a-f-]{36})', page, re.S))
    assert {"jia-aid", "jia-school"} <= set(rows)
    assert "由别人核查" in page
    assert "yi-admin" not in page
    assert client.post(f"/u/990101/accounts/review/{rows['jia-aid']}", data={"keep": "yes"}).status_code == 302
    assert client.post(f"/u/990101/accounts/review/{rows['jia-aid']}", data={"keep": "yes"}).status_code == 409
    assert client.post(f"/u/990101/accounts/review/{rows['jia-school']}", data={"keep": "no"}).status_code == 302
    left = client.get("/u/990101/accounts/review").text
    assert rows["jia-aid"] not in left
    every = client.get("/u/990101/accounts/review?show=all&after=nothing").text
    assert "jia-aid" in every
    assert "jia-school" not in every
    lines = client.get("/u/990101/accounts/review?format=csv").text
    assert "jia-aid" in lines
    assert "province-admin" not in lines
    other = client_as("yi-admin").post(f"/u/990102/accounts/review/{rows['jia-aid']}", data={"keep": "no"})
    assert other.status_code == 404
    after = client.get(f"/u/990101/accounts/review?show=all&after={'f' * 8}-ffff-7fff-bfff-{'f' * 12}").text
    assert "jia-aid" not in after


def test_nobody_reviews_their_own_post(client_as: ClientAs, app_database: Database) -> None:
    with app_database.session() as session:
        account = find_by_login(session, "jia-admin")
        assert account is not None
        post, = list_posts(session, account.id)
    answer = client_as("jia-admin").post(f"/u/990101/accounts/review/{post.id}", data={"keep": "yes"})
    assert answer.status_code == 403
    assert client_as("province-admin").post(f"/u/99/accounts/review/{post.id}", data={"keep": "yes"}).status_code == 302


# The command line

def test_the_first_officers_are_appointed_on_the_server(app_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGFU_DATABASE_URL", app_database.url)
    run = CliRunner().invoke
    first = run(main, ["accounts", "open", "sec", "--name", "测试安", "--role", "security_admin", "--unit", "99"])
    assert first.exit_code == 0, first.output
    assert "初始密码" in first.output
    clash = run(main, ["accounts", "open", "sec", "--role", "audit_admin", "--unit", "99"])
    assert clash.exit_code == 1
    assert "三员分立" in clash.output
    assert "初始密码" in run(main, ["accounts", "reset", "sec", "--reason", "当面核对"]).output
    assert "没有登录名" in run(main, ["accounts", "reset", "nobody", "--reason", "当面核对"]).output
    with app_database.session() as session:
        account: Account | None = find_by_login(session, "sec")
        assert account is not None
        assert account.must_change


def test_nobody_ends_a_post_where_managing_accounts_is_denied_to_them(client_as: ClientAs, app_database: Database) -> None:
    client, account_id = client_as("jia-admin"), id_of(app_database, "jia-school")
    assert client.post("/u/990101/accounts", data={"login": "jia-school", "role": "helper"}).status_code == 302
    client_as("province-admin").post("/u/99/access/rules", data={
        "role": "tenant_admin", "unit": "990101-S01", "eft": "deny", "what": "core.account|manage", "cond": "",
        "source": "省教〔2026〕1号", "note": "文", "step": "save"})
    assert client.post(f"/u/990101/accounts/{account_id}/leave", data={"reason": "退休"}).status_code == 403


def test_nothing_is_listed_where_nothing_is_reached(session: Session) -> None:
    assert count_lines(session, NOWHERE, 2026) == (0, 0)
    assert list_lines(session, NOWHERE, 2026, open_only=True) == []
    assert units_below(session, NOWHERE, 5) == []
