"""Small plugins made on the spot, and a host that holds them."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from core.config import Settings
from core.host.contract import Manifest
from core.host.manager import PluginHost, load
from core.host.markers import hookimpl


def manifest(slug: str, **changes: Any) -> Manifest:
    values: dict[str, Any] = {"title": f"插件{slug}", "version": "1.0", "summary": "试用。"}
    return Manifest(slug, **(values | changes))


def make_plugin(slug: str, *hooks: Any, **changes: Any) -> ModuleType:
    """A module with a manifest and these functions as hook implementations, importable by its name."""
    module = ModuleType(f"made_{slug}")
    module.manifest = manifest(slug, **changes)  # type: ignore[attr-defined]
    for hook in hooks:
        setattr(module, hook.__name__, hookimpl(hook))
    sys.modules[module.__name__] = module
    return module


def host_of(*plugins: ModuleType | str, production: bool = False,
            builtins: tuple[Any, ...] = ()) -> PluginHost:
    """A host with these plugins, given as modules or as names to import."""
    names = tuple(plugin if isinstance(plugin, str) else plugin.__name__ for plugin in plugins)
    settings = Settings("sqlite://", Path(), "key", production=production, testing=True, extra_plugins=names)
    return load(settings, builtins)


def reasons(host: PluginHost) -> dict[str, str]:
    return {item.name: item.reason for item in host.quarantined}
