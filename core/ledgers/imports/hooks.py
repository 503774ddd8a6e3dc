"""The background work of imports."""

from __future__ import annotations

from core.host.contract import JobSpec
from core.host.markers import hookimpl
from core.ledgers.imports.jobs import JOBS


@hookimpl
def register_jobs() -> list[JobSpec]:
    return JOBS
