"""Puts the API on the app: its addresses, core's and the plugins', with their description."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from core.api import health, ledgers, limits, spec, tokens
from core.host.manager import PluginHost
from core.web import steps


def install(app: Flask, csrf: CSRFProtect) -> None:
    """Before the guard, so that it asks who is behind a token as of anybody else."""
    # Flask-WTF's check is switched off, tokens has its own; Flask-Login's cookie that outlives a session is never given.
    steps.take(app, "flask_wtf.csrf")
    steps.take(app, "flask_login.login_manager")
    health.install(app)
    tokens.install(app, csrf)
    limits.install(app)


def mount(app: Flask, host: PluginHost) -> None:
    """Every address that core and the plugins registered."""
    description = spec.install(app)
    for blueprint in host.registered("register_apis"):
        description.register_blueprint(blueprint)
    ledgers.mount(description, host)
