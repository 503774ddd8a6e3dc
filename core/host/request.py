"""The plugin host of the running app, and the place a view asks hooks about."""

from __future__ import annotations

from typing import Any

from flask import current_app, g

from core.host.contract import Place
from core.host.manager import PluginHost
from core.web.request import db, viewer


def plugin_host() -> PluginHost:
    """The host of this app; `core.app` put it there."""
    found: PluginHost = current_app.extensions["bangfu.host"]
    return found


def place_of(unit: Any) -> Place:
    """A unit as hooks see it, with the tenants open to this request and what the person may see there."""
    session, person = db(), viewer()
    tenants: frozenset[str] = g.get("tenants", frozenset())
    return Place(unit.id, unit.code, unit.name, unit.path, tenants,
                 lambda action: person.scope(session, action, unit).only(tenants))
