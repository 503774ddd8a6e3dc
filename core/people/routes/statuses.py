"""Dated statuses on the pages of a person and of a household: note, end, take back."""

from __future__ import annotations

import uuid

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access.scoping import get_scoped
from core.errors import N_, InvalidInput, NotFound
from core.people.queries import get_household
from core.people.routes.blueprint import blueprint, day_asked, need, person_here, scope_for
from core.registry import services
from core.registry.models import Status
from core.registry.permissions import Action
from core.web.markers import require
from core.web.request import actor, db


@blueprint.post("/registry/persons/<uuid:person_id>/statuses")
@require(Action.PERSON_READ)
def note_person(code: str, person_id: uuid.UUID) -> ResponseReturnValue:
    """Something is true of a person from a day on."""
    row = person_here(person_id)
    need(Action.PERSON_WRITE, row.unit_id)
    _note(row)
    return redirect(url_for("registry.person", code=code, person_id=row.id))


@blueprint.post("/registry/households/<uuid:household_id>/statuses")
@require(Action.HOUSEHOLD_READ)
def note_household(code: str, household_id: uuid.UUID) -> ResponseReturnValue:
    """Something is true of a household from a day on."""
    row = get_household(db(), scope_for(Action.HOUSEHOLD_READ), household_id)
    need(Action.HOUSEHOLD_WRITE, row.unit_id)
    _note(row)
    return redirect(url_for("registry.household", code=code, household_id=row.id))


def _note(row: object) -> None:
    since = day_asked("since", request.form)
    if since is None:
        raise InvalidInput(N_("请填写从哪一天起"), {"since": N_("必填")})
    services.note_status(db(), row, request.form.get("kind", ""), since, actor(), until=day_asked("until", request.form),  # type: ignore[arg-type]
                         source=request.form.get("source", "").strip()[:120], note=request.form.get("note", "").strip()[:200])
    flash(gettext("已登记"), "success")


@blueprint.post("/registry/statuses/<uuid:status_id>/end")
@require(Action.PERSON_READ)
def end_status(code: str, status_id: uuid.UUID) -> ResponseReturnValue:
    """A status is no longer true from a day on."""
    status = _writable(status_id)
    until = day_asked("until", request.form)
    if until is None:
        raise InvalidInput(N_("请填写到哪一天为止"), {"until": N_("必填")})
    services.end_status(db(), status, until, actor(), reason=request.form.get("reason", "").strip())
    flash(gettext("已登记结束"), "success")
    return _back(code, status)


@blueprint.post("/registry/statuses/<uuid:status_id>/remove")
@require(Action.PERSON_READ)
def remove_status(code: str, status_id: uuid.UUID) -> ResponseReturnValue:
    """Take back a status noted by mistake."""
    status = _writable(status_id)
    services.remove_status(db(), status, actor(), reason=request.form.get("reason", "").strip() or "误登")
    flash(gettext("已移除"), "success")
    return _back(code, status)


def _writable(status_id: uuid.UUID) -> Status:
    for action in (Action.PERSON_WRITE, Action.HOUSEHOLD_WRITE):
        try:
            status = get_scoped(db(), Status, status_id, scope_for(action))
        except NotFound:
            continue
        if status.removed_at is None and (status.subject_kind == "household") == (action == Action.HOUSEHOLD_WRITE):
            return status
    raise NotFound(N_("没有这条记录，或者它不在您的范围内"))


def _back(code: str, status: Status) -> ResponseReturnValue:
    if status.subject_kind == "household":
        return redirect(url_for("registry.household", code=code, household_id=status.subject_id))
    return redirect(url_for("registry.person", code=code, person_id=status.subject_id))
