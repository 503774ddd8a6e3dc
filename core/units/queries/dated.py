"""Reads of the tree as it was on a day (按当时区划)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.units.models import Unit, UnitLink, UnitVersion
from core.units.rules.levels import subtree, within
from core.units.rules.positions import History, Span, boundaries, ordered, position

_CHUNK = 900
Statement = Select[*tuple[Any, ...]]
PathColumn = InstrumentedAttribute[str] | ColumnElement[str]


@dataclass(frozen=True)
class UnitState:
    """A unit as it was from `since` up to, not including, `until` (None: to this day). `path` is today's."""

    id: uuid.UUID
    code: str
    name: str
    kind: str
    level: str
    parent_id: uuid.UUID | None
    since: dt.date
    until: dt.date | None
    path: str
    #: whether this is the state that stands on the unit today
    current: bool


@dataclass(frozen=True)
class Ranges:
    """A subtree of a day as ranges of today's paths; where they overlap the innermost decides."""

    include: tuple[tuple[str, str], ...]
    exclude: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, path: str) -> Ranges:
        """The subtree of today at `path`."""
        return cls((subtree(path),))


def in_subtree(column: PathColumn, ranges: Ranges) -> ColumnElement[bool]:
    """The condition that a unit's path lies in the ranges: `.where(in_subtree(Unit.path, ranges))`."""

    def inside(pair: tuple[str, str]) -> ColumnElement[bool]:
        return and_(column >= pair[0], column < pair[1])

    terms = []
    for taken_in in ranges.include:
        taken_out = [inside(pair) for pair in ranges.exclude if within(pair[0], taken_in[0])]
        terms.append(and_(inside(taken_in), not_(or_(*taken_out))) if taken_out else inside(taken_in))
    return or_(*terms) if terms else false()


def _standing() -> Statement:
    return select(Unit.id, Unit.code, Unit.name, Unit.kind, Unit.level, Unit.parent_id, Unit.since,
                  Unit.closed_on, Unit.path, literal(True))


def _past() -> Statement:
    past = UnitVersion
    return select(past.unit_id, past.code, past.name, past.kind, past.level, past.parent_id, past.since,
                  past.until, Unit.path, literal(False)).join(Unit, Unit.id == past.unit_id)


def _standing_on(date: dt.date) -> ColumnElement[bool]:
    return and_(Unit.since <= date, or_(Unit.closed_on.is_(None), Unit.closed_on > date))


def _past_on(date: dt.date) -> ColumnElement[bool]:
    return and_(UnitVersion.since <= date, UnitVersion.until > date)


def _states(session: Session, *queries: Statement) -> list[UnitState]:
    return [UnitState(*row) for query in queries for row in session.execute(query)]


def unit_as_of(session: Session, unit_id: uuid.UUID, date: dt.date) -> UnitState | None:
    """The unit as it was on the day, or None when it did not exist then."""
    found = _states(session, _standing().where(Unit.id == unit_id, _standing_on(date)),
                    _past().where(UnitVersion.unit_id == unit_id, _past_on(date)))
    return found[0] if found else None


def states_of(session: Session, unit_id: uuid.UUID) -> list[UnitState]:
    """Every state of the unit, newest first; days it was closed lie between two states that do not touch."""
    found = _states(session, _standing().where(Unit.id == unit_id),
                    _past().where(UnitVersion.unit_id == unit_id))
    return sorted(found, key=lambda state: (state.since, state.current), reverse=True)


def children_as_of(session: Session, unit_id: uuid.UUID, date: dt.date, after: str | None = None,
                   limit: int = 50) -> list[UnitState]:
    """One page of the units directly beneath on the day, by their code of that day."""
    standing = _standing().where(Unit.parent_id == unit_id, _standing_on(date)).order_by(Unit.code)
    past = _past().where(UnitVersion.parent_id == unit_id, _past_on(date)).order_by(UnitVersion.code)
    if after is not None:
        standing, past = standing.where(Unit.code > after), past.where(UnitVersion.code > after)
    found = _states(session, standing.limit(limit), past.limit(limit))
    return sorted(found, key=lambda state: state.code)[:limit]


def count_children_as_of(session: Session, unit_ids: Iterable[uuid.UUID],
                         date: dt.date) -> dict[uuid.UUID, int]:
    """How many units stood directly beneath each of these on the day (those without any are left out)."""
    ids = list(unit_ids)
    counts: dict[uuid.UUID, int] = {}
    for column, holds in ((Unit.parent_id, _standing_on(date)), (UnitVersion.parent_id, _past_on(date))):
        for parent, number in session.execute(
                select(column, func.count()).where(column.in_(ids), holds).group_by(column)):
            if parent is not None:
                counts[parent] = counts.get(parent, 0) + number
    return counts


def ancestors_as_of(session: Session, unit_id: uuid.UUID, date: dt.date) -> list[UnitState]:
    """The units above on the day, root first; empty when the unit did not exist then."""
    chain: list[UnitState] = []
    state = unit_as_of(session, unit_id, date)
    while state is not None and state.parent_id is not None:
        state = unit_as_of(session, state.parent_id, date)
        if state is not None:
            chain.append(state)
    return chain[::-1]


def subtree_as_of(session: Session, unit: Unit, date: dt.date) -> Ranges:
    """What was beneath the unit on the day, as ranges of today's paths: subtrees that have left since are
    taken in, those that came since are taken out. Records stay where they are; only the reading changes."""
    histories = _histories(session, _unsettled_since(date))
    moved: dict[uuid.UUID, tuple[str, uuid.UUID | None]] = {}
    for unit_id, history in histories.items():
        then = position(history, date)
        if then != position(history, dt.date.max):
            moved[unit_id] = (history.path, then)
    if not moved:
        return Ranges.of(unit.path)
    paths = _paths(session, {above for _, above in moved.values() if above is not None})
    taken_in, taken_out = boundaries(unit.path, moved, paths)
    return Ranges(tuple(subtree(path) for path in taken_in), tuple(subtree(path) for path in taken_out))


def _unsettled_since(date: dt.date) -> list[Statement]:
    """Units that may have stood elsewhere on the day: moved, merged, split or reopened since."""
    elsewhere = select(UnitVersion.unit_id).join(Unit, Unit.id == UnitVersion.unit_id).where(
        or_(UnitVersion.until > date, Unit.since > date), UnitVersion.parent_id != Unit.parent_id)
    merged = select(UnitLink.from_id).join(Unit, Unit.id == UnitLink.from_id).where(
        or_(UnitLink.on > date, Unit.since > date))
    made = select(UnitLink.to_id).where(UnitLink.on > date)
    return [elsewhere, merged, made]


def _histories(session: Session, candidates: list[Statement]) -> dict[uuid.UUID, History]:
    ids = sorted({row[0] for query in candidates for row in session.execute(query)})
    found: dict[uuid.UUID, History] = {}
    for part in _parts(ids):
        for unit_id, path, since, until, parent in session.execute(
                select(Unit.id, Unit.path, Unit.since, Unit.closed_on, Unit.parent_id)
                .where(Unit.id.in_(part))):
            found[unit_id] = History(path, [Span(since, until, parent)])
        for unit_id, since, until, parent in session.execute(
                select(UnitVersion.unit_id, UnitVersion.since, UnitVersion.until, UnitVersion.parent_id)
                .where(UnitVersion.unit_id.in_(part))):
            found[unit_id].spans.append(Span(since, until, parent))
        for unit_id, on, other in session.execute(
                select(UnitLink.from_id, UnitLink.on, UnitLink.to_id).where(UnitLink.from_id.in_(part))):
            found[unit_id].successors.append((on, other))
        for unit_id, on, other in session.execute(
                select(UnitLink.to_id, UnitLink.on, UnitLink.from_id).where(UnitLink.to_id.in_(part))):
            found[unit_id].predecessors.append((on, other))
    for history in found.values():
        history.spans = ordered(history.spans)
    return found


def _paths(session: Session, unit_ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    found: dict[uuid.UUID, str] = {}
    for part in _parts(sorted(unit_ids)):
        for unit_id, path in session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(part))):
            found[unit_id] = path
    return found


def _parts(ids: list[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
