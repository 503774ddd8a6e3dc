"""Writes name the state they are about, and can be sent twice without harm."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

from sqlalchemy import func, select

from core.api.models import ApiAnswer
from core.extensions import Database, utcnow
from core.units.models import Unit
from tests.conftest import ClientAs
from tests.core.api.conftest import BOTH, Caller, MakeToken

pytestmark = BOTH

UNIT = "/api/v1/units/990101"
SCHOOL = "/api/v1/units/990101-S01"
STATION = {"name": "甲县教育站", "kind": "station", "on": "2020-01-01"}
NAME = {"name": "甲县实验中学", "on": "2020-01-01"}


def stations(database: Database) -> int:
    with database.session() as session:
        return session.scalar(select(func.count()).select_from(Unit).where(Unit.name == STATION["name"])) or 0


def test_a_write_without_a_tag_is_refused(client_as: ClientAs) -> None:
    answer = client_as("jia-admin").patch(SCHOOL, json=NAME)
    assert answer.status_code == answer.get_json()["status"] == 428
    assert client_as("jia-admin").get(SCHOOL).get_json()["unit"]["name"] == "甲县第一中学"


def test_a_write_about_the_state_that_is_there_goes_through(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    tag = client.get(f"{SCHOOL}?fields=name").headers["ETag"]
    answer = client.patch(SCHOOL, json=NAME, headers={"If-Match": tag})
    assert answer.status_code == 200 and answer.get_json()["unit"]["name"] == "甲县实验中学"
    assert answer.headers["ETag"] == client.get(SCHOOL).headers["ETag"] != tag
    assert client.get(f"{SCHOOL}/states").get_json()["states"][1]["name"] == "甲县第一中学"


def test_a_stale_tag_is_refused_and_changes_nothing(client_as: ClientAs) -> None:
    first, second = client_as("jia-admin"), client_as("province-admin")
    tag = first.get(SCHOOL).headers["ETag"]
    assert second.patch(SCHOOL, json=NAME, headers={"If-Match": tag}).status_code == 200
    late = first.patch(SCHOOL, json={"name": "别的名字", "on": "2020-02-01"}, headers={"If-Match": tag})
    assert late.status_code == 412 and late.get_json()["type"] == "urn:bangfu:problem:stale"
    assert first.get(SCHOOL).get_json()["unit"]["name"] == "甲县实验中学"


def test_a_county_does_not_rename_itself(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    tag = client.get(UNIT).headers["ETag"]
    answer = client.patch(UNIT, json={"name": "新县", "on": "2020-01-01"}, headers={"If-Match": tag})
    assert answer.status_code == 403 and "上级单位" in answer.get_json()["detail"]
    auditor = client_as("province-auditor")
    assert auditor.patch(SCHOOL, json=NAME, headers={"If-Match": tag}).status_code == 403
    assert client_as("yi-admin").patch(SCHOOL, json=NAME, headers={"If-Match": tag}).status_code == 404


def test_a_post_without_a_key_is_refused(client_as: ClientAs, app_database: Database) -> None:
    for key in ({}, {"Idempotency-Key": "short"}):
        answer = client_as("jia-admin").post(f"{UNIT}/children", json=STATION, headers=key)
        assert answer.status_code == 400 and answer.get_json()["type"] == "urn:bangfu:problem:unkeyed"
    assert stations(app_database) == 0


def test_a_repeat_is_answered_the_same_and_done_once(client_as: ClientAs, app_database: Database) -> None:
    client, key = client_as("jia-admin"), {"Idempotency-Key": "station-0001"}
    first = client.post(f"{UNIT}/children", json=STATION, headers=key)
    again = client.post(f"{UNIT}/children", json=STATION, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.data == again.data and first.headers["ETag"] == again.headers["ETag"]
    assert "Idempotency-Replayed" not in first.headers and again.headers["Idempotency-Replayed"] == "true"
    assert stations(app_database) == 1


def test_a_key_used_for_another_request_is_refused(client_as: ClientAs, app_database: Database) -> None:
    client, key = client_as("jia-admin"), {"Idempotency-Key": "station-0001"}
    client.post(f"{UNIT}/children", json=STATION, headers=key)
    other = client.post(f"{UNIT}/children", json={**STATION, "name": "别的站"}, headers=key)
    assert other.status_code == 422 and other.get_json()["errors"][0]["field"] == "Idempotency-Key"
    assert client_as("province-admin").post(f"{UNIT}/children", json={**STATION, "name": "省里的站"}, headers=key).status_code == 201


def test_a_refused_post_leaves_its_key_free(client_as: ClientAs, app_database: Database) -> None:
    client, key = client_as("jia-admin"), {"Idempotency-Key": "station-0001"}
    bad = client.post(f"{UNIT}/children", json={**STATION, "kind": "division"}, headers=key)
    assert bad.status_code == 422
    assert client.post(f"{UNIT}/children", json=STATION, headers=key).status_code == 201


def test_answers_are_forgotten_after_their_time(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    client.post(f"{UNIT}/children", json=STATION, headers={"Idempotency-Key": "station-0001"})
    with app_database.transaction() as session:
        for kept in session.scalars(select(ApiAnswer)):
            kept.made_at = utcnow() - dt.timedelta(days=8)
    client.post(f"{UNIT}/children", json={**STATION, "name": "另一站"}, headers={"Idempotency-Key": "station-0002"})
    with app_database.session() as session:
        assert [kept.key for kept in session.scalars(select(ApiAnswer))] == ["station-0002"]


def test_the_same_request_from_several_threads_is_done_once(
        app: Any, token_of: MakeToken, app_database: Database) -> None:
    text, codes = token_of("jia-admin"), []

    def send() -> None:
        answer = Caller(app.test_client(), text).open(
            "POST", f"{UNIT}/children", {"Idempotency-Key": "station-0001"}.items(), json=STATION)
        codes.append(answer.status_code)
    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [201] * 4 and stations(app_database) == 1


def test_what_is_sent_wrongly_is_named_field_by_field(client_as: ClientAs) -> None:
    client, key = client_as("jia-admin"), {"Idempotency-Key": "station-0001"}
    answer = client.post(f"{UNIT}/children", json={"name": "", "kind": "planet", "extra": 1}, headers=key)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.get_json()["errors"]} == {"name", "kind", "on", "extra"}
    for body in (b"{", b"[]", b"\xff"):
        answer = client.post(f"{UNIT}/children", data=body, headers={**key, "Content-Type": "application/json"})
        assert answer.status_code in (400, 422) and answer.content_type == "application/problem+json"


def test_a_plugins_write_is_repeatable_as_well(client_as: ClientAs) -> None:
    client, address = client_as("jia-school"), "/api/v1/u/990101-S01/p/sample/visits"
    sent = {"title": "冬衣", "amount": "120.00", "happened_on": "2020-01-05"}
    answers = [client.post(address, json=sent, headers={"Idempotency-Key": "visit-0001"}) for _ in range(2)]
    assert answers[0].status_code == 201 and answers[0].data == answers[1].data
    assert len(client.get(address).get_json()["visits"]) == 1
