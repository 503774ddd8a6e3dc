"""What checked rows would do: which are new, which change a record, which say what is stored already, and which
name a record outside the importer's scope."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.host.ledgers import Field, Ledger
from core.ledgers import storing, writing
from core.ledgers.finding import ranges_of
from core.ledgers.freezing import frozen
from core.ledgers.imports.sheets import ROW
from core.units.models import Unit

#: what an empty cell is kept as
NOTHING: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True)
class Standing:
    """Positions of rows by what they would do, and the stored rows they mean."""

    new: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    foreign: list[int] = field(default_factory=list)
    #: rows that would change a record which its process has frozen
    frozen: list[int] = field(default_factory=list)
    old: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    #: positions of rows that change a record, and the fields of it that would be empty afterwards and are not now
    emptied: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def stand(session: Session, ledger: Ledger, tenant_id: str, rows: pl.DataFrame, fields: Sequence[Field],
          scope: Scope, unit_id: uuid.UUID) -> Standing:
    """Compare rows with what is stored. A record of the tenant outside the scope is never touched: whoever
    imports for one school does not change another's. `unit_id`: where rows belong that name no unit."""
    asked = tuple(one for one in fields if one.name in rows.columns)
    plain = rows.drop(ROW)
    old = _stored(session, ledger, tenant_id, plain, asked, unit_id)
    reach = _within(session, ranges_of(session, tenant_id, scope), {row["unit_id"] for row in old.values()})
    found = Standing(new=[at for at in range(rows.height) if at not in old], old=old)
    there = [at for at in sorted(old) if old[at]["unit_id"] in reach]
    found.foreign.extend(at for at in sorted(old) if old[at]["unit_id"] not in reach)
    if there:
        part = plain[there]
        if ledger.prepare is not None:
            part = ledger.prepare(part, session)
        columns = writing.columns_of(session, ledger, _kept_units(part, [old[at] for at in there]), asked,
                                     [old[at]["id"] for at in there])
        past = [old[at] for at in there]
        storing.keep_extra(columns, range(len(there)), past)
        differs = storing.differing(columns, range(len(there)), past)
        for index, at in enumerate(there):
            if index in differs and ledger.process is not None and frozen(ledger, old[at]["state"]):
                found.frozen.append(at)
            else:
                (found.changed if index in differs else found.unchanged).append(at)
        changed = set(found.changed)
        emptied = {at: _emptied(asked, columns, index, past[index]) for index, at in enumerate(there) if at in changed}
        found = replace(found, emptied={at: names for at, names in emptied.items() if names})
    return found


def _emptied(fields: Sequence[Field], columns: writing.Columns, index: int, old: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of a record that have something in them, and of which its row of the file says nothing."""
    return tuple(one.name for one in fields if not one.extra and one.column in columns and old[one.column] not in NOTHING
                 and columns[one.column][index] in NOTHING)


def without(place: Standing, refused: Collection[int]) -> Standing:
    """The same without rows that would change something and were refused."""
    return replace(place, new=[at for at in place.new if at not in refused], changed=[at for at in place.changed if at not in refused],
                   emptied={at: names for at, names in place.emptied.items() if at not in refused})


def _stored(session: Session, ledger: Ledger, tenant_id: str, rows: pl.DataFrame, asked: tuple[Field, ...],
            unit_id: uuid.UUID) -> Mapping[int, Mapping[str, Any]]:
    """The stored rows that rows mean, by position. A ledger that is still empty is not asked row by row."""
    table = writing.table_of(ledger)
    some = select(table.c.id).where(table.c.tenant_id == tenant_id).limit(1)
    if session.connection().execute(some).first() is None:
        return {}
    found = storing.old_rows(session, ledger, tenant_id, rows, "upsert", asked)
    return {**_else_known(session, ledger, tenant_id, rows, unit_id), **found}


def _else_known(session: Session, ledger: Ledger, tenant_id: str, rows: pl.DataFrame, unit_id: uuid.UUID
                ) -> Mapping[int, Mapping[str, Any]]:
    if ledger.else_known is None:
        return {}
    meant, table = ledger.else_known(session, tenant_id, unit_id, rows), writing.table_of(ledger)
    wanted = [column.name for column in table.columns if not column.name.endswith("_sealed")]
    there = {row["id"]: row for row in writing.read_rows(session, table, tenant_id, "id", meant.values(), wanted)}
    return {at: there[record_id] for at, record_id in meant.items()}


def units_lost(session: Session, tenant_id: str, rows: pl.DataFrame, scope: Scope) -> bool:
    """Whether a unit that rows name has closed or left the scope since they were checked."""
    if "unit_id" not in rows.columns:
        return False
    wanted = {uuid.UUID(str(text)) for text in rows["unit_id"].drop_nulls().unique().to_list()}
    return wanted != _within(session, ranges_of(session, tenant_id, scope), wanted, closed=False)


def new_rows(ledger: Ledger, rows: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """New rows with the defaults of what the file does not say."""
    filled = []
    for one in fields:
        if one.default is not None and not one.sealed:
            given = pl.col(one.name) if one.name in rows.columns else pl.lit(None)
            filled.append(pl.coalesce(given, pl.lit(one.default)).alias(one.name))
    return rows.with_columns(filled).drop(ROW)


def changed_rows(rows: pl.DataFrame, old: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows that change records, with the id and version of each."""
    return _kept_units(rows.drop(ROW), old).with_columns(
        pl.Series("id", [str(row["id"]) for row in old], dtype=pl.String),
        pl.Series("version", [row["version"] for row in old], dtype=pl.Int64))


def _kept_units(rows: pl.DataFrame, old: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """A row that names no unit leaves its record where it is."""
    if "unit_id" not in rows.columns:
        return rows
    kept = pl.Series([str(row["unit_id"]) for row in old], dtype=pl.String)
    return rows.with_columns(pl.coalesce(pl.col("unit_id"), kept).alias("unit_id"))


def _within(session: Session, ranges: Sequence[tuple[str, str]], wanted: set[uuid.UUID], closed: bool = True
            ) -> set[uuid.UUID]:
    """Those of the units that lie in the ranges."""
    asked, found = sorted(wanted), set[uuid.UUID]()
    for at in range(0, len(asked), writing.ASKED):
        statement = select(Unit.id, Unit.path).where(Unit.id.in_(asked[at : at + writing.ASKED]))
        if not closed:
            statement = statement.where(Unit.closed_on.is_(None))
        found.update(unit_id for unit_id, path in session.execute(statement)
                     if any(low <= path < high for low, high in ranges))
    return found
