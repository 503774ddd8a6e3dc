"""Plugins are found and examined once for each set of them: a fifth of a second that tests about other things need not pay."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core.app import BUILTINS
from core.config import Settings
from core.host.manager import PluginHost, load


@cache
def loaded(*extra: str) -> PluginHost:
    """Core, every installed plugin and these; whoever alters a host loads one of its own."""
    return load(Settings(database_url="sqlite://", data_dir=Path(), secret_key="test-key", testing=True, extra_plugins=extra), BUILTINS)
