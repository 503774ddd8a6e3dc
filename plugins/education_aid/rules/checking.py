"""Who was missed and who was paid wrongly: what is due against what was paid, term against term, list against list.

Everything is keyed by child and item, or by child alone; amounts are yuan. Nothing is guessed: whose entitlement cannot
be decided is in neither list, and is listed apart (EA-060, EA-047, EA-067).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Generic, TypeVar

from core.errors import N_

Key = TypeVar("Key", bound=Hashable)
ZERO = Decimal("0.00")
MISSED, SHORT, UNDUE, OVER, BREAK = "missed", "short", "undue", "over", "break"
CARD, UNDECIDED, CONFLICT = "card", "undecided", "conflict"
KINDS = (
    (MISSED, N_("应享未享")), (SHORT, N_("少发")), (UNDUE, N_("不应享而享")), (OVER, N_("多发")), (BREAK, N_("前一学期有、本学期无")),
    (CARD, N_("卡号有误")), (UNDECIDED, N_("不能判定")), (CONFLICT, N_("登记矛盾")),
)
#: how a case ends; each with evidence
CLOSINGS = (
    ("paid", N_("已补发")), ("paid_elsewhere", N_("核实已由外地发放")), ("recovered", N_("已追回")), ("not_entitled", N_("核实不应享受")),
    ("entitled", N_("核实应当享受")), ("corrected", N_("信息已更正")), ("waived", N_("本人书面放弃")), ("gone", N_("再查已相符")),
)


@dataclass(frozen=True)
class Gap(Generic[Key]):
    """One child and item where due and paid differ."""

    key: Key
    kind: str
    due: Decimal
    paid: Decimal


@dataclass(frozen=True)
class Compared(Generic[Key]):
    """Both sums, and every difference."""

    due: Decimal
    paid: Decimal
    gaps: tuple[Gap[Key], ...]

    def of(self, kind: str) -> list[Key]:
        """The keys of one kind of difference."""
        return [gap.key for gap in self.gaps if gap.kind == kind]


def compare(due: Mapping[Key, Decimal], paid: Mapping[Key, Decimal], undecided: Iterable[Key] = ()) -> Compared[Key]:
    """Due against paid, both ways. What is undecided is left out of both lists."""
    open_keys = set(undecided)
    gaps = []
    for key in dict.fromkeys((*due, *paid)):
        wanted, given = due.get(key, ZERO), paid.get(key, ZERO)
        kind = "" if key in open_keys else _kind(wanted, given)
        if kind:
            gaps.append(Gap(key, kind, wanted, given))
    return Compared(sum(due.values(), ZERO), sum(paid.values(), ZERO), tuple(gaps))


def _kind(due: Decimal, paid: Decimal) -> str:
    if due == paid:
        return ""
    if due > paid:
        return SHORT if paid > 0 else MISSED
    return OVER if due > 0 else UNDUE


def breaks(before: Iterable[Key], now: Iterable[Key], gone: Iterable[Key] = ()) -> list[Key]:
    """Those who had it the term before and have it no more, less those who have left (graduated, moved, died)."""
    have, left = set(now), set(gone)
    return [key for key in dict.fromkeys(before) if key not in have and key not in left]


def coverage(aided: int, eligible: int) -> Decimal | None:
    """Percent with two decimals; None where nobody is eligible (EA-067: 120 of 120 is 100.00)."""
    return (Decimal(aided) * 100 / eligible).quantize(Decimal("0.01"), ROUND_HALF_UP) if eligible else None


def missing_in(present: Sequence[bool], names: Sequence[str]) -> list[str]:
    """The lists one person is not in (EA-062)."""
    return [name for there, name in zip(present, names, strict=True) if not there]
