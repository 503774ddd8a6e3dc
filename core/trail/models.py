"""The entries of the audit trail."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, new_id, utcnow

#: entries of the platform itself, which belong to no county
PLATFORM = "00"


class TrailEntry(TenantScoped, Base):
    """Who did what, in which role, to what, before and after, from where and why."""

    __tablename__ = "trail_entries"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    account_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    who: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40))
    #: `plugin:resource:verb`, or the verb of a service: `core:plan:apply`
    action: Mapped[str] = mapped_column(String(80))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: the kind and id of the thing acted on: "plan:01a1…"
    subject: Mapped[str] = mapped_column(String(120))
    #: one Chinese sentence that says what happened
    sentence: Mapped[str] = mapped_column(String(400))
    before: Mapped[dict[str, object] | None] = mapped_column(Json)
    after: Mapped[dict[str, object] | None] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(String(400), default="")
    source: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(60), default="")

    __table_args__ = (Index("ix_trail_entries_tenant_id_at", "tenant_id", "at"),)
