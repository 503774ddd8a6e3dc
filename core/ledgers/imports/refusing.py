"""What of checked rows only the database can tell: rules that need what is stored of them, and what their ledger is
asked; said at the cell like any other error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from core.host.ledgers import Field, Proposed, Refusal
from core.ledgers import crossing, writing
from core.ledgers.imports import standing
from core.ledgers.imports.desk import Desk
from core.ledgers.imports.judging import ERRORS
from core.ledgers.imports.sheets import ROW

_REFERENCES = ("unit", "person", "household")


def refusals(session: Session, desk: Desk, rows: pl.DataFrame, fields: Sequence[Field], place: standing.Standing) -> list[Refusal]:
    """What the rules of the ledger say of the rows that would be stored, together with what is stored of them or their
    defaults; positions are those of `rows`."""
    ledger, given = desk.ledger, [one.name for one in fields if one.name in rows.columns]
    checks = crossing.open_checks(ledger, given)
    if ledger.judge is None and not checks:
        return []
    old = [place.old[at] for at in place.changed]
    new_rows, changes = standing.new_rows(ledger, rows[place.new], fields), standing.changed_rows(rows[place.changed], old)
    found, proposed, places = list[Refusal](), list[Proposed](), list[int]()
    for positions, part, past in ((place.new, new_rows, [None] * len(place.new)), (place.changed, changes, old)):
        if ledger.prepare is not None and positions:
            part = ledger.prepare(part, session)
        found += [Refusal(positions[one.at], one.field, one.message)
                  for one in crossing.broken(session, ledger, desk.tenant_id, checks, part, given, past)]
        if ledger.judge is not None:
            asked = range(part.height) if ledger.judged is None else ledger.judged(part).arg_true().to_list()
            proposed += _proposed(desk, part[asked], fields, [past[at] for at in asked])
            places += [positions[at] for at in asked]
    if ledger.judge is not None and proposed:
        found += [Refusal(places[one.at], one.field, one.message) for one in ledger.judge(session, desk.tenant_id, proposed)]
    return found


def _proposed(desk: Desk, rows: pl.DataFrame, fields: Sequence[Field], old: Sequence[Mapping[str, Any] | None]) -> list[Proposed]:
    """Rows as they would be stored, with references as ids."""
    columns = {name: rows[name].to_list() for name in rows.columns if name not in ("id", "version")}
    for one in fields:
        if one.kind in _REFERENCES and one.name in columns:
            columns[one.name] = writing.as_ids(columns[one.name])
    found: list[Proposed] = []
    for values, past in zip(zip(*columns.values(), strict=True), old, strict=True):
        row = dict(zip(columns, values, strict=True))
        found.append(({**row, "unit_id": row.get("unit_id") or desk.unit.id}, None) if past is None else ({**past, **row}, past))
    return found


def cells(found: Sequence[Refusal], rows: pl.DataFrame, letters: Mapping[str, str], key: str) -> pl.DataFrame:
    """The same as errors of cells; where the file has no such column, at the key of the row."""
    by_field = {name: letter for letter, name in letters.items()}
    said = []
    for one in found:
        name = one.field if one.field in by_field and one.field in rows.columns else key
        value = rows[name][one.at] if name in rows.columns else None
        said.append((rows[ROW][one.at], by_field.get(name, ""), name, None if value is None else str(value), one.message))
    return pl.DataFrame(said, schema=ERRORS, orient="row")
