"""The pupils of a class in a term, with what each is entitled to and what has been paid."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import in_scope
from core.registry.models import Enrolment
from core.registry.queries import present
from plugins.education_aid.models import Award, Payment
from plugins.education_aid.models.payments import CREDITED
from plugins.education_aid.queries.attending import attended
from plugins.education_aid.queries.persons import persons_by_id
from plugins.education_aid.rules.words import PAID_BY_BANK

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Pupil:
    """One pupil: where they study, how they are called, the count and sum of what is due, and what was credited."""

    enrolment: Enrolment
    name: str
    items: int
    due: Decimal
    paid: Decimal


def pupils_of(session: Session, scope: Scope, school: uuid.UUID, school_year: int, term: int, class_name: str) -> list[Pupil]:
    """Those who study in a class of a school, in scope, by name."""
    rows = session.scalars(in_scope(select(Enrolment).where(
        Enrolment.unit_id == school, Enrolment.school_year == school_year, Enrolment.term == term, Enrolment.class_name == class_name,
        attended(), present(Enrolment)), Enrolment, scope)).all()
    people = {}
    for tenant_id in {row.tenant_id for row in rows}:
        people.update(persons_by_id(session, tenant_id, [row.person_id for row in rows if row.tenant_id == tenant_id]))
    due = _sums(session, scope, rows, Award, Award.state == "entitled", Award.kind.in_(PAID_BY_BANK), Award.amount > ZERO)
    paid = _sums(session, scope, rows, Payment, Payment.state == CREDITED)
    found = [Pupil(row, people[row.person_id].name, *due.get(row.person_id, (0, ZERO)), paid.get(row.person_id, (0, ZERO))[1])
             for row in rows if row.person_id in people]
    return sorted(found, key=lambda one: one.name)


def _sums(session: Session, scope: Scope, rows: Sequence[Enrolment], model: Any, *where: Any) -> dict[uuid.UUID, tuple[int, Decimal]]:
    """How many rows of a model each pupil has in the term, and their sum."""
    if not rows:
        return {}
    statement: Any = select(model.person_id, func.count(), func.sum(model.amount)).where(
        model.unit_id == rows[0].unit_id, model.school_year == rows[0].school_year, model.term == rows[0].term, *where)
    return {person: (count, amount or ZERO)
            for person, count, amount in session.execute(in_scope(statement, model, scope).group_by(model.person_id))}
