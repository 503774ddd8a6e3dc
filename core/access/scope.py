"""What a scoped query needs to know of its caller: the tenants in reach, wholly or in part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.access.queries import TenantPlace
from core.access.reach import Range, Reach


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
    """A tenant wholly within the reach needs no look at its units."""
    found = [place for place in places if reach.touches(place.path)]
    return Scope(tuple(place.id for place in found if reach.covers(place.path)),
                 tuple(Part(place.id, reach.within(place.path).ranges) for place in found
                       if not reach.covers(place.path)))
