"""The contact-person system (联络员制度): which units have named a contact, and which have not."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.tenancy.grammar import Entry
from core.tenancy.queries import TenantPlace
from core.units.models import Kind, Level, Unit
from core.units.queries import open_in


def contact_gaps(session: Session, tenant: TenantPlace, entry: Entry) -> list[Unit]:
    """The units that must name a contact under this entry and have not, in the order of the tree."""
    named = {contact["unit"] for contact in entry.value.get("named", [])}
    return [unit for unit in _obliged(session, tenant.unit, entry.value["per"]) if unit.code not in named]


def _obliged(session: Session, unit: Unit, per: object) -> Sequence[Unit]:
    """The units an entry speaks of: those directly beneath, the schools, or the divisions of a level."""
    statement = select(Unit).where(*open_in(unit.path), Unit.id != unit.id).order_by(Unit.path)
    if per == "unit":
        return session.scalars(statement.where(Unit.parent_id == unit.id)).all()
    if per == Kind.SCHOOL:
        return session.scalars(statement.where(Unit.kind == Kind.SCHOOL)).all()
    if per in set(Level):
        return session.scalars(statement.where(Unit.kind == Kind.DIVISION, Unit.level == per)).all()
    return []
