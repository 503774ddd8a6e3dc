"""Programs that are killed in the midst of their work: each a process of its own, forked from one that has imported the
platform and done nothing else. Starting Python anew would take many times as long as the work."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TextIO

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["core.app", "plugins.donations.hooks", "plugins.education_aid.hooks", "tests.conftest"])


@dataclass(frozen=True)
class Ended:
    """How a program ended (a signal is negative), and all it said."""

    code: int | None
    output: str


def run(program: str, *arguments: str) -> Ended:
    """Run a program to its end."""
    with _started(program, arguments) as (process, said):
        output = said.read()
        process.join()
        return Ended(process.exitcode, output)


def kill_when_ready(program: str) -> None:
    """Kill a program once it says that it is ready."""
    with _started(program, ()) as (process, said):
        first = said.readline()
        assert first == "ready\n", first + said.read()
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL


@contextmanager
def _started(program: str, arguments: tuple[str, ...]) -> Iterator[tuple[multiprocessing.process.BaseProcess, TextIO]]:
    receiving, sending = _context.Pipe(duplex=False)
    process = _context.Process(target=_perform, args=(program, arguments, sending))
    process.start()
    sending.close()
    with os.fdopen(os.dup(receiving.fileno()), encoding="utf-8") as said:
        receiving.close()
        yield process, said
    process.close()


def _perform(program: str, arguments: tuple[str, ...], sending: Connection) -> None:
    for stream in (1, 2):
        os.dup2(sending.fileno(), stream)
    sending.close()
    sys.argv = ["-c", *arguments]
    exec(compile(program, "<program>", "exec"), {"__name__": "__main__"})
