"""The trail as a built-in plugin: its actions, lines, pages and menu entry."""

from __future__ import annotations

from flask import Blueprint

from core.auditing import jobs
from core.auditing.permissions import ACTIONS, RULES, Action
from core.auditing.routes import blueprint
from core.host.contract import ActionSpec, JobSpec, MenuItem, RuleSpec
from core.host.markers import hookimpl


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("留痕", "auditing.trail", "history", Action.READ, order=80)]


@hookimpl
def register_jobs() -> list[JobSpec]:
    return jobs.JOBS
