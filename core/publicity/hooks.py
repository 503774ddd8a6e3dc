"""Publicity as a built-in plugin."""

from __future__ import annotations

from core.host.contract import ActionSpec, EventSpec, JobSpec, RuleSpec
from core.host.markers import hookimpl
from core.publicity import jobs
from core.publicity.events import EVENTS
from core.publicity.permissions import ACTIONS, RULES


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES


@hookimpl
def register_events() -> list[EventSpec]:
    return EVENTS


@hookimpl
def register_jobs() -> list[JobSpec]:
    return jobs.JOBS
