"""The whole schema in an empty database."""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points

from core.extensions import Base, Database
from core.host.loading import GROUP

MODELS = ("core.units", "core.tenancy", "core.access", "core.accounts", "core.accounts.providers", "core.trail",
          "core.host", "core.api", "core.jobs", "core.webhooks", "core.privacy", "core.registry",
          "core.documents", "core.funds", "core.processes", "core.inspections",
          "core.ledgers", "core.ledgers.imports", "core.matching", "core.outreach", "core.publicity")

SAMPLE = "tests.sample_plugin"


def make_schema(url: str) -> None:
    """Create every table of core, the installed plugins and the sample; the migrations are proven equal elsewhere."""
    for slice_name in MODELS:
        importlib.import_module(f"{slice_name}.models")
    for plugin in (*sorted(found.module.rpartition(".")[0] for found in entry_points(group=GROUP)), SAMPLE):
        importlib.import_module(f"{plugin}.models")
    database = Database(url)
    Base.metadata.create_all(database.engine)
    database.dispose()
