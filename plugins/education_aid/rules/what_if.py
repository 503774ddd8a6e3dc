"""Comparing what two plans come to: which items differ, who gains, who loses, and who pays."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from plugins.education_aid.rules.items import Group, Item
from plugins.education_aid.rules.steps import related

ZERO = Decimal("0.00")


#: awards by columns
Table = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Tried:
    """What is worked out of a plan: items, and the groups of which one is given."""

    items: Sequence[Item]
    groups: Sequence[Group] = ()


@dataclass
class Line:
    """An item under the plan that runs and under the draft: how many, and how much."""

    before: int = 0
    paid: Decimal = ZERO
    after: int = 0
    due: Decimal = ZERO


@dataclass
class Outcome:
    """What a draft would change. Sums are the draft's less those of the plan that runs."""

    gainers: int = 0
    losers: int = 0
    difference: Decimal = ZERO
    items: dict[str, Line] = field(default_factory=lambda: defaultdict(Line))
    funds: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    payers: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    #: school → who gains, who loses, and the sum
    schools: dict[uuid.UUID, tuple[int, int, Decimal]] = field(default_factory=dict)
    sample: dict[str, list[tuple[uuid.UUID, Decimal]]] = field(default_factory=dict)


def changed_codes(old: Tried, new: Tried, given: frozenset[str] = frozenset()) -> frozenset[str]:
    """The items that may come to something else for some child: those that differ or stand in a group that does, those that
    ask about facts a plan gives (`given`: which of "fee", "tag" and "tier" differ), and those that depend on either."""
    before, after = ({item.code: item for item in plan.items} for plan in (old, new))
    own = {code for code in before.keys() | after.keys()
           if code not in before or code not in after or _worth(before[code]) != _worth(after[code])}
    own |= {code for group in {*old.groups} ^ {*new.groups} for code in group.items} & (before.keys() | after.keys())
    for item in (*old.items, *new.items):
        if given & {"fee" if name.startswith("fee_") else name.removeprefix("home_").removeprefix("school_") for name in item.facts}:
            own.add(item.code)
    return frozenset(own | {item.code for plan in (old, new) for item in plan.items
                            if own & {one.code for one in related(plan.items, item, plan.groups)}})


def _worth(item: Item) -> tuple[Any, ...]:
    """Whatever of an item decides who gets what from whom; its name, clause and version do not."""
    return (item.where, item.amount, item.kind, item.adds_to, item.replaces, item.fund, repr(item.share))


def with_related(plan: Tried, codes: Iterable[str]) -> list[Item]:
    """These items and all that decides whether they apply."""
    wanted = set(codes)
    needed = {one.code for item in plan.items if item.code in wanted for one in related(plan.items, item, plan.groups)}
    return [item for item in plan.items if item.code in needed]


def compare(before: Table, after: Table, changed: frozenset[str], seed: int, most: int) -> Outcome:
    """The awards of the changed items under either plan; `most` children of each side are sampled by a seed."""
    found, net = Outcome(), dict[uuid.UUID, Decimal]()
    place: dict[uuid.UUID, uuid.UUID] = {}
    for table, sign in ((before, -1), (after, 1)):
        _tally(found, table, changed, sign, net, place)
    found.difference = sum(net.values(), ZERO)
    for person, total in net.items():
        gain, lose, amount = found.schools.get(place[person], (0, 0, ZERO))
        if total:
            found.schools[place[person]] = (gain + (total > 0), lose + (total < 0), amount + total)
    chance = random.Random(seed)  # noqa: S311  # which names are shown, nothing more
    for side, people in (("gainers", [one for one in net.items() if one[1] > 0]), ("losers", [one for one in net.items() if one[1] < 0])):
        setattr(found, side, len(people))
        found.sample[side] = chance.sample(people, min(most, len(people)))
    found.funds = {name: total for name, total in found.funds.items() if total}
    found.payers = {name: total for name, total in found.payers.items() if total}
    return found


def _tally(found: Outcome, table: Table, changed: frozenset[str], sign: int, net: dict[uuid.UUID, Decimal],
           place: dict[uuid.UUID, uuid.UUID]) -> None:
    names = ("item", "person_id", "unit_id", "amount", "fund", "shares")
    for item, person, unit, amount, fund, shares in zip(*(table.get(name, ()) for name in names), strict=True):
        if item not in changed:
            continue
        line = found.items[item]
        if sign < 0:
            line.before, line.paid = line.before + 1, line.paid + amount
        else:
            line.after, line.due = line.after + 1, line.due + amount
        net[person], place[person] = net.get(person, ZERO) + sign * amount, unit
        if amount:
            found.funds[fund] += sign * amount
            for payer, part in shares.items():
                found.payers[payer] += sign * Decimal(part)


def months_between(year: int, start: str, end: str) -> list[str]:
    """The months from one day of the year ("09-01") to another, the next year's where it comes first: "2016-09" …"""
    first, last = int(start[:2]), int(end[:2])
    count = (last - first) % 12 + 1
    return [f"{year + (first - 1 + at) // 12}-{(first - 1 + at) % 12 + 1:02}" for at in range(count)]
