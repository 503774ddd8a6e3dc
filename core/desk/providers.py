"""What the shell shows around every page: the working unit, its path, the menu and the person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, has_request_context, request, url_for
from sqlalchemy.orm import Session

from core.access.guard import access_catalogue
from core.access.viewer import Viewer
from core.extensions import today
from core.host.contract import MenuItem
from core.host.queries import enabled_many
from core.host.request import plugin_host
from core.ledgers.mounting import menu_items
from core.units.models import Unit
from core.units.queries import ancestors
from core.web.markers import plugin_of
from core.web.request import db


@dataclass(frozen=True)
class Shell:
    """The frame of a page."""

    unit: Unit | None
    crumbs: list[tuple[str, str]]
    menu: list[tuple[str, str, str, bool]]
    viewer: Viewer
    units: list[tuple[str, str, str]]
    elevated: dt.datetime | None
    product: str = "帮扶"


def install(app: Flask) -> None:
    """Give every template its `shell`, `allowed` and `today`."""
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    facts: dict[str, Any] = {"today": today()}
    person = g.get("viewer") if has_request_context() else None
    return {**facts, "shell": None if person is None else _shell(person)}


def _shell(person: Viewer) -> Shell:
    session = db()
    unit: Unit | None = g.unit
    crumbs = _crumbs(session, person, unit) if unit else []
    known = access_catalogue()
    units = [(grant.code, grant.name, known.role_title(grant.role)) for grant in person.grants]
    elevated = max((grant.until for grant in person.grants if grant.until), default=None)
    return Shell(unit, crumbs, menu(session, person, unit) if unit else [], person, units, elevated)


def _crumbs(session: Session, person: Viewer, unit: Unit) -> list[tuple[str, str]]:
    """The path to the unit; units above the person's scope are named but lead nowhere (empty code)."""
    chain = [above for above in [*ancestors(session, unit), unit] if above.depth > 0]
    return [(step.code if person.allowed("core:unit:read", step) else "", step.name) for step in chain]


def switches(session: Session) -> dict[str, frozenset[str]]:
    """The enabled plugins of every tenant open to this request; asked once per request."""
    if "switches" not in g:
        g.switches = enabled_many(session, plugin_host(), g.get("tenants", frozenset()))
    found: dict[str, frozenset[str]] = g.switches
    return found


def enabled_here(session: Session) -> frozenset[str]:
    """The plugins on in at least one tenant open to this request."""
    return frozenset().union(*switches(session).values())


def menu(session: Session, person: Viewer, unit: Unit) -> list[tuple[str, str, str, bool]]:
    """The menu at a unit: what the person may do there, of core and of the plugins on there."""
    here = enabled_here(session)
    items: list[MenuItem] = [
        item for slug, item in [*plugin_host().registered_by("register_menus"), *menu_items(plugin_host())]
        if slug == "core" or slug in here
    ]
    items = [item for item in sorted(items, key=lambda item: item.order) if person.allowed(item.action, unit)]
    return [(item.label, url_for(item.endpoint, code=unit.code), item.icon, _active(item)) for item in items]


def _active(item: MenuItem) -> bool:
    endpoint = request.endpoint or ""
    if plugin_of(current_app, item.endpoint) or item.endpoint.startswith("ledger-"):
        return endpoint.rpartition(".")[0] == item.endpoint.rpartition(".")[0]
    return endpoint == item.endpoint
