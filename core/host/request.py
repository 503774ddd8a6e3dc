"""The plugin host of the running app, for views."""

from __future__ import annotations

from flask import current_app

from core.host.manager import PluginHost


def plugin_host() -> PluginHost:
    """The host of this app; `core.app` put it there."""
    found: PluginHost = current_app.extensions["bangfu.host"]
    return found
