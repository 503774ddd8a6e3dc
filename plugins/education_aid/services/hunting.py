"""控辍保学 at work: finding children of school age who are not at school, visits, what is noted of a case, absences."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.calendar import DayKind, add_days
from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, new_id, today
from core.extensions.phrases import phrase
from core.processes.services import begin_many
from core.registry.models import Enrolment, Person
from core.trail.services import record
from core.units.queries import units_by_id
from plugins.education_aid.models.dropout import DropoutCase, DropoutVisit
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan.layers import Terms, hunt_of, terms_of
from plugins.education_aid.processes.dropout import DROPOUT
from plugins.education_aid.queries import hunt
from plugins.education_aid.rules import hunting
from plugins.education_aid.services.cases import owner_of

ABSENT = phrase(N_("登记在册学生连续缺课 %(days)s 天，列为%(what)s"))
VISITED = phrase(N_("登记劝返走访（%(day)s）"))


@dataclass(frozen=True)
class Hunted:
    """What a look through all households came to."""

    children: int
    at_school: int
    new: int
    standing: int


def look(session: Session, tenant_id: str, school_year: int, term: int, actor: Actor) -> Hunted:
    """Look at every child of the cohort in all households: who is at no school becomes a case, once. A case is closed by
    people alone, with evidence, even where the child stands on a register again."""
    rules = hunt_of(session, tenant_id, school_year)
    children = hunt.standings(session, tenant_id, rules.cohort, school_year, term)
    open_ones = _open_cases(session, tenant_id)
    found: list[tuple[hunt.Standing, str]] = []
    for child in children:
        kind = hunting.case_of(hunting.Child(child.id, child.running, child.before, child.ended), rules.absence_days)
        if kind and child.id not in open_ones:
            found.append((child, kind))
    _open(session, tenant_id, school_year, term, rules, found, actor)
    result = Hunted(len(children), sum(child.running for child in children), len(found), len(open_ones))
    said = f"适龄 {result.children} 人，在校 {result.at_school} 人，新发现 {result.new} 件，未销号 {result.standing} 件"
    record(session, actor, Action.DROPOUT_WRITE, f"控辍保学排查：{said}", subject="education_aid.dropout_cases:look", tenant_id=tenant_id,
           after={"children": result.children, "at_school": result.at_school, "new": result.new, "standing": result.standing})
    return result


def mark_absent(session: Session, enrolment: Enrolment, days: int, note: str, actor: Actor) -> DropoutCase | None:
    """A pupil on the register is not there: suspected, or dropped out where the plan says after how many days. None where
    the child has an open case already."""
    if days < 1:
        raise InvalidInput(N_("请填写连续缺课的天数"), fields={"days": N_("至少 1 天")})
    rules = terms_of(session, enrolment.tenant_id)
    kind = hunting.case_of(hunting.Child(enrolment.person_id, True, absent=days), rules.absence_days)
    if enrolment.person_id in _open_cases(session, enrolment.tenant_id):
        return None
    person = session.get(Person, (enrolment.tenant_id, enrolment.person_id))
    assert person is not None  # the enrolment refers to it
    child = hunt.Standing(person.id, person.unit_id, True, True, "", enrolment.unit_id)
    (made,) = _open(session, enrolment.tenant_id, enrolment.school_year, enrolment.term, rules, [(child, kind)], actor,
                    note=f"连续缺课 {days} 天。{note}".strip())
    record(session, actor, Action.DROPOUT_WRITE, ABSENT(days=days, what=dict(hunting.KINDS)[kind]),
           subject=f"education_aid.dropout_cases:{made.id}", tenant_id=made.tenant_id, unit_id=enrolment.unit_id)
    return made


def _open_cases(session: Session, tenant_id: str) -> set[uuid.UUID]:
    return set(session.scalars(select(DropoutCase.person_id).where(DropoutCase.tenant_id == tenant_id, DropoutCase.state != "closed")))


def _open(session: Session, tenant_id: str, school_year: int, term: int, rules: Terms, found: Sequence[tuple[hunt.Standing, str]],
          actor: Actor, *, note: str = "") -> list[DropoutCase]:
    due_on = add_days(today(), rules.case_days, DayKind.CALENDAR).day if rules.case_days else None
    owner, schools = owner_of(session, tenant_id), units_by_id(session, {child.school_id for child, _ in found if child.school_id})
    made = []
    for child, kind in found:
        school = schools.get(child.school_id) if child.school_id else None
        made.append(DropoutCase(
            tenant_id=tenant_id, id=new_id(), unit_id=child.school_id or child.unit_id, person_id=child.id, school_year=school_year,
            term=term, kind=kind,
            note=note[:400], school_id=child.school_id, school=school.name if school else "", owner=owner, found_on=today(),
            due_on=due_on, slot=f"{child.id.hex}:open", state=DROPOUT.initial))
    session.add_all(made)
    try:
        session.flush()  # two looks at once: the second is told here
    except IntegrityError as error:
        raise Conflict(N_("另一次排查正在进行，请稍后再试")) from error
    begin_many(session, DROPOUT, tenant_id, [one.id for one in made], actor)
    return made


def note_visit(session: Session, case: DropoutCase, visited_on: dt.date, visitor: str, met: str, result: str, actor: Actor) -> DropoutVisit:
    """Note a visit to bring a child back."""
    if case.state == "closed":
        raise Conflict(N_("这件已销号，不能再登记劝返"))
    if visited_on > today() or not visitor.strip() or not result.strip():
        raise InvalidInput(N_("请填写劝返日期（不晚于今天）、劝返人和结果"), fields={"result": N_("必填")})
    visit = DropoutVisit(tenant_id=case.tenant_id, unit_id=case.unit_id, case_id=case.id, visited_on=visited_on, 
                         visitor=visitor.strip()[:80], met=met.strip()[:80], result=result.strip()[:400])
    session.add(visit)
    session.flush()  # the entry below must not outlive a refused row
    record(session, actor, Action.DROPOUT_WRITE, VISITED(day=visited_on), subject=f"education_aid.dropout_cases:{case.id}",
           tenant_id=case.tenant_id, unit_id=case.unit_id)
    return visit


def settle(session: Session, case: DropoutCase, actor: Actor, *, category: str = "", reason: str = "", closing: str = "",
           evidence: str = "", owner: str = "") -> None:
    """Note what is known of a case: its kind among the county's eight, why, how it ended and by which evidence."""
    if case.state == "closed":
        raise Conflict(N_("这件已销号，不能再改"))
    for value, words in ((category, hunting.CATEGORIES), (reason, hunting.REASONS), (closing, hunting.CLOSINGS)):
        if value and value not in dict(words):
            raise InvalidInput(N_("请从所列选项中选择"))
    before: dict[str, object] = {"category": case.category, "reason": case.reason, "closing": case.closing}
    case.category, case.reason, case.closing = category, reason, closing
    case.evidence, case.owner = evidence.strip()[:400], owner.strip()[:80] or case.owner
    case.version += 1
    session.flush()  # a step in the same transaction asks for it
    record(session, actor, Action.DROPOUT_WRITE, "核实失学辍学问题", subject=f"education_aid.dropout_cases:{case.id}",
           tenant_id=case.tenant_id, unit_id=case.unit_id, before=before,
           after={"category": category, "reason": reason, "closing": closing})
