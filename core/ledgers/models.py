"""Views of ledgers that people have saved: filters, order and columns under a name."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, new_id, utcnow


class LedgerView(TenantScoped, Base):
    """A saved view. It belongs to the account, or where `shared` to everybody who works at the unit."""

    __tablename__ = "ledger_views"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    ledger: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[uuid.UUID] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(40))
    shared: Mapped[bool] = mapped_column(default=False)
    #: the query of the address, without its place in the pages
    query: Mapped[dict[str, str]] = mapped_column(Json)
    made_at: Mapped[dt.datetime] = mapped_column(default=utcnow)

    __table_args__ = (Index("ix_ledger_views_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),)
