"""Doing the work: one job at a time, by whoever takes it first."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from core.errors import PlatformError
from core.extensions import new_id, utcnow
from core.jobs import leases, waking
from core.jobs.catalogue import known_jobs
from core.jobs.clock import later
from core.jobs.errors import JobCancelled, JobLost, JobPostponed
from core.jobs.leases import Due, Taken
from core.jobs.models import PERIODIC, Job, State
from core.jobs.running import Parts, Run
from core.trail.models import PLATFORM

log = logging.getLogger("core.jobs")


def parts_of(app: Flask) -> Parts:
    """What a worker needs, of an app."""
    return Parts(app.config["BANGFU_SETTINGS"], app.extensions["bangfu.database"], app.extensions["bangfu.host"])


def run_due(where: Flask | Parts, *, early: bool = False, most: int = 1_000) -> int:
    """Run what is due, one after the other, until nothing is (or so many have been run); how many attempts
    that were. `early` also runs, once each, what should still wait: tests need not wait for a second try."""
    parts = parts_of(where) if isinstance(where, Flask) else where
    count = 0
    seen: set[Due] = set()
    while count < most:
        with parts.database.session() as session:
            found = [due for due in leases.list_due(session, parts.host, early=early) if due not in seen]
        if not found:
            break
        for due in found:
            if early:
                seen.add(due)
            count += run_one(parts, due, early=early)
    return count


def run_one(parts: Parts, due: Due, *, early: bool = False) -> bool:
    """Try to take a job and do it; False where it was not to be had."""
    with parts.database.transaction() as session:
        taken = leases.take(session, parts.host, due, early=early)
    if taken is None:
        return False
    run = Run(parts, taken)
    try:
        taken.known.spec.run(run)
        if not run.ended:
            _end(parts, taken, State.DONE, "")
    except JobLost:
        log.info("job %s %s: another worker has it", taken.known.spec.code, taken.number)
    except JobCancelled:
        _cancelled(parts, taken)
    except PlatformError as error:
        log.warning("job %s %s failed: %s", taken.known.spec.code, taken.number, error)
        _end(parts, taken, State.FAILED, error.text)
    except JobPostponed as postponed:
        log.warning("job %s %s postponed: %s", taken.known.spec.code, taken.number, postponed.reason)
        _again(parts, taken, postponed.seconds)
    except Exception:
        log.exception("job %s %s went wrong", taken.known.spec.code, taken.number)
        _again(parts, taken)
    return True


def _end(parts: Parts, taken: Taken, state: State, sentence: str) -> None:
    with parts.database.transaction() as session:
        leases.write(session, taken, leases.ended(taken.known.spec, state, sentence))


def _cancelled(parts: Parts, taken: Taken) -> None:
    with parts.database.transaction() as session:
        who = session.connection().scalar(select(Job.__table__.c.cancelled_by).where(taken.held))
        words = leases.cancelled_words(who or "")
        leases.write(session, taken, leases.ended(taken.known.spec, State.CANCELLED, words))


def _again(parts: Parts, taken: Taken, seconds: int | None = None) -> None:
    """Wait for the next try, as long as the spec says unless told, or give up after the last."""
    spec, tries = taken.known.spec, taken.earlier + 1
    if tries >= spec.attempts:
        _end(parts, taken, State.FAILED, f"原因已记入日志，请把编号 {taken.number} 告诉管理员")
        return
    if seconds is None:
        seconds = spec.waits[min(tries, len(spec.waits)) - 1] if spec.waits else 0
    values: dict[str, Any] = {"state": State.WAITING, "lease_until": None, "not_before": later(seconds),
                              "sentence": f"第 {tries} 次没有成功（编号 {taken.number}），将自动再试"}
    with parts.database.transaction() as session:
        if leases.write(session, taken, values):
            waking.after_commit(session, taken.tenant_id, taken.job_id, utcnow() + dt.timedelta(seconds=seconds))


def begin_periodic(parts: Parts) -> None:
    """Give every periodic job its one row, due at once; it stays for all later turns."""
    with parts.database.transaction() as session:
        connection = session.connection()
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        for code, known in known_jobs(parts.host).items():
            if known.spec.every is None:
                continue
            key = f"{PERIODIC}{code}"
            connection.execute(
                insert(Job).on_conflict_do_nothing(index_elements=["tenant_id", "open_key"]).values(
                    tenant_id=PLATFORM, id=new_id(), code=code, arguments={}, key=key, open_key=key, who="后台任务",
                    role="", state=State.WAITING, created_at=utcnow(), not_before=later(0), attempts=0, spent=0,
                    cancelled_by="", done=0, total=0, note="", sentence="", file_name="", file_type="",
                    file_size=0, file_path="", noticed=True))
