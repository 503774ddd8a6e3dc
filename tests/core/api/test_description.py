"""The description of the API is valid, complete, and knows only the plugins that are on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask_smorest import Blueprint
from openapi_spec_validator import OpenAPIV31SpecValidator

from core.app import create_app
from core.host.models import PluginSwitch
from tests.conftest import ClientAs
from tests.core.api.test_matrix import api_rules

HERE, THERE = "/api/v1/u/990101/openapi.json", "/api/v1/u/990102/openapi.json"
#: described nowhere: they are the description
OWN = {"api.openapi", "api.openapi_at", "api.docs"}


def spec_of(client_as: ClientAs, login: str, address: str) -> dict[str, Any]:
    found: dict[str, Any] = client_as(login).get(address).get_json()
    return found


def test_the_description_is_valid(client_as: ClientAs) -> None:
    for login, address in (("", "/api/openapi.json"), ("jia-admin", HERE), ("yi-admin", THERE)):
        found = spec_of(client_as, login, address)
        assert found["openapi"] == "3.1.0"
        OpenAPIV31SpecValidator(found).validate()


def test_addresses_are_described_once_and_only_when_somebody_asks(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    described, describe = [], Blueprint.register_views_in_doc

    def watched(self: Blueprint, *given: Any, **named: Any) -> None:
        described.append(self.name)
        describe(self, *given, **named)

    monkeypatch.setattr(Blueprint, "register_views_in_doc", watched)
    fresh = create_app(app.config["BANGFU_SETTINGS"])
    client = fresh.test_client()
    assert client.get("/sign-in").status_code == 200 and described == []
    assert [client.get("/api/openapi.json").status_code for _ in range(2)] == [200, 200]
    assert len(described) == len(set(described)) > 1
    fresh.extensions["bangfu.database"].dispose()


def test_every_address_is_described_with_its_method(app: Flask, client_as: ClientAs) -> None:
    found = spec_of(client_as, "jia-admin", HERE)
    described = {(path, method) for path, item in found["paths"].items() for method in item}
    for rule, method in api_rules(app):
        if rule.endpoint not in OWN:
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            assert (path, method.lower()) in described, rule.rule


def test_every_operation_says_what_it_is_and_its_action(client_as: ClientAs) -> None:
    found = spec_of(client_as, "jia-admin", HERE)
    names = []
    for item in found["paths"].values():
        for method, operation in item.items():
            if method != "parameters":
                assert operation["summary"] and operation["responses"]["default"]
                names.append(operation["operationId"])
    assert len(names) == len(set(names))


def test_a_plugin_that_is_off_is_absent(client_as: ClientAs) -> None:
    on, off = (str(spec_of(client_as, login, address)) for login, address in (("jia-admin", HERE), ("yi-admin", THERE)))
    assert "/p/sample/visits" in on and "VisitOut" in on
    assert "sample" not in off and "Visit" not in off
    assert "sample" not in str(spec_of(client_as, "", "/api/openapi.json"))


def test_switching_a_plugin_changes_the_description_at_once(app: Flask, client_as: ClientAs) -> None:
    with app.extensions["bangfu.database"].transaction() as session:
        session.add(PluginSwitch(tenant_id="990102", plugin="sample", on=True, changed_by="测试"))
    assert "/p/sample/visits" in str(spec_of(client_as, "yi-admin", THERE))


def test_the_reader_loads_our_own_files_only(client_as: ClientAs) -> None:
    answer = client_as("").get("/api/docs")
    page = answer.get_data(as_text=True)
    assert "vendor/swagger-ui.min.js" in page and 'data-source="/api/openapi.json"' in page
    assert re.findall(r'(?:src|href)="(https?:)?//', page) == []
    assert not re.search(r"<script(?![^>]*src=)", page) and "unsafe" not in answer.headers["Content-Security-Policy"]
    assert 'data-source="/api/v1/u/990101/openapi.json"' in client_as("").get("/api/docs?unit=990101").text
    assert "<b>" not in client_as("").get("/api/docs?unit=<b>").text.split("api-docs")[-1]
