"""Columns that say few things many times, as most columns of a roster do: each thing is worked on once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

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


class Repeated(Sequence[Any]):
    """A column as the things it says, and of each row the place of what it says among them."""

    def __init__(self, said: Sequence[Any], places: Sequence[int]) -> None:
        self.said, self.places = said, places

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, at: int) -> Any: ...

    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...

    def __getitem__(self, at: int | slice) -> Any:
        return [self.said[place] for place in self.places[at]] if isinstance(at, slice) else self.said[self.places[at]]

    def __iter__(self) -> Iterator[Any]:
        return map(self.said.__getitem__, self.places)
