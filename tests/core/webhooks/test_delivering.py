"""From an event to a real server and back: signed, tried again, held, refused, paused, in one transaction."""

from __future__ import annotations

import datetime as dt
import json
import time

import pytest
from sqlalchemy import select, update

from core.extensions import all_tenants, tenant_scope, utcnow
from core.host.services import set_switch
from core.jobs.models import Job
from core.jobs.worker import run_due
from core.outward import exchange
from core.units.queries import get_unit_by_code
from core.webhooks import delivering, recipe, services
from core.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.core.webhooks.conftest import ACTOR, JIA, YI, Office, Receiver, answer, emit_sample


def emit(office: Office, **options: object) -> None:
    with office.write() as session:
        emit_sample(session, office.host, **options)


def test_an_event_arrives_signed_as_the_recipe_verifies(office: Office, receiver: Receiver) -> None:
    _, secret = office.listen(receiver)
    emit(office)
    assert receiver.got == []  # not in the transaction of the change
    office.run()
    ((headers, body),) = receiver.got
    assert recipe.verify(secret, headers, body)
    assert not recipe.verify(secret, headers, body + b" ")
    assert not recipe.verify(secret, {**headers, "webhook-timestamp": str(int(time.time()) - 301)}, body)
    said = json.loads(body)
    assert said["type"] == "sample.visit.noted" and said["tenant"] == JIA and said["data"] == {"visit": "01a1"}
    assert headers["webhook-id"] == f"msg_{said['id'].replace('-', '')}"
    found = office.delivery()
    assert (found.state, found.status, found.tries, found.answer) == ("delivered", 200, 1, "ok")


def test_an_event_that_was_rolled_back_is_never_delivered(office: Office, receiver: Receiver) -> None:
    office.listen(receiver)
    with pytest.raises(ZeroDivisionError), office.write() as session:
        emit_sample(session, office.host)
        raise ZeroDivisionError
    office.run(early=True)
    assert office.deliveries() == [] and receiver.got == []


def test_a_delivery_is_tried_again_when_it_is_due_under_the_same_id(office: Office, receiver: Receiver) -> None:
    office.listen(receiver)
    receiver.answers = [answer(503, b"busy"), answer(500)]
    emit(office)
    office.run()
    waiting = office.delivery()
    assert (waiting.state, waiting.status, waiting.reason, len(receiver.got)) == ("retrying", 503, "status", 1)
    assert waiting.due_at is not None and waiting.due_at > utcnow()
    office.run()
    assert len(receiver.got) == 1
    office.run(early=True)
    office.run(early=True)
    found = office.delivery()
    assert (found.state, found.tries, found.due_at) == ("delivered", 3, None)
    assert [attempt["status"] for attempt in found.history] == [503, 500, 200]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert office.endpoint().failures == 0


def test_a_failed_try_is_one_quiet_line_in_the_log(office: Office, receiver: Receiver,
                                                   caplog: pytest.LogCaptureFixture) -> None:
    office.listen(receiver)
    receiver.answers = [answer(503)]
    emit(office)
    office.run()
    (line,) = [record for record in caplog.records if record.name == "core.jobs"]
    assert line.levelname == "WARNING" and line.exc_info is None
    assert f"{receiver.place}: status" in line.getMessage() and "qwertz" not in line.getMessage()


@pytest.mark.parametrize(("asked", "least", "most"), [("3600", 3590, 3600), ("1", 0, 5), ("999999", 86_390, 86_400)])
def test_the_next_try_comes_when_the_receiver_asks_for_it(office: Office, receiver: Receiver, asked: str, least: int,
                                                          most: int) -> None:
    office.listen(receiver)
    receiver.answers = [answer(503, **{"Retry-After": asked})]
    emit(office)
    office.run()
    due = office.delivery().due_at
    assert due is not None
    assert least - 5 < (due - utcnow()).total_seconds() <= most
    with office.database.session() as session:
        waiting = session.connection().execute(select(Job.__table__).where(Job.__table__.c.code == "webhooks.deliver")).one()
    assert abs((waiting.not_before - due).total_seconds()) < 5


def test_it_is_given_up_after_the_last_try_and_can_be_replayed(office: Office, receiver: Receiver) -> None:
    office.listen(receiver)
    receiver.answers = [answer(500)] * delivering.TRIES
    emit(office)
    for _ in range(delivering.TRIES + 2):
        office.run(early=True)
    assert office.delivery().state == "failed" and len(receiver.got) == delivering.TRIES
    with office.write() as session, tenant_scope(session, JIA):
        endpoint = session.get_one(WebhookEndpoint, (JIA, office.endpoint().id))
        assert services.replay_lost(session, endpoint, utcnow() + dt.timedelta(days=1), ACTOR) == 0
        assert services.replay_lost(session, endpoint, utcnow() - dt.timedelta(days=1), ACTOR) == 1
    office.run()
    assert office.delivery().state == "delivered"
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert any(sentence.startswith("补发 1 次") for sentence in office.sentences())


def test_a_redirect_is_a_failure_of_its_own_and_is_not_followed(office: Office, receiver: Receiver) -> None:
    inner = Receiver()
    office.listen(receiver)
    receiver.answers = [answer(302, Location=inner.url)]
    emit(office)
    office.run()
    inner.close()
    found = office.delivery()
    assert (found.state, found.status, found.reason) == ("retrying", 302, "redirect") and inner.got == []


def test_a_name_that_leads_inward_is_refused_for_good(office: Office, receiver: Receiver,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "resolve", lambda host, port, seconds: ["127.0.0.1"])
    office.subscribe(f"https://outside.example:{receiver.port}/hook?key=qwertz")
    emit(office)
    office.run(early=True)
    office.run(early=True)
    found = office.delivery()
    assert (found.state, found.reason, found.tries, found.due_at) == ("failed", "address", 1, None)
    assert receiver.got == []
    (entry,) = [entry for entry in office.trail() if "拒绝推送" in entry.sentence]
    assert entry.tenant_id == JIA and "outside.example" in entry.sentence and "qwertz" not in entry.sentence


def test_an_allowance_taken_back_ends_what_it_allowed(office: Office, receiver: Receiver) -> None:
    from core.webhooks.hosts import end_host
    from core.webhooks.queries import list_hosts

    office.listen(receiver)
    emit(office)
    with office.write() as session:
        unit = get_unit_by_code(session, JIA)
        ((row, _),) = list_hosts(session, unit.path)
        end_host(session, unit, row.id, ACTOR, tenant_id=JIA)
    office.run()
    assert (office.delivery().state, office.delivery().reason) == ("failed", "host") and receiver.got == []


def test_an_allowance_is_for_its_unit_and_below_alone(office: Office, receiver: Receiver) -> None:
    from core.errors import InvalidInput

    office.allow(receiver.place, JIA)
    with pytest.raises(InvalidInput):
        office.subscribe(receiver.url, code=YI)
    office.subscribe(receiver.url, code="990101-S01", tenant_id=JIA)


def test_after_a_rotation_both_secrets_sign_for_a_day(office: Office, receiver: Receiver) -> None:
    made, first = office.listen(receiver)
    with office.write() as session, tenant_scope(session, JIA):
        endpoint = session.get_one(WebhookEndpoint, (JIA, made.id))
        second = services.rotate_secret(session, office.app.config["BANGFU_SETTINGS"], endpoint, ACTOR)
    emit(office)
    office.run()
    headers, body = receiver.got[0]
    assert recipe.verify(first, headers, body) and recipe.verify(second, headers, body)
    with office.write() as session, all_tenants(session, "测试"):
        session.execute(update(WebhookEndpoint).values(earlier_until=utcnow() - dt.timedelta(seconds=1)))
    emit(office)
    office.run()
    headers, body = receiver.got[1]
    assert recipe.verify(second, headers, body) and not recipe.verify(first, headers, body)


def test_what_happens_during_a_pause_is_held_for_a_replay(office: Office, receiver: Receiver) -> None:
    made, _ = office.listen(receiver)
    emit(office)  # asked for before the pause, run after it
    _set_state(office, made, False)
    emit(office)
    office.run()
    assert [found.state for found in office.deliveries()] == ["held", "held"] and receiver.got == []
    _set_state(office, made, True)
    with office.write() as session, tenant_scope(session, JIA):
        endpoint = session.get_one(WebhookEndpoint, (JIA, made.id))
        assert services.replay_lost(session, endpoint, utcnow() - dt.timedelta(days=1), ACTOR) == 2
    office.run()
    assert [found.state for found in office.deliveries()] == ["delivered", "delivered"]


def _set_state(office: Office, made: WebhookEndpoint, active: bool) -> None:
    with office.write() as session, tenant_scope(session, JIA):
        services.set_state(session, session.get_one(WebhookEndpoint, (JIA, made.id)), active, ACTOR)


def test_days_of_failure_pause_a_subscription_and_ask_for_a_look(office: Office, receiver: Receiver) -> None:
    office.listen(receiver)
    receiver.answers = [answer(500), answer(500)]
    emit(office)
    office.run()
    assert office.endpoint().state == "active"
    with office.write() as session, all_tenants(session, "测试"):
        session.execute(update(WebhookEndpoint).values(failing_since=utcnow() - dt.timedelta(days=5)))
    office.run(early=True)
    assert (office.endpoint().state, office.endpoint().halted_why) == ("halted", "days")
    assert any("自动暂停" in sentence for sentence in office.sentences())


def test_a_receiver_that_is_gone_is_paused_at_once(office: Office, receiver: Receiver) -> None:
    office.listen(receiver)
    receiver.answers = [answer(410)]
    emit(office)
    office.run()
    assert office.delivery().state == "failed" and office.endpoint().halted_why == "gone"


def test_a_target_that_hangs_or_drips_costs_its_time_limit_alone(office: Office, raw_server: object) -> None:
    def drip(connection: object) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")  # type: ignore[attr-defined]
        while True:
            connection.sendall(b"X: y\r\n")  # type: ignore[attr-defined]
            time.sleep(0.02)

    def hang(connection: object) -> None:
        while connection.recv(4096):  # type: ignore[attr-defined]
            pass
    office.set(webhook_seconds=0.3)
    for work in (drip, hang):
        place = f"127.0.0.1:{raw_server(work)}"  # type: ignore[operator]
        office.allow(place)
        office.subscribe(f"http://{place}/")
    emit(office)
    office.run()
    found = office.deliveries()
    assert [(one.state, one.reason) for one in found] == [("retrying", "timeout")] * 2
    assert all(one.millis is not None and 300 <= one.millis < 5000 for one in found)


def test_an_event_is_told_where_it_belongs(office: Office, receiver: Receiver) -> None:
    office.allow(receiver.place, "00")
    county, _ = office.subscribe(receiver.url)
    school, _ = office.subscribe(receiver.url, code="990101-S01", tenant_id=JIA)
    neighbour, _ = office.subscribe(receiver.url, code=YI)
    picky, _ = office.subscribe(receiver.url, "core.plan.applied")
    with office.write() as session:
        emit_sample(session, office.host)  # of no unit: the whole tenant's alone
        emit_sample(session, office.host, unit_id=get_unit_by_code(session, "990101-S01").id)
        emit_sample(session, office.host, unit_id=get_unit_by_code(session, "990101100").id)
        emit_sample(session, office.host, unit_id=get_unit_by_code(session, "990102-S01").id)  # done by 甲县
    told = [found.endpoint_id for found in office.deliveries()]
    assert (told.count(county.id), told.count(school.id), told.count(neighbour.id), told.count(picky.id)) == (3, 1, 1, 0)
    assert {found.tenant_id for found in office.deliveries()} == {JIA, YI}


def test_a_plugin_that_is_off_tells_nobody(office: Office, receiver: Receiver) -> None:
    from core.webhooks.queries import kinds_at

    office.allow(receiver.place, "00")
    with office.write() as session:
        on, off = (kinds_at(session, office.host, tenant_id) for tenant_id in (JIA, YI))
    assert {spec.code for spec in on} - {spec.code for spec in off} == {"sample.visit.noted"}


def test_deliveries_are_behind_the_tenant_fence(office: Office, receiver: Receiver) -> None:
    from sqlalchemy import select

    office.listen(receiver)
    emit(office)
    with office.write() as session, tenant_scope(session, YI):
        assert session.scalars(select(WebhookDelivery)).all() == []
        assert session.scalars(select(WebhookEndpoint)).all() == []


def test_numbers_that_point_at_a_person_are_sent_and_kept_as_hashes(office: Office, receiver: Receiver) -> None:
    from core.host.events import emit as tell

    office.listen(receiver)
    receiver.answers = [answer(200, "收到 13912345678".encode())]
    with office.write() as session:
        tell(session, office.host, JIA, "sample.visit.noted", {"visit": "13912345678"})
    office.run()
    assert b"13912345678" not in receiver.got[0][1]
    assert "13912345678" not in office.delivery().answer and "手机#" in office.delivery().answer


def test_the_secret_stands_nowhere_in_the_clear(office: Office, receiver: Receiver,
                                               caplog: pytest.LogCaptureFixture) -> None:
    _, secret = office.listen(receiver)
    receiver.answers = [answer(500)]
    emit(office)
    office.run()
    bare = secret.removeprefix("whsec_")
    with office.database.engine.connect() as connection:
        for table in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars():
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert bare not in str(rows), table
    assert bare not in caplog.text and "qwertz" not in caplog.text
    assert not any("qwertz" in str(vars(entry)) for entry in office.trail())


def test_old_deliveries_and_earlier_secrets_are_tidied_away(office: Office, receiver: Receiver) -> None:
    from core.jobs.worker import begin_periodic, parts_of

    office.listen(receiver)
    for _ in range(3):
        emit(office)
    old, stuck, fresh = (found.id for found in office.deliveries())
    with office.write() as session, all_tenants(session, "测试"):
        session.execute(update(Job).values(state="failed"))
        session.execute(update(WebhookEndpoint).values(earlier_secret="x", earlier_until=utcnow()))
        session.execute(update(WebhookDelivery).where(WebhookDelivery.id == old).values(
            made_at=utcnow() - dt.timedelta(days=31)))
        session.execute(update(WebhookDelivery).where(WebhookDelivery.id == stuck).values(
            due_at=utcnow() - dt.timedelta(days=4)))
    begin_periodic(parts_of(office.app))
    run_due(office.app)
    assert {found.id: (found.state, found.reason) for found in office.deliveries()} == {
        stuck: ("failed", "stopped"), fresh: ("queued", "")}
    assert office.endpoint().earlier_secret is None


def test_a_subscription_made_by_a_removed_one_gets_nothing(office: Office, receiver: Receiver) -> None:
    made, _ = office.listen(receiver)
    emit(office)
    with office.write() as session, tenant_scope(session, JIA):
        services.remove_endpoint(session, session.get_one(WebhookEndpoint, (JIA, made.id)), ACTOR)
    emit(office)
    office.run()
    assert office.delivery().state == "failed" and receiver.got == [] and office.endpoint().secret == ""


def test_switching_a_plugin_is_told(office: Office, receiver: Receiver) -> None:
    office.listen(receiver, "core.plugin.switched_off")
    with office.write() as session:
        set_switch(session, office.host, JIA, "sample", False, ACTOR, reason="试点结束", planned=frozenset({"sample"}))
    office.run()
    assert json.loads(receiver.got[0][1])["data"] == {"plugin": "sample"}
