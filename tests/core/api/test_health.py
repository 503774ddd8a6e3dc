"""Up, ready, and measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from core import migrations
from core.app import create_app
from core.extensions import Database
from tests.conftest import ClientAs, settings_for


def test_the_process_answers(client_as: ClientAs) -> None:
    assert client_as("").get("/healthz").get_json() == {"status": "ok"}


def test_it_is_ready_once_migrated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fresh.sqlite3'}"
    made = create_app(settings_for(url, tmp_path))
    answer = made.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["database"]) == (503, "not migrated")
    database: Database = made.extensions["bangfu.database"]
    migrations.upgrade(database)
    assert made.test_client().get("/readyz").status_code == 200
    database.dispose()


def test_it_is_not_ready_without_its_database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def gone(*_: object) -> None:
        raise OperationalError("select 1", {}, Exception("gone"))
    monkeypatch.setattr(migrations, "pending", gone)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["database"]) == (503, "unreachable")


def test_requests_are_counted_by_endpoint(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    client.get("/api/v1/units/990101")
    client.get("/api/v1/units/990102")
    client.get("/no/such/address")
    text = client.get("/metrics").get_data(as_text=True)
    assert 'bangfu_requests_total{endpoint="api-units.get_one",method="GET",status="200"} 1.0' in text
    assert 'endpoint="api-units.get_one",method="GET",status="404"' in text
    assert 'endpoint="none"' in text and "990101" not in text


@pytest.mark.parametrize(("headers", "address", "status"), [
    ({}, "127.0.0.1", 200), ({}, "::1", 200), ({}, "10.0.0.8", 404), ({"X-Forwarded-For": "10.0.0.8"}, "127.0.0.1", 404),
    ({"Authorization": "Bearer right"}, "10.0.0.8", 200), ({"Authorization": "Bearer wrong"}, "10.0.0.8", 404),
    ({"Authorization": "Bearer "}, "10.0.0.8", 404),
])
def test_metrics_are_for_this_machine_or_its_monitor(
        app: Flask, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], address: str, status: int) -> None:
    monkeypatch.setenv("BANGFU_METRICS_TOKEN", "right")
    answer = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status


def test_without_a_monitors_token_none_opens_metrics(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BANGFU_METRICS_TOKEN", raising=False)
    answer = app.test_client().get("/metrics", headers={"Authorization": "Bearer "}, environ_base={"REMOTE_ADDR": "10.0.0.8"})
    assert answer.status_code == 404
