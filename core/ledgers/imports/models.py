"""Imports under way and done, and the mappings people have decided. The files themselves lie sealed on disk."""

from __future__ import annotations

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, new_id, utcnow


class State(StrEnum):
    """Where an import stands. A confirmed one may have bad rows left, which can still be put right."""

    UPLOADED = "uploaded"
    MAPPED = "mapped"
    CHECKED = "checked"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"


class Import(TenantScoped, Base):
    """One file on its way into a ledger."""

    __tablename__ = "ledger_imports"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    ledger: Mapped[str] = mapped_column(String(80))
    file_name: Mapped[str] = mapped_column(String(160))
    #: SHA-256 of the bytes last uploaded
    file_hash: Mapped[str] = mapped_column(String(64))
    file_size: Mapped[int] = mapped_column(Integer)
    #: xlsx, xls or csv
    file_kind: Mapped[str] = mapped_column(String(4))
    state: Mapped[str] = mapped_column(String(10), default=State.UPLOADED)
    #: goes up with each change of what would be stored; a check or a confirmation of an older state is void
    turn: Mapped[int] = mapped_column(Integer, default=1)
    #: [{"name", "rows", "hidden"}] of the file, and which of them is meant
    sheets: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    sheet: Mapped[str] = mapped_column(String(80), default="")
    #: column letter → field name
    mapping: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    #: [[message, params]] of what was met in the file
    notes: Mapped[list[Any]] = mapped_column(Json, default=list)
    #: rows, good, bad, created, updated, unchanged, errors
    counts: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    #: names of the sealed files: what was uploaded, the list read from it, cells put right in the browser, what would
    #: be stored, what is wrong
    source: Mapped[str] = mapped_column(String(80), default="")
    source_sheet: Mapped[str] = mapped_column(String(80), default="")
    corrections: Mapped[str] = mapped_column(String(80), default="")
    rows_file: Mapped[str] = mapped_column(String(80), default="")
    errors_file: Mapped[str] = mapped_column(String(80), default="")
    #: good rows alone, or everything or nothing
    choice: Mapped[str] = mapped_column(String(10), default="")
    job_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    account_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    who: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    checked_at: Mapped[dt.datetime | None]
    confirmed_at: Mapped[dt.datetime | None]
    confirmed_by: Mapped[str] = mapped_column(String(80), default="")

    @property
    def files(self) -> tuple[str, ...]:
        """Every sealed file it refers to."""
        return (self.source, self.source_sheet, self.corrections, self.rows_file, self.errors_file)

    __table_args__ = (
        Index("ix_ledger_imports_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_ledger_imports_tenant_id_ledger_file_hash", "tenant_id", "ledger", "file_hash"),
    )


class Mapping(TenantScoped, Base):
    """What a person decided for a header: label → field name ("" for none)."""

    __tablename__ = "ledger_mappings"

    ledger: Mapped[str] = mapped_column(String(80), primary_key=True)
    signature: Mapped[str] = mapped_column(String(64), primary_key=True)
    fields: Mapped[dict[str, str]] = mapped_column(Json)
    who: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(default=utcnow)
