"""What a scoped query needs to know of its caller: the tenants in reach, wholly or in part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.access.queries import TenantPlace
from core.access.reach import Range, Reach
from core.units.rules.levels import subtree


@dataclass(frozen=True)
class Part:
    """A tenant of which only the units in these ranges of paths are in reach."""

    tenant: str
    ranges: tuple[Range, ...]


@dataclass(frozen=True)
class Scope:
    """The rows one may see: all of the tenants in `whole`, and some of each in `part`."""

    whole: tuple[str, ...] = ()
    part: tuple[Part, ...] = ()

    @property
    def tenants(self) -> frozenset[str]:
        """Every tenant it touches."""
        return frozenset((*self.whole, *(part.tenant for part in self.part)))

    def only(self, tenants: Iterable[str]) -> Scope:
        """The same without the other tenants."""
        kept = set(tenants)
        return Scope(tuple(name for name in self.whole if name in kept),
                     tuple(part for part in self.part if part.tenant in kept))


NOTHING = Scope()


def scope_of(reach: Reach, places: Iterable[TenantPlace]) -> Scope:
    """The scope of a reach among the tenants around it. A tenant wholly in reach needs no look at its units."""
    known = list(places)
    whole, part = [], []
    for place in known:
        if not reach.touches(place.path):
            continue
        inner = [subtree(other.path) for other in known if other is not place and other.path.startswith(place.path)]
        # What is missing may belong to other tenants further down: then none of this tenant's own is.
        if all(any(low >= first and high <= last for first, last in inner) for low, high in reach.gaps(place.path)):
            whole.append(place.id)
        else:
            part.append(Part(place.id, reach.within(place.path).ranges))
    return Scope(tuple(whole), tuple(part))
