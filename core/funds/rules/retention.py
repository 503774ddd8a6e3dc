"""Money collected for others: how much of it has been kept back, and how much is past its day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from core.calendar.days import DayKind, add_days

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Term:
    """Within how many days, of which kind, money that is not one's own goes on."""

    days: int
    kind: DayKind = DayKind.CALENDAR

    def after(self, day: dt.date) -> dt.date:
        """The last day for money that came on a day."""
        return add_days(day, self.days, self.kind).day


@dataclass(frozen=True)
class Flow:
    """Money in (positive) or out (negative) of a collecting account, on a day."""

    on: dt.date
    amount: Decimal


@dataclass(frozen=True)
class Retained:
    """`short`: what was held back at the last passing on. `overdue`: what is still here past the plan's days, since
    `since`, the day the oldest of it came in."""

    balance: Decimal
    short: Decimal
    overdue: Decimal
    since: dt.date | None

    @property
    def alarm(self) -> Decimal:
        """What an alarm is raised for."""
        return max(self.short, self.overdue)


def retained(flows: Iterable[Flow], on: dt.date, term: Term | None = None) -> Retained:
    """What stays of money that must be passed on in full: collected 3,000 and forwarded 2,900 leaves 100 short, at
    once. What came first is taken to have gone first. Without a `term` nothing becomes overdue."""
    ordered = sorted(flows, key=lambda flow: (flow.on, flow.amount < 0))
    waiting: list[Flow] = []
    short = ZERO
    for flow in ordered:
        if flow.amount >= 0:
            waiting.append(flow)
            continue
        waiting = _gone(waiting, -flow.amount)
        short = sum((one.amount for one in waiting), ZERO)
    held = sum((one.amount for one in waiting), ZERO)
    late = [one for one in waiting if term is not None and term.after(one.on) < on]
    return Retained(held, min(short, held), sum((one.amount for one in late), ZERO), waiting[0].on if waiting else None)


def _gone(waiting: list[Flow], amount: Decimal) -> list[Flow]:
    left: list[Flow] = []
    for one in waiting:
        taken = min(one.amount, amount)
        amount -= taken
        if one.amount > taken:
            left.append(Flow(one.on, one.amount - taken))
    return left
