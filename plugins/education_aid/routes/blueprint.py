"""The blueprint, and what its pages share."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from core.access.scope import Scope
from core.web.markers import plugin_blueprint
from core.web.request import db, unit, viewer

blueprint: Blueprint = plugin_blueprint("education_aid", "plugins.education_aid", template_folder="templates")


def show(template: str, **values: object) -> str:
    """A page of the plugin at the working unit."""
    return render_template(f"education_aid/{template}", unit=unit(), **values)


def scope_for(action: str) -> Scope:
    """What the person may do this with at and below the working unit."""
    found: Scope = viewer().scope(db(), action, unit()).only(g.tenants)
    return found
