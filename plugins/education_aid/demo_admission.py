"""Made-up records for the demo: a round of admission with applicants, students in need of a loan, a place of work beside study."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import Actor
from core.ledgers.storing import create
from core.registry.models import Enrolment
from core.registry.queries import present
from plugins.education_aid.ledgers.admission import APPLICANTS, LOANS, ROUNDS, WORK
from plugins.education_aid.models import AdmissionRound, AidRun
from plugins.education_aid.queries.runs import latest_run

_CODE, _PLACES, _CUTOFF, _MOST = "demo-1", 5, Decimal(500), 8


def load(session: Session, tenant_id: str, actor: Actor) -> None:
    """By the pupils of the newest term that was worked out; once."""
    run = latest_run(session, tenant_id)
    if run is None or session.scalar(select(AdmissionRound.id).where(AdmissionRound.tenant_id == tenant_id).limit(1)) is not None:
        return
    leavers, students = _pupils(session, run, "junior"), _pupils(session, run, "college", "university")
    if leavers:
        _round(session, run, leavers, actor)
    for number, row in enumerate(students):
        create(session, LOANS, tenant_id, run.unit_id, {
            "person_id": str(row.person_id), "unit_id": str(row.unit_id), "school_year": run.school_year,
            "asked": Decimal(9000) if number % 2 else Decimal(7500), "state": "granted" if number % 3 else "asked"}, actor)


def _round(session: Session, run: AidRun, leavers: list[Enrolment], actor: Actor) -> None:
    create(session, ROUNDS, run.tenant_id, run.unit_id, {
        "title": "普通高中录取（演示）", "code": _CODE, "unit_id": str(run.unit_id), "destination": "普通高中",
        "school_year": run.school_year,
        "term": run.term, "facts_on": run.as_on, "places": _PLACES, "cutoff": _CUTOFF}, actor)
    for number, row in enumerate(leavers, 1):
        create(session, APPLICANTS, run.tenant_id, run.unit_id, {
            "round": _CODE, "person_id": str(row.person_id), "unit_id": str(row.unit_id), "score": _CUTOFF + 10 * (number - 3),
            "came": number}, actor)
    create(session, WORK, run.tenant_id, run.unit_id, {
        "title": "图书馆助理（演示）", "unit_id": str(leavers[0].unit_id),
        "school_year": run.school_year, "places": 2, "since": run.as_on}, actor)


def _pupils(session: Session, run: AidRun, *stages: str) -> list[Enrolment]:
    """Some pupils of the term, each once."""
    rows = session.scalars(select(Enrolment).where(
        Enrolment.tenant_id == run.tenant_id, Enrolment.school_year == run.school_year, Enrolment.term == run.term,
        Enrolment.stage.in_(stages), present(Enrolment)).order_by(Enrolment.id).limit(_MOST))
    return list({row.person_id: row for row in rows}.values())
