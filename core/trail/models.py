"""The entries of the audit trail, the batches that seal them, and the public keys of the seals."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

from sqlalchemy import Index, Integer, LargeBinary, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from core.extensions import Base, Id, TenantScoped, new_id, utcnow

#: entries of the platform itself, which belong to no county
PLATFORM = "00"


#: made once: `json.dumps` makes one for every call
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=str)


def as_json(value: object) -> str:
    """One text for one value: keys in order, no spaces, Chinese as it is; what JSON lacks as its text."""
    return _ENCODER.encode(value)


class JsonText(TypeDecorator[dict[str, object]]):
    """JSON kept as the very text that was written: a seal must find the same bytes on both databases, and
    JSONB would order and rewrite them."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return value if value is None or isinstance(value, str) else as_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[str, object] | None:
        return None if value is None else json.loads(value)


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
    before: Mapped[dict[str, object] | None] = mapped_column(JsonText)
    after: Mapped[dict[str, object] | None] = mapped_column(JsonText)
    reason: Mapped[str] = mapped_column(String(400), default="")
    source: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(60), default="")
    #: of bulk work: how many rows, and the SHA-256 of their diffs in `trail_rows`
    row_count: Mapped[int | None] = mapped_column(Integer)
    rows_digest: Mapped[str | None] = mapped_column(String(64))

    # An id tells the time, so that a list by days is a range of the primary key.
    __table_args__ = (Index("ix_trail_entries_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
                      Index("ix_trail_entries_tenant_id_subject_id", "tenant_id", "subject", "id"),
                      Index("ix_trail_entries_tenant_id_who_id", "tenant_id", "who", "id"),
                      Index("ix_trail_entries_tenant_id_action_id", "tenant_id", "action", "id"))


class TrailRows(TenantScoped, Base):
    """The rows of a piece of bulk work, each with its own before and after, compressed."""

    __tablename__ = "trail_rows"

    entry_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class TrailBatch(TenantScoped, Base):
    """A sealed run of a tenant's entries. What is signed is the header (see `core.trail.offline`)."""

    __tablename__ = "trail_batches"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    #: as it stands in the header, to the microsecond
    sealed_at: Mapped[str] = mapped_column(String(26))
    count: Mapped[int] = mapped_column(Integer)
    first_id: Mapped[uuid.UUID] = mapped_column(Id)
    last_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: 16 bytes for each entry, and 32 for the link of the chain at it: they say where a break is
    ids: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    links: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: the last link, the SHA-256 of `ids`, the head of the batch before, and of this one
    root: Mapped[str] = mapped_column(String(64))
    ids_digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    head: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(16))
    signature: Mapped[str] = mapped_column(String(128))
    #: the tenant above that has signed as well; empty at the top
    upper_tenant: Mapped[str] = mapped_column(String(20))
    upper_key_id: Mapped[str] = mapped_column(String(16))
    upper_signature: Mapped[str] = mapped_column(String(128))


class TrailKey(Base):
    """A tenant's public key, vouched for by the key of the tenant above. Public, and so not tenant-scoped."""

    __tablename__ = "trail_keys"

    tenant_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    public: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    upper_tenant: Mapped[str] = mapped_column(String(20))
    upper_key_id: Mapped[str] = mapped_column(String(16))
    upper_signature: Mapped[str] = mapped_column(String(128))
