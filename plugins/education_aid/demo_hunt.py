"""Made-up records for the demo: who is in charge of which village, the schools' monthly reports, and the hunt itself."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import ParameterError
from core.extensions import Actor, today
from core.registry.models import Enrolment, Person
from core.registry.queries import present
from core.units.models import Unit
from plugins.education_aid.models import AidRun, DropoutPatch, DropoutReport
from plugins.education_aid.queries import hunt
from plugins.education_aid.services import hunting

_DAYS_AWAY = 5
#: one village of so many has nobody, one school of so many has not reported
_GAP = 9
_STEMS = "甲乙丙丁戊己庚辛壬癸"


def load(session: Session, run: AidRun, actor: Actor) -> None:
    """By the pupils of a run's term."""
    _share_out(session, run)
    _report(session, run)
    _mark_one_absent(session, run, actor)
    try:
        hunting.look(session, run.tenant_id, run.school_year, run.term, actor)
    except ParameterError:
        return  # the plan names no cohort: nobody is guessed in


def _share_out(session: Session, run: AidRun) -> None:
    """Villages with people, less a few."""
    villages = session.scalars(select(Person.unit_id).join(Unit, Unit.id == Person.unit_id).where(
        Person.tenant_id == run.tenant_id, present(Person), Unit.level == "village").group_by(Person.unit_id).order_by(Person.unit_id))
    session.add_all(DropoutPatch(tenant_id=run.tenant_id, unit_id=unit_id, staff=f"演示包抓教师{_STEMS[at % len(_STEMS)]}", since=run.as_on)
                    for at, unit_id in enumerate(villages.all()) if at % _GAP)


def _report(session: Session, run: AidRun) -> None:
    """What schools report of the month of the run: one pupil of each is on leave, at every second one is not there."""
    for at, line in enumerate(hunt.schools(session, Scope((run.tenant_id,)), run.school_year, run.term)):
        if at % _GAP and line.register > 1:
            session.add(DropoutReport(tenant_id=run.tenant_id, unit_id=line.unit.id, month=f"{run.as_on:%Y-%m}", register=line.register,
                                      present=line.register - 1 - at % 2, on_leave=1))


def _mark_one_absent(session: Session, run: AidRun, actor: Actor) -> None:
    away = session.scalars(select(Enrolment).where(
        Enrolment.tenant_id == run.tenant_id, Enrolment.school_year == run.school_year, Enrolment.term == run.term,
        Enrolment.stage == "primary", Enrolment.elsewhere_school == "", Enrolment.ended_on.is_(None), present(Enrolment))
        .order_by(Enrolment.id).limit(1)).first()
    case = hunting.mark_absent(session, away, _DAYS_AWAY, "家访未遇（演示）", actor) if away is not None else None
    if case is not None:
        hunting.note_visit(session, case, today(), "演示包抓教师", "祖母", "父母外出务工，答应下周返校（演示）", actor)
