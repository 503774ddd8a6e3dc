"""Background work of the sample: visits noted one by one, and a count that comes round by itself."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, select

from core.host.contract import JobRun, JobSpec
from tests.sample_plugin.models import Visit
from tests.sample_plugin.services import note_visit


def note_visits(run: JobRun) -> None:
    """Note a visit for each title, with all of them in one transaction. With a gate, a file, it waits until that
    is there: tests look at a job that goes on."""
    titles, gate = run.arguments["titles"], run.arguments.get("gate")
    assert run.unit_id is not None
    while gate and not Path(gate).exists():
        run.progress(1, len(titles) + 1, "等待开门")
        time.sleep(0.1)
    with run.transaction() as session:
        for number, title in enumerate(titles, 1):
            note_visit(session, run.tenant_id, run.unit_id, title, Decimal("100"), dt.date(2020, 1, 1), run.actor)
            run.progress(number, len(titles), title)
        run.finish_in(session, f"登记了 {len(titles)} 次走访", {"count": len(titles)})


def count_visits(run: JobRun) -> None:
    """Count the visits of every tenant where the sample is on."""
    with run.transaction("清点走访") as session:
        count = session.scalar(select(func.count()).select_from(Visit)) or 0
        run.finish_in(session, f"共 {count} 次走访")


JOBS = [
    JobSpec("sample.visit", "登记走访", note_visits),
    JobSpec("sample.count", "清点走访", count_visits, every=86_400, visible=False),
]
