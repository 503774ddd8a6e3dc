"""What a school's office checks class by class (EA-050): each class with its pupils, who is entitled to what, and what was paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import N_
from core.host.checks import CheckColumn, CheckPlace, CheckRow, CheckSource
from core.inspections.sources import class_key, class_title, classes_at
from core.people.rules import term_of
from core.registry.models import Enrolment
from plugins.education_aid.models import Award, Payment
from plugins.education_aid.models.payments import CREDITED

ZERO = Decimal("0.00")
#: stage, name of the class → how many, and their sum
Sums = dict[tuple[str, str], tuple[int, Decimal]]


def classes(session: Session, place: CheckPlace) -> list[CheckRow]:
    """The classes of the term with the number of pupils, of awards and their sum, and what the bank has credited."""
    due = _sums(session, place, Award, Award.state == "entitled")
    paid = _sums(session, place, Payment, Payment.state == CREDITED)
    found = []
    for one in classes_at(session, place):
        awards, amount = due.get((one.stage, one.class_name), (0, ZERO))
        facts = {"pupils": str(one.pupils), "awards": str(awards), "due": str(amount),
                 "paid": str(paid.get((one.stage, one.class_name), (0, ZERO))[1])}
        found.append(CheckRow(class_key(one), class_title(one), facts))
    return found


def _sums(session: Session, place: CheckPlace, model: Any, *where: Any) -> Sums:
    """By the class in which each pupil studies that term: a payment does not know the class itself."""
    year, term = term_of(place.on)
    statement: Any = select(Enrolment.stage, Enrolment.class_name, func.count(), func.sum(model.amount)).join(
        Enrolment, (Enrolment.tenant_id == model.tenant_id) & (Enrolment.person_id == model.person_id)
        & (Enrolment.unit_id == model.unit_id) & (Enrolment.school_year == model.school_year) & (Enrolment.term == model.term)).where(
        model.tenant_id == place.tenant_id, model.unit_id == place.unit_id, model.school_year == year, model.term == term,
        Enrolment.ended_on.is_(None), Enrolment.removed_at.is_(None), *where).group_by(Enrolment.stage, Enrolment.class_name)
    return {(stage, name): (count, amount or ZERO) for stage, name, count, amount in session.execute(statement)}


CHECKS = [CheckSource("education_aid.classes", N_("班级"), classes, (
    CheckColumn("pupils", N_("学生数"), "integer"), CheckColumn("awards", N_("应享人项"), "integer"),
    CheckColumn("due", N_("应享金额"), "yuan"), CheckColumn("paid", N_("已到账"), "yuan")))]
