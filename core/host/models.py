"""Which plugins a tenant has switched on."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Boolean, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, utcnow


class PluginSwitch(Base):
    """A plugin's switch for one tenant; no row means off. A reference table: every layer above reads it."""

    __tablename__ = "plugin_switches"

    tenant_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    on: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    changed_by: Mapped[str] = mapped_column(String(80))
