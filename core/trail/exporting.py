"""The sealed trail of a tenant as a file that proves itself."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from core.extensions import utcnow
from core.trail import queries
from core.trail.offline import BEGINNING, FILE_FORMAT, compact


def export_lines(session: Session, tenant_id: str) -> Iterator[bytes]:
    """The lines of the file `core.trail.offline` verifies: keys, then each batch with its entries."""
    yield _part("file", format=FILE_FORMAT, tenant_id=tenant_id, exported_at=f"{utcnow():%Y-%m-%d %H:%M:%S}")
    for key in _keys_behind(session, tenant_id):
        yield _part("key", **{name: key[name] for name in
                              ("tenant_id", "key_id", "public", "upper_tenant", "upper_key_id", "upper_signature")})
    after: uuid.UUID | None = None
    number, head = 0, BEGINNING
    for batch in queries.list_batches(session, tenant_id):
        ids, links = queries.lists_of(session, tenant_id, batch.number)
        yield _part("batch", **batch.fields, ids=_text(ids), links=_text(links))
        for line in queries.lines_between(session, tenant_id, after, batch.last_id):
            yield line + b"\n"
        for entry_id, _, data in queries.rows_between(session, tenant_id, after, batch.last_id):
            yield _part("rows", id=entry_id.hex, data=_text(data or b""))
        after, number, head = batch.last_id, batch.number, batch.head
    yield _part("end", batches=number, head=head, unsealed=queries.count_between(session, tenant_id, after))


def _part(kind: str, **values: Any) -> bytes:
    return compact({"kind": kind, **values}) + b"\n"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _keys_behind(session: Session, tenant_id: str) -> list[dict[str, Any]]:
    """The tenant's keys and those of all tenants that vouch for them."""
    found = queries.list_keys(session)
    wanted, more = {tenant_id}, {tenant_id}
    while more:
        more = {key["upper_tenant"] for key in found if key["tenant_id"] in more} - wanted - {""}
        wanted |= more
    return [key for key in found if key["tenant_id"] in wanted]


def public_keys(session: Session) -> dict[str, list[str]]:
    """Every tenant's public keys, as they are published for `--keys`."""
    found: dict[str, list[str]] = {}
    for key in queries.list_keys(session):
        found.setdefault(key["tenant_id"], []).append(key["public"])
    return found
