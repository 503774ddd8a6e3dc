"""The JSON interface: the same guard, the same scope, the same figures as the pages."""

from __future__ import annotations

from flask import Flask

from core.extensions import Database
from tests.conftest import ClientAs
from tests.factories.tenancy import apply_plan, days, profile_text


def test_a_unit_comes_with_the_names_above_it(client_as: ClientAs) -> None:
    found = client_as("jia-admin").get("/api/v1/units/990101").get_json()["unit"]
    assert (found["code"], found["name"], found["above"]) == ("990101", "甲县", ["测试省", "测试市"])


def test_children_are_paged_by_code(client_as: ClientAs) -> None:
    client = client_as("province-admin")
    body = client.get("/api/v1/units/9901/children").get_json()
    assert [row["code"] for row in body["units"]] == ["990101", "990102"] and body["next"] is None
    assert client.get("/api/v1/units/9901/children?after=990101").get_json()["units"][0]["code"] == "990102"


def test_the_plan_comes_entry_by_entry_and_is_missing_where_there_is_none(
    app: Flask, app_database: Database, client_as: ClientAs,
) -> None:
    client = client_as("jia-admin")
    assert client.get("/api/v1/units/990101/plan").status_code == 404
    with app_database.transaction() as session:
        apply_plan(session, profile_text(days(7), title="甲县方案"), app.extensions["bangfu.host"])
    body = client.get("/api/v1/units/990101/plan").get_json()
    assert body["tenant"] == "990101" and body["version"] == 1
    assert any(row["section"] == "value" and row["clause"] for row in body["entries"])


def test_search_wants_words_and_stays_in_scope(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    assert client.get("/api/v1/search").status_code == 422
    assert client.get("/api/v1/search?q=乙县").get_json()["hits"] == []
    assert client.get("/api/v1/search?q=甲县").get_json()["hits"][0]["hint"] == "990101"


def test_outside_and_neighbour_get_401_and_404_in_json(client_as: ClientAs) -> None:
    assert client_as("").get("/api/v1/units/990101").get_json()["status"] == 401
    assert client_as("yi-admin").get("/api/v1/units/990101").get_json()["status"] == 404
