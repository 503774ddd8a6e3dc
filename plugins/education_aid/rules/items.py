"""Items of aid as the engines take them: what a plan states, read once, with money in whole fen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.conditions import Condition
from core.conditions.tree import Leaf

AUTUMN, SPRING = 1, 2
FIXED, CASES, AVERAGE, ACTUAL, NOTHING = "fixed", "cases", "average", "actual", "nothing"
YEAR, TERM, MONTH, DAY, ONCE = "year", "term", "month", "day", "once"
#: the set of items a child has in the same term; of items that are worked out together, what has just been worked out
HOLDS = "holds"
#: of items that exclude each other: the highest amount is given, or the first that applies in the order of the plan
HIGHEST, ORDER = "highest", "order"


@dataclass(frozen=True)
class Case:
    """An amount for those whom a condition names."""

    where: Condition
    fen: int


@dataclass(frozen=True)
class Amount:
    """How much for one `per` (year, term, month, day, once), in fen. `actual`: the facts of the fees that are summed;
    `days`, `months`: how many a year has (None: nobody has said, so that it cannot be decided)."""

    kind: str = NOTHING
    fen: int = 0
    cases: tuple[Case, ...] = ()
    actual: tuple[str, ...] = ()
    per: str = YEAR
    days: int | None = None
    months: int | None = None
    #: of an average: the band a single award may lie in
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Item:
    """One item in force: whom it is for, how much, and from which clause of which plan."""

    code: str
    name: str
    clause: str
    where: Condition
    amount: Amount = field(default_factory=Amount)
    kind: str = "cash"
    adds_to: str = ""
    replaces: tuple[str, ...] = ()
    fund: str = ""
    share: Mapping[str, object] | None = None
    plan_tenant: str = ""
    plan_version: int = 0

    @property
    def leaves(self) -> Iterator[Leaf]:
        """Every comparison of its condition and of the conditions of its amount."""
        yield from self.where.leaves()
        for case in self.amount.cases:
            yield from case.where.leaves()

    @property
    def asked(self) -> tuple[str, ...]:
        """The items whose result in the same term it asks about."""
        return tuple(dict.fromkeys(code for leaf in self.leaves if leaf.fact.name == HOLDS for code in getattr(leaf, "codes", ())))

    @property
    def facts(self) -> list[str]:
        """Every fact the item asks about, in its condition and for its amount."""
        found = [*self.where.facts, *self.amount.actual]
        for case in self.amount.cases:
            found += case.where.facts
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Group:
    """Items of which a child is given one alone in a term (不重复享受), in the order in which the plan names them."""

    code: str
    name: str
    clause: str
    items: tuple[str, ...]
    keep: str = HIGHEST


def halves(whole: int) -> tuple[int, int]:
    """A year's fen or days over autumn and spring; the odd one goes to autumn."""
    return whole - whole // 2, whole // 2


def of_term(amount: Amount, fen: int, term: int, attended: int | None) -> int | None:
    """What one term has of an amount of `fen` for each period; None where the days or months are not known."""
    at = 0 if term == AUTUMN else 1
    if amount.per == YEAR:
        return halves(fen)[at]
    if amount.per == ONCE:
        return fen if term == AUTUMN else 0
    if amount.per == MONTH:
        return None if amount.months is None else halves(fen * amount.months)[at]
    if amount.per == DAY:
        days = attended if attended is not None else None if amount.days is None else halves(amount.days)[at]
        return None if days is None else fen * days
    return fen
