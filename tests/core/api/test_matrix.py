"""Every address of the API answers each role as the rules say; the table is made from the URL map."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from core.access.guard import access_catalogue
from core.access.viewer import load_viewer
from core.accounts.queries import find_by_login
from core.units.queries import get_unit_by_code
from core.web.markers import requirement_of
from tests.conftest import ClientAs
from tests.core.api.conftest import Caller
from tests.factories.world import PEOPLE

MakeCaller = Callable[..., Caller]
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
#: what an allowed caller may be told, of an address tried with made-up ids and no body
ANSWERED = {200, 304, 400, 404, 412, 415, 422, 428}
ELSEWHERE = {"account_id": uuid.UUID(int=1), "entry_id": uuid.UUID(int=1), "assignment_id": uuid.UUID(int=1), "number": 1,
             "job_id": uuid.UUID(int=1), "record_id": uuid.UUID(int=1), "webhook_id": uuid.UUID(int=1), "delivery_id": uuid.UUID(int=1)}
CALLERS = [login for login, (_, code) in PEOPLE.items() if code.startswith("99") and not code.startswith("990102")]
#: both ways in meet the same gate: a few are tried by browser as well
BROWSING = ("jia-admin", "jia-aid", "province-auditor")


def api_rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every address of the API with each of its methods."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            yield from ((rule, method) for method in METHODS if method in (rule.methods or ()))


def address(app: Flask, rule: Rule, code: str) -> str:
    values: dict[str, Any] = {name: ELSEWHERE.get(name, code) for name in rule.arguments}
    query = "?q=x&login=jia-aid&action=core:plan:read" if "GET" in (rule.methods or ()) else ""
    return app.url_map.bind("localhost").build(rule.endpoint, values) + query


def allowed_actions(app: Flask, login: str, code: str) -> set[str]:
    """The actions the rules give somebody at a unit, asked outside any request."""
    with app.app_context(), app.extensions["bangfu.database"].session() as session:
        account = find_by_login(session, login)
        assert account is not None
        person, unit = load_viewer(session, account.id, ""), get_unit_by_code(session, code)
        return {action for action in access_catalogue().actions if person.allowed(action, unit)}


def test_there_is_something_to_try(app: Flask) -> None:
    endpoints = {rule.endpoint for rule, _ in api_rules(app)}
    assert len(endpoints) >= 20 and "sample-api.visits" in endpoints


@pytest.mark.parametrize(("login", "with_token"), [(login, True) for login in CALLERS] + [(login, False) for login in BROWSING])
def test_each_role_is_answered_as_the_rules_say(
        app: Flask, client_as: ClientAs, caller: MakeCaller, login: str, with_token: bool) -> None:
    code = PEOPLE[login][1]
    allowed, browser = allowed_actions(app, login, code), client_as(login)
    ask = caller(login).open if with_token else lambda method, where: browser.open(where, method=method)
    for rule, method in api_rules(app):
        need = requirement_of(app, rule.endpoint)
        assert need is not None, rule.rule
        status = ask(method, address(app, rule, code)).status_code
        if need.action is None:
            assert status in ANSWERED, (rule.rule, method, status)
        elif "/p/sample/" in rule.rule and code == "990101-O01":
            assert status in {200, 400, 403, 422}
        elif need.action in allowed:
            assert status in ANSWERED, (rule.rule, method, status)
        elif "/p/sample/" not in rule.rule or not code.startswith("99") or code.startswith("990101"):
            assert status == 403, (rule.rule, method, status)


def test_the_neighbour_finds_nothing_and_learns_nothing(app: Flask, client_as: ClientAs, caller: MakeCaller) -> None:
    browser, system = client_as("yi-admin"), caller("yi-admin")
    for rule, method in api_rules(app):
        if "code" not in rule.arguments:
            continue
        for code in ("990101", "990101100", "990101-S01"):
            for answer in (browser.open(address(app, rule, code), method=method),
                           system.open(method, address(app, rule, code))):
                assert answer.status_code == 404, (rule.rule, method)
                assert "甲县" not in answer.get_data(as_text=True)
                assert answer.content_type == "application/problem+json"


def test_nobody_gets_past_without_a_name(app: Flask) -> None:
    outside = app.test_client()
    for rule, method in api_rules(app):
        need = requirement_of(app, rule.endpoint)
        assert need is not None
        answer = outside.open(address(app, rule, "990101"), method=method)
        assert answer.status_code == (200 if need.public else 401), rule.rule
        if not need.public:
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="bangfu"'


def test_every_write_asks_for_a_tag_or_a_key(app: Flask, client_as: ClientAs) -> None:
    spec = client_as("jia-admin").get("/api/v1/u/990101/openapi.json").get_json()
    writes = [(path, method, operation) for path, item in spec["paths"].items()
              for method, operation in item.items() if method in ("post", "put", "patch", "delete")]
    assert writes
    for path, method, operation in writes:
        wanted = "Idempotency-Key" if method == "post" else "If-Match"
        assert any(given.get("name") == wanted and given["required"] for given in operation["parameters"]), path
