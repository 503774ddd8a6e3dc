"""The whole schema in an empty database."""

from __future__ import annotations

import importlib

from core.extensions import Base, Database

MODELS = ("core.units", "core.tenancy", "core.access", "core.accounts", "core.accounts.providers", "core.trail",
          "core.host", "core.api", "core.jobs", "core.webhooks", "core.privacy", "core.registry",
          "core.documents", "core.funds", "core.processes",
          "core.ledgers", "core.ledgers.imports", "core.matching", "core.publicity")

PLUGINS = ("plugins.donations", "tests.sample_plugin")


def make_schema(url: str) -> None:
    """Create every table of core; the migrations are proven equal elsewhere."""
    for slice_name in MODELS:
        importlib.import_module(f"{slice_name}.models")
    for plugin in PLUGINS:
        importlib.import_module(f"{plugin}.models")
    database = Database(url)
    Base.metadata.create_all(database.engine)
    database.dispose()
