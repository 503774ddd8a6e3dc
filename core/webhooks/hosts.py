"""Hosts of inner networks: allowed one by one, by the administrator of the platform, with a reason."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, NotFound
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.outward.addresses import literal_address, may_connect, place_of
from core.trail.services import record
from core.units.models import Unit
from core.webhooks.models import WebhookHost
from core.webhooks.permissions import Action
from core.webhooks.targets import parse_place

ALLOWED = phrase(N_("放行%(name)s及以下推送到 %(host)s"))
NO_LONGER_ALLOWED = phrase(N_("不再放行%(name)s及以下推送到 %(host)s"))


def allow_host(session: Session, unit: Unit, place: str, reason: str, actor: Actor, *, tenant_id: str) -> WebhookHost:
    """Allow a host and port to subscriptions at a unit and below it."""
    host, port = parse_place(place)
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise InvalidInput(fields={"reason": N_("请写明理由或文号，200 字以内")})
    literal = literal_address(host)
    if literal is not None and not may_connect(literal, allowed=True):
        message = N_("云平台元数据、链路本地、组播等地址不能放行")
        raise InvalidInput(message, {"host": message})
    same = session.scalar(select(WebhookHost.id).where(
        WebhookHost.unit_id == unit.id, WebhookHost.host == host, WebhookHost.port == port))
    if same is not None:
        raise Conflict(N_("%(place)s 已经放行"), place=place_of(host, port))
    made = WebhookHost(unit_id=unit.id, host=host, port=port, reason=reason, added_by=actor.name)
    session.add(made)
    session.flush()  # the trail names its id
    record(session, actor, Action.HOST_MANAGE, ALLOWED(name=unit.name, host=place_of(host, port)),
           subject=f"webhook_host:{made.id}", tenant_id=tenant_id, unit_id=unit.id, reason=reason)
    return made


def end_host(session: Session, unit: Unit, host_id: uuid.UUID, actor: Actor, *, tenant_id: str) -> None:
    """Take back an allowance given at a unit or below it; deliveries there fail from now on."""
    found = session.get(WebhookHost, host_id)
    place = session.get(Unit, found.unit_id) if found else None
    if found is None or place is None or not place.path.startswith(unit.path):
        raise NotFound(N_("没有放行这个主机，或者它由上级放行"))
    session.delete(found)
    record(session, actor, Action.HOST_MANAGE, NO_LONGER_ALLOWED(name=place.name, host=place_of(found.host, found.port)),
           subject=f"webhook_host:{found.id}", tenant_id=tenant_id, unit_id=place.id)
