"""Reads of rounds, applicants, loans and values of targets, held to what a person may see."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import get_scoped, in_scope
from core.errors import N_, NotFound
from plugins.education_aid.models.admission import ADMITTED, AdmissionRound, Applicant, Referral
from plugins.education_aid.models.offers import Loan, TargetValue
from plugins.education_aid.queries.persons import persons_by_id


def get_round(session: Session, scope: Scope, round_id: uuid.UUID) -> AdmissionRound:
    """One round in scope; raises NotFound otherwise."""
    return get_scoped(session, AdmissionRound, round_id, scope)


def applicants_seen(session: Session, scope: Scope, round_: AdmissionRound) -> frozenset[uuid.UUID]:
    """The applicants of a round whose school lies in scope."""
    statement = in_scope(select(Applicant.id), Applicant, scope)
    return frozenset(session.scalars(statement.where(Applicant.tenant_id == round_.tenant_id, Applicant.round == round_.code)))


def subject_of(round_: AdmissionRound) -> str:
    """By which notices and the trail name a round."""
    return f"education_aid.rounds:{round_.id}"


class Asks(NamedTuple):
    """One who asks for a place of a round, as far as an outcome needs it."""

    id: uuid.UUID
    unit_id: uuid.UUID
    person_id: uuid.UUID
    score: Decimal | None
    came: int


def applicants_of(session: Session, round_: AdmissionRound, outcome: str | None = None) -> list[Asks]:
    """Everybody who asks for a place of a round, or those with one outcome."""
    statement = select(*(getattr(Applicant, name) for name in Asks._fields)).where(
        Applicant.tenant_id == round_.tenant_id, Applicant.round == round_.code).order_by(Applicant.id)
    if outcome is not None:
        statement = statement.where(Applicant.outcome == outcome)
    return [Asks(*row) for row in session.execute(statement)]


def applicants_by_id(session: Session, round_: AdmissionRound, ids: Sequence[Any]) -> dict[uuid.UUID, Applicant]:
    """A part of the applicants of a round, to be written."""
    return {row.id: row for row in session.scalars(select(Applicant).where(
        Applicant.tenant_id == round_.tenant_id, Applicant.id.in_(ids)))}


def has_applicants(session: Session, round_: AdmissionRound) -> bool:
    """Whether anybody asks for a place of a round."""
    return session.execute(select(Applicant.id).where(
        Applicant.tenant_id == round_.tenant_id, Applicant.round == round_.code).limit(1)).first() is not None


def get_applicant(session: Session, scope: Scope, round_: AdmissionRound, applicant_id: uuid.UUID) -> Applicant:
    """One applicant of a round in scope; raises NotFound otherwise."""
    found = get_scoped(session, Applicant, applicant_id, scope)
    if (found.tenant_id, found.round) != (round_.tenant_id, round_.code):
        raise NotFound(N_("没有这名申请人，或者不在您的范围内"))
    return found


def decided(session: Session, scope: Scope, round_: AdmissionRound, after: int, limit: int | None) -> Sequence[Applicant]:
    """The applicants of a decided round in scope, in the order of its list, beyond a rank."""
    statement = in_scope(select(Applicant), Applicant, scope).where(
        Applicant.tenant_id == round_.tenant_id, Applicant.round == round_.code, Applicant.rank > after)
    return session.scalars(statement.order_by(Applicant.rank, Applicant.id).limit(limit)).all()


def count_decided(session: Session, scope: Scope, round_: AdmissionRound) -> tuple[int, int]:
    """How many asked in a decided round, in scope, and how many have a place."""
    statement: Any = select(func.count(), func.count().filter(Applicant.outcome == ADMITTED)).select_from(Applicant)
    total, admitted = session.execute(in_scope(statement, Applicant, scope).where(
        Applicant.tenant_id == round_.tenant_id, Applicant.round == round_.code)).one()
    return total, admitted


def count_referrals(session: Session, scope: Scope, round_: AdmissionRound) -> int:
    """How many of a round were passed on, in scope."""
    statement = in_scope(select(func.count()).select_from(Referral), Referral, scope)
    return session.scalar(statement.where(Referral.tenant_id == round_.tenant_id, Referral.round == round_.code)) or 0


def loans_of(session: Session, scope: Scope, school_year: int) -> list[Loan]:
    """Who needs a loan in a school year, in scope."""
    return list(session.scalars(in_scope(select(Loan), Loan, scope).where(Loan.school_year == school_year).order_by(Loan.id)))


def values_of(session: Session, scope: Scope, tenant_ids: Iterable[str], year: int) -> list[TargetValue]:
    """What was counted for targets in a year, in scope."""
    statement = in_scope(select(TargetValue), TargetValue, scope)
    return list(session.scalars(statement.where(TargetValue.tenant_id.in_(list(tenant_ids)), TargetValue.year == year)))


def names_of_loans(session: Session, rows: Sequence[Loan]) -> dict[uuid.UUID, str]:
    """The names of the students of loans that were read in scope, of whichever tenants."""
    return {one: person.name for tenant_id in {row.tenant_id for row in rows}
            for one, person in persons_by_id(session, tenant_id, [row.person_id for row in rows if row.tenant_id == tenant_id]).items()}
