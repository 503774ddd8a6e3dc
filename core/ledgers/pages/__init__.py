"""The pages of a ledger, made from its declaration; every part puts its addresses on the ledger's blueprint."""

from __future__ import annotations

from flask import Blueprint

from core.host.ledgers import Ledger
from core.ledgers.imports import routes as imports
from core.ledgers.pages import bulk, files, listing, record, round_trip, views

#: each has `install(blueprint, ledger)`
PARTS = (listing, record, views, files, round_trip, bulk, imports)


def make_blueprint(ledger: Ledger) -> Blueprint:
    """Pages at `/u/<code>/ledgers/<plural>/`, or below the plugin's own address; a plugin's exist where it is on."""
    slug = "" if ledger.slug == "core" else f"/p/{ledger.slug}"
    blueprint = Blueprint(ledger.endpoint, __name__, url_prefix=f"/u/<code>{slug}/ledgers/{ledger.plural}",
                          template_folder="../templates")
    if slug:
        blueprint.plugin = ledger.slug  # type: ignore[attr-defined]
    for part in PARTS:
        part.install(blueprint, ledger)
    return blueprint
