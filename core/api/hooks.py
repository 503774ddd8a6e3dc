"""The API as a built-in plugin: its addresses and pages."""

from __future__ import annotations

from flask import Blueprint

from core.api import health, pages
from core.api.routes import APIS
from core.host.markers import hookimpl


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [pages.blueprint, health.blueprint]


@hookimpl
def register_apis() -> list[Blueprint]:
    return list(APIS)
