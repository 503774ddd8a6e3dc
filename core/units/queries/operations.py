"""Reads of the operations on the tree and of what units became."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.units.models import Unit, UnitLink, UnitOperation, UnitTouch
from core.units.rules.levels import subtree

#: changes of a parent that leave what leans on it alone
_HARMLESS = ("rename", "recode", "import")


@dataclass(frozen=True)
class Became:
    """A successor link read from one of its ends: the other unit, when, and by which operation."""

    on: dt.date
    kind: str
    unit: Unit
    operation_id: uuid.UUID
    #: whether the other unit came after this one
    later: bool


def get_operation(session: Session, operation_id: uuid.UUID) -> UnitOperation:
    """The operation with this id, or NotFound."""
    found = session.get(UnitOperation, operation_id)
    if found is None:
        raise NotFound("没有这次区划变更")
    return found


def _at(unit: Unit) -> ColumnElement[bool]:
    low, high = subtree(unit.path)
    touching = (select(UnitTouch.operation_id).join(Unit, Unit.id == UnitTouch.unit_id)
                .where(Unit.path >= low, Unit.path < high))
    return or_(UnitOperation.id.in_(touching), UnitOperation.unit_id == unit.id)


def get_operation_at(session: Session, unit: Unit, operation_id: uuid.UUID) -> UnitOperation:
    """The operation, when it had to do with the unit or with any beneath it; else NotFound."""
    found = session.scalar(select(UnitOperation).where(UnitOperation.id == operation_id, _at(unit)))
    if found is None:
        raise NotFound("没有这次区划变更")
    return found


def units_above_changed(session: Session, operation_id: uuid.UUID) -> list[Unit]:
    """The units directly above those an operation changed: whose leave undoing it needs."""
    changed = (select(Unit.parent_id).join(UnitTouch, UnitTouch.unit_id == Unit.id)
               .where(UnitTouch.operation_id == operation_id, UnitTouch.changed))
    return list(session.scalars(select(Unit).where(Unit.id.in_(changed))))


def list_operations(session: Session, unit: Unit, after: uuid.UUID | None = None,
                    limit: int = 50) -> list[UnitOperation]:
    """One page of the operations that had to do with the unit or with any beneath it today, newest first."""
    query = select(UnitOperation).where(_at(unit))
    if after is not None:
        query = query.where(UnitOperation.id < after)
    return list(session.scalars(query.order_by(UnitOperation.id.desc()).limit(limit)))


def operations_on(session: Session, unit_id: uuid.UUID) -> list[UnitOperation]:
    """The operations that changed this very unit, newest first, undone ones as well."""
    query = (select(UnitOperation).join(UnitTouch, UnitTouch.operation_id == UnitOperation.id)
             .where(UnitTouch.unit_id == unit_id, UnitTouch.changed)
             .order_by(UnitOperation.id.desc()))
    return list(session.scalars(query))


def later_operations(session: Session, operation: UnitOperation) -> list[UnitOperation]:
    """Operations still in force that build on this one: they changed a unit it has to do with, or lean on a
    unit it changed. A mere new name or code of a parent is no obstacle."""
    own = select(UnitTouch.unit_id).where(UnitTouch.operation_id == operation.id)
    changed = own.where(UnitTouch.changed)
    other = (select(UnitOperation).join(UnitTouch, UnitTouch.operation_id == UnitOperation.id)
             .where(UnitOperation.id > operation.id, UnitOperation.undone_at.is_(None)))
    built = other.where(or_(
        UnitTouch.unit_id.in_(changed),
        UnitTouch.changed & UnitTouch.unit_id.in_(own) & UnitOperation.kind.not_in(_HARMLESS),
    ))
    return list(session.scalars(built.distinct().order_by(UnitOperation.id)))


def successors(session: Session, unit_id: uuid.UUID) -> list[Became]:
    """What the unit became and what it was made from, oldest first."""
    forward = select(UnitLink, Unit).join(Unit, Unit.id == UnitLink.to_id).where(UnitLink.from_id == unit_id)
    backward = select(UnitLink, Unit).join(Unit, Unit.id == UnitLink.from_id).where(UnitLink.to_id == unit_id)
    found = [Became(link.on, link.kind, other, link.operation_id, later)
             for query, later in ((forward, True), (backward, False))
             for link, other in session.execute(query)]
    return sorted(found, key=lambda became: (became.on, became.unit.code))
