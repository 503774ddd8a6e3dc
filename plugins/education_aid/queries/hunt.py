"""Reads of the hunt for children out of school: the cohort in all households, village by village and school by school."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import criterion, get_scoped, in_scope
from core.registry.models import Enrolment, Person
from core.registry.queries import present
from core.units.models import Unit
from plugins.education_aid.models.dropout import DropoutCase, DropoutPatch, DropoutReport, DropoutVisit
from plugins.education_aid.queries.attending import GRADUATED, attended
from plugins.education_aid.rules.cohort import Cohort

#: the stages of compulsory schooling
COMPULSORY = ("primary", "junior")


def get_case(session: Session, scope: Scope, case_id: uuid.UUID) -> DropoutCase:
    """A case in scope, or NotFound."""
    return get_scoped(session, DropoutCase, case_id, scope)


def of_cohort(cohort: Cohort) -> list[Any]:
    """Children of school age who live: of all households, poor or not (EA-065)."""
    return [present(Person), Person.died_on.is_(None), Person.birth_on >= cohort.first, Person.birth_on <= cohort.last]


@dataclass(frozen=True)
class Standing:
    """A child of the cohort: whether they are at school this term, where they were last, and how that ended."""

    id: uuid.UUID
    unit_id: uuid.UUID
    running: bool
    before: bool
    ended: str
    school_id: uuid.UUID | None


def standings(session: Session, tenant_id: str, cohort: Cohort, school_year: int, term: int) -> list[Standing]:
    """Every child of the cohort in a tenant with where they stand in a term."""
    last: dict[uuid.UUID, tuple[bool, str, uuid.UUID]] = {}
    enrolments = select(Enrolment.person_id, Enrolment.school_year, Enrolment.term, Enrolment.ended_on, Enrolment.ending,
                        Enrolment.unit_id).join(
        Person, and_(Person.tenant_id == Enrolment.tenant_id, Person.id == Enrolment.person_id)).where(
        Enrolment.tenant_id == tenant_id, present(Enrolment), *of_cohort(cohort)).order_by(
        Enrolment.school_year, Enrolment.term, Enrolment.id)
    for person_id, year, number, ended_on, ending, unit_id in session.execute(enrolments):
        runs = (year, number) == (school_year, term) and (ended_on is None or ending == GRADUATED)
        last[person_id] = (runs or (last[person_id][0] if person_id in last else False), ending, unit_id)
    persons = select(Person.id, Person.unit_id).where(Person.tenant_id == tenant_id, *of_cohort(cohort)).order_by(Person.id)
    found = []
    for person_id, unit_id in session.execute(persons):
        runs, ending, school_id = last.get(person_id, (False, "", None))
        found.append(Standing(person_id, unit_id, runs, person_id in last, ending, school_id))
    return found


@dataclass(frozen=True)
class VillageLine:
    """A village: children of school age, those at school, those elsewhere, open cases, and who is in charge."""

    unit: Unit
    children: int
    at_school: int
    elsewhere: int
    open_cases: int
    closed_cases: int
    in_charge: tuple[str, ...]


def villages(session: Session, scope: Scope, cohort: Cohort, school_year: int, term: int) -> list[VillageLine]:
    """The ledger village by village (逐村建立排查台账), in the order of the tree."""
    running = and_(Enrolment.tenant_id == Person.tenant_id, Enrolment.person_id == Person.id, Enrolment.school_year == school_year,
                   Enrolment.term == term, attended(), present(Enrolment))
    away = or_(Enrolment.elsewhere_school != "", Enrolment.elsewhere_place != "")
    base: Any = select(Person.unit_id, func.count(Person.id.distinct())).where(criterion(Person, scope), *of_cohort(cohort))
    children = _counts(session, base)
    at_school = _counts(session, base.join(Enrolment, running))
    elsewhere = _counts(session, base.join(Enrolment, running).where(away))
    of_child = and_(DropoutCase.tenant_id == Person.tenant_id, DropoutCase.person_id == Person.id)
    cases: Any = select(Person.unit_id, func.count(DropoutCase.id)).join(DropoutCase, of_child).where(criterion(Person, scope))
    open_cases = _counts(session, cases.where(DropoutCase.state != "closed"))
    closed_cases = _counts(session, cases.where(DropoutCase.state == "closed"))
    charge = in_charge(session, scope)
    low = _villages_in(session, scope)
    ids = {*children, *open_cases, *(unit.id for unit in low)}
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(list(ids))))}
    return [VillageLine(unit, children.get(unit.id, 0), at_school.get(unit.id, 0), elsewhere.get(unit.id, 0), open_cases.get(unit.id, 0),
                        closed_cases.get(unit.id, 0), tuple(charge.get(unit.id, ())))
            for unit in sorted(units.values(), key=lambda unit: unit.path)]


def in_charge(session: Session, scope: Scope, on: dt.date | None = None) -> dict[uuid.UUID, list[str]]:
    """Who is in charge of which village (划片包抓)."""
    charge: Any = select(DropoutPatch.unit_id, DropoutPatch.staff)
    statement = in_scope(charge, DropoutPatch, scope).where(
        DropoutPatch.removed_at.is_(None), DropoutPatch.until.is_(None)).order_by(DropoutPatch.id)
    found: dict[uuid.UUID, list[str]] = {}
    for unit_id, staff in session.execute(statement):
        found.setdefault(unit_id, []).append(staff)
    return found


def _villages_in(session: Session, scope: Scope) -> Sequence[Unit]:
    """The villages in scope that have people: a village with none yet is found by its patch."""
    statement = in_scope(select(Person.unit_id), Person, scope).where(present(Person)).distinct()
    ids = list(session.scalars(statement))
    return session.scalars(select(Unit).where(Unit.id.in_(ids), Unit.level == "village", Unit.kind == "division")).all()


@dataclass(frozen=True)
class SchoolLine:
    """A school: pupils of compulsory schooling on its register, its newest report, open cases of its pupils."""

    unit: Unit
    register: int
    report: DropoutReport | None
    open_cases: int
    dropped: int

    @property
    def away(self) -> int | str:
        """Who was neither there nor on leave by the newest report; "" where there is none."""
        return self.report.register - self.report.present - self.report.on_leave if self.report else ""


def schools(session: Session, scope: Scope, school_year: int, term: int) -> list[SchoolLine]:
    """The ledger school by school (逐校), in the order of the tree."""
    pupils: Any = select(Enrolment.unit_id, func.count())
    register = _counts(session, in_scope(pupils, Enrolment, scope).where(
        present(Enrolment), Enrolment.school_year == school_year, Enrolment.term == term, attended(),
        Enrolment.stage.in_(COMPULSORY), Enrolment.elsewhere_school == "", Enrolment.elsewhere_place == ""))
    reports = {one.unit_id: one for one in session.scalars(
        in_scope(select(DropoutReport), DropoutReport, scope).order_by(DropoutReport.month, DropoutReport.id))}
    known = {*register, *reports}
    cases: Any = select(DropoutCase.school_id, func.count()).where(DropoutCase.school_id.in_(list(known)), DropoutCase.state != "closed")
    open_cases = _counts(session, cases)
    dropped = _counts(session, cases.where(DropoutCase.kind == "dropped"))
    units = session.scalars(select(Unit).where(Unit.id.in_(list(known)))).all()
    return [SchoolLine(unit, register.get(unit.id, 0), reports.get(unit.id), open_cases.get(unit.id, 0), dropped.get(unit.id, 0))
            for unit in sorted(units, key=lambda unit: unit.path)]


def count_open(session: Session, scope: Scope) -> int:
    """Open cases in scope: a single one stands against 零辍学."""
    return session.scalar(in_scope(select(func.count()).select_from(DropoutCase), DropoutCase, scope).where(
        DropoutCase.state != "closed")) or 0


def visits_of(session: Session, case: DropoutCase) -> Sequence[DropoutVisit]:
    """The visits of a case, newest first."""
    return session.scalars(select(DropoutVisit).where(DropoutVisit.tenant_id == case.tenant_id, DropoutVisit.case_id == case.id)
                           .order_by(DropoutVisit.visited_on.desc(), DropoutVisit.id.desc())).all()


def _counts(session: Session, statement: Any) -> dict[uuid.UUID, int]:
    column = statement.selected_columns[0]
    return {row[0]: row[1] for row in session.execute(statement.group_by(column)) if row[0] is not None}
