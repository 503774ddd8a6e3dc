"""Chance by counting: a number depends on the seed, on what it is for, and on whom it is for, and on nothing else.

No stream is drawn from, so that one county's children can be worked out while another county is made, and no
version of a library changes them. The mixing is SplitMix64 (Steele, Lea and Flood 2014).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

_STEP, _ONE, _TWO = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def _whole(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.UInt64)


@dataclass(frozen=True)
class Draws:
    """Chance for one seed and one place."""

    seed: int
    place: str

    def share(self, what: str, whom: pl.Expr) -> pl.Expr:
        """0 ≤ x < 1, for each whole number of `whom`."""
        text = f"{self.seed}/{self.place}/{what}".encode()
        key = int.from_bytes(hashlib.sha256(text).digest()[:8])
        mixed = (whom.cast(pl.UInt64) + _whole(1)) * _whole(_STEP) + _whole(key)
        for shift, factor in ((1 << 30, _ONE), (1 << 27, _TWO)):
            mixed = (mixed ^ (mixed // _whole(shift))) * _whole(factor)
        mixed = mixed ^ (mixed // _whole(1 << 31))
        return (mixed // _whole(1 << 11)).cast(pl.Float64) / float(1 << 53)

    def whole(self, what: str, whom: pl.Expr, least: int, most: int | pl.Expr) -> pl.Expr:
        """A whole number from `least` to `most`, both among them."""
        top = pl.lit(most, dtype=pl.Int64) if isinstance(most, int) else most.cast(pl.Int64)
        return (self.share(what, whom) * (top - least + 1)).floor().cast(pl.Int64) + least

    def happens(self, what: str, whom: pl.Expr, share: float) -> pl.Expr:
        """Whether it is so, for this share of all."""
        return self.share(what, whom) < share

    def pick(self, what: str, whom: pl.Expr, choices: Sequence[tuple[Any, float]]) -> pl.Expr:
        """One of the choices, each with its weight."""
        total, reached = sum(weight for _, weight in choices), 0.0
        share = self.share(what, whom)
        found: Any = pl
        for value, weight in choices[:-1]:
            reached += weight / total
            found = found.when(share < reached).then(pl.lit(value))
        last = pl.lit(choices[-1][0])
        return last if found is pl else found.otherwise(last)
