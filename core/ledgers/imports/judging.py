"""Judging a mapped list: the ledger's own checks on every cell, with what was put right in the browser, what the
file itself got wrong, and what stands twice in it. Reads no database but through the context."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from core.host.ledgers import Field, Ledger
from core.ledgers.checking import check_frame, repeated
from core.ledgers.context import Context
from core.ledgers.imports.serials import as_days
from core.ledgers.imports.sheets import ROW, Note, Sheet

ERRORS = {ROW: pl.Int64, "column": pl.String, "field": pl.String, "value": pl.String, "message": pl.String}
#: how a date of a workbook is read; nobody wrote the time
MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$"


@dataclass(frozen=True)
class Corrections:
    """What was put right in the browser: cells by row number and column letter, rows left out, the columns whose
    merged cells hold for each of their rows, and what fields without a column say in every row."""

    cells: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    dropped: frozenset[int] = frozenset()
    filled: frozenset[str] = frozenset()
    constants: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def loaded(cls, data: Mapping[str, Any]) -> Corrections:
        """From JSON."""
        return cls({int(row): dict(cells) for row, cells in data.get("cells", {}).items()}, frozenset(data.get("dropped", ())),
                   frozenset(data.get("filled", ())), dict(data.get("constants", {})))

    def dumped(self) -> dict[str, Any]:
        """For JSON."""
        return {"cells": {str(row): dict(cells) for row, cells in self.cells.items()}, "dropped": sorted(self.dropped),
                "filled": sorted(self.filled), "constants": dict(self.constants)}

    def with_cell(self, row: int, letter: str, value: str) -> Corrections:
        """One more cell put right."""
        return replace(self, cells={**self.cells, row: {**self.cells.get(row, {}), letter: value}})

    def without(self, row: int) -> Corrections:
        """One more row left out."""
        return replace(self, dropped=self.dropped | {row})


@dataclass(frozen=True)
class Judged:
    """`rows`: good rows, typed, one column for each mapped field, and `row`. `errors`: row, column letter, field,
    value and message. `total`: how many rows were judged."""

    rows: pl.DataFrame
    errors: pl.DataFrame
    total: int
    notes: tuple[Note, ...] = ()

    @property
    def bad(self) -> int:
        """How many rows have at least one error."""
        return self.total - self.rows.height

    def refused(self, rows: pl.DataFrame) -> Judged:
        """The same with these further errors (row, column, field, value, message); their rows are bad now."""
        if rows.is_empty():
            return self
        return replace(self, rows=self.rows.filter(~pl.col(ROW).is_in(rows[ROW].to_list())),
                       errors=pl.concat([self.errors, rows.cast(ERRORS)]).sort(ROW))  # type: ignore[arg-type]


def judge(ledger: Ledger, fields: Sequence[Field], sheet: Sheet, mapping: Mapping[str, str], context: Context,
          corrections: Corrections | None = None) -> Judged:
    """Judge every row of a sheet. `mapping`: column letter → field name."""
    corrections = corrections or Corrections()
    letters = {name: letter for letter, name in mapping.items() if letter in sheet.frame.columns}
    constants = {name: text for name, text in corrections.constants.items() if name not in letters}
    asked = [one for one in fields if one.name in letters or one.name in constants]
    frame = corrected(sheet, corrections).select(ROW, *(
        pl.col(letters[one.name]).alias(one.name) if one.name in letters else pl.lit(constants[one.name]).alias(one.name)
        for one in asked))
    frame, notes = as_days(frame, asked, sheet.from_1904)
    known = replace(context, partial=True)  # a column that is not in the file is left as it is
    checked = check_frame(ledger, frame, known, asked)
    errors = checked.errors.with_columns(column=pl.col("field").replace_strict(letters, default="", return_dtype=pl.String))
    errors = errors.with_columns(pl.col("value").str.replace(MIDNIGHT, "$1")).select(*ERRORS)
    rows = checked.rows.with_columns(pl.col(ROW).cast(pl.Int64))
    faults = _faults(sheet, mapping, corrections)
    if not faults.is_empty():
        errors = pl.concat([errors.join(faults, on=[ROW, "field"], how="anti"), faults])
        rows = rows.filter(~pl.col(ROW).is_in(faults[ROW].unique().to_list()))
    twice = _repeated(ledger, asked, frame, rows, known)
    if not twice.is_empty():
        twice = twice.with_columns(column=pl.col("field").replace_strict(letters, default="", return_dtype=pl.String))
        errors = pl.concat([errors, twice.select(*ERRORS).cast(ERRORS)])  # type: ignore[arg-type]
        rows = rows.filter(~pl.col(ROW).is_in(twice[ROW].to_list()))
    return Judged(rows, errors.sort(ROW, maintain_order=True), frame.height, tuple(notes))


def _repeated(ledger: Ledger, asked: Sequence[Field], frame: pl.DataFrame, rows: pl.DataFrame, known: Context) -> pl.DataFrame:
    """What stands twice, also where one of the two has another fault: which is right is not decided by that."""
    keys = [one for one in asked if one.key]
    bad = frame.filter(~pl.col(ROW).is_in(rows[ROW].to_list())) if keys and rows.height < frame.height else frame.clear()
    if bad.is_empty():
        return repeated(ledger, rows)
    names = [ROW, *(one.name for one in keys)]
    read = check_frame(ledger, bad.select(names), known, keys).rows.with_columns(pl.col(ROW).cast(pl.Int64))
    return repeated(ledger, pl.concat([rows.select(names), read.select(names)]).sort(ROW))


def corrected(sheet: Sheet, corrections: Corrections) -> pl.DataFrame:
    """The rows with what was put right, without those left out."""
    frame = sheet.frame.with_columns(_spread(sheet, name) for name in sorted(corrections.filled))
    if corrections.dropped:
        frame = frame.filter(~pl.col(ROW).is_in(sorted(corrections.dropped)))
    by_letter: dict[str, dict[int, str]] = {}
    for row, cells in corrections.cells.items():
        for letter, value in cells.items():
            by_letter.setdefault(letter, {})[row] = value
    changes = [pl.col(ROW).replace_strict(list(cells), list(cells.values()), default=pl.col(letter),
                                          return_dtype=pl.String).alias(letter)
               for letter, cells in by_letter.items() if letter in frame.columns]
    return frame.with_columns(changes)


def _spread(sheet: Sheet, name: str) -> pl.Series:
    """A column with the content of its merged cells in each of their rows."""
    values, rows = sheet.frame[name].to_list(), sheet.frame[ROW].to_list()
    for first, last, letter in sheet.merged:
        if letter == name:
            at, end = bisect_left(rows, first), bisect_right(rows, last)
            values[at:end] = [values[at]] * (end - at)
    return pl.Series(name, values, dtype=pl.String)


def _faults(sheet: Sheet, mapping: Mapping[str, str], corrections: Corrections) -> pl.DataFrame:
    """What the file itself got wrong, in columns that are wanted and cells nobody has put right since."""
    found = [(one.row, one.column, mapping[one.column], one.value, one.message) for one in sheet.faults
             if one.column in mapping and one.row not in corrections.dropped
             and one.column not in corrections.cells.get(one.row, {})]
    return pl.DataFrame(found, schema=ERRORS, orient="row")
