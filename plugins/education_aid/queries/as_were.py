"""Pupils and schools as they were on a day: what has changed since is read from the registry's past."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from core.registry.history import as_of_many
from core.registry.models import Enrolment, Person, SchoolFacts
from plugins.education_aid.queries.chunking import in_parts

#: the columns of a pupil's row by whose record they are; `home_unit` is the unit of the person
OF_ENROLMENT = ("unit_id", "stage", "grade", "class_name", "boarding", "elsewhere_place", "elsewhere_school", "begun_on", "ended_on",
                "ending", "destination")
OF_PERSON = {"household_id": "household_id", "birth_on": "birth_on", "home_code": "home_code", "home_unit": "unit_id"}


def pupils_as_were(session: Session, tenant_id: str, rows: Sequence[Any], on: dt.date) -> list[Any]:
    """The rows of pupils with the state of that day; of a record that was entered later the first one known."""
    enrolments = _past(session, Enrolment, tenant_id, (row.id for row in rows if row.enrolled_from > on), on)
    persons = _past(session, Person, tenant_id, (row.person_id for row in rows if row.person_from > on), on)
    if not enrolments and not persons:
        return list(rows)
    return [_put_back(row, enrolments.get(row.id), persons.get(row.person_id)) for row in rows]


def schools_as_were(session: Session, tenant_id: str, rows: Iterable[Any], on: dt.date) -> dict[uuid.UUID, Any]:
    """The facts of schools with the state of that day, by unit."""
    known = list(rows)
    past = _past(session, SchoolFacts, tenant_id, (row.id for row in known if row.holds_from > on), on)
    return {row.unit_id: past.get(row.id, row) for row in known}


def _put_back(row: Any, enrolment: Any, person: Any) -> Any:
    if enrolment is None and person is None:
        return row
    values = dict(row._mapping)
    if enrolment is not None:
        values |= {name: getattr(enrolment, name) for name in OF_ENROLMENT}
    if person is not None:
        values |= {name: getattr(person, column) for name, column in OF_PERSON.items()}
    return SimpleNamespace(**values)


def _past(session: Session, model: type[Any], tenant_id: str, ids: Iterable[uuid.UUID], on: dt.date) -> Mapping[uuid.UUID, Any]:
    found: dict[uuid.UUID, Any] = {}
    for part in in_parts(list(dict.fromkeys(ids))):
        found |= as_of_many(session, model, tenant_id, part, on)
    return found
