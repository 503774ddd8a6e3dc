"""Access as a built-in plugin: its actions, roles, lines, pages and menu entry."""

from __future__ import annotations

from flask import Blueprint

from core.access.events import EVENTS
from core.access.permissions import ACTIONS, ROLES, RULES, Action
from core.access.routes import blueprint
from core.host.contract import ActionSpec, EventSpec, MenuItem, RoleSpec, RuleSpec
from core.host.markers import hookimpl


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_roles() -> list[RoleSpec]:
    return ROLES


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_events() -> list[EventSpec]:
    return EVENTS


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("访问权限", "access.overview", "lock", Action.ACCESS_READ, order=80)]
