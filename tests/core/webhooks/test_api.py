"""Subscriptions by the API: tags, keys, the secret once, replay."""

from __future__ import annotations

import json

from core.webhooks import recipe
from tests.conftest import ClientAs
from tests.core.webhooks.conftest import JIA, YI, Office, Receiver, answer, emit_sample

HOOKS, SENT = f"/api/v1/units/{JIA}/webhooks", f"/api/v1/units/{JIA}/webhook-deliveries"
NEW = {"url": "https://told.example/hook", "events": ["sample.visit.noted"], "note": "市平台"}


def test_a_subscription_lives_by_tags_and_keys(office: Office, client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    assert client.post(HOOKS, json=NEW).status_code == 400
    made = client.post(HOOKS, json=NEW, headers={"Idempotency-Key": "webhook-0001"})
    again = client.post(HOOKS, json=NEW, headers={"Idempotency-Key": "webhook-0001"})
    assert made.status_code == 201 and made.data == again.data and "whsec" not in made.text
    one = f"{HOOKS}/{made.get_json()['webhook']['id']}"
    tag = client.get(one).headers["ETag"]
    assert client.patch(one, json={"note": "新"}).status_code == 428
    changed = client.patch(one, json={"note": "新", "state": "paused"}, headers={"If-Match": tag})
    assert changed.status_code == 200 and changed.get_json()["webhook"]["state"] == "paused"
    assert changed.get_json()["webhook"]["events"] == NEW["events"]
    assert client.patch(one, json={"note": "晚"}, headers={"If-Match": tag}).status_code == 412
    assert client.delete(one, headers={"If-Match": changed.headers["ETag"]}).status_code == 200
    assert client.get(one).status_code == 404 and client.get(HOOKS).get_json()["webhooks"] == []


def test_the_secret_is_given_once_and_kept_in_no_answer(office: Office, client_as: ClientAs, receiver: Receiver) -> None:
    client = client_as("jia-admin")
    office.allow(receiver.place)
    made = client.post(HOOKS, json={**NEW, "url": receiver.url}, headers={"Idempotency-Key": "webhook-0001"})
    one = f"{HOOKS}/{made.get_json()['webhook']['id']}"
    given = client.put(f"{one}/secret", json={}, headers={"If-Match": made.headers["ETag"]})
    secret = given.get_json()["secret"]["secret"]
    with office.write() as session:
        emit_sample(session, office.host)
    office.run()
    headers, body = receiver.got[0]
    assert recipe.verify(secret, headers, body)
    with office.database.engine.connect() as connection:
        assert secret not in str(connection.exec_driver_sql("SELECT body FROM api_answers").all())
    assert secret not in client.get(one).text + client.get(HOOKS).text


def test_what_did_not_get_through_is_replayed(office: Office, client_as: ClientAs, receiver: Receiver) -> None:
    endpoint, _ = office.listen(receiver)
    receiver.answers = [answer(410)]
    with office.write() as session:
        emit_sample(session, office.host)
    office.run()
    client = client_as("jia-admin")
    (lost,) = client.get(f"{SENT}?state=failed&webhook={endpoint.id}").get_json()["deliveries"]
    assert (lost["status"], lost["reason"], lost["event"]) == (410, "gone", "sample.visit.noted")
    replay = {"json": {"since": "2020-01-01T00:00:00+08:00"}, "headers": {"Idempotency-Key": "replay-0001"}}
    assert client.post(f"{HOOKS}/{endpoint.id}/replay", **replay).status_code == 409  # paused by the platform
    tag = client.get(f"{HOOKS}/{endpoint.id}").headers["ETag"]
    assert client.patch(f"{HOOKS}/{endpoint.id}", json={"state": "active"}, headers={"If-Match": tag}).status_code == 200
    assert client.post(f"{HOOKS}/{endpoint.id}/replay", **replay).get_json() == {"replay": {"count": 1}}
    office.run()
    assert client.get(f"{SENT}/{lost['id']}").get_json()["delivery"]["state"] == "delivered"
    once = client.post(f"{SENT}/{lost['id']}/replay", json={}, headers={"Idempotency-Key": "replay-0002"})
    assert once.status_code == 202 and once.get_json()["delivery"]["state"] == "queued"
    tried = client.post(f"{HOOKS}/{endpoint.id}/test", json={}, headers={"Idempotency-Key": "test-00001"})
    assert tried.get_json()["delivery"]["event"] == "core.webhook.tested"
    office.run()
    assert [json.loads(body)["type"] for _, body in receiver.got[1:]] == ["sample.visit.noted"] * 2 + ["core.webhook.tested"]


def test_a_refused_address_leaves_an_entry_and_nothing_else(office: Office, client_as: ClientAs) -> None:
    refused = client_as("jia-admin").post(HOOKS, json={**NEW, "url": "https://192.168.1.1/"},
                                          headers={"Idempotency-Key": "webhook-0001"})
    assert refused.status_code == 422 and refused.get_json()["errors"][0]["field"] == "url"
    assert [entry.source for entry in office.trail() if entry.subject == "webhook:refused"] == ["api"]
    assert client_as("jia-admin").get(HOOKS).get_json()["webhooks"] == []


def test_the_neighbour_and_the_clerk_find_nothing(office: Office, client_as: ClientAs) -> None:
    endpoint, _ = office.subscribe(NEW["url"])
    key = {"Idempotency-Key": "webhook-0001", "If-Match": "x"}
    for base in (HOOKS, f"/api/v1/units/{YI}/webhooks"):
        one = f"{base}/{endpoint.id}"
        client = client_as("yi-admin")
        for method, address in (("GET", one), ("PATCH", one), ("DELETE", one), ("PUT", f"{one}/secret"),
                                ("POST", f"{one}/test")):
            assert client.open(address, method=method, json={}, headers=key).status_code == 404, (method, address)
    assert client_as("jia-aid").get(HOOKS).status_code == 403


def test_kinds_are_listed_page_by_page(client_as: ClientAs) -> None:
    client, address = client_as("jia-admin"), f"/api/v1/units/{JIA}/webhook-events"
    codes: list[str] = []
    after = ""
    while True:
        page = client.get(f"{address}?limit=4&after={after}").get_json()
        codes += [event["code"] for event in page["events"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert codes == sorted(set(codes)) and {"core.account.closed", "sample.visit.noted"} <= set(codes)
