"""Changing one field of many records at once: previewed, then written with one entry on the trail."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.host.ledgers import Field, Ledger
from core.ledgers import queries
from core.ledgers.asking import Asked
from core.ledgers.checking import ROW, check_frame
from core.ledgers.context import Context
from core.ledgers.freezing import refuse_frozen, seen
from core.ledgers.storing import store
from core.ledgers.trailing import told
from core.ledgers.values import stored, written

CHANGED_MANY = phrase(N_("批量修改%(title)s：%(label)s改为“%(said)s”，%(count)s 条"))
MOST, SAMPLE = 20_000, 20


@dataclass(frozen=True)
class Choice:
    """Which records: these, or all that fit the filter where there are none."""

    asked: Asked
    ids: tuple[uuid.UUID, ...] = ()


@dataclass(frozen=True)
class Preview:
    """How many records are chosen, how many would change, and some of them as (name, before, after)."""

    count: int
    changing: int
    sample: Sequence[tuple[str, str, str]]


def changeable(fields: Sequence[Field]) -> list[Field]:
    """What may be set to one value for many: nothing that tells records apart or is sealed."""
    return [field for field in fields if field.editable and not (field.key or field.sealed)
            and field.kind not in ("unit", "person", "household")]


def rows_of(session: Session, ledger: Ledger, scope: Scope, choice: Choice, fields: Sequence[Field]) -> Iterator[Any]:
    """The chosen records that are in scope and not removed."""
    if choice.ids:
        yield from (row for row in queries.chosen_records(session, ledger, scope, choice.ids)
                    if getattr(row, "removed_at", None) is None)
        return
    for rows in queries.all_records(session, ledger, scope, choice.asked, fields):
        yield from rows


def judged(ledger: Ledger, field: Field, text: str, fields: Sequence[Field], context: Context) -> pl.DataFrame:
    """The value as a frame of one row; raises InvalidInput with what is wrong with it."""
    frame = pl.DataFrame({field.name: [text]}, schema={field.name: pl.String})
    checked = check_frame(ledger, frame, Context(context.finders, partial=True), [field])
    if not checked.errors.is_empty():
        raise InvalidInput(N_("填写有误"), {"value": checked.errors["message"][0]})
    return checked.rows.drop(ROW)


def preview(session: Session, ledger: Ledger, scope: Scope, choice: Choice, field: Field, value: pl.DataFrame,
            fields: Sequence[Field]) -> Preview:
    """What the change would do."""
    count, changing, sample = 0, 0, list[tuple[str, str, str]]()
    new = written(value[field.name].to_list()[0], field)
    for row in rows_of(session, ledger, scope, choice, [*fields, ledger.naming]):
        count += 1
        old = written(stored(row, field), field)
        if old != new:
            changing += 1
            refuse_frozen(ledger, [seen(ledger, row)])
            if len(sample) < SAMPLE:
                sample.append((written(getattr(row, ledger.naming.column), ledger.naming), old, new))
        if count > MOST:
            raise InvalidInput(N_("一次最多修改 %(most)s 条，请先筛选得窄一些"), most=MOST)
    return Preview(count, changing, sample)


def change(session: Session, ledger: Ledger, scope: Scope, choice: Choice, field: Field, value: pl.DataFrame, actor: Actor, *,
           fields: Sequence[Field], expected: int, reason: str = "") -> int:
    """Write it; how many records changed. Refused when other records are meant by now than were previewed. Each
    tenant has an entry of its own."""
    rows = list(rows_of(session, ledger, scope, choice, fields))
    if len(rows) != expected:
        raise Conflict(N_("预览之后记录有变化（原 %(then)s 条，现 %(now)s 条），请重新预览"), then=expected, now=len(rows))
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.tenant_id, []).append(row)
    changed = 0
    said = told(value[field.name].to_list()[0], field) or "空"
    for tenant_id, found in groups.items():
        frame = pl.concat([value] * len(found)).with_columns(
            id=pl.Series([str(row.id) for row in found]), version=pl.Series([row.version for row in found]))
        changed += store(session, ledger, tenant_id, frame, actor, "update", fields=fields, reason=reason,
                         sentence=CHANGED_MANY(title=ledger.title, label=field.label, said=said, count=len(found))).updated
    return changed
