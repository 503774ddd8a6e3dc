"""Background work as a built-in plugin: its actions, pages, menu entry, and its own housekeeping."""

from __future__ import annotations

from flask import Blueprint

from core.host.contract import ActionSpec, JobSpec, MenuItem, RuleSpec
from core.host.markers import hookimpl
from core.jobs import housekeeping, routes
from core.jobs.permissions import ACTIONS, RULES
from core.units.permissions import Action as UnitAction


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [routes.blueprint, routes.own]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("后台任务", "jobs.overview", "progress", UnitAction.READ, order=79)]


@hookimpl
def register_jobs() -> list[JobSpec]:
    return [JobSpec("jobs.tidy", "清理过期的后台任务和结果文件", housekeeping.tidy, every=86_400, visible=False)]
