"""Campaigns, the channels they went by, messages to guardians one by one, refusals, and the gateway of a county."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKeyConstraint, Index, Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, TenantScoped, new_id, utcnow
from core.privacy.columns import key_column, mask_column, sealed_column


def _text(length: int) -> String:
    """Text compared byte by byte on both databases."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def _scoped(table: str) -> Index:
    return Index(f"ix_{table}_tenant_id_unit_id_id", "tenant_id", "unit_id", "id")


class Campaign(TenantScoped, Base):
    """A campaign that makes one policy known: what, where, when; `message` is what goes out as a text message."""

    __tablename__ = "outreach_campaigns"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    code: Mapped[str] = mapped_column(_text(40))
    title: Mapped[str] = mapped_column(String(120))
    content: Mapped[str] = mapped_column(String(2000))
    message: Mapped[str] = mapped_column(String(500), default="")
    area: Mapped[str] = mapped_column(String(200), default="")
    begins_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    made_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (UniqueConstraint("tenant_id", "code"), _scoped("outreach_campaigns"),
                      Index("ix_outreach_campaigns_tenant_id_begins_on_id", "tenant_id", "begins_on", "id"))


class CampaignUse(TenantScoped, Base):
    """A campaign went by a channel, at a place, on a day, and reached so many."""

    __tablename__ = "outreach_uses"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: the code of its campaign
    campaign: Mapped[str] = mapped_column(_text(40))
    #: of `rules.words.CHANNELS`
    channel: Mapped[str] = mapped_column(String(24))
    happened_on: Mapped[dt.date]
    place: Mapped[str] = mapped_column(String(120), default="")
    reached: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (_scoped("outreach_uses"), Index("ix_outreach_uses_tenant_id_campaign_id", "tenant_id", "campaign", "id"),
                      Index("ix_outreach_uses_tenant_id_happened_on_id", "tenant_id", "happened_on", "id"))


class Delivery(TenantScoped, Base):
    """One message to one guardian. `unit_id` is where the child's record stands; the number stays with the guardian, here
    is its mask. `slot` keeps one number from getting a campaign's message twice."""

    __tablename__ = "outreach_deliveries"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    campaign_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: its code, by which lists find it
    campaign: Mapped[str] = mapped_column(_text(40))
    #: the child, and the guardian's record
    person_id: Mapped[uuid.UUID] = mapped_column(Id)
    guardian_id: Mapped[uuid.UUID] = mapped_column(Id)
    slot: Mapped[str] = mapped_column(_text(64))
    phone_mask: Mapped[str] = mapped_column(String(80), default="")
    #: of `rules.words.STATES`, and why
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(24), default="")
    #: the list it stands on, and its line there; 0: on none yet
    list_number: Mapped[int] = mapped_column(SmallInteger, default=0)
    line: Mapped[int] = mapped_column(Integer, default=0)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    settled_at: Mapped[dt.datetime | None]
    made_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "campaign_id"], ["outreach_campaigns.tenant_id", "outreach_campaigns.id"],
                             name="fk_outreach_deliveries_campaign_id"),
        UniqueConstraint("tenant_id", "campaign_id", "slot"),
        _scoped("outreach_deliveries"),
        Index("ix_outreach_deliveries_campaign", "tenant_id", "campaign_id", "state", "id"),
        Index("ix_outreach_deliveries_tenant_id_person_id", "tenant_id", "person_id"),
        Index("ix_outreach_deliveries_tenant_id_state_id", "tenant_id", "state", "id"),
    )


class Refusal(TenantScoped, Base):
    """A number whose holder wants no messages."""

    __tablename__ = "outreach_refusals"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    phone_sealed: Mapped[bytes | None] = sealed_column("phone")
    phone_key: Mapped[str | None] = key_column()
    phone_mask: Mapped[str] = mask_column()
    refused_on: Mapped[dt.date]
    how: Mapped[str] = mapped_column(String(120), default="")
    made_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (_scoped("outreach_refusals"), Index("ix_outreach_refusals_tenant_id_phone_key", "tenant_id", "phone_key"))


class Gateway(TenantScoped, Base):
    """How a tenant's messages go out; one for each tenant."""

    __tablename__ = "outreach_gateways"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: of `rules.words.GATEWAYS`
    kind: Mapped[str] = mapped_column(String(12))
    url: Mapped[str] = mapped_column(String(500), default="")
    secret_sealed: Mapped[bytes | None] = sealed_column("text")
    #: messages in one request
    chunk: Mapped[int] = mapped_column(SmallInteger, default=100)
    #: of the list's file
    file_kind: Mapped[str] = mapped_column(String(8), default="xlsx")
    changed_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (UniqueConstraint("tenant_id"), _scoped("outreach_gateways"))
