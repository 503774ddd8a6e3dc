"""The clock's own work: what was counted on a calendar not yet announced is counted anew once it is."""

from __future__ import annotations

from sqlalchemy import select

from core.calendar import DayKind, add_days
from core.errors import N_
from core.host.contract import JobRun, JobSpec
from core.processes.models import ProcessDue

DAY = 86_400


def recount(run: JobRun) -> None:
    """Count provisional due days again."""
    with run.transaction("按新公布的节假日安排重新计算期限") as session:
        changed = 0
        for due in session.scalars(select(ProcessDue).where(ProcessDue.provisional)):
            found = add_days(due.since, due.days, DayKind.of_unit(due.unit))
            if (found.day, found.provisional) != (due.due_on, due.provisional):
                due.due_on, due.provisional = found.day, found.provisional
                changed += 1
        run.finish_in(session, f"重新计算期限，调整 {changed} 项", {"changed": changed})


JOBS = [JobSpec("processes.recount", N_("重算暂定期限"), recount, every=DAY, visible=False)]
