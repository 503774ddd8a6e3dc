"""The pages of outside lists and of pairs."""

from __future__ import annotations

from flask import g

from core.matching.jobs import files_of
from core.matching.services.sources import Place
from core.privacy import vault_of
from core.web.request import actor, db, settings, unit


def place() -> Place:
    """Where this request works."""
    files = files_of(settings(), vault_of(db()), g.tenant_id)
    return Place(g.tenant_id, unit(), actor(), g.scope.only({g.tenant_id}), files)
