"""The host as a built-in plugin: its page and menu entry."""

from __future__ import annotations

from flask import Blueprint

from core.host.contract import EventSpec, MenuItem
from core.host.events import EVENTS
from core.host.markers import hookimpl
from core.host.permissions import Action
from core.host.routes import blueprint


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_events() -> list[EventSpec]:
    return EVENTS


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("插件", "host.plugins", "puzzle", Action.SWITCH_READ, order=85)]
