"""Killed in the middle of a job: another worker takes it once the lease has run out, and the effect is one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from core.extensions import Database
from core.host.contract import JobRun, JobSpec
from core.jobs.models import State
from core.jobs.worker import run_due
from core.trail.services import record
from tests.core.jobs.conftest import MakeWorker, ask, expire, row
from tests.support import forks

#: where a worker is killed → whether its effect is there
MOMENTS = {"taken": False, "alive": False, "written": False, "ending": False, "committed": True}
#: one process for each moment; each takes the next of the waiting jobs and is killed in the midst of it
PROGRAM = """
import os, signal, sys
from pathlib import Path
from core.extensions import Database
from core.host.contract import JobSpec
from core.jobs.worker import run_due
from core.trail.services import record
from tests.core.jobs.conftest import worker
url, folder = sys.argv[1:]
def work(run):
    def die(now):
        if now == run.arguments["moment"]:
            os.kill(os.getpid(), signal.SIGKILL)
    die("taken")
    run.progress(1, 1)
    die("alive")
    with run.transaction() as session:
        record(session, run.actor, "core:test:write", "效果", subject=f"effect:{run.job_id}", tenant_id=run.tenant_id)
        die("written")
        run.finish_in(session, "做完了")
        die("ending")
    die("committed")
while True:
    child = os.fork()
    if child == 0:
        run_due(worker(Database(url), Path(folder), JobSpec("test.effect", "测试", work)))
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if not os.WIFSIGNALED(status):
        sys.exit(os.waitstatus_to_exitcode(status))
    print(os.WTERMSIG(status))
"""


def finish(run: JobRun) -> None:
    """The same work, by a worker that nobody kills."""
    with run.transaction() as session:
        record(session, run.actor, "core:test:write", "效果", subject=f"effect:{run.job_id}", tenant_id=run.tenant_id)
        run.finish_in(session, "做完了")


def effects(database: Database) -> dict[str, int]:
    """How often each job has had its effect, by the job's id."""
    with database.engine.connect() as connection:
        rows = connection.execute(text(
            "SELECT subject, count(*) AS times FROM trail_entries WHERE subject LIKE 'effect:%' GROUP BY subject"))
        return {found.subject: found.times for found in rows}


def test_a_killed_job_is_done_once(database: Database, make_worker: MakeWorker, tmp_path: Path) -> None:
    jobs = {moment: ask(database, "test.effect", {"moment": moment}) for moment in MOMENTS}
    url = database.engine.url.render_as_string(hide_password=False)
    assert forks.run(PROGRAM, url, str(tmp_path)) == forks.Ended(0, "9\n" * len(MOMENTS))
    subjects = {moment: f"effect:{job.id}" for moment, job in jobs.items()}
    assert effects(database) == {subjects[moment]: 1 for moment, there in MOMENTS.items() if there}
    parts = make_worker(JobSpec("test.effect", "测试", finish))
    assert run_due(parts) == 0  # the leases still run
    expire(database)
    assert run_due(parts) == sum(not there for there in MOMENTS.values())
    assert effects(database) == dict.fromkeys(subjects.values(), 1)
    assert {row(database, job).state for job in jobs.values()} == {State.DONE}
