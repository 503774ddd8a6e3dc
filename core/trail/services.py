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
from core.trail.models import PLATFORM, TrailEntry, TrailRows, as_json
from core.trail.redaction import SUSPECT, redact, redact_all

#: a row of bulk work: its id, its values before (None: it was not there) and after (None: it is gone)
RowChange = tuple[uuid.UUID | str, Sequence[object] | None, Sequence[object] | None]
_ENTRY, _ROWS = insert(TrailEntry), insert(TrailRows)


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
            {"before": _json(before), "after": _json(after), "row_count": None, "rows_digest": None})


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
                       {"before": None, "after": None, "row_count": count,
                        "rows_digest": hashlib.sha256(data).hexdigest()})
    session.connection().execute(
        _ROWS, {"tenant_id": tenant_id, "entry_id": entry_id, "data": zlib.compress(data, 1)})
    return entry_id


def _insert(session: Session, actor: Actor, action: str, sentence: str, subject: str, tenant_id: str,
            unit_id: uuid.UUID | None, reason: str, values: Mapping[str, object]) -> uuid.UUID:
    entry_id = new_id()
    session.connection().execute(  # past the tenant fence: an entry is written where the data live
        _ENTRY,
        {
            "tenant_id": tenant_id,
            "id": entry_id,
            "at": utcnow(),
            "account_id": actor.account_id,
            "who": _plain(actor.name, 80),
            "role": actor.role,
            "action": action,
            "unit_id": unit_id,
            "subject": _plain(subject, 120),
            "sentence": _plain(sentence, 400),
            "reason": _plain(reason, 400),
            "source": actor.source,
            "address": actor.address,
            **values,
        },
    )
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
