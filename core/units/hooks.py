"""Units as a built-in plugin: their actions, lines, pages and menu entry."""

from __future__ import annotations

from flask import Blueprint

from core.host.contract import ActionSpec, EventSpec, MenuItem, RuleSpec
from core.host.markers import hookimpl
from core.units.events import EVENTS
from core.units.permissions import ACTIONS, RULES, Action
from core.units.routes import blueprint


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
def register_events() -> list[EventSpec]:
    return EVENTS


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("单位与区划", "units.show", "sitemap", Action.READ, order=10)]
