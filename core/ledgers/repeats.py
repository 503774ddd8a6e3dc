"""Columns that say few things many times, as most columns of a roster do: each thing is worked on once."""

from __future__ import annotations

import polars as pl

#: shorter columns are not worth a look
LEAST = 1_000


def repeats(column: pl.Series) -> tuple[pl.Series, pl.Series] | None:
    """What a column says, each thing once, and of each row the place of what it says among them; None where it says
    too many things for that to save any work."""
    if len(column) < LEAST:
        return None
    distinct = column.unique()
    if len(distinct) * 2 > len(column):
        return None
    places = column.to_frame("said").join(distinct.to_frame("said").with_row_index("place"), on="said", how="left",
                                          nulls_equal=True, maintain_order="left")["place"]
    return distinct, places
