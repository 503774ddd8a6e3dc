"""Reads of subscriptions, deliveries and allowed hosts."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.access.queries import nearest_tenant
from core.access.scope import Scope
from core.access.scoping import Page, get_scoped, scoped_count, scoped_page
from core.errors import N_, NotFound
from core.host.contract import EventSpec
from core.host.manager import PluginHost
from core.host.queries import enabled
from core.tenancy.models import Tenant
from core.units.models import Unit
from core.webhooks.models import DeliveryState, EndpointState, WebhookDelivery, WebhookEndpoint, WebhookHost

PAGE = 50
#: what can be replayed
LOST = (DeliveryState.FAILED, DeliveryState.HELD)


@dataclass(frozen=True)
class Listener:
    """A subscription as the intake needs it."""

    tenant_id: str
    id: uuid.UUID
    unit_id: uuid.UUID
    kinds: list[str]
    state: str
    path: str
    #: it stands at the tenant's own unit
    whole: bool

    def hears(self, code: str, paths: Iterable[str]) -> bool:
        """Whether it asked for events of this kind, and the event concerns its unit; what concerns no unit
        concerns the whole tenant."""
        about = [path.startswith(self.path) for path in paths]
        return (code in self.kinds or "*" in self.kinds) and (any(about) if about else self.whole)


def listeners(session: Session, tenant_ids: Iterable[str]) -> list[Listener]:
    """The subscriptions of tenants. Past the tenant fence: an event is told where its units belong, whichever
    tenant the person who caused it works in."""
    table = WebhookEndpoint.__table__
    rows = session.connection().execute(
        select(table.c.tenant_id, table.c.id, table.c.unit_id, table.c.kinds, table.c.state, Unit.path,
               (Tenant.unit_id == table.c.unit_id).label("whole"))
        .join(Unit, Unit.id == table.c.unit_id).join(Tenant, Tenant.id == table.c.tenant_id)
        .where(table.c.tenant_id.in_(sorted(set(tenant_ids))), table.c.state != EndpointState.REMOVED)
        .order_by(table.c.tenant_id, table.c.id))
    return [Listener(*row) for row in rows]


def units_of(session: Session, unit_ids: Sequence[uuid.UUID]) -> list[Unit]:
    """Units in the order asked for."""
    found = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(unit_ids)))} if unit_ids else {}
    return [found[unit_id] for unit_id in unit_ids if unit_id in found]


def tenants_of(session: Session, units: Iterable[Unit]) -> set[str]:
    """The tenants these units belong to."""
    places = [nearest_tenant(session, path) for path in {unit.path for unit in units}]
    return {place.id for place in places if place is not None}


def kinds_at(session: Session, host: PluginHost, tenant_id: str) -> list[EventSpec]:
    """The kinds of events a tenant may subscribe to: core's, and those of the plugins that are on."""
    on = enabled(session, host, tenant_id)
    return [spec for slug, spec in host.registered_by("register_events") if slug == "core" or slug in on]


def page_of_endpoints(session: Session, scope: Scope, *, before: uuid.UUID | None = None,
                      limit: int = PAGE) -> Page[WebhookEndpoint]:
    """The newest subscriptions in scope."""
    return scoped_page(session, WebhookEndpoint, scope, before=before, limit=limit,
                       where=[WebhookEndpoint.state != EndpointState.REMOVED])


def count_endpoints(session: Session, tenant_id: str) -> int:
    """How many subscriptions a tenant has."""
    return session.scalar(select(func.count()).select_from(WebhookEndpoint).where(
        WebhookEndpoint.tenant_id == tenant_id, WebhookEndpoint.state != EndpointState.REMOVED)) or 0


def count_halted(session: Session, scope: Scope) -> int:
    """How many subscriptions in scope the platform has paused by itself."""
    return scoped_count(session, WebhookEndpoint, scope, where=[WebhookEndpoint.state == EndpointState.HALTED])[0]


def get_endpoint(session: Session, scope: Scope, endpoint_id: uuid.UUID, *, lock: bool = False) -> WebhookEndpoint:
    """A subscription in scope; raises NotFound. With `lock`, as it stands now and until the end."""
    found = get_scoped(session, WebhookEndpoint, endpoint_id, scope)
    if lock:
        session.refresh(found, with_for_update=True)
    if found.state == EndpointState.REMOVED:
        raise NotFound(N_("没有这条推送，或者它已删除"))
    return found


def get_delivery(session: Session, scope: Scope, delivery_id: uuid.UUID) -> WebhookDelivery:
    """A delivery in scope; raises NotFound."""
    return get_scoped(session, WebhookDelivery, delivery_id, scope)


def find_endpoint(session: Session, delivery: WebhookDelivery) -> WebhookEndpoint:
    """The subscription of a delivery, also one that has been removed since."""
    return session.get_one(WebhookEndpoint, (delivery.tenant_id, delivery.endpoint_id))


@dataclass(frozen=True)
class Filters:
    """Which deliveries are asked for."""

    endpoint_id: uuid.UUID | None = None
    state: str = ""
    code: str = ""

    def criteria(self) -> list[ColumnElement[bool]]:
        """The same as conditions."""
        found: list[ColumnElement[bool]] = []
        if self.endpoint_id is not None:
            found.append(WebhookDelivery.endpoint_id == self.endpoint_id)
        if self.state:
            found.append(WebhookDelivery.state == self.state)
        if self.code:
            found.append(WebhookDelivery.code == self.code)
        return found


def page_of_deliveries(session: Session, scope: Scope, filters: Filters, *, before: uuid.UUID | None = None,
                       limit: int = PAGE) -> Page[WebhookDelivery]:
    """The newest deliveries in scope."""
    return scoped_page(session, WebhookDelivery, scope, before=before, limit=limit, where=filters.criteria())


def list_lost(session: Session, endpoint: WebhookEndpoint, since: dt.datetime, limit: int) -> list[WebhookDelivery]:
    """What did not get through to a subscription since a moment, oldest first."""
    return list(session.scalars(select(WebhookDelivery).where(
        WebhookDelivery.tenant_id == endpoint.tenant_id, WebhookDelivery.endpoint_id == endpoint.id,
        WebhookDelivery.state.in_(LOST), WebhookDelivery.made_at >= since).order_by(WebhookDelivery.id).limit(limit)))


def last_deliveries(session: Session, endpoint_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, WebhookDelivery]:
    """The newest delivery of each of these subscriptions, by its id."""
    if not endpoint_ids:
        return {}
    other = aliased(WebhookDelivery)
    newest = (select(other.id).where(other.tenant_id == WebhookEndpoint.tenant_id, other.endpoint_id == WebhookEndpoint.id)
              .order_by(other.id.desc()).limit(1).correlate(WebhookEndpoint).scalar_subquery())
    rows = session.scalars(
        select(WebhookDelivery).join(WebhookEndpoint, and_(WebhookEndpoint.tenant_id == WebhookDelivery.tenant_id,
                                                           WebhookEndpoint.id == WebhookDelivery.endpoint_id))
        .where(WebhookEndpoint.id.in_(endpoint_ids), WebhookDelivery.id == newest))
    return {row.endpoint_id: row for row in rows}


def is_allowed(session: Session, unit_path: str, host: str, port: int) -> bool:
    """Whether a host and port are allowed to subscriptions at a unit: by it or a unit above it."""
    paths = session.scalars(select(Unit.path).join(WebhookHost, WebhookHost.unit_id == Unit.id)
                            .where(WebhookHost.host == host, WebhookHost.port == port))
    return any(unit_path.startswith(path) for path in paths)


def list_hosts(session: Session, path: str) -> list[tuple[WebhookHost, Unit]]:
    """The allowed hosts that hold at a unit or somewhere below it."""
    parts = path.rstrip("/").split("/")
    above = ["/".join(parts[:count]) + "/" for count in range(1, len(parts))]
    rows = session.execute(
        select(WebhookHost, Unit).join(Unit, Unit.id == WebhookHost.unit_id)
        .where(or_(Unit.path.in_(above), and_(Unit.path >= path, Unit.path < path[:-1] + "0")))
        .order_by(Unit.path, WebhookHost.host, WebhookHost.port))
    return [(row[0], row[1]) for row in rows]
