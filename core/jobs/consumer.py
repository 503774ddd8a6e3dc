"""The threads that work: huey wakes them, the table of jobs says what there is to do.

In the web process by default, or in separate processes (`bangfu jobs work`). However many there are, a job is
done once in effect, because taking it is one conditional UPDATE.
"""

from __future__ import annotations

import atexit
import datetime as dt
import logging
import threading
import uuid
from typing import Any

import psycopg
from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from huey.serializer import SignedSerializer
from sqlalchemy import text

from core.extensions import utcnow
from core.jobs import waking
from core.jobs.running import Parts
from core.jobs.worker import begin_periodic, run_due, run_one

log = logging.getLogger("core.jobs")
QUEUE = "bangfu"
#: seconds an idle worker may sleep on SQLite, where nothing can call it; PostgreSQL has NOTIFY
NAP = 1.0
#: seconds an ending process waits for its work; what is cut off is taken again when its lease has run out
PATIENCE = 5.0
_SCHEMA_LOCK = 0x62616E67


class Bell:
    """What wakes the workers of this and of other processes. The queue is opened at first use."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._opening = threading.Lock()
        self._huey: Huey | None = None
        self._one: Any = None
        #: the consumer of this process, where it works itself
        self.threads: Consumer | None = None
        self._runner: threading.Thread | None = None
        self._connections: list[psycopg.Connection[Any]] = []

    def queue(self) -> Huey:
        """The queue, with what its workers do."""
        with self._opening:
            if self._huey is None:
                huey = self._open()
                self._one = huey.task(name="one")(self._run_one)
                huey.periodic_task(crontab(), name="sweep")(self._sweep)
                self._huey = huey
        return self._huey

    def listen(self) -> None:
        """Be rung for every job that this process commits."""
        waking.set_waker(self.parts.database.engine, self.ring)

    def ring(self, tenant_id: str, job_id: uuid.UUID, due: dt.datetime | None) -> None:
        """Wake a worker for a job. One that cannot be announced is found by the next sweep."""
        try:
            self.queue()
            delay = (due - utcnow()).total_seconds() if due is not None else 0.0
            if delay > 0:
                self._one.schedule((tenant_id, job_id.hex), delay=delay)
            else:
                self._one(tenant_id, job_id.hex)
        except Exception:
            log.exception("no worker could be woken for job %s", job_id)

    def work(self) -> None:
        """Work in threads of this process, until it ends."""
        self.threads = consumer_of(self, self.parts.settings.job_threads, inside=True)
        self._runner = threading.Thread(target=self.threads.run, name="jobs", daemon=True)
        self._runner.start()
        atexit.register(self.close)

    def close(self) -> None:
        """Stop working, after what is being done if that is soon, and close the queue."""
        atexit.unregister(self.close)
        if self.threads is not None and self._runner is not None:
            self.threads.stop(graceful=True)
            self._runner.join(PATIENCE)
        if self._huey is not None:
            self._huey.storage.close()
        for connection in self._connections:
            connection.close()

    def _open(self) -> Huey:
        settings, database = self.parts.settings, self.parts.database
        signed = SignedSerializer(secret=settings.secret_key)  # what is read from the queue is unpickled
        if database.engine.dialect.name == "sqlite":
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            return SqliteHuey(QUEUE, filename=str(settings.data_dir / "wake.sqlite3"), fsync=False, results=False,
                              serializer=signed)
        huey = PostgresHuey(QUEUE, connection=self._connect, table_prefix="wake", create_tables=False, results=False,
                            serializer=signed)
        with database.engine.begin() as connection:  # CREATE TABLE IF NOT EXISTS fails when two do it at once
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
            huey.storage.initialize_schema()
        return huey

    def _connect(self) -> psycopg.Connection[Any]:
        """A connection of the queue's own: each thread listens on one, and leaves it to us to close it."""
        address = self.parts.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        made = psycopg.connect(address, prepare_threshold=None)
        self._connections = [*(one for one in self._connections if not one.closed), made]
        return made

    def _run_one(self, tenant_id: str, job_id: str) -> None:
        run_one(self.parts, (tenant_id, uuid.UUID(job_id)))

    def _sweep(self) -> None:
        """Once a minute: what nobody was woken for, tries that are due again, leases that have run out."""
        begin_periodic(self.parts)
        run_due(self.parts)


class _Consumer(Consumer):  # type: ignore[misc]
    """A consumer inside another program, whose signals are not its business."""

    def _set_signal_handlers(self) -> None:
        pass


def consumer_of(bell: Bell, threads: int, *, inside: bool) -> Consumer:
    """The threads that work. `run()` ends when it is stopped, or by a signal where the process is its own."""
    kind = _Consumer if inside else Consumer
    return kind(bell.queue(), workers=threads, initial_delay=0.1, max_delay=NAP, shutdown_timeout=PATIENCE,
                graceful_signal="TERM")


def install(parts: Parts, *, work: bool) -> Bell:
    """Wake workers of jobs this process commits, and with `work` have its own threads do them."""
    bell = Bell(parts)
    bell.listen()
    if work:
        bell.work()
    return bell
