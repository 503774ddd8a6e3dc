"""Reads of persons by their ids, and of those of a household county."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.registry.models import Person

CHUNK = 500


def persons_by_id(session: Session, tenant_id: str, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Person]:
    """Persons of a tenant that are not removed, by id."""
    wanted, found = list(dict.fromkeys(ids)), dict[uuid.UUID, Person]()
    for at in range(0, len(wanted), CHUNK):
        for person in session.scalars(select(Person).where(Person.tenant_id == tenant_id, Person.id.in_(wanted[at : at + CHUNK]),
                                                           Person.removed_at.is_(None))):
            found[person.id] = person
    return found
