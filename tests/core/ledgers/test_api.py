"""The API of a ledger: the same records, rules and scope as its pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.core.ledgers.conftest import GOOD
from tests.core.ledgers.support import JIA, add_families

ClientAs = Callable[[str], FlaskClient]
BASE = "/api/v1/u/990101/p/sample/ledgers/families"
SCHOOL = "/api/v1/u/990101-S01/p/sample/ledgers/families"


def post(client: FlaskClient, body: dict[str, Any], key: str = "") -> Any:
    return client.post(SCHOOL, json=body, headers={"Idempotency-Key": key or str(uuid.uuid4())})


def at_fault(answer: Any) -> set[str]:
    return {error["field"] for error in answer.get_json()["errors"]}


def test_records_are_entered_with_json_values_and_read_masked(app: Flask, client_as: ClientAs) -> None:
    client = client_as("jia-school")
    body = {**GOOD, "members": 4, "income": 3200.5, "water": True, "causes": ["illness", "schooling"], "kind": "poor", "term": 1}
    made = post(client, body, "same-key-1")
    assert made.status_code == 201, made.get_json()
    record = made.get_json()["record"]
    assert (record["members"], record["income"], record["water"], record["causes"], record["identified_on"]) == (
        4, "3200.50", True, ["illness", "schooling"], "2015-09-01")
    assert record["id_number"].endswith("002X") and GOOD["id_number"] not in made.get_data(as_text=True)
    assert post(client, body, "same-key-1").get_json() == made.get_json()
    refused = post(client, body)
    assert refused.status_code == 422 and at_fault(refused) == {"number"}
    wrong = post(client, {**body, "number": "JX002", "members": 99, "water": "也许"})
    assert at_fault(wrong) == {"members", "water"}
    found = client.get(f"{SCHOOL}/{record['id']}")
    assert found.get_json()["record"] == record and found.headers["ETag"]
    assert client_as("jia-central").get(f"/api/v1/u/990101100/p/sample/ledgers/families/{record['id']}").status_code == 404


def test_a_change_names_the_state_it_is_about(app: Flask, client_as: ClientAs) -> None:
    (family_id,) = add_families(app, JIA, "990101-S01", {})
    client, address = client_as("jia-school"), f"{SCHOOL}/{family_id}"
    tag = client.get(address).headers["ETag"]
    assert client.patch(address, json={"members": 5}).status_code == 428
    changed = client.patch(address, json={"members": 5}, headers={"If-Match": tag})
    assert changed.status_code == 200 and changed.get_json()["record"]["version"] == 2
    assert client.patch(address, json={"members": 6}, headers={"If-Match": tag}).status_code == 412
    assert client.get(address).get_json()["record"]["members"] == 5
    gone = client.delete(address, json={}, headers={"If-Match": changed.headers["ETag"]})
    assert gone.status_code == 200 and client.get(SCHOOL).get_json()["records"] == []


def test_pages_filters_and_totals_agree_with_the_list(app: Flask, client_as: ClientAs) -> None:
    add_families(app, JIA, "990101-S01", *({"members": str(1 + at % 5), "income": str(at), "kind": "低保户" if at % 2 else "其他"}
                                          for at in range(30)))
    client, found, after = client_as("jia-aid"), [], ""
    while True:
        answer = client.get(f"{BASE}?sort=-income&limit=7&kind=low" + (f"&after={after}" if after else "")).get_json()
        found += [float(record["income"]) for record in answer["records"]]
        after = answer["next"]
        if not after:
            break
    assert found == [float(at) for at in range(29, 0, -2)]
    totals = client.get(f"{BASE}/totals?kind=low").get_json()["totals"]
    assert totals == {"count": 15, "sums": {"members": sum(1 + at % 5 for at in range(1, 30, 2)), "income": "225.00"}}
    assert client.get(f"{BASE}?sort=note").status_code == 422
    assert client.get(f"{BASE}?after=xxxx").status_code == 422
