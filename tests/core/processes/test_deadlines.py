"""Deadlines: by the plan of the day, by the announced calendar, counted anew when a year is announced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.calendar import days as calendar
from core.extensions import Database, tenant_scope
from core.host.processes import Deadline, Process
from core.jobs.running import Parts
from core.jobs.worker import run_due
from core.processes.jobs import JOBS
from core.processes.models import ProcessDue
from core.processes.services import take
from core.units.models import Unit
from tests.core.jobs.conftest import MakeWorker, ask, make_worker
from tests.core.processes.conftest import JIA, SCHOOL, SCHOOL_CLERK, make_certificate
from tests.factories.tenancy import days, tenant_with_plan
from tests.sample_plugin.processes import CERTIFICATE

__all__ = ["make_worker"]
OnDay = Callable[[dt.date], None]


def by_plan(deadline: Deadline) -> Process:
    """The process of the sample, its step due as this says."""
    return replace(CERTIFICATE, steps=tuple(
        replace(step, deadline=deadline) if step.deadline else step for step in CERTIFICATE.steps))


def submit(session: Session, process: Process, unit: Unit) -> ProcessDue | None:
    """A certificate that waits for its step; what is due of it."""
    made = make_certificate(session, unit.id)
    take(session, None, process, made, "submit", SCHOOL_CLERK)
    return session.scalars(select(ProcessDue).where(ProcessDue.record_id == made.id)).first()


@pytest.mark.parametrize(("unit", "due"), [("工作日", dt.date(2025, 10, 15)), ("自然日", dt.date(2025, 10, 9))])
def test_the_plan_says_how_many_days_of_which_kind(
        database: Database, units: dict[str, Unit], on_day: OnDay, unit: str, due: dt.date) -> None:
    on_day(dt.date(2025, 9, 26))
    with database.transaction() as session:
        tenant_with_plan(session, days(9, unit=unit))
    with database.transaction() as session, tenant_scope(session, JIA):
        found = submit(session, by_plan(Deadline("publicity.days", unit="教学日")), units[SCHOOL])
        assert found is not None
        assert (found.days, found.unit, found.due_on, found.clause) == (9, unit, due, "甲县方案　一")


def test_a_number_the_print_masks_sets_no_deadline(database: Database, units: dict[str, Unit]) -> None:
    masked = days(7).replace("value = 7", 'value = { state = "masked", printed = "x个工作日" }')
    with database.transaction() as session:
        tenant_with_plan(session, masked)
    with database.transaction() as session, tenant_scope(session, JIA):
        assert submit(session, by_plan(Deadline("publicity.days")), units[SCHOOL]) is None


def test_a_year_that_is_announced_later_is_counted_anew(
        database: Database, units: dict[str, Unit], on_day: OnDay, monkeypatch: pytest.MonkeyPatch,
        make_worker: MakeWorker) -> None:
    on_day(dt.date(2026, 12, 28))
    with database.transaction() as session, tenant_scope(session, JIA):
        found = submit(session, CERTIFICATE, units[SCHOOL])
        assert found is not None
        assert (found.due_on, found.provisional) == (dt.date(2027, 1, 11), True)
    # The State Council announces that the first three days of 2027 are holidays, as every year, and the 4th as well.
    monkeypatch.setattr(calendar, "_looked_up", lambda day: day.weekday() < 5 and not dt.date(2027, 1, 1) <= day <= dt.date(2027, 1, 4))
    worker: Parts = make_worker(*(replace(job, every=None) for job in JOBS))
    ask(database, "processes.recount", tenant_id="00")
    assert run_due(worker) == 1
    with database.session() as session, tenant_scope(session, JIA):
        due = session.scalars(select(ProcessDue)).one()
        assert (due.due_on, due.provisional) == (dt.date(2027, 1, 13), False)
