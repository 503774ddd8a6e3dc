"""Which item is judged after which: what it adds to, what takes its place, what it asks about, and what it stands against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plugins.education_aid.rules.items import Group, Item


@dataclass(frozen=True)
class Step:
    """Items that are judged together: one alone, or all of a group, in the order of the group."""

    items: tuple[Item, ...]
    group: Group | None = None


def steps_of(items: Sequence[Item], groups: Sequence[Group] = ()) -> list[Step]:
    """The steps so that whatever a step builds on comes before it, else in the order of the items. Raises ValueError with
    the code of an item of a ring."""
    near = Near(items, groups)
    found: dict[int, Step] = {}
    open_: set[int] = set()

    def visit(step: Step) -> None:
        if id(step) in found:
            return
        if id(step) in open_:
            raise ValueError(step.items[0].code)
        open_.add(id(step))
        for item in step.items:
            for code in near.below(item):
                visit(near.step[code])
        found[id(step)] = step

    for item in items:
        visit(near.step[item.code])
    return list(found.values())


def ordered(items: Sequence[Item], groups: Sequence[Group] = ()) -> list[Item]:
    """The items so that what others build on comes first."""
    return [item for step in steps_of(items, groups) for item in step.items]


def related(items: Sequence[Item], item: Item, groups: Sequence[Group] = ()) -> list[Item]:
    """The items that decide whether one applies: itself with those of its group, whatever they build on, and so on."""
    near = Near(items, groups)
    wanted = {one.code for one in near.step[item.code].items} | _reached(near, item.code)
    wanted |= {one.code for code in wanted for one in near.step[code].items}
    return [one for one in items if one.code in wanted]


def in_ring(items: Sequence[Item], groups: Sequence[Group] = ()) -> list[str]:
    """The codes of items that cannot be judged: they wait for each other, or for such a one."""
    near = Near(items, groups)
    reached = {item.code: _reached(near, item.code) for item in items}
    rings = {code for code, found in reached.items() if code in found}
    return [item.code for item in items if item.code in rings or reached[item.code] & rings]


def _reached(near: Near, code: str) -> set[str]:
    """Every item that one waits for, by however many steps."""
    found: set[str] = set()
    waiting = [code]
    while waiting:
        for member in near.step[waiting.pop()].items:
            new = set(near.below(member)) - found
            found |= new
            waiting += new
    return found


class Near:
    """What stands next to what among some items."""

    def __init__(self, items: Sequence[Item], groups: Sequence[Group]) -> None:
        by_code = {item.code: item for item in items}
        self._codes = by_code.keys()
        self._replacing: dict[str, list[str]] = {}
        for item in items:
            for code in item.replaces:
                self._replacing.setdefault(code, []).append(item.code)
        self.step: dict[str, Step] = {code: Step((item,)) for code, item in by_code.items()}
        for group in groups:
            members = tuple(by_code[code] for code in group.items if code in by_code)
            if len(members) > 1:
                self.step.update(dict.fromkeys((member.code for member in members), Step(members, group)))

    def replacing(self, item: Item) -> list[str]:
        """The items that take the place of one."""
        return self._replacing.get(item.code, [])

    def below(self, item: Item) -> list[str]:
        """The items one builds on, its fellows of a group apart."""
        return [code for code in (item.adds_to, *item.asked, *self.replacing(item)) if code in self._codes]
