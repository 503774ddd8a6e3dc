"""The pages, as people of the small province use them."""

from __future__ import annotations

import re
import uuid

import pytest

from core.extensions import all_tenants, utcnow
from core.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.conftest import ClientAs
from tests.core.webhooks.conftest import JIA, YI, Office, Receiver, answer, emit_sample

PAGE = f"/u/{JIA}/webhooks"
GOOD = {"url": "https://told.example/hook?key=qwertz", "kinds": ["core.account.created", "sample.visit.noted"],
        "note": "市平台"}


def make(office: Office, client: object, **changes: object) -> str:
    """A subscription by the form; its secret."""
    page = client.post(PAGE, data={**GOOD, **changes})  # type: ignore[attr-defined]
    assert page.status_code == 200, page.text
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", page.text)
    assert found is not None
    return found[0]


def test_a_subscription_is_made_and_its_secret_shown_once(office: Office, client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    assert "还没有推送" in client.get(PAGE).text
    secret = make(office, client)
    page = f"{PAGE}/{office.endpoint().id}"
    for address in (PAGE, page, f"{page}/edit", f"{PAGE}/deliveries", f"/u/{JIA}/trail"):
        answered = client.get(address)
        assert answered.status_code == 200 and secret not in answered.text and "whsec" not in answered.text
    assert "told.example:443" in client.get(PAGE).text and "市平台" in client.get(PAGE).text
    assert "建立推送到 told.example:443" in office.sentences()
    assert "qwertz" not in client.get(f"/u/{JIA}/trail").text


@pytest.mark.parametrize(("changes", "says"), [
    ({"url": "https://user:x@told.example/"}, "不带用户名"),
    ({"url": "http://told.example/"}, "只能用 https"),
    ({"url": "https://127.0.0.1:8443/"}, "本机或内网"),
    ({"kinds": []}, "请至少选一种事件"),
    ({"kinds": ["core.nothing.happened"]}, "请至少选一种事件"),
    ({"kinds": ["core.webhook.tested", "x\x00"]}, "请至少选一种事件"),
    ({"note": "长" * 121}, "不超过 120"),
])
def test_a_form_that_cannot_be_accepted_says_why(office: Office, client_as: ClientAs, changes: dict[str, object],
                                                 says: str) -> None:
    answered = client_as("jia-admin").post(PAGE, data={**GOOD, **changes})
    assert answered.status_code == 422 and says in answered.text
    with office.database.session() as session, all_tenants(session, "核对"):
        assert session.query(WebhookEndpoint).count() == 0


def test_a_refused_address_leaves_an_entry_without_its_key(office: Office, client_as: ClientAs) -> None:
    client_as("jia-admin").post(PAGE, data={**GOOD, "url": "https://10.1.2.3/hook?key=qwertz"})
    (entry,) = [entry for entry in office.trail() if entry.subject == "webhook:refused"]
    assert entry.sentence == "拒绝推送到 10.1.2.3:443" and "内网" in entry.reason and entry.tenant_id == JIA
    assert entry.who == "测试06" and "qwertz" not in str(vars(entry))


def test_an_edit_of_a_state_that_is_no_more_is_refused(office: Office, client_as: ClientAs) -> None:
    first, second = client_as("jia-admin"), client_as("province-admin")
    make(office, first)
    address = f"{PAGE}/{office.endpoint().id}"
    assert 'name="version" value="1"' in first.get(f"{address}/edit").text
    assert second.post(address, data={**GOOD, "note": "改过", "version": "1"}).status_code == 302
    late = first.post(address, data={**GOOD, "note": "也改", "version": "1"})
    assert late.status_code == 409 and "已有人改动" in late.text
    assert (office.endpoint().note, office.endpoint().version) == ("改过", 2)


def test_pausing_rotating_and_removing_leave_entries(office: Office, client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    secret = make(office, client)
    address = f"{PAGE}/{office.endpoint().id}"
    assert client.post(f"{address}/pause").status_code == 302 and office.endpoint().state == "paused"
    assert client.post(f"{address}/resume").status_code == 302 and office.endpoint().state == "active"
    rotated = client.post(f"{address}/secret").text
    assert "whsec_" in rotated and secret not in rotated and "新旧两个密钥都有效" in client.get(address).text
    assert client.post(f"{address}/remove").status_code == 302
    assert client.get(address).status_code == 404 and "还没有推送" in client.get(PAGE).text
    assert [sentence[:4] for sentence in office.sentences() if "told.example" in sentence] == [
        "建立推送", "暂停推送", "恢复推送", "轮换推送", "删除推送"]


def test_a_test_event_arrives_and_is_replayed_by_button(office: Office, client_as: ClientAs, receiver: Receiver) -> None:
    client = client_as("jia-admin")
    office.allow(receiver.place)
    make(office, client, url=receiver.url)
    receiver.answers = [answer(200, b"<b>taken</b>")]
    there = client.post(f"{PAGE}/{office.endpoint().id}/test").location
    assert "等待推送" in client.get(there).text
    assert client.post(f"{there}/replay").status_code == 409
    office.run()
    page = client.get(there).text
    assert "已送达" in page and "core.webhook.tested" in page and "&lt;b&gt;taken&lt;/b&gt;" in page
    assert client.post(f"{there}/replay").status_code == 302
    office.run()
    assert len(receiver.got) == 2 and receiver.got[0][1] == receiver.got[1][1]
    assert "补发一次推送到" in " ".join(office.sentences())
    assert client.post(f"{PAGE}/{office.endpoint().id}/replay", data={"since": "2020-01-01"}).status_code == 302
    assert client.post(f"{PAGE}/{office.endpoint().id}/replay", data={"since": "gestern"}).status_code == 422


def test_deliveries_are_filtered_and_paged(office: Office, client_as: ClientAs, receiver: Receiver) -> None:
    office.listen(receiver)
    with office.write() as session:
        for _ in range(55):
            emit_sample(session, office.host)
    with office.write() as session, all_tenants(session, "测试"):
        last = session.query(WebhookDelivery).order_by(WebhookDelivery.id).first()
        assert last is not None
        last.state, last.reason, last.status = "failed", "redirect", 302
    client, address = client_as("jia-admin"), f"{PAGE}/deliveries"
    first = client.get(address).text
    assert first.count("等待推送</span>") == 50 and "更多" in first
    before = re.search(r"before=([0-9a-f-]{36})", first)
    assert before is not None
    rest = client.get(f"{address}?before={before[1]}").text
    assert rest.count("等待推送</span>") == 4 and "要求转向" in rest
    failed = client.get(f"{address}?state=failed").text
    assert "要求转向" in failed and "等待推送</span>" not in failed
    assert "没有符合条件" in client.get(f"{address}?kind=core.plan.applied").text
    assert client.get(f"{address}?before=nonsense").status_code == 422


def test_the_neighbour_finds_nothing(office: Office, client_as: ClientAs, receiver: Receiver) -> None:
    office.listen(receiver)
    with office.write() as session:
        emit_sample(session, office.host)
    endpoint, delivery = office.endpoint().id, office.delivery().id
    neighbour, theirs = client_as("yi-admin"), f"/u/{YI}/webhooks"
    for base in (PAGE, theirs):
        for tail in (f"{endpoint}", f"{endpoint}/edit", f"deliveries/{delivery}"):
            assert neighbour.get(f"{base}/{tail}").status_code == 404
        for tail in (f"{endpoint}", f"{endpoint}/pause", f"{endpoint}/resume", f"{endpoint}/remove", f"{endpoint}/secret",
                     f"{endpoint}/test", f"{endpoint}/replay", f"deliveries/{delivery}/replay"):
            assert neighbour.post(f"{base}/{tail}", data={**GOOD, "since": "2020-01-01"}).status_code == 404, tail
    assert receiver.place not in neighbour.get(theirs).text
    assert office.endpoint().state == "active" and len(office.deliveries()) == 1


def test_only_those_who_manage_reach_the_pages(client_as: ClientAs) -> None:
    for login in ("jia-aid", "jia-discipline", "jia-approver"):
        assert client_as(login).get(PAGE).status_code == 403
    assert client_as("jia-admin").get(f"{PAGE}/hosts").status_code == 403
    assert 'href="/u/990101/webhooks"' in client_as("jia-admin").get("/u/990101/").text


def test_the_platforms_administrator_allows_inner_hosts_one_by_one(office: Office, client_as: ClientAs) -> None:
    platform, address = client_as("province-admin"), "/u/99/webhooks/hosts"
    assert "没有放行的内网主机" in platform.get(address).text
    for host, says in (("169.254.169.254:80", "不能放行"), ("https://x/", "主机:端口"), ("", "主机:端口")):
        answered = platform.post(address, data={"host": host, "reason": "测试"})
        assert answered.status_code == 422 and says in answered.text
    assert platform.post(address, data={"host": "10.1.2.3:8443", "reason": ""}).status_code == 422
    assert platform.post(address, data={"host": "10.1.2.3:8443", "reason": "测试内网"}).status_code == 302
    assert platform.post(address, data={"host": "10.1.2.3:8443", "reason": "又一次"}).status_code == 409
    assert "10.1.2.3:8443" in platform.get(address).text
    assert any("放行测试省及以下推送到 10.1.2.3:8443" in sentence for sentence in office.sentences())
    make(office, client_as("jia-admin"), url="http://10.1.2.3:8443/hook")
    found = re.search(r"hosts/([0-9a-f-]{36})/end", platform.get(address).text)
    assert found is not None
    assert client_as("province-admin").post(f"/u/9901/webhooks/hosts/{found[1]}/end").status_code == 404
    assert platform.post(f"{address}/{found[1]}/end").status_code == 302
    assert any("不再放行" in sentence for sentence in office.sentences())


def test_a_pause_by_the_platform_waits_on_the_workbench(office: Office, client_as: ClientAs, receiver: Receiver) -> None:
    office.listen(receiver)
    assert "事件推送已自动暂停" not in client_as("jia-admin").get(f"/u/{JIA}/").text
    with office.write() as session, all_tenants(session, "测试"):
        found = session.query(WebhookEndpoint).one()
        found.state, found.halted_why, found.failing_since = "halted", "days", utcnow()
    client = client_as("jia-admin")
    assert "事件推送已自动暂停" in client.get(f"/u/{JIA}/").text
    assert "平台已自动暂停这条推送" in client.get(f"{PAGE}/{office.endpoint().id}").text
    assert "事件推送已自动暂停" not in client_as("jia-aid").get(f"/u/{JIA}/").text


def test_the_kinds_and_the_recipe_are_shown(client_as: ClientAs) -> None:
    jia, yi = client_as("jia-admin").get(f"{PAGE}/events").text, client_as("yi-admin").get(f"/u/{YI}/webhooks/events").text
    assert "core.account.role_given" in jia and "hmac.compare_digest" in jia
    assert "sample.visit.noted" in jia and "sample.visit.noted" not in yi


def test_a_tenant_has_no_more_than_fifty(office: Office, client_as: ClientAs) -> None:
    for number in range(50):
        office.subscribe(f"https://told{number}.example/")
    answered = client_as("jia-admin").post(PAGE, data=GOOD)
    assert answered.status_code == 409 and "50 条" in answered.text
    assert client_as("jia-admin").get(f"{PAGE}/{uuid.uuid4()}").status_code == 404
