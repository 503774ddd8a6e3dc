"""What surveys, measures and pathways tell of a child on their page, and what of it goes when a person is erased."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import url_for
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.access.scoping import in_scope
from core.errors import N_
from core.extensions.phrases import phrase
from core.host.contract import Place, Subject, TimelineEntry
from core.tenancy.stages import STAGES
from plugins.education_aid.models import Measure, PathwayMember, PathwayStep, Survey
from plugins.education_aid.permissions import Action
from plugins.education_aid.rules.needs import DONE, DROPPED

CARRIED_OUT = phrase(N_("%(need)s：%(title)s，已落实"))


def of_person(session: Session, place: Place, person: Subject, most: int) -> list[TimelineEntry]:
    """A line for each survey, each measure that is done, and each step of a pathway; all lead to the child's file."""
    scope = place.scope(Action.NEED_READ)
    url = url_for("education_aid.need_file", code=place.code, person_id=person.id)
    surveys = session.scalars(in_scope(select(Survey).where(Survey.person_id == person.id, Survey.removed_at.is_(None)), Survey, scope)
                              .order_by(Survey.id.desc()).limit(most))
    measures = session.scalars(in_scope(select(Measure).where(Measure.person_id == person.id, Measure.state != DROPPED), Measure, scope)
                               .order_by(Measure.id.desc()).limit(most)).all()
    steps = session.scalars(in_scope(select(PathwayStep).join(
        PathwayMember, (PathwayMember.tenant_id == PathwayStep.tenant_id) & (PathwayMember.id == PathwayStep.member_id)).where(
        PathwayMember.person_id == person.id), PathwayStep, scope).order_by(PathwayStep.id.desc()).limit(most))
    return [*(TimelineEntry(row.surveyed_on, _surveyed(row, measures), url) for row in surveys),
            *(TimelineEntry(row.done_on, CARRIED_OUT(need=row.need, title=row.title), url)
              for row in measures if row.done_on and row.state == DONE),
            *(TimelineEntry(row.happened_on, _step(row), url) for row in steps)]


def _surveyed(row: Survey, measures: Sequence[Measure]) -> str:
    asked = [one for one in measures if one.school_year == row.school_year]
    done = sum(one.state == DONE for one in asked)
    return f"填写困难学生调查表：{row.needs or '没有写明需求'}" + (f"，措施 {len(asked)} 条，已落实 {done} 条" if asked else "")


def _step(row: PathwayStep) -> str:
    if row.to_stage:
        return f"贯通培养：进入{STAGES.get(row.to_stage, row.to_stage)}"
    return f"贯通培养：离开{STAGES.get(row.from_stage, row.from_stage)}" + (f"，{row.why}" if row.why else "")


def forget(session: Session, tenant_id: str, person_id: uuid.UUID) -> None:
    """Free text about a person, and the plan's own questions, go; counts, needs and days stay."""
    mine = {model: (model.tenant_id == tenant_id, model.person_id == person_id) for model in (Survey, Measure, PathwayMember)}
    session.execute(update(Survey).where(*mine[Survey]).values(note="", extra={}))
    session.execute(update(Measure).where(*mine[Measure]).values(progress=""))
    members = select(PathwayMember.id).where(*mine[PathwayMember])
    session.execute(update(PathwayStep).where(PathwayStep.tenant_id == tenant_id, PathwayStep.member_id.in_(members)).values(why=""))
    session.execute(update(PathwayMember).where(*mine[PathwayMember]).values(ended_why=""))
