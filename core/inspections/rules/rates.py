"""How much of what was found is closed, and how long it took."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from core.errors import N_

AT_ONCE, DATED, LASTING = "at_once", "dated", "lasting"
#: 立行立改 is due on the day itself (DN-011)
WAYS = ((AT_ONCE, N_("立行立改")), (DATED, N_("限期整改")), (LASTING, N_("长期坚持")))


@dataclass
class Tally:
    """Problems raised, closed, and overdue among those still open."""

    raised: int = 0
    closed: int = 0
    late: int = 0

    @property
    def open(self) -> int:
        """Not closed yet."""
        return self.raised - self.closed

    @property
    def rate(self) -> Decimal | None:
        """Closed of raised as a share of one, exact to a tenth of a percent; none where nothing was raised."""
        return (Decimal(self.closed) / self.raised).quantize(Decimal("0.001"), ROUND_HALF_UP) if self.raised else None

    def add(self, other: Tally) -> None:
        """Add another place's."""
        self.raised += other.raised
        self.closed += other.closed
        self.late += other.late


def limit_of(way: str, on: dt.date, day: dt.date | None) -> dt.date | None:
    """By when a problem must be put right that is raised on a day: the same day, a day given, or none."""
    return on if way == AT_ONCE else day if way == DATED else None


def days_taken(raised_on: dt.date, closed_on: dt.date | None) -> int | None:
    """Days from being raised to being closed (CO-007: 1 to 5 April are four)."""
    return (closed_on - raised_on).days if closed_on else None
