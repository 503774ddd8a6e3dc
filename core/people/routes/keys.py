"""The keys of personal data: their state for those who keep the platform and who audit it, their renewal for the former."""

from __future__ import annotations

import datetime as dt

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.jobs.services import enqueue
from core.people.permissions import Action
from core.people.routes.blueprint import blueprint, show
from core.privacy import rotation
from core.privacy.vault import vault_of
from core.registry import rotating
from core.trail.services import record
from core.web.markers import require
from core.web.request import actor, db, unit, viewer


@blueprint.get("/registry/keys")
@require(Action.VAULT_READ)
def keys(code: str) -> str:
    """Which versions there are, how old the current one is, and what is still under an older one."""
    vault = vault_of(db())
    folder = vault.keys.folder
    made = {version: dt.datetime.fromtimestamp((folder / f"records-{version}.key").stat().st_mtime, dt.UTC).replace(tzinfo=None)
            for version in vault.keys.versions()}
    return show("keys.html", current=vault.keys.current, made=made, left=rotation.outdated(db(), vault),
                may_renew=viewer().allowed(Action.VAULT_WRITE, unit()))


@blueprint.post("/registry/keys")
@require(Action.VAULT_WRITE)
def renew_keys(code: str) -> ResponseReturnValue:
    """Begin a renewal in the background, or go on with one that was broken off."""
    job = enqueue(db(), actor(), rotating.CODE, {}, tenant_id=g.tenant_id, unit_id=unit().id, key=rotating.CODE)
    record(db(), actor(), Action.VAULT_WRITE, "开始更换个人信息密钥", subject=f"job:{job.id}", tenant_id=g.tenant_id, unit_id=unit().id)
    flash(gettext("正在后台重新加密，可以离开这一页"), "success")
    return redirect(url_for("jobs.show", code=code, job_id=job.id))
