"""Every error becomes a page that helps, or JSON of one shape, and nothing half-written stays."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError, OperationalError

from core.errors import Conflict, InvalidInput, NotSignedIn, RuleViolation
from core.extensions import Actor, Database, all_tenants
from core.trail.models import TrailEntry
from core.trail.services import record
from core.web.markers import public
from core.web.request import db
from tests.conftest import settings_for
from tests.support.apps import Lent

ERRORS = {
    "invalid": (InvalidInput("第 %(row)s 行有误", fields={"amount": "金额须大于 0"}, row=3), 422),
    "conflict": (Conflict("有人改过"), 409),
    "rule": (RuleViolation("不得摊派", rule="no-quota", clause="四（四）"), 409),
    "integrity": (IntegrityError("insert", {}, Exception("uq_x")), 409),
    "operational": (OperationalError("select", {}, Exception("locked")), 503),
    "unknown": (ValueError("secret detail"), 500),
}


@pytest.fixture(scope="module")
def breakable(world_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Lent:
    """An app with one more endpoint that writes and then fails as asked."""
    folder = tmp_path_factory.mktemp("breakable")
    shutil.copy(world_template, folder / "world.sqlite3")

    @public("只供测试")
    def fail(kind: str) -> str:
        record(db(), Actor(None, "测试甲"), "core:test:write", "不应留下", subject="test:1")
        raise ERRORS[kind][0]

    made = Lent.made(settings_for(f"sqlite:///{folder / 'world.sqlite3'}", folder))
    made.app.add_url_rule("/fail/<kind>", "fail", fail)
    made.app.add_url_rule("/api/fail/<kind>", "api_fail", fail)
    return made


@pytest.fixture
def failing(breakable: Lent, app: Flask) -> Iterator[Flask]:
    """The same on a database of this test."""
    settings = app.config["BANGFU_SETTINGS"]
    made = breakable.ready(settings_for(settings.database_url, settings.data_dir))
    yield made
    made.extensions["bangfu.database"].dispose()


@pytest.fixture
def client(failing: Flask) -> FlaskClient:
    return failing.test_client()


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_is_a_page_in_chinese_with_its_status(client: FlaskClient, kind: str) -> None:
    answer = client.get(f"/fail/{kind}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == ERRORS[kind][1]
    assert "<html" in text and "secret detail" not in text and "Traceback" not in text


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_is_json_of_one_shape_for_programs(client: FlaskClient, kind: str) -> None:
    answer = client.get(f"/api/fail/{kind}")
    body = answer.get_json()
    assert answer.status_code == body["status"] == ERRORS[kind][1]
    assert answer.content_type == "application/problem+json"
    assert body["title"] and body["detail"] and body["instance"] == f"/api/fail/{kind}"
    assert "secret detail" not in answer.get_data(as_text=True)


def test_fields_rule_and_clause_reach_the_program(client: FlaskClient) -> None:
    invalid = client.get("/api/fail/invalid").get_json()
    assert invalid["detail"] == "第 3 行有误"
    assert invalid["errors"] == [{"field": "amount", "message": "金额须大于 0"}]
    rule = client.get("/api/fail/rule").get_json()
    assert (rule["rule"], rule["clause"]) == ("no-quota", "四（四）")


@pytest.mark.parametrize("kind", ERRORS)
def test_what_was_written_before_the_error_does_not_stay(failing: Flask, client: FlaskClient, kind: str) -> None:
    from sqlalchemy import func, select

    client.get(f"/fail/{kind}")
    database: Database = failing.extensions["bangfu.database"]
    with database.session() as session, all_tenants(session, "核对"):
        assert session.scalar(select(func.count(TrailEntry.id)).where(TrailEntry.sentence == "不应留下")) == 0


def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(failing: Flask) -> None:
    @public("只供测试")
    def locked() -> str:
        raise NotSignedIn

    failing.add_url_rule("/locked", "locked", locked)
    answer = failing.test_client().get("/locked?x=1")
    assert answer.status_code == 302 and "next=" in answer.location and "locked" in answer.location


def test_an_unknown_address_a_wrong_method_and_a_huge_upload_are_explained(client: FlaskClient) -> None:
    for answer, status, words in (
        (client.get("/没有"), 404, "没有这个页面"),
        (client.delete("/sign-in"), 405, "不接受"),
        (client.get("/api/none"), 404, ""),
    ):
        assert answer.status_code == status
        assert words in answer.get_data(as_text=True)
    assert client.get("/api/none").get_json()["status"] == 404


@pytest.mark.parametrize(("address", "page"), [
    (f"/u/990101/registry/persons/{uuid.UUID(int=1)}/change", f"/u/990101/registry/persons/{uuid.UUID(int=1)}"),
    (f"/u/990101/registry/persons/{uuid.UUID(int=1)}/reveal", f"/u/990101/registry/persons/{uuid.UUID(int=1)}"),
    (f"/u/990101/p/sample/ledgers/families/{uuid.UUID(int=1)}/remove", f"/u/990101/p/sample/ledgers/families/{uuid.UUID(int=1)}"),
    ("/u/990101/p/sample/ledgers/families/views", "/u/990101/p/sample/ledgers/families"),
    ("/language", "/"),
])
def test_an_address_that_only_takes_a_form_leads_to_the_page_above_it(app: Flask, address: str, page: str) -> None:
    client = app.test_client()
    answer = client.get(address)
    assert (answer.status_code, answer.location) == (302, page)
    for program in (client.get(address, headers={"Accept": "application/json"}), client.put(address)):
        assert program.status_code == 405 and "POST" in program.headers["Allow"]


def test_a_form_without_its_safety_mark_is_refused_with_advice(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/sign-in", data={"login": "x", "password": "y"})
    assert answer.status_code == 419 and "刷新" in answer.get_data(as_text=True)
