"""One application: its course, its archive, publicity for many, and a discretionary one entered by hand."""

from __future__ import annotations

import uuid
from decimal import Decimal

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from core.access.scoping import get_scoped
from core.documents.services import Upload, add_file
from core.documents.storage import Store
from core.documents.subjects import PERSON, Subject
from core.errors import N_, InvalidInput
from core.extensions import today
from core.host.request import plugin_host
from core.ledgers.checking import messages_of
from core.registry.models import Enrolment
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db, settings, unit
from plugins.education_aid import folders
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import applications
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.routes.terms import term_asked, years_around
from plugins.education_aid.rules.words import FORMS, KINDS, PARTS, TERMS, term_title
from plugins.education_aid.services import applying


class DiscretionarySchema(Schema):
    """What is entered of a discretionary reduction."""

    class Meta:
        unknown = EXCLUDE

    item_name = fields.String(required=True, validate=validate.Length(1, 120, error=N_("请写明名称，如保教费酌情减免")))
    amount = fields.Decimal(required=True, places=2, error_messages={"invalid": N_("金额须是数字，如 300.00")},
                            validate=validate.Range(Decimal("0.01"), Decimal(999_999), error=N_("金额须大于零")))
    reason = fields.String(required=True, validate=validate.Length(4, 400, error=N_("理由须有 4 到 400 字")))


@blueprint.get("/applications/<uuid:application_id>")
@require(Action.APPLICATION_READ)
def application(code: str, application_id: uuid.UUID) -> str:
    """An application with its course and its archive."""
    row = applications.get_application(db(), scope_for(Action.APPLICATION_READ), application_id)
    school = units_by_id(db(), {row.unit_id})[row.unit_id]
    return show("application.html", row=row, person=applying.person_of(db(), row), school=school, parts=PARTS,
                held=applications.parts_of(db(), row), payment=applications.payment_of(db(), row), kinds=dict(KINDS), forms=dict(FORMS),
                term=term_title(row.school_year, row.term))


@blueprint.post("/applications/<uuid:application_id>/papers")
@require(Action.APPLICATION_WRITE)
def file_paper(code: str, application_id: uuid.UUID) -> ResponseReturnValue:
    """Put a paper of an application into the child's folder, and note what it is."""
    row = applications.get_application(db(), scope_for(Action.APPLICATION_WRITE), application_id)
    part, sent = request.form.get("part", ""), request.files.get("file")
    item = next((item for item in folders.CHILD.items if item.code == part), None)
    if item is None or sent is None or not sent.filename:
        raise InvalidInput(N_("请选择材料的种类和文件"), fields={"file": N_("必选")})
    person = applying.person_of(db(), row)
    document = add_file(db(), Store.of(settings()), actor(), Subject(PERSON, person.id, person.name, row.tenant_id, row.unit_id),
                        folders.CHILD, item,
                        Upload(sent.filename, sent.read()), today())
    applying.file_part(db(), [row], part, document, actor())
    flash(gettext("已归档"), "success")
    return redirect(url_for("education_aid.application", code=code, application_id=row.id))


@blueprint.get("/publicity")
@require(Action.APPLICATION_READ)
def publicity(code: str) -> str:
    """The applications of a term that wait to be shown, and those that are shown."""
    term = term_asked()
    rows = applications.list_in(db(), scope_for(Action.APPLICATION_READ), "publicity", term.school_year, term.number)
    names = applications.names_by_tenant(db(), rows)
    return show("publicity.html", term=term, terms=TERMS, years=years_around(), waiting=[row for row in rows if not row.notice_subject],
                shown=[row for row in rows if row.notice_subject], names=names)


@blueprint.post("/publicity")
@require(Action.APPLICATION_WRITE)
def publicise(code: str) -> ResponseReturnValue:
    """Show all that wait, as one notice of the working unit."""
    term = term_asked()
    rows = applications.list_in(db(), scope_for(Action.APPLICATION_WRITE), "publicity", term.school_year, term.number)
    notice = applying.publicise(db(), plugin_host(), unit(), rows, actor())
    flash(gettext("已公示 %(count)s 行，到 %(day)s 止", count=notice.row_count, day=notice.closes_on), "success")
    return redirect(url_for("education_aid.publicity", code=code, school_year=term.school_year, term=term.number))


@blueprint.route("/enrolments/<uuid:enrolment_id>/discretionary", methods=["GET", "POST"])
@require(Action.APPLICATION_WRITE)
def discretionary(code: str, enrolment_id: uuid.UUID) -> ResponseReturnValue:
    """Enter a discretionary reduction for a pupil."""
    row = get_scoped(db(), Enrolment, enrolment_id, scope_for(Action.APPLICATION_WRITE))
    person = applying.person_at(db(), row)
    if request.method == "GET":
        return show("discretionary.html", row=row, person=person, entered={}, errors={})
    try:
        entered = DiscretionarySchema().load(request.form)
    except ValidationError as error:
        return show("discretionary.html", row=row, person=person, entered=request.form, errors=messages_of(error)), 422
    name = entered["item_name"].strip()
    made = applying.apply_discretionary(db(), person, row.unit_id, f"discretionary:{name}"[:60], name, row.school_year, row.term,
                                        entered["amount"], entered["reason"], actor(), class_name=row.class_name)
    return redirect(url_for("education_aid.application", code=code, application_id=made.id))
