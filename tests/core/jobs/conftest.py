"""A worker with jobs of the tests' own, and what they have done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from core.extensions import Actor, Database
from core.host.contract import JobRun, JobSpec
from core.host.manager import PluginHost
from core.host.markers import hookimpl
from core.jobs.models import Job
from core.jobs.running import Parts
from core.jobs.services import enqueue
from core.trail.services import record
from tests.conftest import settings_for

COUNTY = "990101"
ACTOR = Actor(None, "测试甲", role="aid_centre")


class Works:
    """A built-in feature that has these jobs."""

    def __init__(self, *specs: JobSpec) -> None:
        self.specs = list(specs)

    @hookimpl
    def register_jobs(self) -> list[JobSpec]:
        return self.specs


def worker(database: Database, folder: Path, *specs: JobSpec) -> Parts:
    """A worker that knows these jobs."""
    host = PluginHost()
    host.add_builtin(Works(*specs))
    return Parts(settings_for(database.engine.url.render_as_string(hide_password=False), folder), database, host)


MakeWorker = Callable[..., Parts]


@pytest.fixture
def make_worker(database: Database, tmp_path: Path) -> MakeWorker:
    return lambda *specs: worker(database, tmp_path, *specs)


def ask(database: Database, code: str, arguments: dict[str, object] | None = None, *, tenant_id: str = COUNTY,
        key: str | None = None) -> Job:
    """Ask for a job and commit."""
    with database.transaction() as session:
        return enqueue(session, ACTOR, code, arguments or {}, tenant_id=tenant_id, key=key)


def effect(run: JobRun) -> None:
    """What the jobs of the tests do: leave one entry, and end in the same transaction."""
    with run.transaction() as session:
        record(session, run.actor, "core:test:write", "效果", subject="effect:1", tenant_id=run.tenant_id)
        run.finish_in(session, "做完了", {"count": 1})


def effects(database: Database) -> int:
    """How often that has been done."""
    with database.engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM trail_entries WHERE subject LIKE 'effect:%'")) or 0


def row(database: Database, job: Job) -> Job:
    """The job as it stands."""
    table = Job.__table__
    with database.engine.connect() as connection:
        return Job(**connection.execute(table.select().where(table.c.id == job.id)).one()._mapping)


def expire(database: Database) -> None:
    """Let every lease run out."""
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE jobs SET lease_until = '2020-01-01 00:00:00.000000' WHERE lease_until IS NOT NULL"))
