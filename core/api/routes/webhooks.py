"""Subscriptions to events and their deliveries, within the caller's scope."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from flask import g
from marshmallow import Schema, fields, validate

from core.api import answers
from core.api.blueprint import core_api
from core.api.routes.plans import moment
from core.api.rules import write_cursor
from core.api.schemas import Asked, PageQuery, Plain, Rows, short
from core.errors import N_, Conflict
from core.host.request import plugin_host
from core.web.request import actor, db, settings, unit
from core.webhooks import queries, services
from core.webhooks.models import DeliveryState, EndpointState, WebhookDelivery, WebhookEndpoint
from core.webhooks.permissions import Action
from core.webhooks.refusals import noting_refusals
from core.webhooks.services import Wanted
from core.webhooks.signing import message_id

api = core_api("webhooks", __name__, "事件推送")
STATES = (EndpointState.ACTIVE, EndpointState.PAUSED)


class WebhookOut(Schema):
    """A subscription; its secret is never in it."""

    id = fields.UUID(required=True)
    unit_code = fields.String(required=True)
    url = fields.String(required=True)
    note = fields.String(required=True)
    events = fields.List(fields.String(), required=True)
    state = fields.String(required=True, metadata={"description": "active、paused、halted（平台自动暂停）、removed"})
    version = fields.Integer(required=True)
    earlier_secret_until = fields.DateTime(required=True, allow_none=True)
    made_at = fields.DateTime(required=True, allow_none=True)


class WebhookIn(Schema):
    """A new subscription."""

    url = short(500, least=1, required=True, description="https 地址")
    events = fields.List(Plain(validate=validate.Length(1, 80)), required=True, validate=validate.Length(1, 200),
                         metadata={"description": "事件代码；* 为全部"})
    note = short(120)


class WebhookChangeIn(Schema):
    """What is to be different."""

    url = Plain(validate=validate.Length(1, 500))
    events = fields.List(Plain(validate=validate.Length(1, 80)), validate=validate.Length(1, 200))
    note = Plain(validate=validate.Length(0, 120))
    state = fields.String(validate=validate.OneOf(STATES))


class NothingIn(Schema):
    """Nothing to say."""


class SecretOut(Schema):
    """A new secret, in this answer alone."""

    secret = fields.String(required=True)
    earlier_secret_until = fields.DateTime(required=True, allow_none=True)


class ReplayIn(Schema):
    """Since when to replay what did not get through."""

    since = fields.DateTime(required=True, metadata={"description": "这一刻起，没有写时区的按 UTC"})


class ReplayOut(Schema):
    """How many deliveries will be replayed."""

    count = fields.Integer(required=True)


class DeliveryOut(Schema):
    """One event told to one subscription."""

    id = fields.UUID(required=True)
    webhook_id = fields.UUID(required=True)
    message_id = fields.String(required=True)
    event = fields.String(required=True)
    state = fields.String(required=True)
    tries = fields.Integer(required=True)
    status = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True)
    answer = fields.String(required=True, metadata={"description": "对方答复的前 500 字"})
    millis = fields.Integer(required=True, allow_none=True)
    made_at = fields.DateTime(required=True, allow_none=True)
    sent_at = fields.DateTime(required=True, allow_none=True)
    due_at = fields.DateTime(required=True, allow_none=True)


class DeliveriesQuery(PageQuery):
    """Which deliveries."""

    webhook = fields.UUID(load_default=None)
    state = fields.String(load_default="", validate=validate.OneOf(["", *DeliveryState]))
    event = short(80)


class EventOut(Schema):
    """A kind of event and what its data hold."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    data = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


@api.read("/units/<code>/webhook-events", Action.MANAGE, many=("events", EventOut), title="可以订阅的事件")
def events(code: str, asked: Asked) -> Rows:
    """Every kind of event there is here, by code."""
    found = sorted(queries.kinds_at(db(), plugin_host(), g.tenant_id), key=lambda spec: spec.code)
    last = asked.cursor()
    rows = [spec for spec in found if last is None or spec.code > last[0]]
    page = rows[: asked.limit]
    return Rows([{"code": spec.code, "title": spec.title, "data": dict(spec.data)} for spec in page],
                write_cursor(page[-1].code) if len(rows) > len(page) else "")


@api.read("/units/<code>/webhooks", Action.MANAGE, many=("webhooks", WebhookOut), title="推送")
def endpoints(code: str, asked: Asked) -> Rows:
    """The subscriptions at the unit and below it, newest first."""
    page = queries.page_of_endpoints(db(), g.scope, before=asked.before(), limit=asked.limit)
    codes = {row.id: row.code for row in queries.units_of(db(), list({row.unit_id for row in page}))}
    return Rows([_row(one, codes[one.unit_id]) for one in page], write_cursor(str(page.next)) if page.next else "")


@api.write("POST", "/units/<code>/webhooks", Action.MANAGE, body=WebhookIn, one=("webhook", WebhookOut), status=201,
           title="建立推送")
def make(code: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Make a subscription. Its secret is not in the answer, which is kept for repeats: ask for one at `…/secret`."""
    if g.tenant_id not in g.tenants:
        raise Conflict(N_("本单位不属于任何租户，没有事件可以推送"))
    with noting_refusals(sent["url"]):
        made, _ = services.make_endpoint(db(), settings(), unit(), Wanted(sent["url"], sent["events"], sent["note"]),
                                         actor(), tenant_id=g.tenant_id, known=_known())
    return _one(made)


@api.read("/units/<code>/webhooks/<uuid:webhook_id>", Action.MANAGE, one=("webhook", WebhookOut), title="一条推送")
def endpoint(code: str, webhook_id: uuid.UUID, asked: Asked) -> dict[str, Any]:
    """One subscription."""
    return _one(queries.get_endpoint(db(), g.scope, webhook_id))


@api.write("PATCH", "/units/<code>/webhooks/<uuid:webhook_id>", Action.MANAGE, body=WebhookChangeIn, one=("webhook",
           WebhookOut), title="修改推送")
def change(code: str, webhook_id: uuid.UUID, sent: dict[str, Any]) -> dict[str, Any]:
    """Change a subscription, pause it or let it go on; what is not sent stays."""
    found = _tagged(webhook_id)
    wanted = Wanted(sent.get("url", found.url), sent.get("events", found.kinds), sent.get("note", found.note))
    with noting_refusals(wanted.url):
        services.edit_endpoint(db(), found, wanted, actor(), known=_known())
    if "state" in sent:
        services.set_state(db(), found, sent["state"] == EndpointState.ACTIVE, actor())
    return _one(found)


@api.write("DELETE", "/units/<code>/webhooks/<uuid:webhook_id>", Action.MANAGE, body=NothingIn, one=("webhook",
           WebhookOut), title="删除推送")
def remove(code: str, webhook_id: uuid.UUID, sent: dict[str, Any]) -> dict[str, Any]:
    """End a subscription."""
    found = _tagged(webhook_id)
    services.remove_endpoint(db(), found, actor())
    return _one(found)


@api.write("PUT", "/units/<code>/webhooks/<uuid:webhook_id>/secret", Action.MANAGE, body=NothingIn, one=("secret",
           SecretOut), title="轮换密钥")
def rotate(code: str, webhook_id: uuid.UUID, sent: dict[str, Any]) -> dict[str, Any]:
    """A new secret, given this once; the earlier one signs as well for a day."""
    found = _tagged(webhook_id)
    secret = services.rotate_secret(db(), settings(), found, actor())
    return {"secret": secret, "earlier_secret_until": moment(found.earlier_until)}


@api.write("POST", "/units/<code>/webhooks/<uuid:webhook_id>/test", Action.MANAGE, body=NothingIn, one=("delivery",
           DeliveryOut), status=202, title="发送测试事件")
def test(code: str, webhook_id: uuid.UUID, sent: dict[str, Any]) -> dict[str, Any]:
    """Tell it of a test event."""
    delivery_id = services.send_test(db(), queries.get_endpoint(db(), g.scope, webhook_id), actor())
    return _delivery(queries.get_delivery(db(), g.scope, delivery_id))


@api.write("POST", "/units/<code>/webhooks/<uuid:webhook_id>/replay", Action.MANAGE, body=ReplayIn, one=("replay",
           ReplayOut), status=202, title="补发未送达的")
def replay_lost(code: str, webhook_id: uuid.UUID, sent: dict[str, Any]) -> dict[str, Any]:
    """Replay what did not get through since a moment, a thousand at most."""
    since: dt.datetime = sent["since"]
    if since.tzinfo is not None:
        since = _utc(since)
    found = queries.get_endpoint(db(), g.scope, webhook_id, lock=True)
    return {"count": services.replay_lost(db(), found, since, actor())}


@api.read("/units/<code>/webhook-deliveries", Action.MANAGE, many=("deliveries", DeliveryOut), query=DeliveriesQuery,
          title="推送记录")
def deliveries(code: str, asked: Asked) -> Rows:
    """What was told at the unit and below it, newest first."""
    filters = queries.Filters(asked["webhook"], asked["state"], asked["event"])
    page = queries.page_of_deliveries(db(), g.scope, filters, before=asked.before(), limit=asked.limit)
    return Rows([_delivery(one) for one in page], write_cursor(str(page.next)) if page.next else "")


@api.read("/units/<code>/webhook-deliveries/<uuid:delivery_id>", Action.MANAGE, one=("delivery", DeliveryOut),
          title="一次推送")
def delivery(code: str, delivery_id: uuid.UUID, asked: Asked) -> dict[str, Any]:
    """One delivery."""
    return _delivery(queries.get_delivery(db(), g.scope, delivery_id))


@api.write("POST", "/units/<code>/webhook-deliveries/<uuid:delivery_id>/replay", Action.MANAGE, body=NothingIn,
           one=("delivery", DeliveryOut), status=202, title="补发一次")
def replay(code: str, delivery_id: uuid.UUID, sent: dict[str, Any]) -> dict[str, Any]:
    """Tell an event again, under its old id."""
    found = queries.get_delivery(db(), g.scope, delivery_id)
    services.replay(db(), queries.get_endpoint(db(), g.scope, found.endpoint_id, lock=True), found, actor())
    return _delivery(found)


def _utc(moment_: dt.datetime) -> dt.datetime:
    try:
        return moment_.astimezone(dt.UTC).replace(tzinfo=None)
    except OverflowError:  # the first or the last day of all, in another zone
        return moment_.replace(tzinfo=None)


def _tagged(webhook_id: uuid.UUID) -> WebhookEndpoint:
    found = queries.get_endpoint(db(), g.scope, webhook_id, lock=True)
    answers.check_tag(_one(found))
    return found


def _known() -> set[str]:
    return {spec.code for spec in queries.kinds_at(db(), plugin_host(), g.tenant_id)}


def _one(one: WebhookEndpoint) -> dict[str, Any]:
    return _row(one, queries.units_of(db(), [one.unit_id])[0].code)


def _row(one: WebhookEndpoint, unit_code: str) -> dict[str, Any]:
    return {"id": str(one.id), "unit_code": unit_code, "url": one.url, "note": one.note, "events": list(one.kinds),
            "state": one.state, "version": one.version, "earlier_secret_until": moment(one.earlier_until),
            "made_at": moment(one.made_at)}


def _delivery(one: WebhookDelivery) -> dict[str, Any]:
    return {"id": str(one.id), "webhook_id": str(one.endpoint_id), "message_id": message_id(one.event_id),
            "event": one.code, "state": one.state, "tries": one.tries, "status": one.status, "reason": one.reason,
            "answer": one.answer, "millis": one.millis, "made_at": moment(one.made_at),
            "sent_at": moment(one.sent_at), "due_at": moment(one.due_at)}
