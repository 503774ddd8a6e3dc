"""Averages and their bands: a budget's average is what the awards of a school come to, not what each child gets (EA-015)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from plugins.education_aid.rules.items import Amount, of_term


@dataclass(frozen=True)
class Mean:
    """Whether awards keep to an average: `off` is by how many fen their sum misses it."""

    holds: bool
    off: int
    outside: tuple[int, ...] = ()


def mean_of(awards: Sequence[int], amount: Amount) -> Mean:
    """Awards in fen against an average of the same time: each within the band, all together exactly the average for each head."""
    outside = tuple(at for at, fen in enumerate(awards) if not _within(fen, amount))
    off = sum(awards) - amount.fen * len(awards)
    return Mean(not outside and off == 0, off, outside)


def of_one_term(amount: Amount, term: int) -> Amount:
    """The average of an amount and its band as one term has them."""
    def part(fen: int | None) -> int | None:
        return None if fen is None else of_term(amount, fen, term, None)

    return replace(amount, fen=part(amount.fen) or 0, least=part(amount.least), most=part(amount.most))


def _within(fen: int, amount: Amount) -> bool:
    if amount.least is None and amount.most is None:
        return fen == amount.fen
    return (amount.least is None or fen >= amount.least) and (amount.most is None or fen <= amount.most)
