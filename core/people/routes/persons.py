"""The page of one person: everything that is known, each part within the reader's scope."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError
from sqlalchemy import select

from core.access.scoping import get_scoped, in_scope
from core.documents.folders import get_folder, with_plan
from core.documents.permissions import Action as Documents
from core.documents.queries import count_by_item
from core.documents.rules.folders import completeness
from core.errors import N_, Conflict, InvalidInput, NotFound, PlatformError
from core.extensions import today
from core.host.queries import enabled
from core.host.request import plugin_host
from core.ledgers.checking import compile_schema
from core.ledgers.pages.common import context_here
from core.ledgers.revealing import reveal_value
from core.people.ledgers import GUARDIANS, PERSONS
from core.people.queries import enrolments_seen, list_merges, names_of_units
from core.people.routes.blueprint import (
    blueprint,
    day_asked,
    entries_of,
    may,
    need,
    person_here,
    scope_for,
    show,
    subject_of,
)
from core.privacy.reveal import reveal as reveal_original
from core.registry import services
from core.registry.history import as_of, list_past
from core.registry.models import Guardian, Household, Person
from core.registry.permissions import Action
from core.registry.queries import get_record, list_enrolments, list_guardians, list_members, list_statuses, members_on
from core.registry.rules.terms import running
from core.registry.rules.words import CONSENTS
from core.units.queries import find_unit
from core.web.markers import require
from core.web.request import actor, db, viewer

#: what may change from a day on, apart from name and numbers, which are only ever corrected
CHANGING = ("household_id", "relation", "ethnicity", "schooling", "health", "labour", "work", "medical_insurance", "pension_insurance",
            "address", "phone", "bank_card")
SEALED = ("id_number", "phone", "bank_card", "register_number")
#: columns that are empty where nobody has said, rather than blank
EMPTY = (*SEALED, "medical_insurance", "pension_insurance")


@blueprint.get("/registry/persons/<uuid:person_id>")
@require(Action.PERSON_READ)
def person(code: str, person_id: uuid.UUID) -> ResponseReturnValue:
    """A person today, or as they were on the day `as_of`."""
    found = person_here(person_id)
    if found.id != person_id:
        flash(gettext("这条记录已经归并，现在看到的是归并后的记录"), "info")
        return redirect(url_for(".person", code=code, person_id=found.id))
    return page(found)


def page(row: Person, revealed: dict[str, str] | None = None, refused: PlatformError | None = None,
         asked_field: str = "", part: str = "") -> str:
    """The whole page."""
    day = day_asked()
    on = day or today()
    state = as_of(db(), Person, row.tenant_id, row.id, day) if day else row
    household = _household(row, state)
    guardians = list_guardians(db(), row)
    statuses = list_statuses(db(), row.tenant_id, [row.id], day)
    of_home = list_statuses(db(), row.tenant_id, [household.id], on) if household is not None else []
    enrolments = enrolments_seen(db(), row, scope_for(Action.ENROLMENT_READ))
    going = running(enrolments, day)
    if day:
        enrolments = going
    schools = names_of_units(db(), [one.unit_id for one in enrolments])
    return show(
        "person.html", row=row, state=state, day=day, on=on, home=find_unit(db(), row.unit_id), household=household,
        members=_members(household, day), guardians=guardians, statuses=statuses, of_home=of_home,
        enrolments=list(reversed(enrolments)), schools=schools, missing=services.missing_consent(row, guardians, on),
        going={one.id for one in going}, archive=_archive(row),
        entries=entries_of("collect_person_entries", subject_of(row), day),
        past=list_past(db(), row.tenant_id, row.id), fields_consents=CONSENTS,
        merges=list_merges(db(), row.tenant_id, row.id), sealed=SEALED, fields={field.name: field for field in PERSONS.fields},
        revealed=revealed or {}, refused=refused, asked_field=asked_field, part=part, changing=CHANGING,
        may_write=may(Action.PERSON_WRITE, row.unit_id) and row.state == "active", may_reveal=_may_reveal(row),
        may_merge=may(Action.PERSON_MERGE, row.unit_id), may_erase=may(Action.IDENTITY_ERASE, row.unit_id),
        may_trail=may("core:trail:read", row.unit_id), may_enrol=viewer().allowed(Action.ENROLMENT_WRITE))


def _members(household: Household | None, day: dt.date | None) -> list[Any]:
    if household is None:
        return []
    return members_on(db(), household, day) if day else list_members(db(), household)


def _household(row: Person, state: object) -> Household | None:
    """The household they belong to, or belonged to then, if the reader may see it."""
    household_id = getattr(state, "household_id", None)
    if household_id is None:
        return None
    statement = in_scope(select(Household).where(Household.id == household_id), Household, scope_for(Action.HOUSEHOLD_READ))
    return db().scalars(statement).first()


def _may_reveal(row: Person) -> bool:
    """Originals are shown where the record stands, or to the school where they study now."""
    if may(Action.IDENTITY_READ, row.unit_id):
        return True
    seen = {one.id for one in enrolments_seen(db(), row, scope_for(Action.IDENTITY_READ))}
    return any(one.id in seen for one in running(list_enrolments(db(), row.tenant_id, [row.id])))


def _archive(row: Person) -> dict[str, object] | None:
    if not may(Documents.READ, row.unit_id):
        return None
    spec = with_plan(db(), get_folder(plugin_host(), enabled(db(), plugin_host(), row.tenant_id), "core.person"), row.tenant_id)
    found = completeness(spec.items, count_by_item(db(), row.tenant_id, spec.code, row.id))
    return {"title": spec.title, "found": found, "code": spec.code}


@blueprint.post("/registry/persons/<uuid:person_id>/reveal")
@require(Action.PERSON_READ)
def reveal(code: str, person_id: uuid.UUID) -> ResponseReturnValue:
    """The original of one sealed value, with a reason; itself an entry on the trail."""
    row, name = person_here(person_id), request.form.get("field", "")
    guardian_id = request.form.get("guardian", "")
    try:
        if guardian_id:
            guardian = next((one for one in list_guardians(db(), row) if str(one.id) == guardian_id), None)
            if guardian is None:
                raise NotFound(N_("没有这名监护人，或者不在您的范围内"))
            text = reveal_value(db(), viewer(), actor(), GUARDIANS, guardian, GUARDIANS.field("phone"), request.form.get("reason", ""))
            return page(row, {f"guardian-{guardian_id}": text})
        if not _may_reveal(row):
            need(Action.IDENTITY_READ, row.unit_id)
        text = _original(row, name)
    except InvalidInput as refused:
        return page(row, refused=refused, asked_field=f"guardian-{guardian_id}" if guardian_id else name), refused.status
    return page(row, {name: text})


def _original(row: Person, name: str) -> str:
    """The original of a person's own field; `_may_reveal` has been asked."""
    return reveal_original(db(), actor(), row, PERSONS.code, name, request.form.get("reason", ""))


@blueprint.post("/registry/persons/<uuid:person_id>/change")
@require(Action.PERSON_READ)
def change(code: str, person_id: uuid.UUID) -> ResponseReturnValue:
    """One fact that is different from a day on; what was before is kept."""
    row = person_here(person_id)
    need(Action.PERSON_WRITE, row.unit_id)
    name, text = request.form.get("field", ""), request.form.get("value", "").strip()
    try:
        values = _value(row, name, text)
        day = day_asked("on", request.form) or today()
        changed = services.change_person(db(), row, values, actor(), on=day, expected=request.form.get("version", type=int),
                                         reason=request.form.get("reason", "").strip())
    except InvalidInput as refused:
        db().expire(row)
        return page(row, refused=refused, part="change"), refused.status
    except Conflict as refused:  # what was typed stays, beside the record as it is now
        db().rollback()
        row = person_here(person_id)
        late = row.version != request.form.get("version", type=int)
        said = Conflict(N_("这条记录在您读取之后已被别人改动，请重新核对后再保存")) if late else refused
        return page(row, refused=said, part="change"), said.status
    flash(gettext("已登记变更，原来的情况留作历史") if changed else gettext("和原来一样，没有变更"), "success")
    return redirect(url_for(".person", code=code, person_id=row.id))


def _value(row: Person, name: str, text: str) -> dict[str, object]:
    """The entered text as the ledger's own rules read it."""
    if name not in CHANGING:
        raise InvalidInput(N_("请选择要变更的项目"), {"field": N_("请选择")})
    try:
        loaded = compile_schema(PERSONS, context_here(PERSONS, row.tenant_id))().load({name: text or None}, partial=True)
    except ValidationError as error:
        raise InvalidInput(N_("填写有误"), {"value": "；".join(map(str, (error.messages_dict.get(name) or [])))}) from error
    value = loaded.get(name)
    if name == "household_id":
        return {name: uuid.UUID(str(value)) if value else None}
    return {name: value if value is not None or name in EMPTY else ""}


@blueprint.post("/registry/persons/<uuid:person_id>/death")
@require(Action.PERSON_READ)
def death(code: str, person_id: uuid.UUID) -> ResponseReturnValue:
    """Note a death; record and history stay."""
    row = person_here(person_id)
    need(Action.PERSON_WRITE, row.unit_id)
    services.note_death(db(), row, day_asked("on", request.form) or today(), actor(), reason=request.form.get("reason", "").strip())
    flash(gettext("已登记"), "success")
    return redirect(url_for(".person", code=code, person_id=row.id))


@blueprint.post("/registry/persons/<uuid:person_id>/guardians")
@require(Action.PERSON_READ)
def add_guardian(code: str, person_id: uuid.UUID) -> ResponseReturnValue:
    """Note who stands for a minor, with their consent where it was given."""
    row = person_here(person_id)
    need(Action.PERSON_WRITE, row.unit_id)
    try:
        given = {name: request.form.get(name, "").strip() for name in ("name", "relation", "phone", "consent_kind")}
        services.note_guardian(db(), row, {**given, "phone": given["phone"] or None, "consent_on": day_asked("consent_on", request.form),
                                           "consent_until": day_asked("consent_until", request.form)}, actor())
    except InvalidInput as refused:
        return page(row, refused=refused, part="guardian"), refused.status
    flash(gettext("已登记监护人"), "success")
    return redirect(url_for(".person", code=code, person_id=row.id))


@blueprint.post("/registry/guardians/<uuid:guardian_id>/consent")
@require(Action.PERSON_READ)
def consent(code: str, guardian_id: uuid.UUID) -> ResponseReturnValue:
    """Note a consent, or its end."""
    guardian = get_scoped(db(), Guardian, guardian_id, scope_for(Action.PERSON_WRITE))
    row = get_record(db(), Person, guardian.tenant_id, guardian.person_id)
    try:
        if request.form.get("withdraw") == "1":
            values: dict[str, object] = {"consent_until": today()}
        else:
            values = {"consent_kind": request.form.get("consent_kind", ""), "consent_on": day_asked("consent_on", request.form),
                      "consent_until": day_asked("consent_until", request.form)}
        services.change_guardian(db(), guardian, values, actor(), on=today())
    except InvalidInput as refused:
        return page(row, refused=refused, part="guardian"), refused.status
    flash(gettext("已登记"), "success")
    return redirect(url_for(".person", code=code, person_id=row.id))
