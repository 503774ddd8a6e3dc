"""Chance by counting: a number depends on the seed, on what it is for, and on whom it is for, and on nothing else.

No stream is drawn from, so that one county's children can be worked out while another county is made, and no
version of a library changes them. The mixing is SplitMix64 (Steele, Lea and Flood 2014). It is done on columns at
once and not as expressions: planning those takes far longer than a small county's numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl


def _one(number: int) -> pl.Series:
    return pl.Series([number], dtype=pl.UInt64)


_STEP, _FIRST = _one(0x9E3779B97F4A7C15), _one(1)
_ROUNDS = ((_one(1 << 30), _one(0xBF58476D1CE4E5B9)), (_one(1 << 27), _one(0x94D049BB133111EB)))
_LAST, _TAIL = _one(1 << 31), _one(1 << 11)


def _shares(whom: pl.Series, key: pl.Series) -> pl.Series:
    mixed = (whom.cast(pl.UInt64) + _FIRST) * _STEP + key
    for shift, factor in _ROUNDS:
        mixed = (mixed ^ (mixed // shift)) * factor
    mixed = mixed ^ (mixed // _LAST)
    return (mixed // _TAIL).cast(pl.Float64) / float(1 << 53)


@dataclass(frozen=True)
class Draws:
    """Chance for one seed and one place."""

    seed: int
    place: str

    def _by(self, what: str, whom: pl.Expr, then: Callable[[pl.Series], pl.Series], dtype: Any) -> pl.Expr:
        text = f"{self.seed}/{self.place}/{what}".encode()
        key = _one(int.from_bytes(hashlib.sha256(text).digest()[:8]))
        return whom.map_batches(lambda column: then(_shares(column, key)), return_dtype=dtype, is_elementwise=True)

    def share(self, what: str, whom: pl.Expr) -> pl.Expr:
        """0 ≤ x < 1, for each whole number of `whom`."""
        return self._by(what, whom, lambda shares: shares, pl.Float64)

    def whole(self, what: str, whom: pl.Expr, least: int, most: int | pl.Expr) -> pl.Expr:
        """A whole number from `least` to `most`, both among them."""
        if isinstance(most, int):
            return self._by(what, whom, lambda shares: (shares * (most - least + 1)).cast(pl.Int64) + least, pl.Int64)
        return (self.share(what, whom) * (most.cast(pl.Int64) - least + 1)).cast(pl.Int64) + least

    def happens(self, what: str, whom: pl.Expr, share: float) -> pl.Expr:
        """Whether it is so, for this share of all."""
        return self._by(what, whom, lambda shares: shares < share, pl.Boolean)

    def pick(self, what: str, whom: pl.Expr, choices: Sequence[tuple[Any, float]]) -> pl.Expr:
        """One of the choices, each with its weight."""
        total, reached, ends = sum(weight for _, weight in choices), 0.0, []
        for _, weight in choices[:-1]:
            reached += weight / total
            ends.append(reached)
        values, breaks = pl.Series([value for value, _ in choices]), pl.Series(ends, dtype=pl.Float64)
        return self._by(what, whom, lambda shares: values.gather(breaks.search_sorted(shares, side="right")), values.dtype)
