"""What becomes of old jobs and their files."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import cast

from sqlalchemy import Table, delete, update

from core.extensions import utcnow
from core.host.contract import JobRun
from core.jobs.catalogue import hidden_codes
from core.jobs.models import OPEN, Job
from core.jobs.running import FILES

#: result files are for fetching, not for keeping: what must stay belongs into a record's own documents
FILE_DAYS = 30
#: ended jobs stay on the list for a year, housekeeping that nobody sees for a week; the trail keeps what they did
VISIBLE_DAYS, HIDDEN_DAYS = 365, 7
_TABLE = cast(Table, Job.__table__)
_C = _TABLE.c


def tidy(run: JobRun) -> None:
    """Remove result files after 30 days, and jobs that ended long ago."""
    now = utcnow()
    with run.transaction("清理过期的后台任务") as session:
        connection, ended = session.connection(), _C.state.not_in(OPEN)
        hidden = _C.code.in_(hidden_codes(run.host))
        files = connection.execute(
            update(_TABLE).where(ended, _C.file_path != "", _C.finished_at < now - dt.timedelta(days=FILE_DAYS))
            .values(file_path=""))
        jobs = [connection.execute(delete(_TABLE).where(ended, which, _C.finished_at < now - dt.timedelta(days=days)))
                for which, days in ((hidden, HIDDEN_DAYS), (~hidden, VISIBLE_DAYS))]
        count = sum(found.rowcount for found in jobs)
        run.finish_in(session, f"清理 {files.rowcount} 个结果文件、{count} 个任务")
    # After the commit: what a crash leaves lying is removed the next day, by its age.
    _remove_old(run.settings.data_dir / FILES, time.time() - FILE_DAYS * 86_400)


def _remove_old(folder: Path, before: float) -> None:
    for path in folder.glob("*/*"):
        if path.is_file() and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
