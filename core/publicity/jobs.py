"""Work that comes round: closing the notices whose days are over."""

from __future__ import annotations

from core.host.contract import JobRun, JobSpec
from core.publicity.services import close_due

#: seconds; nobody sees a notice past its last day, so this only puts its state in order
EVERY = 600


def close_notices(run: JobRun) -> None:
    """Close what has withdrawn itself."""
    with run.transaction("公示期满自动撤下") as session:
        count = close_due(session, run.host, run.actor)
        run.finish_in(session, f"期满撤下 {count} 件公示")


JOBS = [JobSpec("publicity.close", "公示期满自动撤下", close_notices, every=EVERY, visible=False)]
