"""Reads of runs, awards, differences and what could not be decided."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import Page, criterion, get_scoped, scoped_page
from core.errors import N_, NotFound
from core.registry.models import Enrolment
from core.registry.queries import present
from plugins.education_aid.models.awards import AidRun, Award, Difference, Undecided
from plugins.education_aid.queries.persons import persons_by_id


def get_run(session: Session, tenant_id: str, run_id: uuid.UUID) -> AidRun:
    """One run of a tenant, or NotFound."""
    found = session.get(AidRun, (tenant_id, run_id))
    if found is None:
        raise NotFound(N_("没有这次测算，或者它不在您的范围内"))
    return found


def find_scoped_run(session: Session, scope: Scope, run_id: uuid.UUID) -> AidRun:
    """One run in scope, or NotFound."""
    return get_scoped(session, AidRun, run_id, scope)


def list_runs(session: Session, scope: Scope, before: uuid.UUID | None = None, kind: str = "run") -> Page[AidRun]:
    """Runs in scope, or with another kind the drafts that were tried, newest first."""
    return scoped_page(session, AidRun, scope, before=before, where=(AidRun.kind == kind,))


def latest_run(session: Session, tenant_id: str, school_year: int | None = None, term: int | None = None) -> AidRun | None:
    """The newest run of a tenant that is done, of a term if given."""
    statement = select(AidRun).where(AidRun.tenant_id == tenant_id, AidRun.state == "done", AidRun.kind == "run")
    if school_year is not None:
        statement = statement.where(AidRun.school_year == school_year, AidRun.term == term)
    return session.scalars(statement.order_by(AidRun.id.desc()).limit(1)).first()


def undecided_page(session: Session, scope: Scope, run: AidRun, before: uuid.UUID | None = None) -> Page[Undecided]:
    """What a run could not decide, in scope."""
    return scoped_page(session, Undecided, scope, before=before, where=(Undecided.run_id == run.id,))


def difference_page(session: Session, scope: Scope, run: AidRun, before: uuid.UUID | None = None) -> Page[Difference]:
    """What a run changed, in scope."""
    return scoped_page(session, Difference, scope, before=before, where=(Difference.run_id == run.id,))


def awards_of(session: Session, scope: Scope, person_id: uuid.UUID) -> list[Award]:
    """The awards of one person in scope through all stages and schools, oldest first: one chain (EA-001)."""
    statement = select(Award).where(criterion(Award, scope), Award.person_id == person_id)
    return list(session.scalars(statement.order_by(Award.school_year, Award.term, Award.item)))


def find_enrolment(session: Session, scope: Scope, person_id: uuid.UUID, school_year: int, term: int) -> Enrolment | None:
    """Where a person studies in a term, in scope, or None."""
    statement = select(Enrolment).where(criterion(Enrolment, scope), Enrolment.person_id == person_id, present(Enrolment),
                                        Enrolment.school_year == school_year, Enrolment.term == term)
    return session.scalars(statement.order_by(Enrolment.id.desc()).limit(1)).first()


def names_of(session: Session, tenant_id: str, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of persons of a tenant."""
    return {one: person.name for one, person in persons_by_id(session, tenant_id, ids).items()}


def names_in_scope(session: Session, scope: Scope, tenant_id: str, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of those of these persons who have an award in scope."""
    statement = select(Award.person_id).where(criterion(Award, scope), Award.tenant_id == tenant_id,
                                              Award.person_id.in_(list(person_ids))).distinct()
    return names_of(session, tenant_id, set(session.scalars(statement)))
