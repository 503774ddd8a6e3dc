"""Telling that something happened: one call in the transaction of the change, heard by whoever listens."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, PluginError
from core.extensions import new_id, utcnow
from core.host.contract import Event, EventSpec
from core.host.manager import PluginHost
from core.host.queries import enabled


class Happened(StrEnum):
    """What happens to plugins themselves."""

    SWITCHED_OFF = "core.plugin.switched_off"
    SWITCHED_ON = "core.plugin.switched_on"


EVENTS = [
    EventSpec(Happened.SWITCHED_ON, N_("插件已开启"), {"plugin": N_("插件的代码")}),
    EventSpec(Happened.SWITCHED_OFF, N_("插件已关闭"), {"plugin": N_("插件的代码")}),
]


def emit(session: Session, host: PluginHost | None, tenant_id: str, code: str, data: Mapping[str, Any], *,
         unit_id: uuid.UUID | None = None, unit_ids: Collection[uuid.UUID] = ()) -> Event | None:
    """Tell of an event in the caller's transaction: rolled back with it, it never happened. Without a host, as
    in a service that is used alone, nobody is told.

    `data` are ids, codes, states and links, exactly those that the kind declares; a kind nobody declared, or
    data it does not declare, is a fault of the caller.
    """
    if host is None:
        return None
    kinds = {found.code: found for found in host.registered("register_events")}
    if not kinds:
        return None  # a host without core's own features, as tools and tests build it
    spec = kinds.get(code)
    if spec is None or set(data) != set(spec.data):
        raise PluginError(N_("事件“%(code)s”没有登记，或者数据与登记的不同：%(names)s"), code=code,
                          names="、".join(sorted(data)))
    units = dict.fromkeys([*([unit_id] if unit_id else []), *unit_ids])
    event = Event(new_id(), code, utcnow(), tenant_id, tuple(units), dict(data))
    host.notify("on_event_emitted", enabled(session, host, tenant_id), session=session, tenant_id=tenant_id,
                event=event)
    return event
