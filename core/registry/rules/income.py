"""A household's income added up, exactly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
COST = "cost"


@dataclass(frozen=True)
class Figure:
    """One figure: of a quarter (1 to 4), or of the whole year (0)."""

    year: int
    quarter: int
    kind: str
    amount: Decimal


@dataclass(frozen=True)
class Income:
    """Figures added up by quarter and by kind (yuan)."""

    by_quarter: dict[int, Decimal]
    by_kind: dict[str, Decimal]

    @property
    def gross(self) -> Decimal:
        """All income, costs not taken off."""
        return sum((amount for kind, amount in self.by_kind.items() if kind != COST), Decimal("0.00"))

    @property
    def net(self) -> Decimal:
        """Income less the costs of running the farm or trade (纯收入)."""
        return self.gross - self.by_kind.get(COST, Decimal("0.00"))

    def per_head(self, members: int) -> Decimal | None:
        """Net income per head (人均纯收入), to the fen; None without members."""
        return (self.net / members).quantize(FEN, ROUND_HALF_UP) if members else None


def add_up(figures: Iterable[Figure]) -> Income:
    """Add figures of one year. `by_quarter` is net of costs."""
    by_quarter: dict[int, Decimal] = {}
    by_kind: dict[str, Decimal] = {}
    for figure in figures:
        signed = -figure.amount if figure.kind == COST else figure.amount
        by_quarter[figure.quarter] = by_quarter.get(figure.quarter, Decimal("0.00")) + signed
        by_kind[figure.kind] = by_kind.get(figure.kind, Decimal("0.00")) + figure.amount
    return Income(by_quarter, by_kind)


def counted_twice(quarter: int, others: Iterable[int]) -> bool:
    """Whether a figure would be counted twice beside those of the same year and kind: a whole year's figure and a
    quarter's cannot both stand."""
    return any((quarter == 0) != (other == 0) for other in others)
