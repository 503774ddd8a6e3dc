"""Who looked, what other counties hold, and erasing a person."""

from __future__ import annotations

import uuid

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.errors import N_, InvalidInput, PlatformError
from core.extensions import today
from core.host.request import plugin_host
from core.people.ledgers import GUARDIANS, PERSONS
from core.people.queries import list_merges
from core.people.routes.blueprint import blueprint, need, person_here, show
from core.privacy.columns import sensitive_fields
from core.privacy.reveal import lookers
from core.privacy.vault import vault_of
from core.registry import services
from core.registry.elsewhere import Elsewhere, find_elsewhere
from core.registry.models import Person
from core.registry.permissions import Action
from core.registry.queries import list_guardians
from core.web.markers import require
from core.web.request import actor, db

TRAIL_READ = "core:trail:read"


@blueprint.get("/registry/persons/<uuid:person_id>/looked")
@require(Action.PERSON_READ)
def looked(code: str, person_id: uuid.UUID) -> str:
    """Who looked at the originals of this record and of its guardians, and why."""
    row = person_here(person_id)
    need(TRAIL_READ, row.unit_id)
    found = lookers(db(), row.tenant_id, PERSONS.code, row.id)
    for guardian in list_guardians(db(), row):
        found += lookers(db(), row.tenant_id, GUARDIANS.code, guardian.id)
    return show("looked.html", row=row, entries=sorted(found, key=lambda entry: entry.id, reverse=True))


@blueprint.get("/registry/persons/<uuid:person_id>/elsewhere")
@require(Action.PERSON_READ)
def elsewhere(code: str, person_id: uuid.UUID) -> str:
    """Ask for a reason before asking other counties."""
    row = person_here(person_id)
    need(Action.IDENTITY_READ, row.unit_id)
    return show("elsewhere.html", row=row, found=None, refused=None)


@blueprint.post("/registry/persons/<uuid:person_id>/elsewhere")
@require(Action.PERSON_READ)
def ask_elsewhere(code: str, person_id: uuid.UUID) -> ResponseReturnValue:
    """What other counties hold of the same child, masked; each of them is told on its own trail."""
    row = person_here(person_id)
    need(Action.IDENTITY_READ, row.unit_id)
    found: list[Elsewhere] = []
    try:
        if row.id_number_sealed is None:
            raise InvalidInput(N_("没有登记证件号，不能到外县查询"))
        vault = vault_of(db())
        number = vault.open(sensitive_fields(Person)["id_number"].purpose, row.id, row.id_number_sealed)
        found = find_elsewhere(db(), actor(), vault.indexes("id_number", number), request.form.get("reason", ""), tenant_id=row.tenant_id,
                               unit_id=row.unit_id)
    except InvalidInput as refused:
        return show("elsewhere.html", row=row, found=None, refused=refused), refused.status
    return show("elsewhere.html", row=row, found=found, refused=None)


@blueprint.get("/registry/persons/<uuid:person_id>/erase")
@require(Action.IDENTITY_ERASE)
def erasing(code: str, person_id: uuid.UUID) -> str:
    """What an erasure would do, what has to stay, by which law and until when."""
    return _erasing(person_here(person_id))


@blueprint.post("/registry/persons/<uuid:person_id>/erase")
@require(Action.IDENTITY_ERASE)
def erase(code: str, person_id: uuid.UUID) -> ResponseReturnValue:
    """Erase who a person was; amounts and statuses stay countable."""
    row = person_here(person_id)
    need(Action.IDENTITY_ERASE, row.unit_id)
    try:
        services.erase_person(db(), row, actor(), reason=request.form.get("reason", ""), hooks=plugin_host())
    except PlatformError as refused:
        db().rollback()
        return _erasing(person_here(person_id), refused), refused.status
    flash(gettext("已抹去个人信息，留痕里有抹去的凭据"), "success")
    return redirect(url_for("registry.person", code=code, person_id=person_id))


def _erasing(row: Person, refused: PlatformError | None = None) -> str:
    kept = services.retained(db(), plugin_host(), row.tenant_id, [row.id])
    kept = [one for one in kept if one.until is None or one.until >= today()]
    holding = any(services.is_open(one, today()) for one in kept)
    return show("erase.html", row=row, kept=kept, holding=holding, refused=refused, merges=list_merges(db(), row.tenant_id, row.id))
