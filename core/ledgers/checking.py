"""Judging entered text: one row as a marshmallow schema, a million as columns, with the same answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from marshmallow import Schema

from core.host.ledgers import Field, Ledger
from core.ledgers.context import Context

#: the column of a frame that carries the original row number
ROW = "row"


@dataclass(frozen=True)
class Checked:
    """`rows`: the good rows, typed, one column for each field that was there, and `row`. `errors`: row, field,
    value (as entered) and message, in the order of rows and fields; at most one for each cell."""

    rows: pl.DataFrame
    errors: pl.DataFrame


def compile_schema(ledger: Ledger, context: Context | None = None, fields: Sequence[Field] | None = None) -> type[Schema]:
    """A marshmallow schema that takes text (forms) or JSON values (API) and gives typed values."""
    raise NotImplementedError


def check_frame(ledger: Ledger, frame: pl.DataFrame, context: Context | None = None,
                fields: Sequence[Field] | None = None) -> Checked:
    """Judge a frame of texts: one column for each field, by its name, and perhaps `row` (else rows count from 1).
    `fields` are the ledger's own with those a plan adds (`core.ledgers.columns.fields_for`)."""
    raise NotImplementedError
