"""The desk as a built-in plugin: its blueprints and the first entry of the menu."""

from __future__ import annotations

from flask import Blueprint

from core.desk import routes
from core.desk.permissions import Action
from core.host.contract import MenuItem
from core.host.markers import hookimpl


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [routes.blueprint]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("工作台", "shell.workbench", "home", Action.UNIT_READ, order=0)]
