"""One attempt at a job: the `JobRun` that its function works with."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.config import Settings
from core.errors import N_, NotFound, PlatformError
from core.extensions import Database, all_tenants, new_id, tenant_scope, utcnow
from core.extensions.phrases import phrase
from core.host.manager import PluginHost
from core.host.models import PluginSwitch
from core.host.queries import enabled_many
from core.jobs import leases
from core.jobs.catalogue import CORE
from core.jobs.errors import JobCancelled, JobLost
from core.jobs.leases import Taken
from core.jobs.models import Job, State
from core.privacy.files import ENDING, SealedFiles
from core.privacy.vault import Vault
from core.trail.models import PLATFORM
from core.trail.services import record

OPENED_ALL = phrase(N_("后台任务“%(title)s”打开全部租户"))
#: the folder of result files, in the data folder; they may hold personal data and lie sealed
FILES = "job-files"
#: progress is written no more often than this, in seconds
QUIET = 0.5
OPENED = "core:job:open"


@dataclass(frozen=True)
class Parts:
    """What a worker needs of the running platform."""

    settings: Settings
    database: Database
    host: PluginHost


class Run:
    """A `JobRun`; see `core.host.contract`."""

    def __init__(self, parts: Parts, taken: Taken) -> None:
        self.settings, self.database, self.host = parts.settings, parts.database, parts.host
        self.job_id, self.tenant_id, self.unit_id = taken.job_id, taken.tenant_id, taken.unit_id
        self.arguments: dict[str, Any] = taken.arguments
        self.actor = taken.actor
        self.attempt = taken.attempt
        self.last = taken.last
        self.ended = False
        self._taken = taken
        self._spec = taken.known.spec
        self._session: Session | None = None
        self._ending = False
        self._said = -QUIET

    @contextmanager
    def transaction(self, reason: str = "") -> Iterator[Session]:
        """See `JobRun`."""
        if self._session is not None:
            raise PlatformError(N_("任务的事务不能嵌套"))
        if self.ended:
            raise JobLost(self._taken.number)
        try:
            with self.database.transaction() as session:
                self._session = session
                with self._scope(session, reason):
                    yield session
                if not self._ending:
                    self._write(session, leases.renewal(self._spec))
            self.ended = self._ending
        finally:
            self._session, self._ending = None, False

    def progress(self, done: int, total: int, note: str = "") -> None:
        """See `JobRun`."""
        now = time.monotonic()
        if done < total and now - self._said < QUIET:
            return
        self._said = now
        values = {"done": done, "total": total, "note": note[:200], **leases.renewal(self._spec)}
        with self._writing() as session:
            self._write(session, values)
            held = select(Job.__table__.c.cancelled_by).where(self._taken.held)
            cancelled = session.connection().scalar(held)
        if cancelled:
            raise JobCancelled(self._taken.number)

    def finish_in(self, session: Session, sentence: str, result: dict[str, Any] | None = None) -> None:
        """See `JobRun`."""
        if session is not self._session:
            raise PlatformError(N_("任务只能在自己的事务中结束"))
        self._write(session, {**leases.ended(self._spec, State.DONE, sentence), "result": result})
        self._ending = True

    def keep_file(self, name: str, content_type: str, path: Path) -> None:
        """See `JobRun`."""
        files, file_id = _files(self.settings, self.tenant_id), new_id()
        with path.open("rb") as source:
            size = files.keep(file_id, source)
        place = files.path(file_id).relative_to(self.settings.data_dir).as_posix()
        values = {"file_name": name[:160], "file_type": content_type[:120], "file_size": size,
                  "file_path": place, **leases.renewal(self._spec)}
        with self._writing() as session:
            self._write(session, values)

    def _write(self, session: Session, values: Mapping[str, Any]) -> None:
        if not leases.write(session, self._taken, values):
            raise JobLost(self._taken.number)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """A transaction of its own, so that people see progress at once. SQLite has one writer at a time: while
        the run's own transaction is open, its session has to do."""
        if self._session is not None and self.database.engine.dialect.name == "sqlite":
            yield self._session
            return
        with self.database.transaction() as session:
            yield session

    def _scope(self, session: Session, reason: str) -> AbstractContextManager[Any]:
        if self.tenant_id != PLATFORM:
            return tenant_scope(session, self.tenant_id)
        owner = self._taken.known.owner
        if owner != CORE:
            return tenant_scope(session, _tenants_with(session, self.host, owner))
        if not reason:
            return nullcontext()
        opened = all_tenants(session, reason)
        today = utcnow().date()
        if self._taken.opened_on != today:  # work of every minute says it once a day
            record(session, self.actor, OPENED, OPENED_ALL(title=self._spec.title), reason=reason,
                   subject=f"job:{self._spec.code}")
            self._write(session, {"opened_on": today})
        return opened


def _tenants_with(session: Session, host: PluginHost, plugin: str) -> frozenset[str]:
    found = session.scalars(select(PluginSwitch.tenant_id).where(PluginSwitch.plugin == plugin, PluginSwitch.on))
    return frozenset(name for name, on in enabled_many(session, host, found).items() if plugin in on)


def _files(settings: Settings, tenant_id: str) -> SealedFiles:
    return SealedFiles(Vault.of(settings), settings.data_dir / FILES / tenant_id)


def has_file(settings: Settings, job: Job) -> bool:
    """Whether a job's result file is (still) there."""
    return job.file_path.endswith(ENDING) and (settings.data_dir / job.file_path).is_file()


def open_file(settings: Settings, job: Job) -> Iterator[bytes]:
    """A job's result file, opened piece by piece; raises NotFound where there is none (any more)."""
    if not has_file(settings, job):
        raise NotFound(N_("这个任务没有结果文件，或者文件已过保留期"))
    name = Path(job.file_path).name.removesuffix(ENDING)
    return _files(settings, job.tenant_id).open(uuid.UUID(name))
