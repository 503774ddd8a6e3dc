"""What a floor or ceiling compares of an item: one amount, or one for each case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from core.conditions import parse
from plugins.education_aid.plan.vocabulary import VOCABULARY

ANY = ""


@dataclass(frozen=True)
class Stated:
    """Amounts by whom they are for, in words. Less than another where any case is; a case that is missing counts as nothing,
    and an amount for everybody stands for every case."""

    amounts: Mapping[str, Decimal]

    def __lt__(self, other: Stated) -> bool:
        return any(mine < theirs for mine, theirs in self._beside(other))

    def __gt__(self, other: Stated) -> bool:
        return any(mine > theirs for mine, theirs in self._beside(other))

    def _beside(self, other: Stated) -> list[tuple[Decimal, Decimal]]:
        cases = {*self.amounts, *other.amounts} - {ANY} or {ANY}
        return [(self._of(case), other._of(case)) for case in cases if case in other.amounts or ANY in other.amounts]

    def _of(self, case: str) -> Decimal:
        return self.amounts.get(case, self.amounts.get(ANY, Decimal(0)))

    def __str__(self) -> str:
        return "、".join(f"{case} {amount}".strip() for case, amount in self.amounts.items())


def comparable(entry: Mapping[str, Any]) -> tuple[str, Stated] | None:
    """What a floor or ceiling above an item compares: the amounts, by their period; None where none is stated."""
    amount = entry.get("amount")
    if not isinstance(amount, Mapping):
        return None
    try:
        amounts = _amounts(amount)
    except InvalidOperation:
        return None  # a state stands where an amount would
    return (str(amount.get("per", "year")), Stated(amounts)) if amounts else None


def _amounts(amount: Mapping[str, Any]) -> dict[str, Decimal]:
    cases = amount.get("cases")
    if isinstance(cases, list):
        return {parse(case.get("where"), VOCABULARY)[0].describe(): Decimal(str(case.get("fixed"))) for case in cases}
    value = amount.get("fixed", amount.get("average", amount.get("cap")))
    return {} if value is None else {ANY: Decimal(str(value))}
