"""Two administrators at one account: exactly one wins, the other is told what has happened, the trail says it once."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.reach import Reach
from core.accounts import changing, queries, services
from core.accounts.models import Account
from core.accounts.passwords import matches
from core.accounts.policy import DEFAULT
from core.accounts.reviewing import review
from core.accounts.vault import Security
from core.errors import Conflict, PlatformError
from core.extensions import Actor, Database, all_tenants, today
from core.trail.models import TrailEntry
from core.units.models import Unit
from tests.factories.access import give, make_account

ClientAs = Callable[[str], FlaskClient]
Deed = Callable[[Session, Actor], object]
FIRST, SECOND = Actor(None, "测试甲"), Actor(None, "测试乙")
NATION = Reach(("00/",), (), (("00/", "000"),))


def at_once(database: Database, deed: Deed) -> list[PlatformError | None]:
    """What the deed says to each of two who do it at the same moment, each in a transaction of their own."""
    ready, said = threading.Barrier(2), list[PlatformError | None]()

    def do(actor: Actor) -> None:
        ready.wait(timeout=30)
        try:
            with database.transaction() as session:
                deed(session, actor)
            said.append(None)
        except PlatformError as error:
            said.append(error)

    threads = [threading.Thread(target=do, args=(actor,)) for actor in (FIRST, SECOND)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said, key=lambda one: one is not None)


def entries(database: Database, subject: str, words: str) -> int:
    with database.session() as session, all_tenants(session, "核对"):
        return session.scalar(select(func.count()).select_from(TrailEntry).where(
            TrailEntry.subject.startswith(subject), TrailEntry.sentence.contains(words))) or 0


@pytest.fixture
def clerk(session: Session, units: dict[str, Unit]) -> Account:
    """An account that teaches in 甲县, committed."""
    account = make_account(session, "clerk")
    give(session, account, "class_teacher", units["990101"])
    session.commit()
    return account


def test_of_two_who_save_at_once_one_is_told_what_the_other_changed(database: Database, clerk: Account) -> None:
    with database.session() as session:
        seen = changing.written(changing.state_of(clerk, queries.list_posts(session, clerk.id, ahead=True)))

    def save(session: Session, actor: Actor) -> None:
        account = queries.lock_account(session, clerk.id)
        changing.check_seen(seen, changing.state_of(account, queries.list_posts(session, account.id, ahead=True)))
        changing.change_account(session, account, f"由{actor.name}改名", actor)

    won, told = at_once(database, save)
    assert won is None and isinstance(told, changing.Overtaken)
    with database.session() as session:
        name = queries.get_account(session, clerk.id).name
    assert told.changes == [("name", clerk.name, name)]
    assert entries(database, f"account:{clerk.id}", "更正") == 1


def test_the_same_role_given_twice_at_once_is_given_once(database: Database, clerk: Account, known: Catalogue,
                                                         units: dict[str, Unit]) -> None:
    def assign(session: Session, actor: Actor) -> None:
        services.assign(session, queries.get_account(session, clerk.id), "aid_centre",
                        session.get_one(Unit, units["990101"].id), actor, known=known, since=today())

    won, told = at_once(database, assign)
    assert won is None and isinstance(told, Conflict)
    assert any(f"由{actor.name}给予" in told.text for actor in (FIRST, SECOND))
    with database.session() as session:
        assert [post.role for post in queries.list_posts(session, clerk.id)] == ["aid_centre", "class_teacher"]
    assert entries(database, "assignment:", "资助") == 1


def test_the_same_login_opened_twice_at_once_is_opened_once(database: Database, clerk: Account) -> None:
    won, told = at_once(database, lambda session, actor: services.open_account(session, "both", "测试丙", actor))
    assert won is None and isinstance(told, Conflict) and "已被使用" in told.text
    assert entries(database, "account:", "开立账号 both") == 1


@pytest.mark.parametrize("keep", [True, False])
def test_a_post_is_reviewed_by_one_of_two(database: Database, clerk: Account, keep: bool) -> None:
    with database.session() as session:
        (post,) = queries.list_posts(session, clerk.id)
    won, told = at_once(database, lambda session, actor: review(session, NATION, post.id, 2026, actor, keep=keep,
                                                                tenant_id="00"))
    assert won is None and isinstance(told, Conflict) and "今年已经核查过这项任职" in told.text
    assert entries(database, f"assignment:{post.id}", "年核查") == 1
    assert entries(database, f"assignment:{post.id}", "终止在") == (0 if keep else 1)


def test_a_post_is_ended_and_somebody_leaves_once(database: Database, clerk: Account, units: dict[str, Unit]) -> None:
    with database.session() as session:
        (post,) = queries.list_posts(session, clerk.id)

    def end(session: Session, actor: Actor) -> None:
        services.end_assignment(session, post.id, session.get_one(Unit, units["990101"].id), today(), actor)

    def leave(session: Session, actor: Actor) -> None:
        services.leave(session, queries.get_account(session, clerk.id), session.get_one(Unit, units["00"].id), actor,
                       reason="调离")

    for deed in (end, leave):
        won, told = at_once(database, deed)
        assert won is None and isinstance(told, Conflict)
    assert entries(database, f"assignment:{post.id}", "终止在") == 1
    assert entries(database, f"account:{clerk.id}", "停用账号") == 1


def test_of_two_resets_at_once_one_makes_the_password_that_counts(database: Database, clerk: Account) -> None:
    security = Security.of(DEFAULT, "a secret of this test")
    seen, made = changing.login_state(security, clerk), list[str]()

    def reset(session: Session, actor: Actor) -> None:
        account = queries.lock_account(session, clerk.id)
        changing.check_login_seen(seen, changing.login_state(security, account))
        made.append(services.reset_account(session, account, actor, reason="当面核对"))

    won, told = at_once(database, reset)
    assert won is None and isinstance(told, Conflict) and "别人刚刚重置过" in told.text
    with database.session() as session:
        assert matches(queries.get_account(session, clerk.id).password_hash, made[0]) and len(made) == 1
    assert entries(database, f"account:{clerk.id}", "重置账号") == 1


# In the browser

def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page) or re.search(rf'value="([^"]*)"[^>]* name="{name}"', page)
    assert found is not None, name
    return unescape(found[1])


def account_id(database: Database, login: str) -> str:
    with database.session() as session:
        found = queries.find_by_login(session, login)
        assert found is not None
        return str(found.id)


def test_who_saves_second_sees_what_the_other_changed_and_keeps_their_own(client_as: ClientAs,
                                                                          app_database: Database) -> None:
    county, province = client_as("jia-admin"), client_as("province-admin")
    address = f"accounts/{account_id(app_database, 'jia-aid')}"
    seen = field(county.get(f"/u/990101/{address}").text, "seen")
    assert province.post(f"/u/99/{address}/change", data={"seen": seen, "name": "测试省改"}).status_code == 302
    province.post("/u/99/accounts", data={"login": "jia-aid", "role": "class_teacher", "unit": "990101-S01"})
    late = county.post(f"/u/990101/{address}/change", data={"seen": seen, "name": "测试县改"})
    assert late.status_code == 409
    assert "别人先改了这个账号" in late.text and "<ins>测试省改</ins>" in late.text
    assert "甲县第一中学 · 班主任" in late.text
    assert field(late.text, "name") == "测试县改"
    again = county.post(f"/u/990101/{address}/change", data={"seen": field(late.text, "seen"), "name": "测试县改"})
    assert again.status_code == 302
    assert "测试县改" in county.get(f"/u/990101/{address}").text
    assert entries(app_database, "account:", "更正账号 jia-aid") == 2


@pytest.mark.parametrize(("who", "login", "data", "status"), [
    ("jia-admin", "jia-aid", {"name": "测试"}, 422), ("jia-admin", "jia-aid", {"name": "测试", "seen": "[]"}, 422),
    ("jia-admin", "jia-aid", {"name": " "}, 422), ("jia-admin", "jia-admin", {"name": "测试"}, 403),
    ("jia-admin", "yi-aid", {"name": "测试"}, 404)])
def test_a_change_is_refused_with_a_reason(client_as: ClientAs, app_database: Database, who: str, login: str,
                                           data: dict[str, str], status: int) -> None:
    client, address = client_as(who), f"/u/990101/accounts/{account_id(app_database, login)}"
    if data["name"] == " ":
        data = {**data, "seen": field(client.get(address).text, "seen")}
    assert client.post(f"{address}/change", data=data).status_code == status
    assert entries(app_database, "account:", "更正") == 0


# Through the API

def key(number: int) -> dict[str, str]:
    return {"Idempotency-Key": f"account-{number:04}"}


BASE = "/api/v1/units/990101"
NEW: dict[str, Any] = {"login": "jia-new", "name": "测试新", "role": "school_clerk", "unit": "990101-S01"}


def test_an_account_is_opened_changed_and_closed_by_another_system(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    made = client.post(f"{BASE}/accounts", json=NEW, headers=key(1))
    again = client.post(f"{BASE}/accounts", json=NEW, headers=key(1))
    assert made.status_code == again.status_code == 201 and made.data == again.data
    assert "password" not in made.text
    address, tag = f"{BASE}/accounts/{made.get_json()['account']['id']}", made.headers["ETag"]
    assert client.get(address).headers["ETag"] == tag
    assert client.patch(address, json={"name": "测试改"}).status_code == 428
    renamed = client.patch(address, json={"name": "测试改"}, headers={"If-Match": tag})
    assert renamed.status_code == 200 and renamed.get_json()["account"]["name"] == "测试改"
    assert client.patch(address, json={"name": "测试迟"}, headers={"If-Match": tag}).status_code == 412
    fresh = {"If-Match": renamed.headers["ETag"]}
    assert client.patch(address, json={"active": False}, headers=fresh).status_code == 422
    closed = client.patch(address, json={"active": False, "reason": "调离"}, headers=fresh)
    assert closed.status_code == 200 and closed.get_json()["account"]["active"] is False
    assert client.get(address).status_code == 404
    assert entries(app_database, "account:", "更正账号 jia-new") == entries(app_database, "account:", "停用账号 jia-new") == 1


def test_a_role_is_given_and_ended_by_another_system(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    sent = {"login": "jia-school", "role": "class_teacher", "unit": "990101-S01", "until": "2099-01-01"}
    made = client.post(f"{BASE}/assignments", json=sent, headers=key(1))
    assert made.status_code == 201 and made.get_json()["assignment"]["valid_to"] == "2099-01-01"
    twice = client.post(f"{BASE}/assignments", json=sent, headers=key(2))
    assert twice.status_code == 409 and "已任" in twice.get_json()["detail"]
    address = f"{BASE}/assignments/{made.get_json()['assignment']['id']}"
    tag = client.get(address).headers["ETag"]
    tomorrow = (today() + dt.timedelta(days=1)).isoformat()
    assert client.patch(address, json={"valid_to": tomorrow}).status_code == 428
    ended = client.patch(address, json={"valid_to": tomorrow}, headers={"If-Match": tag})
    assert ended.status_code == 200 and ended.headers["ETag"] == client.get(address).headers["ETag"]
    assert client.patch(address, json={"valid_to": tomorrow}, headers={"If-Match": tag}).status_code == 412


@pytest.mark.parametrize(("change", "status"), [
    ({"role": "platform_admin", "unit": "990101"}, 403), ({"unit": "990102-S01"}, 422), ({"role": "nobody"}, 422),
    ({"login": "jia-aid"}, 409), ({"login": "A B"}, 422)])
def test_nothing_is_opened_that_the_pages_would_refuse(client_as: ClientAs, app_database: Database,
                                                       change: dict[str, str], status: int) -> None:
    answer = client_as("jia-admin").post(f"{BASE}/accounts", json={**NEW, **change}, headers=key(1))
    assert answer.status_code == status, answer.text
    with app_database.session() as session:
        assert queries.find_by_login(session, "jia-new") is None


def test_the_neighbours_accounts_are_out_of_reach(client_as: ClientAs, app_database: Database) -> None:
    client, tag = client_as("yi-admin"), {"If-Match": '"x"'}
    address = f"/api/v1/units/990102/accounts/{account_id(app_database, 'jia-aid')}"
    assert client.patch(address, json={"name": "测试"}, headers=tag).status_code == 404
    answer = client.post("/api/v1/units/990102/assignments", headers=key(1),
                         json={"login": "jia-aid", "role": "class_teacher", "unit": "990102-S01"})
    assert answer.status_code == 422
