"""Made-up records for the demo: a survey with needs and measures, a few pupils on the pathway, the two databases counted once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.extensions import Actor, today
from core.ledgers.columns import fields_for
from core.ledgers.storing import create, update
from core.registry.models import Enrolment
from core.registry.queries import present
from core.tenancy.queries import TenantPlace, get_tenant
from plugins.education_aid.ledgers.needs import MEASURES, PATHWAYS, SURVEYS
from plugins.education_aid.models import Measure, Survey
from plugins.education_aid.queries.persons import persons_by_id
from plugins.education_aid.queries.rolls import poor_members
from plugins.education_aid.rules.needs import DOING, DONE, Need
from plugins.education_aid.rules.words import term_on
from plugins.education_aid.services import agreed, enrolling

_SURVEYED, _DONE, _ON_THE_WAY = 25, 4, 6
_POOR = ("filing_card", "allowance", "extreme_hardship")


def load(session: Session, tenant_id: str, actor: Actor) -> None:
    """What the plan of a tenant asks for; once."""
    tenant, day = get_tenant(session, tenant_id), today()
    if session.scalar(select(Survey.id).where(Survey.tenant_id == tenant_id).limit(1)) is not None:
        return
    if agreed.survey_form(session, tenant, day) is not None:
        _survey(session, tenant, agreed.needs_of(session, tenant, day), day, actor)
    pathways = agreed.pathways_of(session, tenant, day)
    if pathways:
        _follow(session, tenant, next(iter(pathways)), actor)
    if agreed.roll_terms(session, tenant, day) is not None:
        enrolling.update(session, tenant, day, actor)


def _survey(session: Session, tenant: TenantPlace, needs: Mapping[str, Need], day: dt.date, actor: Actor) -> None:
    names, fields = [need.name for need in needs.values()], fields_for(session, SURVEYS, tenant.id)
    poor = {one.person.id for one in poor_members(session, tenant.id, _POOR, day)}
    for number, row in enumerate([row for row in _pupils(session, tenant.id) if row.person_id in poor][:_SURVEYED]):
        said: dict[str, Any] = {field.name: field.choices[number % len(field.choices)][0] if field.choices else number % 3 == 0
                                for field in fields if field.extra and field.kind in ("choice", "yes_no")}
        create(session, SURVEYS, tenant.id, row.unit_id, {
            "person_id": str(row.person_id), "unit_id": str(row.unit_id), "school_year": row.school_year, "surveyed_on": day,
            "stage": row.stage, "category": _POOR[number % len(_POOR)], "needs": "、".join(_some(names, number)), **said},
            actor, fields=fields)
    begun = session.scalars(select(Measure).where(Measure.tenant_id == tenant.id).order_by(Measure.id).limit(2 * _DONE)).all()
    for number, measure in enumerate(begun):
        done = {"state": DONE, "done_on": day} if number < _DONE else {"state": DOING}
        update(session, MEASURES, measure, {**done, "progress": "演示"}, measure.version, actor)


def _some(names: Sequence[str], number: int) -> list[str]:
    """One, two, or three needs in turn."""
    return [names[(number + at) % len(names)] for at in range(1 + number % min(3, len(names)))] if names else []


def _follow(session: Session, tenant: TenantPlace, pathway: str, actor: Actor) -> None:
    for row in _pupils(session, tenant.id, "vocational")[:_ON_THE_WAY]:
        create(session, PATHWAYS, tenant.id, row.unit_id, {
            "person_id": str(row.person_id), "unit_id": str(row.unit_id), "pathway": pathway, "stage": row.stage, "grade": row.grade or 1,
            "since": dt.date(term_on(today())[0], 9, 1), "state": "active"}, actor)


def _pupils(session: Session, tenant_id: str, *stages: str) -> list[Enrolment]:
    """The pupils of the newest term, each once."""
    term = Enrolment.school_year * 2 + Enrolment.term
    newest = select(func.max(term)).where(Enrolment.tenant_id == tenant_id, present(Enrolment)).scalar_subquery()
    where = [Enrolment.stage.in_(stages)] if stages else []
    rows = session.scalars(select(Enrolment).where(Enrolment.tenant_id == tenant_id, present(Enrolment), term == newest,
                                                   Enrolment.ended_on.is_(None), *where).order_by(Enrolment.id)).all()
    there = persons_by_id(session, tenant_id, [row.person_id for row in rows])
    return [row for row in {row.person_id: row for row in rows}.values() if row.person_id in there]
