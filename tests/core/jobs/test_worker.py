"""A job is done once in effect, whoever else tries; it is tried again, given up, cancelled and come round to."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text

from core.errors import RuleViolation, TenantScopeError
from core.extensions import Database, utcnow
from core.host.contract import JobRun, JobSpec
from core.jobs.errors import JobLost
from core.jobs.models import State
from core.jobs.running import open_file
from core.jobs.services import cancel_job, retry_job
from core.jobs.worker import begin_periodic, run_due
from core.trail.models import TrailEntry
from core.trail.services import record
from tests.core.jobs.conftest import ACTOR, MakeWorker, ask, effect, effects, expire, row


def test_a_job_is_done_and_says_so(database: Database, make_worker: MakeWorker) -> None:
    job = ask(database, "test.effect")
    assert run_due(make_worker(JobSpec("test.effect", "测试", effect))) == 1
    found = row(database, job)
    assert (found.state, found.sentence, found.result) == (State.DONE, "做完了", {"count": 1})
    assert effects(database) == 1
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT source FROM trail_entries WHERE subject = 'effect:1'")) == "job"


def test_a_worker_that_comes_too_late_writes_nothing(database: Database, make_worker: MakeWorker) -> None:
    lost: list[bool] = []

    def slow(run: JobRun) -> None:
        if run.attempt == 1:
            expire(database)
            assert run_due(parts) == 1  # another worker takes it, and is quicker
            try:
                effect(run)
            except JobLost:
                lost.append(True)
                raise
        effect(run)

    parts = make_worker(JobSpec("test.slow", "测试", slow))
    job = ask(database, "test.slow")
    run_due(parts)
    assert lost == [True]
    assert effects(database) == 1
    assert (row(database, job).attempts, row(database, job).state) == (2, State.DONE)


def test_a_transaction_proves_its_lease_although_it_does_not_end_the_job(database: Database,
                                                                         make_worker: MakeWorker) -> None:
    def slow(run: JobRun) -> None:
        if run.attempt == 1:
            expire(database)
            run_due(parts)
        with run.transaction() as session:
            record(session, run.actor, "core:test:write", "效果", subject="effect:1", tenant_id=run.tenant_id)

    parts = make_worker(JobSpec("test.slow", "测试", slow))
    ask(database, "test.slow")
    run_due(parts)
    assert effects(database) == 1


def test_many_workers_do_each_job_once(database: Database, make_worker: MakeWorker) -> None:
    parts = make_worker(JobSpec("test.effect", "测试", effect))
    for _ in range(12):
        ask(database, "test.effect")
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(run_due(parts))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == effects(database) == 12


def test_an_error_is_tried_again_and_then_given_up(database: Database, make_worker: MakeWorker,
                                                   caplog: pytest.LogCaptureFixture) -> None:
    def fail(run: JobRun) -> None:
        raise ValueError("synthetic")

    parts = make_worker(JobSpec("test.fail", "测试", fail, attempts=2, waits=(30,)))
    job = ask(database, "test.fail")
    asked = utcnow()
    assert run_due(parts) == 1  # the second try has to wait
    found = row(database, job)
    assert found.state == State.WAITING
    assert 25 < (found.not_before - asked).total_seconds() < 120
    assert run_due(parts, early=True) == 1
    found = row(database, job)
    number = f"{job.id.hex[-8:].upper()}-2"
    assert (found.state, number in found.sentence) == (State.FAILED, True)
    assert number in caplog.text and "synthetic" in caplog.text
    assert "synthetic" not in found.sentence
    with database.transaction() as session:
        retry_job(session, found, ACTOR)
    assert run_due(parts) == 1  # with all its tries
    assert row(database, job).state == State.WAITING


def test_what_a_rule_refuses_is_not_tried_again(database: Database, make_worker: MakeWorker) -> None:
    def refuse(run: JobRun) -> None:
        raise RuleViolation("名册已经锁定", rule="test")

    job = ask(database, "test.refuse", key="roster:1")
    run_due(make_worker(JobSpec("test.refuse", "测试", refuse)))
    found = row(database, job)
    assert (found.state, found.sentence, found.attempts) == (State.FAILED, "名册已经锁定", 1)
    assert ask(database, "test.refuse", key="roster:1").id != job.id


def test_cancelling_stops_at_the_next_sign_of_life(database: Database, make_worker: MakeWorker) -> None:
    def long(run: JobRun) -> None:
        with run.transaction() as session:
            record(session, run.actor, "core:test:write", "效果", subject="effect:1", tenant_id=run.tenant_id)
        run.progress(1, 2, "第一半")
        with database.transaction() as session:
            cancel_job(session, row(database, job), ACTOR)
        run.progress(2, 2)
        raise AssertionError("went on")

    job = ask(database, "test.long")
    run_due(make_worker(JobSpec("test.long", "测试", long)))
    found = row(database, job)
    assert (found.state, found.sentence) == (State.CANCELLED, "测试甲取消了任务")
    assert (found.done, found.total) == (2, 2)
    assert effects(database) == 1


def test_progress_within_an_open_transaction(database: Database, make_worker: MakeWorker) -> None:
    def one(run: JobRun) -> None:
        with run.transaction() as session:
            record(session, run.actor, "core:test:write", "效果", subject="effect:1", tenant_id=run.tenant_id)
            run.progress(1, 3, "第一行")
            run.progress(2, 3, "第二行")  # too soon to be written
            run.progress(3, 3, "第三行")
            run.finish_in(session, "做完了")

    job = ask(database, "test.one")
    run_due(make_worker(JobSpec("test.one", "测试", one)))
    found = row(database, job)
    assert (found.state, found.done, found.note) == (State.DONE, 3, "第三行")


def test_what_was_interrupted_too_often_is_given_up(database: Database, make_worker: MakeWorker) -> None:
    parts = make_worker(JobSpec("test.effect", "测试", effect, attempts=2))
    job = ask(database, "test.effect")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE jobs SET state = 'running', attempts = 2, lease_until = not_before"))
    expire(database)
    assert run_due(parts) == 0
    assert (row(database, job).state, effects(database)) == (State.FAILED, 0)


def test_periodic_work_keeps_one_row_and_comes_round(database: Database, make_worker: MakeWorker) -> None:
    def tidy(run: JobRun) -> None:
        with pytest.raises(TenantScopeError), run.transaction() as session:
            session.scalars(select(TrailEntry)).all()  # without a reason no tenant is open
        with run.transaction("测试") as session:
            record(session, run.actor, "core:test:write", "效果", subject="effect:1", tenant_id="990101")
            run.finish_in(session, f"第 {run.attempt} 轮，上一轮 {run.last}", {"turn": run.attempt})

    parts = make_worker(JobSpec("test.tidy", "定时测试", tidy, every=3600))
    begin_periodic(parts)
    begin_periodic(parts)
    assert [run_due(parts), run_due(parts), run_due(parts, early=True)] == [1, 0, 1]
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT state, sentence, attempts FROM jobs")).all()
        opened = connection.scalar(text("SELECT count(*) FROM trail_entries WHERE action = 'core:job:open'"))
    assert [tuple(found) for found in rows] == [(State.WAITING, "第 2 轮，上一轮 {'turn': 1}", 2)]
    assert opened == 1  # once a day


def test_a_result_file_is_kept(database: Database, make_worker: MakeWorker, tmp_path: Path) -> None:
    def give(run: JobRun) -> None:
        path = tmp_path / "made.csv"
        path.write_text("甲,1\n", encoding="utf-8")
        with run.transaction() as session:
            run.keep_file("名册.csv", "text/csv", path)
            run.finish_in(session, "已导出")
        path.unlink()

    job = ask(database, "test.give")
    parts = make_worker(JobSpec("test.give", "测试", give))
    run_due(parts)
    found = row(database, job)
    assert (found.file_name, found.file_type, found.file_size) == ("名册.csv", "text/csv", 6)
    kept = (parts.settings.data_dir / found.file_path).read_bytes()
    assert "甲".encode() not in kept and b"".join(open_file(parts.settings, found)).decode() == "甲,1\n"
