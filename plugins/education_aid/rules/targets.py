"""Targets that a plan states in numbers: shares, whole numbers and their parts, and entries "about equal".

"不低于" and "以上" include the number itself (Civil Code art. 1259). What is printed without a tolerance is not judged
until a tolerance is set (EA-046).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MET, MISSED, OPEN = "met", "missed", "open"
AT_LEAST, AT_MOST, ABOUT = "at_least", "at_most", "about"


@dataclass(frozen=True)
class Verdict:
    """`state`: met, missed or open (a parameter is wanting); `rate` in percent with one decimal; `short`: by how many
    a count falls short of what was wanted."""

    state: str
    rate: Decimal | None = None
    short: int = 0


def share(part: int, whole: int, comparator: str, wanted: Decimal, tolerance: Decimal | None = None) -> Verdict:
    """A share of a whole against a target in percent, judged on the exact share and not on the rounded one."""
    if whole <= 0:
        return Verdict(OPEN)
    exact = Decimal(part) * 100 / Decimal(whole)
    return Verdict(_judged(exact, comparator, wanted, tolerance), _rounded(exact))


def balance(left: int, right: int, tolerance: Decimal | None) -> Verdict:
    """Two numbers that should be about the same ("大体相当"): their difference against the larger, in percent."""
    larger = max(left, right)
    if tolerance is None or larger == 0:
        return Verdict(OPEN, None if larger == 0 else _rounded(Decimal(min(left, right)) * 100 / larger))
    apart = Decimal(abs(left - right)) * 100 / larger
    return Verdict(MET if apart <= tolerance else MISSED, _rounded(100 - apart))


def count(done: int, wanted: int) -> Verdict:
    """A number against a number: 480 of 500 is 96.0 %, 20 short."""
    rate = _rounded(Decimal(done) * 100 / wanted) if wanted else None
    return Verdict(MET if done >= wanted else MISSED, rate, max(wanted - done, 0))


def parts_differ(parts: Sequence[int], whole: int) -> int:
    """By how much the parts printed in a plan miss the whole printed there: 0 when they agree (EA-038)."""
    return sum(parts) - whole


def spread(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """A number of places over units by weight, to the last place by largest remainder (EA-043: 300 over 58 counties);
    between equal remainders the unit named first goes first."""
    all_weights = sum(weights.values())
    if all_weights <= 0:
        raise ValueError("weights must add up to more than nothing")
    given = {code: total * weight // all_weights for code, weight in weights.items()}
    by_rest = sorted(weights, key=lambda code: -(total * weights[code] % all_weights))
    for code in by_rest[: total - sum(given.values())]:
        given[code] += 1
    return given


def _judged(value: Decimal, comparator: str, wanted: Decimal, tolerance: Decimal | None) -> str:
    if comparator == ABOUT:
        if tolerance is None:
            return OPEN
        return MET if abs(value - wanted) <= tolerance else MISSED
    return MET if (value >= wanted if comparator == AT_LEAST else value <= wanted) else MISSED


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
