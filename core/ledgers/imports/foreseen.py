"""What a confirmation would change of records that are there already, cell by cell, before anybody confirms it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from core.host.ledgers import Field
from core.ledgers import storing, writing
from core.ledgers.imports import standing
from core.ledgers.imports.desk import Desk
from core.ledgers.imports.models import Import, State
from core.ledgers.imports.sheets import ROW
from core.ledgers.imports.staging import frame_of
from core.ledgers.referring import names_for
from core.ledgers.values import stored, written

#: how many records a page lists, and how many rows are compared at a time
MOST, CHUNK = 100, 1_000
#: a row of the file, the record as it is, and as it would be
Pair = tuple[int, SimpleNamespace, SimpleNamespace]


@dataclass(frozen=True)
class Foreseen:
    """One cell that would change; of sealed fields the masks."""

    row: int
    record_id: uuid.UUID
    name: str
    field: Field
    now: str
    then: str


def foreseen(session: Session, desk: Desk, found: Import) -> list[Foreseen]:
    """The cells that would change of the first `MOST` records, in the order of the file."""
    if found.state != State.CHECKED or not found.rows_file or not found.counts.get("updated"):
        return []
    fields = desk.fields(session)
    cells: list[Foreseen] = []
    pairs = list(_pairs(session, desk, frame_of(desk.staging.open(found.rows_file)), fields, min(found.counts["updated"], MOST)))
    names = names_for(session, [row for _, *both in pairs for row in both], fields)
    for at, old, new in pairs:
        name = written(stored(old, desk.ledger.naming), desk.ledger.naming, names)
        for one in fields:
            now, then = (written(stored(row, one), one, names) for row in (old, new))
            if now != then or (one.sealed and _key(old, one) != _key(new, one)):
                cells.append(Foreseen(at, old.id, name, one, now, then))
    return cells


def _pairs(session: Session, desk: Desk, rows: pl.DataFrame, fields: Sequence[Field], most: int) -> Iterator[Pair]:
    asked = tuple(one for one in fields if one.name in rows.columns)
    for start in range(0, rows.height, CHUNK):
        part = rows.slice(start, CHUNK)
        place = standing.stand(session, desk.ledger, desk.tenant_id, part, fields, desk.scope, desk.unit.id)
        wanted = place.changed[:most]
        if not wanted:
            continue
        past = [place.old[at] for at in wanted]
        for at, old, new in zip(part[wanted][ROW].to_list(), past, _written(session, desk, part[wanted], asked, past), strict=True):
            yield at, SimpleNamespace(**old), SimpleNamespace(**{**old, **new})
        most -= len(wanted)
        if not most:
            return


def _written(session: Session, desk: Desk, rows: pl.DataFrame, asked: tuple[Field, ...], past: Sequence[Mapping[str, Any]]
             ) -> list[dict[str, Any]]:
    """The columns each row would write."""
    changes = standing.changed_rows(rows, past)
    if desk.ledger.prepare is not None:
        changes = desk.ledger.prepare(changes, session)
    columns = writing.columns_of(session, desk.ledger, changes, asked, [row["id"] for row in past])
    storing.keep_extra(columns, range(len(past)), past)
    return [{name: values[at] for name, values in columns.items()} for at in range(len(past))]


def _key(row: SimpleNamespace, field: Field) -> Any:
    return getattr(row, f"{field.name}_key") or None
