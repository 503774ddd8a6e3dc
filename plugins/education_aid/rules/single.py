"""What one child is entitled to in one term, worked out in plain Python: the page "为什么是这个数" and the proof that the
columnar engine is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plugins.education_aid.rules.items import ACTUAL, AVERAGE, CASES, FIXED, NOTHING, Item, of_term, ordered

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """An item for one child: `fen` of the term (0 for what is not put into money), or the facts that are missing."""

    item: Item
    fen: int
    missing: tuple[str, ...] = ()
    decided: bool = True


def entitle(items: Sequence[Item], facts: Facts, term: int) -> list[Found]:
    """Everything the child is entitled to, and everything that cannot be decided, in the order of the items."""
    held = _held(items, facts)
    found = []
    for item in ordered(items):
        if held[item.code] is False:
            continue
        fen, wanting = _fen(item, facts, term)
        if held[item.code] is None or fen is None:
            names = _wanting(items, item, facts, set()) if held[item.code] is None else []
            found.append(Found(item, 0, tuple(dict.fromkeys([*names, *wanting])), decided=False))
        elif fen or item.amount.kind == NOTHING:
            found.append(Found(item, fen))
    return found


def _held(items: Sequence[Item], facts: Facts) -> dict[str, bool | None]:
    """Whether each item applies, after what it adds to and what takes its place."""
    held: dict[str, bool | None] = {}
    for item in ordered(items):
        own = item.where.holds(facts)
        base = held.get(item.adds_to, False) if item.adds_to else True
        held[item.code] = _both(own, base)
    for item in items:
        for code in item.replaces:
            if code in held:
                mine = held[item.code]
                held[code] = _both(held[code], None if mine is None else not mine)
    return held


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


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


def _wanting(items: Sequence[Item], item: Item, facts: Facts, seen: set[str]) -> list[str]:
    """What leaves an item open: its own condition, that of what it adds to, or of what would take its place."""
    if item.code in seen:
        return []
    seen.add(item.code)
    near = [other for other in items if other.code == item.adds_to or item.code in other.replaces]
    return [*item.where.missing(facts), *(name for other in near for name in _wanting(items, other, facts, seen))]
