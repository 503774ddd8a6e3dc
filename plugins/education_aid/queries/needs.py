"""Reads of surveys, measures and pathways."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import criterion, get_scoped, in_scope
from core.registry.models import Person
from core.registry.queries import present
from core.units.models import Unit
from plugins.education_aid.models.needs import Measure, PathwayMember, PathwayStep, Survey
from plugins.education_aid.queries.persons import persons_by_id
from plugins.education_aid.rules.needs import OPEN


def surveys_of(session: Session, scope: Scope, school_year: int) -> list[Survey]:
    """Every survey of a year in scope."""
    return list(session.scalars(in_scope(select(Survey).where(Survey.school_year == school_year, Survey.removed_at.is_(None)),
                                         Survey, scope).order_by(Survey.id)))


def newest_survey_year(session: Session, scope: Scope) -> int | None:
    """The newest year with a survey in scope."""
    return session.scalar(in_scope(select(func.max(Survey.school_year)).where(Survey.removed_at.is_(None)), Survey, scope))


def measures_in(session: Session, scope: Scope, school_year: int) -> list[tuple[str, Any, str, str]]:
    """(state, due day, owner, need) of a year's measures in scope."""
    statement: Any = select(Measure.state, Measure.due_on, Measure.owner, Measure.need).where(Measure.school_year == school_year)
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(in_scope(statement, Measure, scope))]


def open_measures(session: Session, scope: Scope, most: int = 100) -> list[Measure]:
    """What is still to be done, the earliest due first."""
    statement = in_scope(select(Measure).where(Measure.state.in_(OPEN)), Measure, scope)
    return list(session.scalars(statement.order_by(Measure.due_on.is_(None), Measure.due_on, Measure.id).limit(most)))


def person_of_needs(session: Session, scope: Scope, person_id: uuid.UUID) -> Person | None:
    """A person about whom there is a survey, a measure or a pathway in scope; None for anybody else."""
    for model in (Survey, Measure, PathwayMember):
        tenant: str | None = session.scalar(select(model.tenant_id).where(criterion(model, scope), model.person_id == person_id).limit(1))
        if tenant is not None:
            return session.scalars(select(Person).where(Person.tenant_id == tenant, Person.id == person_id, present(Person))).first()
    return None


def surveys_about(session: Session, scope: Scope, person_id: uuid.UUID) -> list[Survey]:
    """A person's surveys in scope, newest first."""
    statement = select(Survey).where(Survey.person_id == person_id, Survey.removed_at.is_(None))
    return list(session.scalars(in_scope(statement, Survey, scope).order_by(Survey.school_year.desc(), Survey.id.desc())))


def measures_about(session: Session, scope: Scope, person_id: uuid.UUID) -> list[Measure]:
    """A person's measures in scope, newest year first."""
    statement = in_scope(select(Measure).where(Measure.person_id == person_id), Measure, scope)
    return list(session.scalars(statement.order_by(Measure.school_year.desc(), Measure.need, Measure.id)))


def members_about(session: Session, scope: Scope, person_id: uuid.UUID) -> list[PathwayMember]:
    """The pathways a person is on, in scope."""
    statement = select(PathwayMember).where(PathwayMember.person_id == person_id, PathwayMember.removed_at.is_(None))
    return list(session.scalars(in_scope(statement, PathwayMember, scope).order_by(PathwayMember.id)))


def members_of(session: Session, scope: Scope, pathway: str) -> list[PathwayMember]:
    """Everybody on a pathway, in scope."""
    statement = select(PathwayMember).where(PathwayMember.pathway == pathway, PathwayMember.removed_at.is_(None))
    return list(session.scalars(in_scope(statement, PathwayMember, scope).order_by(PathwayMember.unit_id, PathwayMember.id)))


def steps_of(session: Session, tenant_id: str, member_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[PathwayStep]]:
    """The steps of these pupils, oldest first."""
    found: dict[uuid.UUID, list[PathwayStep]] = {}
    for row in session.scalars(select(PathwayStep).where(PathwayStep.tenant_id == tenant_id, PathwayStep.member_id.in_(member_ids))
                               .order_by(PathwayStep.id)):
        found.setdefault(row.member_id, []).append(row)
    return found


def newest_steps(session: Session, scope: Scope, most: int = 50) -> list[tuple[PathwayStep, uuid.UUID]]:
    """The newest steps in scope, each with whose it is."""
    statement: Any = select(PathwayStep, PathwayMember.person_id).join(
        PathwayMember, (PathwayMember.tenant_id == PathwayStep.tenant_id) & (PathwayMember.id == PathwayStep.member_id))
    return [(row[0], row[1]) for row in session.execute(
        in_scope(statement, PathwayStep, scope).order_by(PathwayStep.id.desc()).limit(most))]


def member(session: Session, scope: Scope, member_id: uuid.UUID) -> PathwayMember:
    """One pupil on a pathway."""
    return get_scoped(session, PathwayMember, member_id, scope)


def parts_below(session: Session, unit: Unit, counts: dict[uuid.UUID, int]) -> list[tuple[Unit, int]]:
    """What is counted at each unit as the units directly below one have it, itself first, in the order of the tree."""
    units = {one.id: one for one in session.scalars(select(Unit).where(Unit.id.in_(list(counts))))}
    lines: dict[str, int] = {}
    for unit_id, count in counts.items():
        path = units[unit_id].path
        beneath = path.removeprefix(unit.path)
        key = unit.path + beneath.split("/")[0] + "/" if beneath and beneath != path else unit.path
        lines[key] = lines.get(key, 0) + count
    found = session.scalars(select(Unit).where(Unit.path.in_(list(lines)))).all()
    return [(one, lines[one.path]) for one in sorted(found, key=lambda one: one.path)]


def names_for(session: Session, persons: Iterable[tuple[str, uuid.UUID]]) -> dict[uuid.UUID, str]:
    """What these persons, each with their tenant, are called, by id."""
    by_tenant: dict[str, list[uuid.UUID]] = {}
    for tenant_id, person_id in persons:
        by_tenant.setdefault(tenant_id, []).append(person_id)
    return {key: person.name for tenant_id, ids in by_tenant.items() for key, person in persons_by_id(session, tenant_id, ids).items()}
