"""What one child is entitled to in one term, worked out in plain Python: the page "为什么是这个数" and the proof that the
columnar engine is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plugins.education_aid.rules.items import (
    ACTUAL,
    AVERAGE,
    CASES,
    FIXED,
    HIGHEST,
    HOLDS,
    NOTHING,
    Group,
    Item,
    of_term,
)
from plugins.education_aid.rules.steps import Near, Step, steps_of

Facts = Mapping[str, Any]
#: true, false, or not to be said
Truth = bool | None


@dataclass(frozen=True)
class Found:
    """An item for one child: `fen` of the term (0 for what is not put into money), or the facts that are missing."""

    item: Item
    fen: int
    missing: tuple[str, ...] = ()
    decided: bool = True


@dataclass(frozen=True)
class Displaced:
    """An item that would apply and is not given: what is given in its place, and the group that says so (None: the other
    item says that it replaces it)."""

    item: Item
    fen: int | None
    by: Item
    group: Group | None = None


def entitle(items: Sequence[Item], facts: Facts, term: int, groups: Sequence[Group] = ()) -> list[Found]:
    """Everything the child is entitled to, and everything that cannot be decided, in the order of the items."""
    return _Child(items, facts, term, groups).entitled()


def displaced(items: Sequence[Item], facts: Facts, term: int, groups: Sequence[Group] = ()) -> list[Displaced]:
    """What the child would get but for another item that excludes it."""
    return _Child(items, facts, term, groups).displaced


class _Child:
    """The items of one child, judged step by step."""

    def __init__(self, items: Sequence[Item], facts: Facts, term: int, groups: Sequence[Group]) -> None:
        self.facts, self.term, self.near = facts, term, Near(items, groups)
        self.items = {item.code: item for item in items}
        self.held: dict[str, Truth] = {}
        self.fens: dict[str, tuple[int | None, list[str]]] = {}
        self.displaced: list[Displaced] = []
        self.asked = {code for item in items for code in item.asked}
        self.order = [item for step in steps_of(items, groups) for item in self._judged(step)]

    def entitled(self) -> list[Found]:
        found = []
        for item in self.order:
            held, (fen, wanting) = self.held[item.code], self.fens[item.code]
            if held is False:
                continue
            if held is None or fen is None:
                names = self._wanting(item, set()) if held is None else []
                found.append(Found(item, 0, tuple(dict.fromkeys([*names, *wanting])), decided=False))
            elif fen or item.amount.kind == NOTHING:
                found.append(Found(item, fen))
        return found

    def _judged(self, step: Step) -> Sequence[Item]:
        known = self._known()
        for item in step.items:
            self.fens[item.code] = _fen(item, known, self.term)
        free = {item.code: self._free(item, known) for item in step.items}
        if step.group is not None:
            self._choose(step.items, step.group, free)
        self.held |= free if step.group is None else {}
        return step.items

    def _known(self) -> Facts:
        """The facts, and of the items that are asked about what has been worked out so far."""
        if not self.asked:
            return self.facts
        outside = self.facts.get(HOLDS)
        return {**self.facts, HOLDS: {code: self.held.get(code) if code in self.items else None if outside is None else code in outside
                                      for code in self.asked}}

    def _free(self, item: Item, known: Facts) -> Truth:
        """Whether an item applies, after what it adds to and what takes its place."""
        own = _both(item.where.holds(known), self.held.get(item.adds_to, False) if item.adds_to else True)
        return self._beaten(item, own, [(self.items[code], self.held[code]) for code in self.near.replacing(item)], None)

    def _choose(self, members: Sequence[Item], group: Group, free: Mapping[str, Truth]) -> None:
        """Of the items of a group the one that is given: none is open that something certain beats."""
        for at, item in enumerate(members):
            beats = [(other, self._beats(other, item, free, group, earlier=other_at < at))
                     for other_at, other in enumerate(members) if other is not item]
            self.held[item.code] = self._beaten(item, free[item.code], beats, group)

    def _beaten(self, item: Item, free: Truth, beats: Sequence[tuple[Item, Truth]], group: Group | None) -> Truth:
        """Whether an item still applies beside others that may take its place; the first that does is remembered."""
        by = next((other for other, truth in beats if truth), None)
        if free and by is not None:
            self.displaced.append(Displaced(item, self.fens[item.code][0], by, group))
        for _, truth in beats:
            free = _both(free, _not(truth))
        return free

    def _beats(self, one: Item, other: Item, free: Mapping[str, Truth], group: Group, *, earlier: bool) -> Truth:
        fen, against = self.fens[one.code][0], self.fens[other.code][0]
        worth = True if one.amount.kind == NOTHING else None if fen is None else fen != 0
        given = _both(free[one.code], worth)
        if group.keep != HIGHEST:
            return _both(given, earlier)
        more = None if fen is None or against is None else fen > against or (earlier and fen == against)
        return _both(given, more)

    def _wanting(self, item: Item, seen: set[str]) -> list[str]:
        """What leaves an item open: its own condition, or that of anything it builds on or stands against."""
        if item.code in seen:
            return []
        seen.add(item.code)
        outside = self.facts.get(HOLDS) is None and any(code not in self.items for code in item.asked)
        names = [name for name in item.where.missing(self._known()) if name != HOLDS or outside]
        fellows = [one for one in self.near.step[item.code].items if one is not item]
        if fellows:  # which of them is given depends on the amounts too
            names += self.fens[item.code][1]
        for code in self.near.below(item):
            if self.held[code] is None:
                names += self._wanting(self.items[code], seen)
        for fellow in fellows:
            names += self._wanting(fellow, seen)
        return names


def _both(one: Truth, other: Truth) -> Truth:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _not(one: Truth) -> Truth:
    return None if one is None else not one


def _fen(item: Item, facts: Facts, term: int) -> tuple[int | None, list[str]]:
    """The fen of the term, or None with the facts that are missing."""
    amount, attended = item.amount, facts.get("attended_days")
    if amount.kind == NOTHING:
        return 0, []
    if amount.kind in (FIXED, AVERAGE):
        return _timed(item, amount.fen, term, attended)
    if amount.kind == CASES:
        for case in amount.cases:
            holds = case.where.holds(facts)
            if holds is None:
                return None, case.where.missing(facts)
            if holds:
                return _timed(item, case.fen, term, attended)
        return 0, []
    assert amount.kind == ACTUAL
    missing = [name for name in amount.actual if facts.get(name) is None]
    return (None, missing) if missing else _timed(item, sum(facts[name] for name in amount.actual), term, attended)


def _timed(item: Item, fen: int, term: int, attended: int | None) -> tuple[int | None, list[str]]:
    found = of_term(item.amount, fen, term, attended)
    return found, [] if found is not None else ["attended_days"]
