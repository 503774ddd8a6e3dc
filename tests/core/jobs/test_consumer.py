"""The threads that work are woken when a job is committed, and sweep up what nobody announced."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading

from core.extensions import Database, utcnow
from core.host.contract import JobRun, JobSpec
from core.jobs import consumer, waking
from core.jobs.consumer import Bell, consumer_of
from core.jobs.services import enqueue
from core.jobs.worker import run_due
from tests.core.jobs.conftest import ACTOR, COUNTY, MakeWorker, ask, effect, effects

PATIENCE = 60


def test_a_committed_job_wakes_a_worker(database: Database, make_worker: MakeWorker) -> None:
    ran: list[str] = []
    known = {name: threading.Event() for name in ("unannounced", "woken", "later")}

    def work(run: JobRun) -> None:
        effect(run)
        ran.append(run.arguments["name"])
        known[run.arguments["name"]].set()

    parts = make_worker(JobSpec("test.work", "测试", work))
    ask(database, "test.work", {"name": "unannounced"})  # nobody listens yet
    bell = Bell(parts)
    threads = consumer_of(bell, 2, inside=True)
    runner = threading.Thread(target=threads.run)
    runner.start()
    try:
        assert known["unannounced"].wait(PATIENCE)  # swept up at the start
        bell.listen()
        ask(database, "test.work", {"name": "woken"})
        assert known["woken"].wait(PATIENCE)
        with database.transaction() as session:
            enqueue(session, ACTOR, "test.work", {"name": "later"}, tenant_id=COUNTY,
                    not_before=utcnow() + dt.timedelta(seconds=1))
        assert known["later"].wait(PATIENCE)
    finally:
        threads.stop(graceful=True)
        runner.join(PATIENCE)
        bell.close()
    assert not runner.is_alive()
    assert (sorted(ran), effects(database)) == (["later", "unannounced", "woken"], 3)


def test_a_bell_that_cannot_ring_loses_no_job(sqlite_database: Database, make_worker: MakeWorker,
                                              caplog: object) -> None:
    parts = make_worker(JobSpec("test.effect", "测试", effect))
    broken = dataclasses.replace(parts.settings, data_dir=parts.settings.data_dir / "missing" / "\0")
    waking.set_waker(parts.database.engine, Bell(dataclasses.replace(parts, settings=broken)).ring)
    ask(parts.database, "test.effect")
    assert run_due(parts) == 1


def test_the_web_process_works_by_itself_unless_told_not_to(database: Database, make_worker: MakeWorker) -> None:
    done = threading.Event()

    def work(run: JobRun) -> None:
        effect(run)
        done.set()

    parts = make_worker(JobSpec("test.work", "测试", work))
    ask(database, "test.work")
    assert consumer.install(parts, work=False).threads is None
    assert effects(database) == 0
    bell = consumer.install(parts, work=True)
    try:
        assert done.wait(PATIENCE)
    finally:
        bell.close()
