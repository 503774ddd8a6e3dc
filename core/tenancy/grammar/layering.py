"""What an upper plan leaves open to the plans below it: nothing (fixed), not less (floor), not more
(ceiling), or everything (open)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.tenancy.grammar.masks import ACTIVE, plain
from core.tenancy.grammar.profile import CEILING, FIXED, FLOOR, OPEN, Entry
from core.tenancy.grammar.registry import Grammar

Comparable = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Layer:
    """The plan of a unit above: its tenant, its name and its entries."""

    tenant_id: str
    name: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Breach:
    """An entry that does what a layer above forbids."""

    entry: Entry
    upper: Entry
    layer: Layer
    rule: str
    message: str


def breaches(entries: Sequence[Entry], layers: Sequence[Layer], grammar: Grammar) -> list[Breach]:
    """Every entry that touches a fixed value, or lies below a floor or above a ceiling, of a layer above."""
    found: list[Breach] = []
    for layer in layers:
        for upper in layer.entries:
            if upper.mode == OPEN or upper.state != ACTIVE:
                continue
            for entry in entries:
                if (entry.section, entry.code) == (upper.section, upper.code) and entry.overlaps(upper):
                    found += _compare(entry, upper, layer, grammar)
    return found


def _compare(entry: Entry, upper: Entry, layer: Layer, grammar: Grammar) -> list[Breach]:
    if entry.state != ACTIVE:
        return []  # a masked value claims nothing yet
    if upper.mode == FIXED:
        if plain(entry.value) == plain(upper.value):
            return []
        message = f"“{layer.name}”（{upper.clause}）已定为固定值，不得改动"
        return [Breach(entry, upper, layer, "layer-fixed", message)]
    spec = grammar.sections.get(entry.section)
    if spec is None or spec.comparable is None:
        return []
    return _bounded(entry, upper, layer, spec.comparable)


def _bounded(entry: Entry, upper: Entry, layer: Layer, comparable: Comparable) -> list[Breach]:
    mine, theirs = comparable(entry.value), comparable(upper.value)
    if mine is None or theirs is None:
        return []
    if isinstance(mine, tuple) and isinstance(theirs, tuple):
        if mine[0] != theirs[0]:
            message = f"“{layer.name}”（{upper.clause}）以“{theirs[0]}”计，这里以“{mine[0]}”计，无法比较"
            return [Breach(entry, upper, layer, "layer-unit", message)]
        mine, theirs = mine[1], theirs[1]
    if upper.mode == FLOOR and mine < theirs:
        message = f"{mine} 低于“{layer.name}”（{upper.clause}）规定的下限 {theirs}"
        return [Breach(entry, upper, layer, "layer-floor", message)]
    if upper.mode == CEILING and mine > theirs:
        message = f"{mine} 高于“{layer.name}”（{upper.clause}）规定的上限 {theirs}"
        return [Breach(entry, upper, layer, "layer-ceiling", message)]
    return []


def prevails(upper: Entry, lower: Entry, grammar: Grammar) -> bool:
    """Whether an upper entry wins over a lower one at a date: the lower was applied before the upper came."""
    if upper.mode == FIXED and lower.state != ACTIVE:
        return True
    return upper.mode != OPEN and bool(_compare(lower, upper, Layer("", "", ()), grammar))
