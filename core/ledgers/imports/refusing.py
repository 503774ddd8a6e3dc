"""What of checked rows only the database can tell: asked of their ledger, said at the cell like any other error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from core.host.ledgers import Field, Proposed, Refusal
from core.ledgers import writing
from core.ledgers.imports import standing
from core.ledgers.imports.desk import Desk
from core.ledgers.imports.judging import ERRORS
from core.ledgers.imports.sheets import ROW

_REFERENCES = ("unit", "person", "household")


def refusals(session: Session, desk: Desk, rows: pl.DataFrame, fields: Sequence[Field], place: standing.Standing) -> list[Refusal]:
    """What the ledger says of the rows that would be stored; positions are those of `rows`."""
    judge = desk.ledger.judge
    if judge is None or not (place.new or place.changed):
        return []
    new = standing.new_rows(desk.ledger, rows[place.new], fields)
    proposed: list[Proposed] = [({**row, "unit_id": row.get("unit_id") or desk.unit.id}, None)
                                for row in _typed(session, desk, new, fields)]
    old = [place.old[at] for at in place.changed]
    if old:
        changes = _typed(session, desk, standing.changed_rows(rows[place.changed], old), fields)
        proposed += [({**past, **row}, past) for row, past in zip(changes, old, strict=True)]
    positions = [*place.new, *place.changed]
    return [Refusal(positions[one.at], one.field, one.message) for one in judge(session, desk.tenant_id, proposed)]


def _typed(session: Session, desk: Desk, rows: pl.DataFrame, fields: Sequence[Field]) -> list[dict[str, Any]]:
    """Rows as they are stored: what `prepare` derives in them, and references as ids."""
    if rows.is_empty():
        return []
    if desk.ledger.prepare is not None:
        rows = desk.ledger.prepare(rows, session)
    columns = {name: rows[name].to_list() for name in rows.columns if name not in ("id", "version")}
    for one in fields:
        if one.kind in _REFERENCES and one.name in columns:
            columns[one.name] = writing.as_ids(columns[one.name])
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def cells(found: Sequence[Refusal], rows: pl.DataFrame, letters: Mapping[str, str], key: str) -> pl.DataFrame:
    """The same as errors of cells; where the file has no such column, at the key of the row."""
    by_field = {name: letter for letter, name in letters.items()}
    said = []
    for one in found:
        name = one.field if one.field in by_field and one.field in rows.columns else key
        value = rows[name][one.at] if name in rows.columns else None
        said.append((rows[ROW][one.at], by_field.get(name, ""), name, None if value is None else str(value), one.message))
    return pl.DataFrame(said, schema=ERRORS, orient="row")
