"""Every address of the platform declares what it asks, and answers each role as declared.

The tables are generated from the URL map, so that a new address cannot be forgotten.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from core.access import guard
from core.access.guard import access_catalogue
from core.access.viewer import load_viewer
from core.errors import PluginError
from core.units.queries import get_unit_by_code
from core.web.markers import is_public_site, plugin_of, require, requirement_of, undeclared
from tests.conftest import ClientAs
from tests.factories.world import PEOPLE

#: a person who reaches nothing of 甲县
NEIGHBOUR = "yi-admin"
#: those whose pages are made whole: between them they may open nearly all; of the others the gate alone is asked
READERS = ("jia-admin", "jia-aid")
BRIEFLY = {"Accept": "application/json"}


def rules(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static" and not rule.endpoint.endswith(".static"):
            yield rule


def reading(app: Flask) -> list[Rule]:
    """The addresses a GET with a working unit alone can reach, but those of the public site."""
    return [rule for rule in rules(app) if "GET" in (rule.methods or ()) and rule.arguments == {"code"}
            and not is_public_site(app, rule.endpoint)]


def address(rule: Rule, code: str) -> str:
    return rule.rule.replace("<code>", code)


def test_every_endpoint_declares_what_it_asks(app: Flask) -> None:
    assert undeclared(app) == []


def test_every_declared_action_is_registered(app: Flask) -> None:
    with app.app_context():
        known = set(access_catalogue().actions)
    asked = {need.action for rule in rules(app) if (need := requirement_of(app, rule.endpoint)) and need.action}
    assert asked <= known


def test_an_app_with_a_silent_endpoint_does_not_start(app: Flask) -> None:
    fresh = Flask("silent")
    fresh.extensions.update(app.extensions)
    fresh.add_url_rule("/silent", "silent", lambda: "")
    with pytest.raises(PluginError, match="silent"):
        guard.install(fresh)


def test_an_app_with_an_unknown_action_does_not_start(app: Flask) -> None:
    fresh = Flask("unknown")
    fresh.extensions.update(app.extensions)
    fresh.add_url_rule("/u/<code>/x", "x", require("core:nothing:read")(lambda code: ""))
    with pytest.raises(PluginError, match="core:nothing:read"):
        guard.install(fresh)


def test_nobody_gets_past_the_sign_in_page(app: Flask, client_as: ClientAs) -> None:
    outside = client_as("")
    for rule in reading(app):
        need = requirement_of(app, rule.endpoint)
        assert need is not None
        if need.public:
            continue
        answer = outside.get(address(rule, "990101"))
        if rule.rule.startswith("/api/"):
            assert answer.status_code == 401, rule.rule
        else:
            assert answer.status_code == 302 and "/sign-in" in answer.location, rule.rule


def test_the_neighbour_county_finds_nothing_at_any_address(app: Flask, client_as: ClientAs) -> None:
    neighbour = client_as(NEIGHBOUR)
    for rule in reading(app):
        for code, headers in (("990101", {}), ("990101100", BRIEFLY), ("990101-S01", BRIEFLY)):
            answer = neighbour.get(address(rule, code), headers=headers)
            assert answer.status_code == 404, rule.rule
            assert "甲县" not in answer.get_data(as_text=True), rule.rule


def test_writing_addresses_are_404_for_the_neighbour_too(app: Flask, client_as: ClientAs) -> None:
    neighbour = client_as(NEIGHBOUR)
    for rule in rules(app):
        if "POST" in (rule.methods or ()) and rule.arguments == {"code"} and not is_public_site(app, rule.endpoint):
            assert neighbour.post(address(rule, "990101"), headers=BRIEFLY).status_code == 404, rule.rule


@pytest.mark.parametrize("login", [login for login, (_, code) in PEOPLE.items() if code.startswith("990101")])
def test_each_role_is_answered_as_the_rules_say(app: Flask, client_as: ClientAs, login: str,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    client, code = client_as(login), PEOPLE[login][1]
    allowed = _allowed(app, client, code)
    headers = {} if login in READERS else BRIEFLY
    if login not in READERS:
        leave_pages_out(app, monkeypatch)
    for rule in reading(app):
        need = requirement_of(app, rule.endpoint)
        assert need is not None
        if not need.action:
            continue
        answer = client.get(address(rule, code), headers=headers)
        if need.action in allowed:
            assert answer.status_code in (200, 302, 404, 422), (rule.rule, answer.status_code)
            if answer.status_code == 404:
                assert plugin_of(app, rule.endpoint) is None or _not_offered(app, rule.endpoint), rule.rule
        else:
            assert answer.status_code == 403, (rule.rule, answer.status_code)


def leave_pages_out(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every view that is let through say nothing; what it asks for stands as declared."""
    for endpoint, view in list(app.view_functions.items()):
        if requirement_of(app, endpoint) is not None and not endpoint.endswith("static"):
            monkeypatch.setitem(app.view_functions, endpoint, functools.wraps(view)(lambda **_: ""))


def _not_offered(app: Flask, endpoint: str) -> bool:
    """Whether it belongs to a ledger nobody enters by hand, or by Excel."""
    found = [ledger for ledger in app.extensions["bangfu.host"].registered("register_ledgers")
             if endpoint.startswith(f"{ledger.endpoint}.")]
    return any(not (ledger.creatable and ledger.importable) for ledger in found)


def _allowed(app: Flask, client: FlaskClient, code: str) -> set[str]:
    """The actions the rules give somebody at a unit, asked outside any request."""
    with client.session_transaction() as cookie:
        account_id = uuid.UUID(cookie["_user_id"].partition(".")[0])
    with app.app_context(), app.extensions["bangfu.database"].session() as session:
        person, unit = load_viewer(session, account_id, ""), get_unit_by_code(session, code)
        return {action for action in access_catalogue().actions if person.allowed(action, unit)}


#: what supervision itself writes: checks, and the problems it finds
SUPERVISING = {"core:finding:write", "core:inspection:write"}


def test_an_auditor_reads_and_cannot_write(app: Flask, client_as: ClientAs) -> None:
    auditor = client_as("province-auditor")
    for rule in rules(app):
        need = requirement_of(app, rule.endpoint)
        if need and need.action and "POST" in (rule.methods or ()) and rule.arguments == {"code"}:
            verb = need.action.rpartition(":")[2]
            if verb in ("write", "approve", "manage") and need.action not in SUPERVISING:
                assert auditor.post(address(rule, "990101"), headers=BRIEFLY).status_code == 403, rule.rule
    assert auditor.get("/u/990101/").status_code == 200
