"""What the API gives: within the caller's scope, a page at a time, with the fields asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.extensions import Database
from tests.conftest import ClientAs
from tests.core.api.conftest import BOTH, Caller

pytestmark = BOTH

UNIT = "/api/v1/units/990101"


def walk(client: FlaskClient, address: str, name: str, limit: int = 2) -> list[dict[str, Any]]:
    """Every row of a list, page by page."""
    rows: list[dict[str, Any]] = []
    after, pages = "", 0
    while pages == 0 or after:
        joint = "&" if "?" in address else "?"
        body = client.get(f"{address}{joint}limit={limit}&after={after}").get_json()
        assert len(body[name]) <= limit
        rows += body[name]
        after, pages = body["next"] or "", pages + 1
        assert pages < 200
    return rows


def test_a_unit_with_the_names_above_it_and_its_tag(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    answer = client.get(UNIT)
    unit = answer.get_json()["unit"]
    assert (unit["code"], unit["name"], unit["above"][-1]) == ("990101", "甲县", "测试市")
    assert client.get(UNIT, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_unit_of_a_day_before_it_began_is_not_there(client_as: ClientAs) -> None:
    assert client_as("jia-admin").get(f"{UNIT}?as_of=1900-01-01").status_code == 404
    assert client_as("jia-admin").get(f"{UNIT}?as_of=2019-01-01").get_json()["unit"]["name"] == "甲县"


@pytest.mark.parametrize(("address", "name"), [
    ("/api/v1/units/990101/children", "units"), ("/api/v1/units/990101/children?as_of=2019-01-01", "units"),
    ("/api/v1/units/990101/accounts", "accounts"), ("/api/v1/units/990101/assignments", "assignments"),
    ("/api/v1/units/990101/access", "rights"),
])
def test_pages_joined_are_the_whole_list(client_as: ClientAs, address: str, name: str) -> None:
    client = client_as("jia-admin")
    whole = walk(client, address, name, 200)
    assert walk(client, address, name, 2) == whole
    keys = [row.get("id") or row.get("code") or row["action"] for row in whole]
    assert len(keys) == len(set(keys)) > 0


def test_only_the_fields_asked_for_are_given(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    assert client.get(f"{UNIT}?fields=name,code").get_json() == {"unit": {"name": "甲县", "code": "990101"}}
    rows = client.get(f"{UNIT}/children?fields=code").get_json()["units"]
    assert all(list(row) == ["code"] for row in rows)
    answer = client.get(f"{UNIT}?fields=password")
    assert answer.status_code == 422 and answer.get_json()["errors"][0]["field"] == "fields"


def test_accounts_are_those_with_a_post_in_scope(client_as: ClientAs) -> None:
    logins = {row["login"] for row in walk(client_as("jia-admin"), f"{UNIT}/accounts", "accounts", 50)}
    assert "jia-school" in logins and not any(login.startswith(("yi-", "city-", "province-")) for login in logins)
    seen = walk(client_as("province-admin"), "/api/v1/units/990102/accounts", "accounts", 50)
    (yi,) = [row for row in seen if row["login"] == "yi-aid"]
    assert client_as("jia-admin").get(f"{UNIT}/accounts/{yi['id']}").status_code == 404
    assert client_as("province-admin").get(f"{UNIT}/accounts/{yi['id']}").status_code == 404
    assert "password" not in str(seen)


def test_the_access_of_oneself_and_of_another_is_explained(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    mine = {row["action"]: row for row in client.get(f"{UNIT}/access?limit=200").get_json()["rights"]}
    assert mine["core:account:manage"]["allowed"] and "县级管理员" in mine["core:account:manage"]["because"]
    assert not mine["core:plan:approve"]["allowed"]
    right = client.get(f"{UNIT}/access/why?login=jia-approver&action=core:plan:approve").get_json()["right"]
    assert right["allowed"] and right["roles"] == ["plan_approver"]
    assert client.get(f"{UNIT}/access/why?login=yi-aid&action=core:plan:read").status_code == 404
    assert client.get(f"{UNIT}/access/why?login=jia-aid&action=core:no:such").status_code == 422


def test_the_trail_is_read_within_scope_and_filtered(client_as: ClientAs, app_database: Database) -> None:
    client, other = client_as("jia-admin"), client_as("yi-admin")
    client.post(f"{UNIT}/children", json={"name": "甲县教育站", "kind": "station", "on": "2020-01-01"},
                headers={"Idempotency-Key": "station-one"})
    found = client.get(f"{UNIT}/trail?limit=200").get_json()["entries"]
    (made,) = [entry for entry in found if "甲县教育站" in entry["sentence"]]
    assert client.get(f"{UNIT}/trail/{made['id']}").get_json()["entry"] == made
    assert other.get(f"/api/v1/units/990102/trail/{made['id']}").status_code == 404
    assert client.get(f"{UNIT}/trail?action={made['action']}&since=2000-01-01").get_json()["entries"][0]["id"] == made["id"]
    for name in ("乙站", "丙站"):
        client.post(f"{UNIT}/children", json={"name": name, "kind": "station", "on": "2020-01-01"},
                    headers={"Idempotency-Key": f"station-{ord(name[0])}"})
    whole = walk(client, f"{UNIT}/trail", "entries", 200)
    assert walk(client, f"{UNIT}/trail", "entries", 2) == whole and len(whole) >= 3
    assert client.get(f"{UNIT}/trail?until=2000-01-01").get_json()["entries"] == []
    assert client.get(f"{UNIT}/trail?account={made['account_id']}&until=9999-12-31").get_json()["entries"]


def test_search_finds_within_scope_only(client_as: ClientAs) -> None:
    hits = client_as("jia-admin").get("/api/v1/search?q=甲县").get_json()["hits"]
    assert "甲县" in [hit["title"] for hit in hits]
    assert client_as("yi-admin").get("/api/v1/search?q=甲县").get_json()["hits"] == []
    assert client_as("yi-admin").get("/api/v1/units?q=甲县").get_json()["units"] == []
    assert client_as("jia-admin").get("/api/v1/units?q=jx").status_code == 200


def test_a_refusal_has_one_shape_in_the_language_asked_for(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    chinese = client.get("/api/v1/units/990102")
    english = client.get("/api/v1/units/990102", headers={"Accept-Language": "en-US,en;q=0.9"})
    for answer in (chinese, english):
        assert answer.content_type == "application/problem+json"
        body = answer.get_json()
        assert (body["type"], body["status"], body["instance"]) == ("urn:bangfu:problem:not-found", 404, "/api/v1/units/990102")
    assert chinese.get_json()["title"] == "没有找到"
    assert english.get_json()["title"] == "Not found"
    assert client.get("/api/v1/nothing").get_json()["status"] == 404
    wrong = client.delete(UNIT)
    assert wrong.status_code == 405 and "GET" in wrong.headers["Allow"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "after=%00", "after=WzFd", "as_of=2020-13-01", "closed=perhaps"])
def test_a_query_with_a_fault_is_named(client_as: ClientAs, query: str) -> None:
    answer = client_as("jia-admin").get(f"{UNIT}/children?{query}")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == query.partition("=")[0]


def test_a_plugins_addresses_are_read_where_it_is_on(caller: Callable[..., Caller]) -> None:
    assert caller("jia-school").get("/api/v1/u/990101-S01/p/sample/visits").get_json() == {"visits": [], "next": None}
    assert caller("yi-school").get("/api/v1/u/990102-S01/p/sample/visits").status_code == 404
