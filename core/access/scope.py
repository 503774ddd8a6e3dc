"""What a scoped query needs to know of its caller: ranges of unit paths, and the tenants they touch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.access.queries import TenantPlace
from core.access.reach import Range, Reach


@dataclass(frozen=True)
class Scope:
    """The rows one may see: all of the tenants in `whole`, and of those in `part` the rows whose unit lies in
    `ranges`."""

    ranges: tuple[Range, ...]
    whole: tuple[str, ...] = ()
    part: tuple[str, ...] = ()

    @property
    def tenants(self) -> frozenset[str]:
        """Every tenant it touches."""
        return frozenset((*self.whole, *self.part))

    def only(self, tenants: Iterable[str]) -> Scope:
        """The same without the other tenants."""
        kept = set(tenants)
        return Scope(self.ranges, tuple(name for name in self.whole if name in kept),
                     tuple(name for name in self.part if name in kept))


def scope_of(reach: Reach, places: Iterable[TenantPlace]) -> Scope:
    """A tenant wholly within the reach needs no look at its units."""
    found = list(places)
    return Scope(reach.ranges, tuple(place.id for place in found if reach.covers(place.path)),
                 tuple(place.id for place in found if not reach.covers(place.path)))
