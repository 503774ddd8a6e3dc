"""Python's collector of unreachable cycles, put off while many rows are at hand."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_open, _wanted = 0, True


@contextmanager
def uncollected() -> Iterator[None]:
    """Put the collector off for the process: rows by the hundred thousand are made and all of them are still needed, so
    that looking through them, which it would do again and again, finds nothing and takes a tenth of the time. Whatever
    is given up in between is freed by its count as ever. Several threads may be inside at once: it goes on after the last."""
    global _open, _wanted
    with _lock:
        if not _open:
            _wanted = gc.isenabled()
            gc.disable()
        _open += 1
    try:
        yield
    finally:
        with _lock:
            _open -= 1
            if not _open and _wanted:
                gc.enable()
