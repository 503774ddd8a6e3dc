"""Leaving entries on the trail, in the transaction of the change itself."""

from __future__ import annotations

import hashlib
import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.extensions import Actor, new_id, utcnow
from core.trail.models import PLATFORM, TrailRows, as_json
from core.trail.redaction import SUSPECT, redact, redact_all

#: a row of bulk work: its id, its values before (None: it was not there) and after (None: it is gone)
RowChange = tuple[uuid.UUID | str, Sequence[object] | None, Sequence[object] | None]
_ROWS = insert(TrailRows)
_COLUMNS = ("tenant_id", "id", "at", "account_id", "who", "role", "action", "unit_id", "subject", "sentence", "reason",
            "source", "address", "before", "after", "row_count", "rows_digest")
#: written by hand for each driver: every write of the platform pays for it, and compiling costs more than inserting
_ENTRY = {name: f"INSERT INTO trail_entries ({', '.join(_COLUMNS)}) VALUES ({', '.join([mark] * len(_COLUMNS))})"  # noqa: S608
          for name, mark in (("sqlite", "?"), ("postgresql", "%s"))}


def record(
    session: Session,
    actor: Actor,
    action: str,
    sentence: str,
    *,
    subject: str,
    tenant_id: str = PLATFORM,
    unit_id: uuid.UUID | None = None,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    """Leave one entry. It may be written for a tenant outside the open scope: a refusal, or a read across
    tenants, is trailed where the data live. Identity, card and phone numbers in it are replaced by hashes."""
    _insert(session, actor, action, sentence, subject, tenant_id, unit_id, reason,
            (_json(before), _json(after), None, None))


def record_batch(
    session: Session,
    actor: Actor,
    action: str,
    sentence: str,
    *,
    subject: str,
    fields: Sequence[str],
    rows: Iterable[RowChange],
    tenant_id: str = PLATFORM,
    unit_id: uuid.UUID | None = None,
    reason: str = "",
) -> uuid.UUID:
    """Leave one entry for bulk work, with each row's own before and after (the values of `fields` in their
    order) kept beside it and their digest in it. Gives the entry's id."""
    text, count = _rows_text(fields, rows)
    data = text.encode("utf-8", "replace")
    entry_id = _insert(session, actor, action, sentence, subject, tenant_id, unit_id, reason,
                       (None, None, count, hashlib.sha256(data).hexdigest()))
    session.connection().execute(
        _ROWS, {"tenant_id": tenant_id, "entry_id": entry_id, "data": zlib.compress(data, 1)})
    return entry_id


def _insert(session: Session, actor: Actor, action: str, sentence: str, subject: str, tenant_id: str,
            unit_id: uuid.UUID | None, reason: str, values: tuple[str | None, str | None, int | None, str | None]
            ) -> uuid.UUID:
    entry_id, at = new_id(), utcnow()
    connection = session.connection()  # past the tenant fence: an entry is written where the data live
    plain = connection.dialect.name == "sqlite"  # which has neither ids nor times of its own
    connection.exec_driver_sql(_ENTRY[connection.dialect.name], (
        tenant_id,
        entry_id.hex if plain else entry_id,
        at.isoformat(" ", "microseconds") if plain else at,
        actor.account_id.hex if plain and actor.account_id else actor.account_id,
        _plain(actor.name, 80),
        actor.role,
        action,
        unit_id.hex if plain and unit_id else unit_id,
        _plain(subject, 120),
        _plain(sentence, 400),
        _plain(reason, 400) if reason else "",
        actor.source,
        actor.address,
        *values,
    ))
    return entry_id


def _plain(text: str, most: int) -> str:
    """Without such numbers, within the column, and writable on both databases."""
    text = redact(str(text))[:most]
    return text if text.isprintable() else text.replace("\x00", "").encode("utf-8", "replace").decode()


def _json(value: Mapping[str, object] | None) -> str | None:
    return None if value is None else _redacted(value)


def _redacted(value: Any) -> str:
    text = as_json(value)
    if SUSPECT.search(text):
        text = as_json(redact_all(value))
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _rows_text(fields: Sequence[str], rows: Iterable[RowChange]) -> tuple[str, int]:
    """`{"after":[…],"before":[…],"fields":[…],"ids":[…]}`: by columns, which packs and checks quickly."""
    ids: list[str] = []
    before: list[Any] = []
    after: list[Any] = []
    for row_id, old, new in rows:
        ids.append(row_id.hex if isinstance(row_id, uuid.UUID) else redact(row_id))
        before.append(old)
        after.append(new)
    names = as_json(list(fields))
    return f'{{"after":{_redacted(after)},"before":{_redacted(before)},"fields":{names},"ids":{as_json(ids)}}}', len(ids)
