"""Search hits: persons and households by the beginning of a name, a masked number, or a whole one."""

from __future__ import annotations

import uuid

from flask import url_for
from sqlalchemy.orm import Session

from core.host.contract import Found, Place
from core.people.queries import names_of_units, search_households, search_persons
from core.registry.permissions import Action
from core.units.models import Unit


def hits(session: Session, place: Place, words: str, limit: int) -> list[Found]:
    """Persons first, then households, each with its masked number and where it is."""
    persons = search_persons(session, place.scope(Action.PERSON_READ), words, limit)
    households = search_households(session, place.scope(Action.HOUSEHOLD_READ), words, limit)
    units = names_of_units(session, [*(row.unit_id for row in persons), *(row.unit_id for row in households)])
    found = [Found(row.name, _hint(row.id_number_mask, units, row.unit_id),
                   url_for("registry.person", code=_code(place, units, row.unit_id), person_id=row.id)) for row in persons]
    found += [Found(f"{row.head_name}户", _hint(row.number, units, row.unit_id),
                    url_for("registry.household", code=_code(place, units, row.unit_id), household_id=row.id)) for row in households]
    return found[:limit]


def _hint(number: str, units: dict[uuid.UUID, Unit], unit_id: uuid.UUID) -> str:
    place = units[unit_id].name if unit_id in units else ""
    return " ".join(part for part in (number, place) if part)


def _code(place: Place, units: dict[uuid.UUID, Unit], unit_id: uuid.UUID) -> str:
    """The working unit where it stands above the record, else the record's own."""
    home = units.get(unit_id)
    return place.code if home is None or home.path.startswith(place.path) else home.code
