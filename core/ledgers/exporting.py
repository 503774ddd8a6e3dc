"""Giving a ledger out as a file: who, how much, what of it in the clear, and the entry on the trail."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import in_scope
from core.errors import N_, InvalidInput
from core.extensions import Actor, local, utcnow
from core.extensions.phrases import phrase
from core.host.ledgers import Field, Ledger
from core.ledgers import queries
from core.ledgers.asking import Asked
from core.ledgers.referring import names_for
from core.ledgers.workbooks import Export, Meta
from core.privacy.columns import sensitive_fields
from core.privacy.reveal import EXPORT, LEAST_REASON
from core.privacy.vault import vault_of
from core.trail.keys import kept_secret
from core.trail.services import record_batch
from core.units.models import Unit

EXPORTED = phrase(N_("导出%(title)s（%(unit)s）%(count)s 条，列：%(columns)s"))
EXPORTED_ORIGINALS = phrase(N_("导出%(title)s（%(unit)s）%(count)s 条，其中 %(given)s 条含原文：%(names)s"))
#: more rows than this are written by a job
INLINE, CHUNK = 2_000, 1_000
KEY = "ledger-files.key"
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Order:
    """An export as it was asked for. `identity` is the scope within which originals may be given out; None: masks."""

    ledger: Ledger
    unit: Unit
    tenant_id: str
    scope: Scope
    asked: Asked
    fields: tuple[Field, ...]
    actor: Actor
    reason: str = ""
    identity: Scope | None = None


def file_key(data_dir: Path) -> bytes:
    """The key that signs the hidden sheets."""
    return kept_secret(data_dir / "keys" / KEY)


def check_reason(reason: str, originals: bool) -> None:
    """Originals go out with a reason only."""
    if originals and len(reason.strip()) < LEAST_REASON:
        raise InvalidInput(N_("导出原文须写明理由"), {"reason": f"至少 {LEAST_REASON} 个字"})


def exported_fields(fields: Sequence[Field], asked: Asked, all_columns: bool) -> tuple[Field, ...]:
    """The columns of the file: those shown, or all there are."""
    wanted = fields if all_columns else asked.shown
    return tuple(field for field in wanted if field.exported)


def watermark(order: Order, moment: dt.datetime) -> str:
    """Who has taken the file out, where and when."""
    number = str(order.actor.account_id or uuid.UUID(int=0))[-6:]
    kind = "含个人敏感信息原文，" if order.identity is not None else ""
    when = f"{local(moment):%Y-%m-%d %H:%M}"
    return f"{order.ledger.title}　{order.unit.name}　导出人：{order.actor.name}（{number}）　{when}　{kind}仅限工作使用"


def write_export(session: Session, order: Order, out: str | BinaryIO, key: bytes) -> int:
    """Write the whole file and leave the entry; how many rows."""
    count, given = write_rows(session, order, out, key)
    leave_entry(session, order, count, given)
    return count


def write_rows(session: Session, order: Order, out: str | BinaryIO, key: bytes,
               progress: Progress | None = None) -> tuple[int, list[uuid.UUID]]:
    """Write the file, a page of rows at a time; how many rows, and the records whose originals stand in it."""
    moment = utcnow()
    meta = Meta(order.ledger.code, order.unit.code, tuple(field.name for field in order.fields), order.actor.name,
                moment.isoformat(timespec="seconds"))
    export = Export(out, order.ledger, order.fields, meta, watermark(order, moment), key)
    given: list[uuid.UUID] = []
    try:
        for rows in queries.all_records(session, order.ledger, order.scope, order.asked, order.fields, CHUNK):
            opened = originals(session, order, rows)
            export.add(rows, names_for(session, rows, order.fields), opened)
            given += opened
            if progress is not None:
                progress(export.count)
    finally:
        export.close()
    return export.count, given


def originals(session: Session, order: Order, rows: Sequence[Any]) -> dict[uuid.UUID, Mapping[str, str]]:
    """The texts behind the masks of these rows, as far as the person may carry them out."""
    sealed = [field for field in order.fields if field.sealed]
    if order.identity is None or not sealed:
        return {}
    model, vault = order.ledger.model, vault_of(session)
    kinds = sensitive_fields(model)
    columns = [getattr(model, f"{field.name}_sealed") for field in sealed]
    statement = in_scope(select(model.id, *columns).where(model.id.in_([row.id for row in rows])), model, order.identity)
    return {record_id: {field.name: vault.open(kinds[field.name].purpose, record_id, value)
                        for field, value in zip(sealed, values, strict=True) if value}
            for record_id, *values in session.execute(statement)}


def leave_entry(session: Session, order: Order, count: int, given: Sequence[uuid.UUID]) -> None:
    """Every export leaves an entry; one with originals names each record whose original went out."""
    columns = "、".join(field.label for field in order.fields)
    sentence = EXPORTED(title=order.ledger.title, unit=order.unit.name, count=count, columns=columns)
    if given:
        names = "、".join(field.label for field in order.fields if field.sealed)
        sentence = EXPORTED_ORIGINALS(title=order.ledger.title, unit=order.unit.name, count=count, given=len(given), names=names)
    record_batch(session, order.actor, EXPORT if given else order.ledger.export, sentence, subject=f"ledger:{order.ledger.code}",
                 fields=[], rows=((record_id, None, None) for record_id in given), tenant_id=order.tenant_id,
                 unit_id=order.unit.id, reason=order.reason)
