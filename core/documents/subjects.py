"""Whose folder it is: a unit, a household or a person within the caller's scope."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import in_scope
from core.errors import N_, NotFound
from core.registry.models import Household, Person
from core.tenancy.queries import tenant_of
from core.units.models import Unit
from core.units.queries import subtree

UNIT, HOUSEHOLD, PERSON = "unit", "household", "person"


@dataclass(frozen=True)
class Subject:
    """The owner of a folder, with the tenant and the unit its documents stand under."""

    kind: str
    id: uuid.UUID
    name: str
    tenant_id: str
    unit_id: uuid.UUID


def find_subject(session: Session, scope: Scope, kind: str, subject_id: uuid.UUID, within: Unit) -> Subject:
    """The owner of a folder; raises NotFound outside the scope."""
    found = (_unit(session, subject_id, within) if kind == UNIT
             else _household(session, scope, subject_id) if kind == HOUSEHOLD
             else _person(session, scope, subject_id))
    if found is None or found.tenant_id not in scope.tenants:
        raise NotFound(N_("没有这份档案，或者它不在您的范围内"))
    return found


def _unit(session: Session, unit_id: uuid.UUID, within: Unit) -> Subject | None:
    low, high = subtree(within.path)
    unit = session.get(Unit, unit_id)
    if unit is None or not low <= unit.path < high:
        return None
    tenant = tenant_of(session, unit)
    return Subject(UNIT, unit.id, unit.name, tenant.id, unit.id) if tenant else None


def _household(session: Session, scope: Scope, household_id: uuid.UUID) -> Subject | None:
    statement = select(Household).where(Household.id == household_id, Household.removed_at.is_(None))
    row = session.scalars(in_scope(statement, Household, scope)).first()
    return Subject(HOUSEHOLD, row.id, row.head_name or row.number, row.tenant_id, row.unit_id) if row else None


def _person(session: Session, scope: Scope, person_id: uuid.UUID) -> Subject | None:
    statement = select(Person).where(Person.id == person_id, Person.removed_at.is_(None))
    row = session.scalars(in_scope(statement, Person, scope)).first()
    return Subject(PERSON, row.id, row.name, row.tenant_id, row.unit_id) if row else None


def names_of(session: Session, scope: Scope, kind: str, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of owners by id, for lists over several folders."""
    wanted = list(ids)
    if kind == UNIT:
        return {row.id: row.name for row in session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(wanted)))}
    model, name = (Household, Household.head_name) if kind == HOUSEHOLD else (Person, Person.name)
    chosen: Any = select(model.id, name)
    statement = in_scope(chosen.where(model.id.in_(wanted)), model, scope)
    return {row[0]: row[1] for row in session.execute(statement)}
