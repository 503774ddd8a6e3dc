"""Campaigns, the projects that gifts are used for, and the calls by which people were asked."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, new_id


class Campaign(TenantScoped, Base):
    """A campaign of giving: who holds it, from when to when, and what the money is for. No amount is asked of
    anybody, and there is no column that could hold one."""

    __tablename__ = "donations_campaigns"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    #: by which gifts name it, in lists and files
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    #: the entry of the plan's `donations.campaign` it follows, or ""
    plan_code: Mapped[str] = mapped_column(String(60), default="")
    #: internal, public, pupils, sale
    kind: Mapped[str] = mapped_column(String(12))
    holder: Mapped[str] = mapped_column(String(120))
    #: what the holder is: office, school, charity, …
    holder_kind: Mapped[str] = mapped_column(String(16))
    #: number of the certificate that allows the holder to raise funds in public
    qualification: Mapped[str] = mapped_column(String(80), default="")
    starts_on: Mapped[dt.date]
    concentrated_from: Mapped[dt.date | None]
    concentrated_to: Mapped[dt.date | None]
    #: None: giving goes on
    ends_on: Mapped[dt.date | None]
    #: pending, attached
    use_state: Mapped[str] = mapped_column(String(12), default="pending")
    use_plan: Mapped[str | None] = mapped_column(String(2000))
    #: the day of the declaration that nobody gains by it, and whose
    declared_on: Mapped[dt.date | None]
    declared_by: Mapped[str] = mapped_column(String(80), default="")
    #: draft, open, closed
    state: Mapped[str] = mapped_column(String(16), default="draft")
    closed_on: Mapped[dt.date | None]
    note: Mapped[str | None] = mapped_column(String(1000))
    created_by: Mapped[uuid.UUID | None] = mapped_column(Id)

    __table_args__ = (
        Index("ix_donations_campaigns_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_donations_campaigns_tenant_id_code", "tenant_id", "code", unique=True),
        Index("ix_donations_campaigns_tenant_id_starts_on_id", "tenant_id", "starts_on", "id"),
    )


class Project(TenantScoped, Base):
    """What gifts are used for, from a day to a day; its use is published when it has ended."""

    __tablename__ = "donations_projects"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    campaign_code: Mapped[str] = mapped_column(String(40), default="")
    use: Mapped[str] = mapped_column(String(16))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    note: Mapped[str | None] = mapped_column(String(1000))

    __table_args__ = (
        Index("ix_donations_projects_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_donations_projects_tenant_id_code_id", "tenant_id", "code", "id"),
        Index("ix_donations_projects_tenant_id_ends_on_id", "tenant_id", "ends_on", "id"),
    )


class Appeal(TenantScoped, Base):
    """A meeting or an open letter that asked for gifts: where, when, to how many, by which document. It names no
    amount."""

    __tablename__ = "donations_appeals"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    #: meeting, letter, notice, media
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(120))
    held_on: Mapped[dt.date]
    recipients: Mapped[int | None] = mapped_column(Integer)
    citation: Mapped[str] = mapped_column(String(200))
    campaign_code: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str | None] = mapped_column(String(1000))
    extra: Mapped[dict[str, Any] | None] = mapped_column(Json)
    removed_at: Mapped[dt.datetime | None]

    __table_args__ = (
        Index("ix_donations_appeals_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_donations_appeals_tenant_id_held_on_id", "tenant_id", "held_on", "id"),
    )
