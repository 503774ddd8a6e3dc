"""Reads of today's tree (按现区划)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import overload

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.units.models import Kind, Unit, UnitVersion
from core.units.queries.dated import UnitState, children_as_of
from core.units.rules.levels import subtree

PAGE = 50
#: made once: it is asked with every request
_OPEN_BY_CODE = select(Unit).where(Unit.code == bindparam("code"), Unit.closed_on.is_(None))


def find_unit(session: Session, unit_id: uuid.UUID) -> Unit | None:
    """The unit with this id, open or closed."""
    return session.get(Unit, unit_id)


def get_unit(session: Session, unit_id: uuid.UUID) -> Unit:
    """The unit with this id, or NotFound."""
    found = find_unit(session, unit_id)
    if found is None:
        raise NotFound("没有这个单位")
    return found


def find_unit_by_code(session: Session, code: str) -> Unit | None:
    """The open unit with this code; else the one closed last; else the one that last bore it before."""
    open_unit = session.scalar(_OPEN_BY_CODE, {"code": code})
    if open_unit is not None:
        return open_unit
    closed = session.scalar(select(Unit).where(Unit.code == code).order_by(Unit.closed_on.desc()).limit(1))
    if closed is not None:
        return closed
    return session.scalar(
        select(Unit).join(UnitVersion, UnitVersion.unit_id == Unit.id).where(UnitVersion.code == code)
        .order_by(UnitVersion.until.desc()).limit(1)
    )


def get_unit_by_code(session: Session, code: str) -> Unit:
    """As `find_unit_by_code`, or NotFound."""
    found = find_unit_by_code(session, code)
    if found is None:
        raise NotFound("没有代码为 %(code)s 的单位", code=code)
    return found


def open_in(path: str) -> list[ColumnElement[bool]]:
    """The conditions for the open units at and beneath `path`."""
    low, high = subtree(path)
    return [Unit.path >= low, Unit.path < high, Unit.closed_on.is_(None)]


def ancestors(session: Session, unit: Unit) -> list[Unit]:
    """The units above, root first, by today's path (so those above a merged unit's successor)."""
    parts = unit.path.split("/")[:-2]
    paths = ["/".join(parts[: count + 1]) + "/" for count in range(len(parts))]
    return list(session.scalars(select(Unit).where(Unit.path.in_(paths)).order_by(Unit.depth)))


@overload
def list_children(session: Session, unit: Unit, as_of: None = None, after: str | None = None,
                  limit: int = PAGE, closed: bool = False) -> list[Unit]: ...


@overload
def list_children(session: Session, unit: Unit, as_of: dt.date, after: str | None = None,
                  limit: int = PAGE, closed: bool = False) -> list[UnitState]: ...


def list_children(session: Session, unit: Unit, as_of: dt.date | None = None, after: str | None = None,
                  limit: int = PAGE, closed: bool = False) -> list[Unit] | list[UnitState]:
    """One page of the units directly beneath, by code, those after the code `after`. Closed ones only when
    asked for; with `as_of` the children of that day, as they were then."""
    if as_of is not None:
        return children_as_of(session, unit.id, as_of, after=after, limit=limit)
    query = select(Unit).where(Unit.parent_id == unit.id)
    if not closed:
        query = query.where(Unit.closed_on.is_(None))
    if after is not None:
        query = query.where(Unit.code > after)
    return list(session.scalars(query.order_by(Unit.code).limit(limit)))


def count_children(session: Session, unit_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many open units stand directly beneath each of these (those without any are left out)."""
    query = (select(Unit.parent_id, func.count())
             .where(Unit.parent_id.in_(list(unit_ids)), Unit.closed_on.is_(None)).group_by(Unit.parent_id))
    return {parent: number for parent, number in session.execute(query) if parent is not None}


def count_beneath(session: Session, unit: Unit) -> dict[str, int]:
    """How many open units stand beneath, at any depth: divisions by their level, the others by their kind."""
    counts: dict[str, int] = {}
    query = (select(Unit.kind, Unit.level, func.count())
             .where(*open_in(unit.path), Unit.id != unit.id).group_by(Unit.kind, Unit.level))
    for kind, level, number in session.execute(query):
        key = level if kind == Kind.DIVISION else kind
        counts[key] = counts.get(key, 0) + number
    return counts


def units_by_id(session: Session, unit_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Unit]:
    """These units, by id."""
    return {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(list(unit_ids))))}


def now_elsewhere(session: Session, parent: Unit, unit_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Unit]:
    """Of these units, once beneath `parent`, those no longer there: each with the unit above it today, by
    today's path (so the successor of a merged one)."""
    units = units_by_id(session, unit_ids)
    above = {unit_id: unit.path.rstrip("/").rpartition("/")[0] + "/" for unit_id, unit in units.items()}
    moved = {unit_id: path for unit_id, path in above.items() if path != parent.path}
    found = {unit.path: unit for unit in session.scalars(select(Unit).where(Unit.path.in_(set(moved.values()))))}
    return {unit_id: found[path] for unit_id, path in moved.items() if path in found}
