"""Killed in the middle of a job: another worker takes it once the lease has run out, and the effect is one."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import ROOT
from core.extensions import Database
from core.host.contract import JobSpec
from core.jobs.models import State
from core.jobs.worker import run_due
from tests.core.jobs.conftest import MakeWorker, ask, effect, effects, expire, row

PROGRAM = """
import os, signal, sys
from pathlib import Path
from core.extensions import Database
from core.host.contract import JobSpec
from core.jobs.worker import run_due
from core.trail.services import record
from tests.core.jobs.conftest import worker
url, folder, moment = sys.argv[1:]
def die(now):
    if now == moment:
        os.kill(os.getpid(), signal.SIGKILL)
def work(run):
    die("taken")
    run.progress(0, 1)
    die("alive")
    with run.transaction() as session:
        record(session, run.actor, "core:test:write", "效果", subject="effect:1", tenant_id=run.tenant_id)
        die("written")
        run.finish_in(session, "做完了")
        die("ending")
    die("committed")
run_due(worker(Database(url), Path(folder), JobSpec("test.effect", "测试", work)))
"""


@pytest.mark.parametrize(("moment", "before", "attempts"), [
    ("taken", 0, 2), ("alive", 0, 2), ("written", 0, 2), ("ending", 0, 2), ("committed", 1, 1)])
def test_a_killed_job_is_done_once(database: Database, make_worker: MakeWorker, tmp_path: Path, moment: str,
                                   before: int, attempts: int) -> None:
    job = ask(database, "test.effect")
    url = database.engine.url.render_as_string(hide_password=False)
    done = subprocess.run([sys.executable, "-c", PROGRAM, url, str(tmp_path), moment], cwd=ROOT, capture_output=True,
                          text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert effects(database) == before
    parts = make_worker(JobSpec("test.effect", "测试", effect))
    assert run_due(parts) == 0  # the lease still runs
    expire(database)
    run_due(parts)
    found = row(database, job)
    assert (effects(database), found.state, found.attempts) == (1, State.DONE, attempts)
