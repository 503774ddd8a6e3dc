"""Which route of the plan a gift takes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """A route as the choice sees it."""

    code: str
    when: str


@dataclass(frozen=True)
class Facts:
    """What the choice looks at: the route somebody named, what the gift is designated to, and who gave it."""

    named: str = ""
    designation: str = "none"
    donors: tuple[str, ...] = ()


def choices(ways: Sequence[Way], facts: Facts, paired: Collection[str]) -> list[str]:
    """The routes that a gift may take: one, several to choose from, or none where the plan names no route. A donor in
    the pair list gives to the partner, any other to its own."""
    if facts.named:
        return [way.code for way in ways if way.code == facts.named]
    in_pairs = any(name in paired for name in facts.donors)
    fits = {"any": True, "designated_place": facts.designation == "place", "undesignated": facts.designation == "none",
            "paired": in_pairs, "unpaired": not in_pairs}
    special = [way.code for way in ways if way.when != "any" and fits[way.when]]
    return special or [way.code for way in ways if way.when == "any"]
