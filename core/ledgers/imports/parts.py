"""The bad rows alone of a very large list: handed out with their row numbers, taken back as corrections."""

from __future__ import annotations

import polars as pl

from core.errors import N_, InvalidInput
from core.ledgers.imports.judging import Corrections, corrected
from core.ledgers.imports.sheets import ROW, Column, Sheet, column_number, letter

#: the header of the column that ties a row to the file it comes from
NUMBER = "原行号（请勿改动）"


def bad_rows(sheet: Sheet, errors: pl.DataFrame, corrections: Corrections) -> tuple[Sheet, pl.DataFrame]:
    """The rows with errors as a sheet of their own, renumbered from 2, and the errors at their new places."""
    rows = errors[ROW].unique().sort().to_list()
    kept = corrected(sheet, corrections).filter(pl.col(ROW).is_in(rows))
    places = {row: at for at, row in enumerate(kept[ROW].to_list(), 2)}
    name = letter(max(column_number(column.letter) for column in sheet.columns) + 1)
    frame = kept.with_columns(pl.col(ROW).cast(pl.String).alias(name), pl.col(ROW).replace_strict(places))
    part = Sheet(sheet.name, 1, (*sheet.columns, Column(name, (NUMBER,))), frame, from_1904=sheet.from_1904)
    return part, errors.filter(pl.col(ROW).is_in(list(places))).with_columns(pl.col(ROW).replace_strict(places))


def is_part(sheet: Sheet) -> bool:
    """Whether a sheet is such a list."""
    return any(column.label == NUMBER for column in sheet.columns)


def taken_back(part: Sheet, whole: Sheet, corrections: Corrections) -> Corrections:
    """What has been put right in a returned list of bad rows. Raises InvalidInput where rows cannot be told."""
    names = {column.label: column.letter for column in part.columns}
    frame = part.frame.with_columns(pl.col(names[NUMBER]).cast(pl.Int64, strict=False).alias("at"))
    known = {row[0]: row for row in corrected(whole, corrections).iter_rows()}
    if not set(frame["at"].to_list()) <= set(known):
        raise InvalidInput(N_("“%(name)s”一列被改动，认不出是哪一行；请重新下载后再改"), name=NUMBER)
    letters = whole.frame.columns
    for row in frame.iter_rows(named=True):
        for column in whole.columns:
            if column.label in names:
                value, before = row[names[column.label]] or "", known[row["at"]][letters.index(column.letter)] or ""
                if value != before:
                    corrections = corrections.with_cell(row["at"], column.letter, value)
    return corrections

