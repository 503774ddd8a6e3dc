"""Steps through the API: with the state it is about, once, and with the same refusals as the pages."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import ClientAs
from tests.core.processes.test_pages import SCHOOL, enter, go

API = "/api/v1/u/{}/p/sample/ledgers/certificates/{}"


def send(client: FlaskClient, record_id: uuid.UUID, step: str, unit: str = "990101", tag: str | None = None,
         key: str = "", **body: Any) -> Any:
    address = API.format(unit, record_id)
    tag = client.get(address).headers.get("ETag", "") if tag is None else tag
    headers = {"Idempotency-Key": key or str(uuid.uuid4()), **({"If-Match": tag} if tag else {})}
    return client.post(f"{address}/steps/{step}", json=body, headers=headers)


@pytest.fixture
def submitted(client_as: ClientAs) -> uuid.UUID:
    school = client_as("jia-school")
    made = enter(school)
    go(school, made, "submit", SCHOOL)
    return made


def test_a_step_gives_the_record_as_it_stands_now(submitted: uuid.UUID, client_as: ClientAs) -> None:
    answer = send(client_as("jia-aid"), submitted, "issue")
    assert answer.status_code == 200
    assert (answer.json["record"]["state"], answer.json["record"]["number"]) == ("issued", 1)


def test_a_step_names_the_state_it_is_about(submitted: uuid.UUID, client_as: ClientAs) -> None:
    county = client_as("jia-aid")
    assert send(county, submitted, "issue", tag="").status_code == 428
    assert send(county, submitted, "issue", tag='"old"').status_code == 412


def test_a_step_sent_again_is_done_once(submitted: uuid.UUID, client_as: ClientAs) -> None:
    county, key = client_as("jia-aid"), str(uuid.uuid4())
    tag = county.get(API.format("990101", submitted)).headers["ETag"]
    first, again = (send(county, submitted, "issue", tag=tag, key=key) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers.get("Idempotency-Replayed")) == (200, 200, "true")
    assert again.json["record"]["number"] == 1


def test_refusals_say_why(submitted: uuid.UUID, client_as: ClientAs) -> None:
    county = client_as("jia-aid")
    assert send(county, submitted, "return").status_code == 422
    assert send(county, submitted, "submit").status_code == 409
    assert send(client_as("jia-school"), submitted, "issue", "990101-S01").status_code == 403
    assert send(client_as("yi-aid"), submitted, "issue", "990102").status_code == 404


def test_the_steps_of_a_record_can_be_read(submitted: uuid.UUID, client_as: ClientAs) -> None:
    send(client_as("jia-aid"), submitted, "return", reason="金额与收据不符")
    found = client_as("jia-aid").get(f"{API.format('990101', submitted)}/steps").json["steps"]
    assert [(step["title"], step["to_state"], step["reason"]) for step in found] == [
        ("登记", "draft", ""), ("提交", "submitted", ""), ("退回", "draft", "金额与收据不符")]
