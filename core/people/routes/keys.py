"""The state of the keys of personal data, for those who keep the platform and those who audit it."""

from __future__ import annotations

import datetime as dt

from core.people.permissions import Action
from core.people.routes.blueprint import blueprint, show
from core.privacy import rotation
from core.privacy.vault import vault_of
from core.web.markers import require
from core.web.request import db


@blueprint.get("/registry/keys")
@require(Action.VAULT_READ)
def keys(code: str) -> str:
    """Which versions there are, how old the current one is, and what is still under an older one."""
    vault = vault_of(db())
    folder = vault.keys.folder
    made = {version: dt.datetime.fromtimestamp((folder / f"records-{version}.key").stat().st_mtime, dt.UTC).replace(tzinfo=None)
            for version in vault.keys.versions()}
    return show("keys.html", current=vault.keys.current, made=made, left=rotation.outdated(db(), vault))
