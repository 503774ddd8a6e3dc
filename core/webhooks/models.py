"""Subscriptions, what was delivered to them, and the hosts of inner networks that may be told."""

from __future__ import annotations

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Integer, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, new_id, utcnow


class EndpointState(StrEnum):
    """Where a subscription stands; `halted` is a pause the platform made by itself."""

    ACTIVE = "active"
    PAUSED = "paused"
    HALTED = "halted"
    REMOVED = "removed"


class DeliveryState(StrEnum):
    """Where a delivery stands; `held` waits for a paused subscription, and for somebody to replay it."""

    QUEUED = "queued"
    RETRYING = "retrying"
    DELIVERED = "delivered"
    FAILED = "failed"
    HELD = "held"


class WebhookEndpoint(TenantScoped, Base):
    """A subscription: where to tell, of which events, at and below which unit."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"))
    #: may carry a key of the other system, and so is shown to those who manage subscriptions alone
    url: Mapped[str] = mapped_column(String(500))
    note: Mapped[str] = mapped_column(String(120))
    #: codes of events; "*" stands for all, also those to come
    kinds: Mapped[list[str]] = mapped_column(Json)
    #: sealed; after a rotation the earlier one signs as well for a while
    secret: Mapped[str] = mapped_column(String(200))
    earlier_secret: Mapped[str | None] = mapped_column(String(200))
    earlier_until: Mapped[dt.datetime | None]
    state: Mapped[str] = mapped_column(String(10), default=EndpointState.ACTIVE)
    #: the reason of a pause that the platform made by itself
    halted_why: Mapped[str] = mapped_column(String(40), default="")
    #: since when nothing has got through, and how many deliveries in a row have not
    failing_since: Mapped[dt.datetime | None]
    failures: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    changed_at: Mapped[dt.datetime] = mapped_column(default=utcnow)

    __table_args__ = (Index("ix_webhook_endpoints_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),)


class WebhookDelivery(TenantScoped, Base):
    """One event told to one subscription, with every try."""

    __tablename__ = "webhook_deliveries"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    #: of the subscription, by which deliveries are in scope
    unit_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"))
    endpoint_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: the same for every subscription, try and replay: receivers tell repeats by it
    event_id: Mapped[uuid.UUID] = mapped_column(Id)
    code: Mapped[str] = mapped_column(String(80))
    #: the very text that is signed and sent
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    #: of the last try: the status answered, why it failed, the beginning of the answer, milliseconds
    status: Mapped[int | None] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(String(20), default="")
    answer: Mapped[str] = mapped_column(String(500), default="")
    millis: Mapped[int | None] = mapped_column(Integer)
    #: the tries, newest last: at, status, reason, millis
    history: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    made_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    sent_at: Mapped[dt.datetime | None]
    #: when the next try is due
    due_at: Mapped[dt.datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "endpoint_id"], ["webhook_endpoints.tenant_id", "webhook_endpoints.id"]),
        Index("ix_webhook_deliveries_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_webhook_deliveries_tenant_id_endpoint_id_id", "tenant_id", "endpoint_id", "id"),
    )


class WebhookHost(Base):
    """A host and port of an inner network that subscriptions at and below a unit may be told at. It holds for
    every tenant below the unit, and so is not tenant-scoped."""

    __tablename__ = "webhook_hosts"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"))
    host: Mapped[str] = mapped_column(String(255))
    port: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(200))
    added_by: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[dt.datetime] = mapped_column(default=utcnow)

    __table_args__ = (UniqueConstraint("unit_id", "host", "port"),)
