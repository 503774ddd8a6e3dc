"""Where a unit stands at a date: the one rule behind 按当时区划."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Span:
    """One state of a unit: its parent from `since` up to, not including, `until` (None: still)."""

    since: dt.date
    until: dt.date | None
    parent_id: uuid.UUID | None

    def covers(self, date: dt.date) -> bool:
        """Whether the state holds on this day."""
        return self.since <= date and (self.until is None or date < self.until)


@dataclass
class History:
    """All states of one unit in order, what it became, and what it was made from, with the days."""

    path: str
    spans: list[Span]
    successors: list[tuple[dt.date, uuid.UUID]] = field(default_factory=list)
    predecessors: list[tuple[dt.date, uuid.UUID]] = field(default_factory=list)


def position(history: History, date: dt.date) -> uuid.UUID | None:
    """The unit directly above on this day. A unit closed by then stands under its only successor, else where
    it last stood; one not yet founded under the only unit it was made from, else where it was founded."""
    last: Span | None = None
    for span in history.spans:
        if span.covers(date):
            return span.parent_id
        if span.until is not None and span.until <= date:
            last = span  # the spans are in order
    if last is not None:
        return _only(history.successors, last.until) or last.parent_id
    first = history.spans[0]
    return _only(history.predecessors, first.since) or first.parent_id


def _only(links: Sequence[tuple[dt.date, uuid.UUID]], on: dt.date | None) -> uuid.UUID | None:
    units = {unit for day, unit in links if day == on}
    return units.pop() if len(units) == 1 else None


def boundaries(top_path: str, moved: Mapping[uuid.UUID, tuple[str, uuid.UUID | None]],
               paths: Mapping[uuid.UUID, str]) -> tuple[list[str], list[str]]:
    """The subtree of the unit at `top_path` on a day, in today's paths: those taken in and those taken out.

    `moved` gives for every unit that stood elsewhere then its path today and the unit then above it;
    `paths` today's path of each of these. The deepest path that covers a unit decides.
    """
    marks = dict(moved.values())
    verdicts: dict[str, bool] = {top_path: True}

    def holds(path: str) -> bool:
        """Whether the unit at `path` was in the subtree: up today's path to the first unit that stood
        elsewhere, then on from where that one stood."""
        trail: list[str] = []
        answer: bool | None = None
        here: str | None = path
        while here is not None and answer is None:
            if here in verdicts:
                answer = verdicts[here]
                break
            trail.append(here)
            if here in marks:
                above = marks[here]
                here = paths.get(above) if above is not None else None
            else:
                here = _above(here)
            if here in trail:
                raise ValueError(f"units stand in a circle at {here}")
        for passed in trail:
            verdicts[passed] = bool(answer)
        return bool(answer)

    taken_in, taken_out = [top_path], list[str]()
    settled = {top_path: True}
    for path in sorted(marks):
        if path == top_path:
            continue
        verdict = holds(path)
        around = _around(path, settled)
        if verdict != around:
            settled[path] = verdict
            (taken_in if verdict else taken_out).append(path)
    return taken_in, taken_out


def _above(path: str) -> str | None:
    cut = path.rstrip("/").rfind("/")
    return path[: cut + 1] if cut >= 0 else None


def _around(path: str, settled: Mapping[str, bool]) -> bool:
    here = _above(path)
    while here is not None:
        if here in settled:
            return settled[here]
        here = _above(here)
    return False


def ordered(spans: Iterable[Span]) -> list[Span]:
    """States from the first to the last."""
    return sorted(spans, key=lambda span: span.since)
