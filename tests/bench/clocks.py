"""Processor time of a piece of work with that of its database server: a busy machine stretches it far less than waiting time."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, text

TICKS = os.sysconf("SC_CLK_TCK")
#: seconds by the wall and of the processor
Spent = tuple[float, float]


def _status(pid: int) -> list[str]:
    """What Linux says of a process behind its name: state, parent, …; none when it has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _ran(pid: int) -> float:
    """Seconds a process of one thread has run."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def _workers(server: int) -> Iterator[float]:
    """Seconds of the server's processes that are there, and of those that have ended."""
    yield sum(map(int, _status(server)[13:15])) / TICKS
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _status(int(entry.name))[1:2] == [str(server)]:
            yield _ran(int(entry.name))


class Clock:
    """Seconds of processor time: of this process with all its threads, of processes it has ended, and of its server's;
    with a connection only of the server's process at its other end, which is quicker to ask."""

    def __init__(self, engine: Engine, connection: Connection | None = None) -> None:
        self.server = self.backend = 0
        if engine.dialect.name == "postgresql":
            with engine.connect() as another:
                backend = int((connection or another).scalar(text("SELECT pg_backend_pid()")) or 0)
            self.backend, self.server = (backend, 0) if connection is not None else (0, int(_status(backend)[1]))

    def __call__(self) -> float:
        """Now."""
        workers = sum(_workers(self.server)) if self.server else _ran(self.backend) if self.backend else 0.0
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + ended.ru_utime + ended.ru_stime + workers


def spent(clock: Clock, work: Callable[[], object]) -> Spent:
    """What a piece of work takes."""
    wall, cpu = time.perf_counter(), clock()
    work()
    return time.perf_counter() - wall, clock() - cpu
