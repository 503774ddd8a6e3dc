"""Ledgers as a built-in plugin: the sections of plans and the jobs they bring."""

from __future__ import annotations

from core.host.contract import JobSpec, SectionSpec
from core.host.markers import hookimpl
from core.ledgers.columns import SECTIONS
from core.ledgers.jobs import JOBS


@hookimpl
def register_sections() -> list[SectionSpec]:
    return SECTIONS


@hookimpl
def register_jobs() -> list[JobSpec]:
    return JOBS
