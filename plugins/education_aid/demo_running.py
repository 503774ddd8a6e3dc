"""Made-up records for the demo: applications on their way, a look for who was missed, and the hunt where the plan has one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import ParameterError
from core.extensions import Actor
from core.processes.bulk import MOST, take_many
from core.registry.models import Enrolment
from core.registry.queries import present
from plugins.education_aid.models import Application
from plugins.education_aid.processes.applications import APPLICATION
from plugins.education_aid.queries.runs import latest_run
from plugins.education_aid.services import applying, cases, hunting

_TEACHER = Actor(None, "演示班主任", role="class_teacher", source="cli")
_DAYS_AWAY = 5
_HEAD = Actor(None, "演示学校", role="school_clerk", source="cli")


def load(session: Session, tenant_id: str, actor: Actor) -> None:
    """The running of the newest term that was worked out; once."""
    run = latest_run(session, tenant_id)
    if run is None or session.scalar(select(Application.id).where(Application.tenant_id == tenant_id).limit(1)) is not None:
        return
    year, term = run.school_year, run.term
    applying.draft_from_awards(session, tenant_id, year, term, actor)
    _walk(session, tenant_id, "draft", "submit", actor, 4)
    _walk(session, tenant_id, "class_review", "review", _TEACHER, 3)
    _walk(session, tenant_id, "school_review", "school", _HEAD, 2)
    cases.look(session, tenant_id, year, term, actor)
    away = session.scalars(select(Enrolment).where(
        Enrolment.tenant_id == tenant_id, Enrolment.school_year == year, Enrolment.term == term, Enrolment.stage == "primary",
        Enrolment.elsewhere_school == "", Enrolment.ended_on.is_(None), present(Enrolment)).order_by(Enrolment.id).limit(1)).first()
    if away is not None:
        hunting.mark_absent(session, away, _DAYS_AWAY, "家访未遇（演示）", actor)
    try:
        hunting.look(session, tenant_id, year, term, actor)
    except ParameterError:
        return  # the plan names no cohort: nobody is guessed in


def _walk(session: Session, tenant_id: str, state: str, step: str, actor: Actor, part: int) -> None:
    """Let so many of five applications of a state go on."""
    rows = session.scalars(select(Application).where(Application.tenant_id == tenant_id, Application.state == state)
                           .order_by(Application.id)).all()
    chosen = rows[: min(len(rows) * part // 5, MOST)]
    if chosen:
        take_many(session, None, APPLICATION, chosen, step, actor)
