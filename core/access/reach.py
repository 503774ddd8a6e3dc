"""Where an account may do an action, as ranges of unit paths; pure functions.

The answer for an action can only change at a unit where an assignment or a line begins to hold. Asking at
those units alone gives the exact set of subtrees, with those a denial takes out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.units.rules.levels import subtree

Range = tuple[str, str]


@dataclass(frozen=True)
class Reach:
    """`paths` are the tops of the subtrees reached, `without` the tops of those denied inside them, `ranges`
    the same as disjoint half-open ranges of paths in order."""

    paths: tuple[str, ...]
    without: tuple[str, ...]
    ranges: tuple[Range, ...]

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def holds(self, path: str) -> bool:
        """Whether the unit of this path is reached."""
        return any(low <= path < high for low, high in self.ranges)

    def touches(self, path: str) -> bool:
        """Whether anything of this subtree is reached."""
        first, last = subtree(path)
        return any(low < last and first < high for low, high in self.ranges)

    def gaps(self, path: str) -> list[Range]:
        """What of this subtree is not reached."""
        at, last = subtree(path)
        found = []
        for low, high in self.within(path).ranges:
            if at < low:
                found.append((at, low))
            at = high
        return [*found, (at, last)] if at < last else found

    def within(self, path: str) -> Reach:
        """The part of it at and below one unit."""
        first, last = subtree(path)
        ranges = tuple((max(low, first), min(high, last)) for low, high in self.ranges
                       if low < last and first < high)
        tops = (path,) if self.holds(path) else tuple(top for top in self.paths if top.startswith(path))
        return Reach(tops, tuple(top for top in self.without if top.startswith(path)), ranges)


NOWHERE = Reach((), (), ())


def reach_of(starts: Iterable[str], anchors: Iterable[str], allowed: Callable[[str], bool]) -> Reach:
    """The reach from the units of one's assignments (`starts`) and the units at which lines begin to hold
    (`anchors`), by the decision at each."""
    tops = set(starts)
    points = tops | {anchor for anchor in anchors if any(anchor.startswith(top) for top in tops)}
    paths: list[str] = []
    without: list[str] = []
    sweep = _Sweep()
    for path in sorted(points):  # a unit sorts before everything below it
        around = sweep.leave_until(path)
        answer = allowed(path)
        if answer != around:
            (paths if answer else without).append(path)
        sweep.enter(path, answer)
    sweep.leave_until("")
    return Reach(tuple(paths), tuple(without), tuple(sweep.ranges))


class _Sweep:
    """Walks the paths in order and puts what is allowed into ranges."""

    def __init__(self) -> None:
        self.ranges: list[Range] = []
        self._open: list[tuple[str, bool]] = []
        self._since: str | None = None

    def leave_until(self, path: str) -> bool:
        """Leave every subtree that does not hold the path; the answer of the one that does."""
        while self._open and not (path and path.startswith(self._open[-1][0])):
            left, _ = self._open.pop()
            self._turn(subtree(left)[1], self._around())
        return self._around()

    def enter(self, path: str, answer: bool) -> None:
        self._open.append((path, answer))
        self._turn(path, answer)

    def _around(self) -> bool:
        return self._open[-1][1] if self._open else False

    def _turn(self, at: str, answer: bool) -> None:
        # A subtree ends in "0" and begins in "/", so that no range is empty and none begins where another ends.
        if answer and self._since is None:
            self._since = at
        elif not answer and self._since is not None:
            self.ranges.append((self._since, at))
            self._since = None
