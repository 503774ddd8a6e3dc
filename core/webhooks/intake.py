"""From an event to its deliveries, in the transaction in which it happened."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor, new_id, utcnow
from core.host.contract import Event, EventSpec
from core.jobs.services import enqueue
from core.trail.redaction import redact_all
from core.units.models import Unit
from core.webhooks import queries
from core.webhooks.models import DeliveryState, EndpointState, WebhookDelivery

DELIVER = "webhooks.deliver"
#: told to one subscription at a time, whatever it has asked for
TESTED = "core.webhook.tested"
EVENTS = [EventSpec(TESTED, N_("测试事件，由管理员手动发出"), {"note": N_("一句说明")})]
PLATFORM_ACTOR = Actor(None, "事件推送", source="job")


def take(session: Session, event: Event) -> int:
    """Lay down a delivery for every subscription that hears the event, with its job; how many. A paused
    subscription's deliveries are kept for a replay."""
    units = queries.units_of(session, event.unit_ids)
    found = queries.listeners(session, {event.tenant_id, *queries.tenants_of(session, units)})
    paths = [unit.path for unit in units]
    hearing = [one for one in found if one.hears(event.code, paths)]
    body = body_of(event, units) if hearing else ""
    for one in hearing:
        lay_down(session, one.tenant_id, one.id, one.unit_id, event, body,
                 held=one.state != EndpointState.ACTIVE)
    return len(hearing)


def lay_down(session: Session, tenant_id: str, endpoint_id: uuid.UUID, unit_id: uuid.UUID, event: Event, body: str, *,
             held: bool = False) -> uuid.UUID:
    """One delivery, with its job unless it is held. Past the tenant fence, see `queries.listeners`."""
    delivery_id, now = new_id(), utcnow()
    session.connection().execute(insert(WebhookDelivery), {
        "tenant_id": tenant_id, "id": delivery_id, "unit_id": unit_id, "endpoint_id": endpoint_id,
        "event_id": event.id, "code": event.code, "body": body, "tries": 0, "reason": "", "answer": "", "history": [],
        "state": DeliveryState.HELD if held else DeliveryState.QUEUED, "made_at": now,
        "due_at": None if held else now})
    if not held:
        ask(session, tenant_id, unit_id, delivery_id)
    return delivery_id


def ask(session: Session, tenant_id: str, unit_id: uuid.UUID, delivery_id: uuid.UUID) -> None:
    """The job of a delivery; one that is unfinished stays the only one."""
    enqueue(session, PLATFORM_ACTOR, DELIVER, {"delivery": str(delivery_id)}, tenant_id=tenant_id, unit_id=unit_id,
            key=f"webhook:{delivery_id}")


def body_of(event: Event, units: Sequence[Unit]) -> str:
    """What is sent, the same to every subscription. Should a number that points at a person have slipped into
    the data, its hash is sent instead."""
    said: dict[str, Any] = {
        "id": str(event.id), "type": event.code, "timestamp": f"{event.at.isoformat(timespec='milliseconds')}Z",
        "tenant": event.tenant_id, "units": [{"id": str(unit.id), "code": unit.code} for unit in units],
        "data": redact_all(event.data)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
