"""Messages on their way: fifty guardians, a gateway that is really there, lists for the county's own platform."""

from __future__ import annotations

import io
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from core.extensions import new_id
from core.outreach.channels import HttpGateway, Message, Outbox
from core.outreach.models import Gateway
from core.outward.addresses import Target
from core.registry.models import Guardian
from tests.conftest import ClientAs
from tests.core.outreach.conftest import TEXT, Desk, phone
from tests.core.webhooks.conftest import Receiver, answer
from tests.factories.registry import JIA

SECRET = "s3cret-of-the-gateway"
NUMBER = re.compile(r"1[3-9]\d{9}")


class Gate(Receiver):
    """A gateway: it sends everything but the numbers in `bad`."""

    bad: frozenset[str] = frozenset()

    def results(self) -> list[dict[str, Any]]:
        """Every request's body."""
        return [json.loads(body) for _, body in self.got]


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()

    def reply(request: Any) -> None:
        messages = made.results()[-1]["messages"]
        answer(200, json.dumps({"results": [{"id": one["id"], "ok": one["phone"] not in made.bad} for one in messages]}).encode())(request)

    made.answers = _Endless(reply)
    yield made
    made.close()


class _Endless(list):  # type: ignore[type-arg]
    """Answers that do not run out."""

    def __init__(self, reply: Any) -> None:
        super().__init__([reply])
        self.reply = reply

    def pop(self, at: Any = -1) -> Any:
        return self.reply


def set_up(desk: Desk, client_as: ClientAs, kind: str = "http", url: str = "", **more: Any) -> Any:
    form = {"kind": kind, "url": url, "secret": SECRET if kind == "http" else "", "chunk": "20", "file_kind": "xlsx", **more}
    return client_as("jia-admin").post(f"/u/{JIA}/outreach/gateway", data=form)


def states(desk: Desk) -> Counter[str]:
    return Counter(row.state for row in desk.deliveries())


@pytest.mark.clause("EA-021")
def test_fifty_guardians_get_fifty_messages_and_nothing_personal_is_logged(desk: Desk, gate: Gate, client_as: ClientAs,
                                                                           caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk.families(50)
    desk.allow(gate)
    assert set_up(desk, client_as, url=gate.url).status_code == 302
    aid = client_as("jia-aid")
    before = len(desk.trail())
    assert aid.post(f"{desk.at}/list").status_code == 302
    assert aid.post(f"{desk.at}/send").status_code == 302
    desk.run()
    rows = desk.deliveries()
    assert len(rows) == 50 == len({row.guardian_id for row in rows}) and states(desk) == {"sent": 50}
    told = [one["phone"] for body in gate.results() for one in body["messages"]]
    assert sorted(told) == [phone(number) for number in range(1, 51)] and {body["text"] for body in gate.results()} == {TEXT}
    assert [len(body["messages"]) for body in gate.results()] == [20, 20, 10]
    head = gate.got[0][0]
    assert head["authorization"] == f"Bearer {SECRET}" and len({got[0]["idempotency-key"] for got in gate.got}) == 3
    said = caplog.text + "".join(f"{row.sentence}{row.before}{row.after}{row.reason}{row.subject}" for row in desk.trail()[before:])
    assert not NUMBER.search(said) and "测试童" not in said and "测试监护" not in said and SECRET not in said
    assert all(phone(number) not in repr(rows) for number in range(1, 51))


def test_a_gateway_says_of_each_message_whether_it_went(desk: Desk, gate: Gate, client_as: ClientAs) -> None:
    desk.families(5)
    desk.allow(gate)
    set_up(desk, client_as, url=gate.url)
    gate.bad = frozenset({phone(2), phone(4)})
    aid = client_as("jia-aid")
    aid.post(f"{desk.at}/list")
    aid.post(f"{desk.at}/send")
    desk.run()
    assert states(desk) == {"sent": 3, "failed": 2}
    page = aid.get(desk.at).get_data(as_text=True)
    assert "短信平台没有发出" in page and "渠道齐全" not in page


def test_who_refused_gets_nothing_whether_before_the_list_or_after_it(desk: Desk, gate: Gate, client_as: ClientAs) -> None:
    desk.families(4)
    desk.allow(gate)
    set_up(desk, client_as, url=gate.url)
    desk.refuse(1)
    aid = client_as("jia-aid")
    aid.post(f"{desk.at}/list")
    assert states(desk) == {"waiting": 3, "refused": 1}
    desk.refuse(2)
    aid.post(f"{desk.at}/send")
    desk.run()
    assert states(desk) == {"sent": 2, "refused": 2}
    assert sorted(one["phone"] for body in gate.results() for one in body["messages"]) == [phone(3), phone(4)]
    aid.post(f"{desk.at}/list")
    assert len(desk.deliveries()) == 4  # once on the list is enough


def test_a_gateway_that_is_down_loses_nothing_and_is_asked_again(desk: Desk, gate: Gate, client_as: ClientAs) -> None:
    desk.families(3)
    desk.allow(gate)
    set_up(desk, client_as, url=gate.url)
    aid = client_as("jia-aid")
    aid.post(f"{desk.at}/list")
    aid.post(f"{desk.at}/send")
    good = gate.answers
    gate.answers = [answer(503, b"13900000001 is busy")]
    desk.run()
    assert states(desk) == {"waiting": 3} and {row.tries for row in desk.deliveries()} == {1}
    gate.answers = good
    desk.run(early=True)
    assert states(desk) == {"sent": 3}
    keys = [got[0]["idempotency-key"] for got in gate.got]
    assert keys[0] == keys[1]


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/x", "https://127.0.0.1/x", "https://10.0.0.1/x", "https://localhost/x",
                                 "https://169.254.169.254/x", "ftp://example.test/", "http://example.test/x"])
def test_a_gateway_in_an_inner_network_is_refused_unless_allowed(desk: Desk, receiver: Receiver, client_as: ClientAs, url: str) -> None:
    refused = set_up(desk, client_as, url=url.format(port=receiver.port))
    assert refused.status_code == 422 and SECRET not in refused.get_data(as_text=True)
    assert desk.write(lambda session: session.scalars(select(Gateway)).all()) == []


def test_a_host_that_is_allowed_no_more_gets_no_request(desk: Desk, gate: Gate, client_as: ClientAs) -> None:
    made = HttpGateway(Target(False, gate.host, gate.port, "/"), SECRET, False, 10, 5.0)
    assert made.send(TEXT, [Message(new_id(), phone(1))], "k").trouble == "host"
    guarded = HttpGateway(Target(True, "127.0.0.1", gate.port, "/"), SECRET, False, 10, 5.0)
    assert guarded.send(TEXT, [Message(new_id(), phone(1))], "k").trouble == "address"
    assert gate.got == [] and SECRET not in repr(made) and phone(1) not in repr(Message(new_id(), phone(1)))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"results": [{"id": 1}]}', b'{"results": 3}', b"\xff\xfe"])
def test_an_answer_that_cannot_be_read_settles_nobody(receiver: Receiver, body: bytes) -> None:
    receiver.answers = [answer(200, body)]
    made = HttpGateway(Target(False, receiver.host, receiver.port, "/"), "", True, 10, 5.0)
    assert made.send(TEXT, [Message(new_id(), phone(1))], "k").trouble == "answer"


def test_a_message_the_answer_does_not_name_was_not_sent(receiver: Receiver) -> None:
    receiver.answers = [answer(200, b'{"results": []}')]
    message = Message(new_id(), phone(1))
    found = HttpGateway(Target(False, receiver.host, receiver.port, "/"), "", True, 10, 5.0).send(TEXT, [message], "k")
    assert found.failed == {message.id} and not found.sent and not found.trouble


def listed(desk: Desk, client_as: ClientAs, count: int = 3) -> Any:
    """Families on a list of the outbox; the client of the aid centre."""
    desk.families(count)
    assert set_up(desk, client_as, "outbox").status_code == 302
    aid = client_as("jia-aid")
    aid.post(f"{desk.at}/list")
    aid.post(f"{desk.at}/send")
    desk.run()
    return aid


def test_a_list_is_downloaded_with_a_reason_by_who_may_see_numbers_and_trailed(desk: Desk, client_as: ClientAs) -> None:
    aid = listed(desk, client_as)
    assert states(desk) == {"waiting": 3} and {row.line for row in desk.deliveries()} == {1, 2, 3}
    at = f"{desk.at}/lists/1/file"
    assert aid.post(at, data={"reason": ""}).status_code == 422
    for login, status in (("jia-admin", 403), ("jia-central", 404), ("jia-discipline", 403), ("yi-aid", 404)):
        assert client_as(login).post(at, data={"reason": "测试发送短信"}).status_code == status, login
    given = aid.post(at, data={"reason": "测试发送短信"})
    assert given.status_code == 200
    rows = list(openpyxl.load_workbook(io.BytesIO(given.data)).active.iter_rows(values_only=True))
    assert [row[1] for row in rows[1:]] == [phone(1), phone(2), phone(3)] and {row[2] for row in rows[1:]} == {TEXT}
    entry = desk.trail()[-1]
    assert "3 人" in entry.sentence and entry.reason == "测试发送短信" and entry.row_count == 3
    assert not NUMBER.search(f"{entry.sentence}{entry.before}{entry.after}")


def test_results_come_back_from_the_file_and_those_of_another_list_are_refused(desk: Desk, client_as: ClientAs) -> None:
    aid = listed(desk, client_as)
    at = f"{desk.at}/lists/1/results"

    def read_in(text: str) -> Any:
        return aid.post(at, data={"file": (io.BytesIO(text.encode("utf-8-sig")), "结果.csv")}, content_type="multipart/form-data")

    for text, said in (("名单编号,结果\nc1-2-1,成功\n", "不是第 1 份名单的"), ("名单编号,结果\nc1-1-9,成功\n", "不是第 1 份名单的"),
                       ("编号,结果\nc1-1-1,成功\n", "名单编号"), ("名单编号,结果\nc1-1-1,也许\n", "看不懂")):
        refused = read_in(text)
        assert refused.status_code == 422 and said in refused.get_data(as_text=True)
    assert states(desk) == {"waiting": 3}
    assert read_in("名单编号,结果,原因\nc1-1-1,成功,\nc1-1-2,失败,空号\n").status_code == 302
    assert states(desk) == {"sent": 1, "failed": 1, "waiting": 1}
    assert "13900000002" not in "".join(entry.sentence for entry in desk.trail())


def test_nothing_is_sent_without_a_list_or_a_channel(desk: Desk, client_as: ClientAs) -> None:
    aid = client_as("jia-aid")
    assert aid.post(f"{desk.at}/send").status_code == 409
    desk.families(1)
    aid.post(f"{desk.at}/list")
    refused = aid.post(f"{desk.at}/send")
    assert refused.status_code == 409 and "短信通道" in refused.get_data(as_text=True)


def test_a_guardian_who_is_gone_since_gets_nothing(desk: Desk, gate: Gate, client_as: ClientAs) -> None:
    desk.families(2)
    desk.allow(gate)
    set_up(desk, client_as, url=gate.url)
    aid = client_as("jia-aid")
    aid.post(f"{desk.at}/list")

    def drop(session: Any) -> None:
        row = session.scalars(select(Guardian).order_by(Guardian.id)).first()
        row.phone_sealed, row.phone_key, row.phone_mask = None, None, ""

    desk.write(drop)
    aid.post(f"{desk.at}/send")
    desk.run()
    assert Counter((row.state, row.reason) for row in desk.deliveries()) == {("failed", "gone"): 1, ("sent", ""): 1}


def test_the_outbox_takes_all_and_sends_none() -> None:
    found = Outbox().send(TEXT, [message := Message(new_id(), phone(1))], "k")
    assert found.listed == {message.id} and not found.sent
