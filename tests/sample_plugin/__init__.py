"""示例走访: a complete plugin that proves every hook; no programme, no law behind it."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """`tests.sample_plugin:plugin` names the hooks; its models can be had without its pages."""
    if name != "plugin":
        raise AttributeError(name)
    return import_module("tests.sample_plugin.hooks")
