"""Asking for a job belongs to the transaction of the business."""

from __future__ import annotations

import threading
import uuid

import pytest

from core.errors import Conflict
from core.extensions import Database, tenant_scope
from core.host.contract import JobSpec
from core.jobs import waking
from core.jobs.models import State
from core.jobs.services import cancel_job, enqueue, retry_job
from core.jobs.worker import run_due
from tests.core.jobs.conftest import ACTOR, COUNTY, MakeWorker, ask, effect, effects, row


def test_a_job_exists_and_wakes_when_its_transaction_has_committed(database: Database, make_worker: MakeWorker) -> None:
    parts, woken = make_worker(JobSpec("test.effect", "测试", effect)), []
    waking.set_waker(database.engine, lambda tenant_id, job_id, due: woken.append((tenant_id, job_id, due)))
    session = database.session(write=True)
    enqueue(session, ACTOR, "test.effect", {}, tenant_id=COUNTY)
    session.rollback()
    assert (woken, run_due(parts)) == ([], 0)
    with tenant_scope(session, COUNTY):
        job = enqueue(session, ACTOR, "test.effect", {"a": ["甲"]}, tenant_id=COUNTY)
        assert woken == []
        session.commit()
    session.commit()
    session.close()
    assert woken == [(COUNTY, job.id, None)]
    assert row(database, job).arguments == {"a": ["甲"]}


def test_one_unfinished_job_for_each_key(database: Database, make_worker: MakeWorker) -> None:
    first = ask(database, "test.effect", key="seal")
    assert ask(database, "test.effect", key="seal").id == first.id
    assert ask(database, "test.effect", key="seal", tenant_id="990102").id != first.id
    assert ask(database, "test.effect").id != ask(database, "test.effect").id
    run_due(make_worker(JobSpec("test.effect", "测试", effect)))
    assert ask(database, "test.effect", key="seal").id != first.id


def test_two_who_ask_at_once_get_the_same_job(database: Database) -> None:
    found: list[uuid.UUID] = []
    rival = threading.Thread(target=lambda: found.append(ask(database, "test.effect", key="seal").id))
    with database.transaction() as session:
        job = enqueue(session, ACTOR, "test.effect", {}, tenant_id=COUNTY, key="seal")
        rival.start()
    rival.join()
    assert found == [job.id]


def test_a_waiting_job_is_cancelled_at_once_and_can_begin_afresh(database: Database, make_worker: MakeWorker) -> None:
    parts = make_worker(JobSpec("test.effect", "测试", effect))
    job = ask(database, "test.effect", key="seal")
    with database.transaction() as session:
        cancel_job(session, job, ACTOR)
    assert (run_due(parts), row(database, job).state) == (0, State.CANCELLED)
    with database.transaction() as session, pytest.raises(Conflict):
        cancel_job(session, job, ACTOR)
    other = ask(database, "test.effect", key="seal")
    with database.transaction() as session, pytest.raises(Conflict, match="同样的任务"):
        retry_job(session, row(database, job), ACTOR)
    with database.transaction() as session:
        cancel_job(session, other, ACTOR)
        retry_job(session, row(database, job), ACTOR)
    assert run_due(parts) == 1
    with database.transaction() as session, pytest.raises(Conflict):
        retry_job(session, row(database, job), ACTOR)
    assert effects(database) == 1
