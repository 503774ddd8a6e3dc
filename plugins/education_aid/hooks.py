"""The hooks of the plugin, each handed on to the module that does the work."""

from __future__ import annotations

from flask import Blueprint

from core.host.contract import ActionSpec, MenuItem, RuleSpec
from core.host.markers import hookimpl
from plugins.education_aid import models, permissions
from plugins.education_aid.manifest import manifest
from plugins.education_aid.permissions import Action
from plugins.education_aid.routes import blueprint

__all__ = ["manifest", "models"]


@hookimpl
def register_actions() -> list[ActionSpec]:
    return permissions.ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return permissions.RULES


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("学生资助", "education_aid.index", "school", Action.ITEM_READ, order=40)]
