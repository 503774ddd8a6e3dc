"""Loans at the place of origin (生源地信用助学贷款): what may be lent in a year, and who still waits (EA-028, EA-036)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Coverage:
    """How many need a loan, how many have one, the rate in percent, and who is missing."""

    need: int
    granted: int
    missing: tuple[Hashable, ...]

    @property
    def rate(self) -> Decimal | None:
        """Percent with one decimal; None where nobody needs a loan."""
        return (Decimal(self.granted) * 100 / self.need).quantize(Decimal("0.1"), ROUND_HALF_UP) if self.need else None


def approved(asked: Decimal, cap: Decimal) -> Decimal:
    """What is lent of what was asked for: never more than the year's cap. Yuan."""
    return min(asked, cap)


def coverage(need: Iterable[Hashable], granted: Mapping[Hashable, bool]) -> Coverage:
    """应贷尽贷: of those who need a loan, whom has none been granted."""
    wanted = list(dict.fromkeys(need))
    missing = tuple(one for one in wanted if not granted.get(one))
    return Coverage(len(wanted), len(wanted) - len(missing), missing)
