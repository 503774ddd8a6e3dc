"""All reads of the trail.

These selects go past the tenant fence, since a seal is the platform's own work: every one of them names its
tenant, and callers who act for a person have checked that the tenant is in that person's scope.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import ColumnElement, Select, func, literal_column, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.trail.joining import JOINED, JSON, Text, lines_from
from core.trail.models import TrailBatch, TrailEntry, TrailKey, TrailRows
from core.trail.offline import FIELDS, HEADER

ENTRIES, BATCHES, KEYS, ROWS = (model.__table__ for model in (TrailEntry, TrailBatch, TrailKey, TrailRows))
#: of a batch, all but its two lists
_HEADS = [column for column in BATCHES.columns if column.name not in ("ids", "links")]
_LINES: dict[str, ColumnElement[Any]] = {
    "sqlite": literal_column(f"cast({JSON['sqlite']} as blob)"),
    "postgresql": literal_column(f"convert_to({JSON['postgresql']}, 'UTF8')"),
}


def names_record(session: Session, entry: TrailEntry, record_id: uuid.UUID) -> bool:
    """Whether an entry of bulk work has a row of this record."""
    rows = session.get(TrailRows, (entry.tenant_id, entry.id))
    return rows is not None and record_id.hex.encode() in zlib.decompress(rows.data)


def _line(session: Session) -> ColumnElement[Any]:
    return _LINES[session.connection().dialect.name]


def _between(tenant_id: str, after: uuid.UUID | None, last: uuid.UUID | None) -> list[ColumnElement[bool]]:
    criteria = [ENTRIES.c.tenant_id == tenant_id]
    if after is not None:
        criteria.append(ENTRIES.c.id > after)
    if last is not None:
        criteria.append(ENTRIES.c.id <= last)
    return criteria


def lines_between(session: Session, tenant_id: str, after: uuid.UUID | None, last: uuid.UUID | None) -> list[bytes]:
    """The bytes of a tenant's entries with ids above `after` up to `last`, in order."""
    statement = select(_line(session)).select_from(ENTRIES).where(*_between(tenant_id, after, last)).order_by(ENTRIES.c.id)
    return list(session.connection().scalars(statement))


def text_between(session: Session, tenant_id: str, after: uuid.UUID | None, last: uuid.UUID) -> Text | None:
    """The same as one text, at a fraction of the cost. None where the database cannot put it together. Rare signs and
    times come out otherwise than in `lines_between`, but never as another entry would."""
    connection = session.connection()
    first = after or uuid.UUID(int=0)
    statement = JOINED[connection.dialect.name]
    try:
        if connection.dialect.name == "sqlite":
            joined, bulk = connection.exec_driver_sql(statement, (tenant_id, first.hex, last.hex)).one()
            return Text(joined or b"", bulk)
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor:  # its bytes as they came, which decoding would copy
            result = cursor.execute(statement, (tenant_id, first, last)).pgresult
            joined, bulk, count, nulls = (result.get_value(0, at) for at in range(4))
    except (DBAPIError, psycopg.Error):
        session.rollback()
        return None
    lines = lines_from(joined, int(count), int(nulls)) if joined else b""
    return None if lines is None else Text(lines, int(bulk))


def lines_of(session: Session, tenant_id: str, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, bytes]:
    """The bytes of these entries."""
    statement = select(ENTRIES.c.id, _line(session)).where(ENTRIES.c.tenant_id == tenant_id, ENTRIES.c.id.in_(ids))
    return {row[0]: row[1] for row in session.connection().execute(statement)}


def unsealed(session: Session, tenant_id: str, after: uuid.UUID | None, before: uuid.UUID,
             most: int) -> list[tuple[uuid.UUID, bytes]]:
    """The oldest entries behind the last seal, with ids below `before`: id and bytes."""
    statement = (select(ENTRIES.c.id, _line(session)).where(*_between(tenant_id, after, None), ENTRIES.c.id < before)
                 .order_by(ENTRIES.c.id).limit(most))
    return [(row[0], row[1]) for row in session.connection().execute(statement)]


def count_between(session: Session, tenant_id: str, after: uuid.UUID | None, last: uuid.UUID | None = None) -> int:
    """How many entries lie there."""
    return session.connection().scalar(
        select(func.count()).select_from(ENTRIES).where(*_between(tenant_id, after, last))) or 0


def tenants_with_entries(session: Session) -> list[str]:
    """The tenants that have any entry; one step of the primary key for each."""
    found: list[str] = []
    while True:
        following = session.connection().scalar(
            select(func.min(ENTRIES.c.tenant_id)).where(ENTRIES.c.tenant_id > (found[-1] if found else "")))
        if following is None:
            return found
        found.append(following)


def oldest_writing(session: Session) -> dt.datetime | None:
    """When the oldest transaction that is writing now began (UTC). SQLite has none beside the one that seals;
    PostgreSQL may commit an entry later than one made after it, which a seal must not overtake."""
    if session.connection().dialect.name == "sqlite":
        return None
    found: dt.datetime | None = session.connection().scalar(text(
        "SELECT min(xact_start) AT TIME ZONE 'UTC' FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"))
    return found


def one_sealer(session: Session, tenant_id: str) -> None:
    """Wait until nobody else seals this tenant, to the end of the transaction."""
    if session.connection().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"),
                                     {"name": f"bangfu trail {tenant_id}"})


@dataclass(frozen=True)
class Batch:
    """A batch without its lists."""

    tenant_id: str
    number: int
    sealed_at: str
    count: int
    first_id: uuid.UUID
    last_id: uuid.UUID
    root: str
    ids_digest: str
    previous: str
    head: str
    key_id: str
    signature: str
    upper_tenant: str
    upper_key_id: str
    upper_signature: str

    @property
    def at(self) -> dt.datetime | None:
        """When it was sealed (UTC)."""
        try:
            return dt.datetime.fromisoformat(self.sealed_at)
        except ValueError:
            return None

    @property
    def fields(self) -> dict[str, Any]:
        """The header and signatures as `core.trail.offline` takes them."""
        values = {name: getattr(self, name) for name in (*HEADER, "head", "key_id", "signature", "upper_tenant",
                                                         "upper_key_id", "upper_signature")}
        return {**values, "first_id": self.first_id.hex, "last_id": self.last_id.hex}


def _batches(tenant_id: str) -> Select[Any]:
    return select(*_HEADS).where(BATCHES.c.tenant_id == tenant_id)


def list_batches(session: Session, tenant_id: str, before: int | None = None, limit: int | None = None) -> list[Batch]:
    """A tenant's batches, oldest first; with `limit` the newest ones first, those before a number if given."""
    statement = _batches(tenant_id)
    order = BATCHES.c.number if limit is None else BATCHES.c.number.desc()
    statement = statement.order_by(order).limit(limit)
    if before is not None:
        statement = statement.where(BATCHES.c.number < before)
    return [Batch(**row._mapping) for row in session.connection().execute(statement)]


def last_batch(session: Session, tenant_id: str) -> Batch | None:
    """The newest batch."""
    return next(iter(list_batches(session, tenant_id, limit=1)), None)


def batches_over(session: Session, tenant_id: str, first: uuid.UUID, last: uuid.UUID) -> list[Batch]:
    """The batches that hold ids in this range, oldest first."""
    statement = _batches(tenant_id).where(BATCHES.c.last_id >= first, BATCHES.c.first_id <= last)
    return [Batch(**row._mapping) for row in session.connection().execute(statement.order_by(BATCHES.c.number))]


def lists_of(session: Session, tenant_id: str, number: int) -> tuple[bytes, bytes]:
    """The ids and links of a batch."""
    row = session.connection().execute(
        select(BATCHES.c.ids, BATCHES.c.links)
        .where(BATCHES.c.tenant_id == tenant_id, BATCHES.c.number == number)).one()
    return bytes(row.ids), bytes(row.links)


def list_keys(session: Session, tenant_ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Registered public keys, all of them unless tenants are given."""
    statement = select(KEYS).order_by(KEYS.c.tenant_id, KEYS.c.made_at)
    if tenant_ids is not None:
        statement = statement.where(KEYS.c.tenant_id.in_(tenant_ids))
    return [dict(row._mapping) for row in session.connection().execute(statement)]


def witnessed(session: Session, upper: str, tenant_id: str) -> list[tuple[int, str]]:
    """The batches of a tenant that the trail of the tenant above says it has countersigned: number and head."""
    statement = (select(ENTRIES.c.after)
                 .where(ENTRIES.c.tenant_id == upper, ENTRIES.c.subject == f"seal:{tenant_id}").order_by(ENTRIES.c.id))
    found = []
    for after in session.connection().scalars(statement):
        if isinstance(after, dict) and isinstance(number := after.get("batch"), int):
            found.append((number, str(after.get("head"))))
    return found


def rows_between(session: Session, tenant_id: str, after: uuid.UUID | None,
                 last: uuid.UUID | None) -> Iterator[tuple[uuid.UUID, str, bytes | None]]:
    """Of the bulk work in a range: the entry's id, the digest in it, and its rows as kept."""
    statement = (select(ENTRIES.c.id, ENTRIES.c.rows_digest, ROWS.c.data)
                 .outerjoin(ROWS, (ROWS.c.tenant_id == ENTRIES.c.tenant_id) & (ROWS.c.entry_id == ENTRIES.c.id))
                 .where(*_between(tenant_id, after, last), ENTRIES.c.rows_digest.is_not(None)).order_by(ENTRIES.c.id))
    for row in session.connection().execute(statement):
        yield row[0], row[1], row[2]


@dataclass(frozen=True)
class Row:
    """One row of bulk work: its id, and its values before and after by field."""

    id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def list_rows(session: Session, tenant_id: str, entry_id: uuid.UUID, start: int = 0, limit: int = 100) -> list[Row]:
    """Some rows of a piece of bulk work."""
    data = session.connection().scalar(
        select(ROWS.c.data).where(ROWS.c.tenant_id == tenant_id, ROWS.c.entry_id == entry_id))
    if data is None:
        return []
    kept = json.loads(zlib.decompress(data))
    names = kept["fields"]

    def values(given: list[Any] | None) -> dict[str, Any] | None:
        return None if given is None else dict(zip(names, given, strict=False))

    chosen = slice(start, start + limit)
    return [Row(row_id, values(old), values(new)) for row_id, old, new in
            zip(kept["ids"][chosen], kept["before"][chosen], kept["after"][chosen], strict=True)]


def as_text(entry: TrailEntry) -> list[str | None]:
    """An entry's fields as texts, as the database gives them: the reference for `_LINES`."""
    def one(name: str) -> str | None:
        value = getattr(entry, name)
        if value is None:
            return None
        if isinstance(value, uuid.UUID):
            return value.hex
        if isinstance(value, dt.datetime):
            return value.strftime("%Y-%m-%d %H:%M:%S.%f")
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if isinstance(value, dict) else str(value)

    return [one(name) for name in FIELDS]

