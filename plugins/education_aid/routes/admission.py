"""录取: what a round comes to and why, and who still waits for a loan."""

from __future__ import annotations

import uuid

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from core.access.words import csv_file
from core.errors import N_, InvalidInput
from core.host.request import plugin_host
from core.publicity.services import is_published
from core.tenancy.queries import get_tenant
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db, id_of
from plugins.education_aid.models.admission import AdmissionRound
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import admission as reading
from plugins.education_aid.queries.runs import names_of
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.routes.terms import term_asked, years_around
from plugins.education_aid.rules import admission_words as words
from plugins.education_aid.rules.loans import coverage
from plugins.education_aid.services import admitting, placing
from plugins.education_aid.services.favouring import elsewhere


@blueprint.get("/rounds/<uuid:round_id>")
@require(Action.ADMISSION_READ)
def admission_round(code: str, round_id: uuid.UUID) -> str:
    """A round with the applicants in scope, a page at a time in the order in which places are given, and why."""
    scope = scope_for(Action.ADMISSION_READ)
    row = reading.get_round(db(), scope, round_id)
    terms = placing.terms_of(db(), row)
    page = placing.page_of(db(), scope, row, terms, after=max(request.args.get("after", 0, type=int), 0))
    return show("round.html", row=row, terms=terms, page=page, names=names_of(db(), row.tenant_id, [line.applicant.person_id
                                                                                                   for line in page.lines]),
                schools=units_by_id(db(), {line.applicant.unit_id for line in page.lines}), outcomes=words.OUTCOMES,
                onward=elsewhere(db(), get_tenant(db(), row.tenant_id), row), shown=is_published(db(), reading.subject_of(row)),
                referred=reading.count_referrals(db(), scope, row))


@blueprint.get("/rounds/<uuid:round_id>.csv")
@require(Action.ADMISSION_EXPORT)
def round_file(code: str, round_id: uuid.UUID) -> Response:
    """The outcomes of a round as a file."""
    scope = scope_for(Action.ADMISSION_EXPORT)
    row = reading.get_round(db(), scope, round_id)
    page = placing.page_of(db(), scope, row, limit=None)
    names = names_of(db(), row.tenant_id, [line.applicant.person_id for line in page.lines])
    lines = [(line.rank, names.get(line.applicant.person_id, ""), line.applicant.score,
              gettext("录取") if line.admitted else gettext("未录取"), line.reason) for line in page.lines]
    head = [gettext(text) for text in (N_("名次"), N_("学生"), N_("成绩"), N_("结果"), N_("理由"))]
    return csv_file(f"round-{row.code}", head, lines)


@blueprint.post("/rounds/<uuid:round_id>/publicise")
@require(Action.ADMISSION_WRITE)
def publicise_round(code: str, round_id: uuid.UUID) -> ResponseReturnValue:
    """Show in public who has a place."""
    row = reading.get_round(db(), scope_for(Action.ADMISSION_WRITE), round_id)
    notice = admitting.publicise(db(), plugin_host(), row, actor())
    flash(gettext("已公示 %(count)s 行，到 %(day)s 止", count=notice.row_count, day=notice.closes_on), "success")
    return _back(code, row)


@blueprint.post("/rounds/<uuid:round_id>/correct")
@require(Action.ADMISSION_APPROVE)
def correct_round(code: str, round_id: uuid.UUID) -> ResponseReturnValue:
    """Put one outcome right."""
    scope = scope_for(Action.ADMISSION_APPROVE)
    row = reading.get_round(db(), scope, round_id)
    chosen = id_of(request.form.get("applicant", ""))
    if chosen is None:
        raise InvalidInput(N_("请选择要更正的申请人"), fields={"applicant": N_("请选择")})
    admitting.correct(db(), row, reading.get_applicant(db(), scope, row, chosen), request.form.get("outcome", ""),
                      request.form.get("reason", ""), actor())
    flash(gettext("已更正"), "success")
    return _back(code, row)


@blueprint.post("/rounds/<uuid:round_id>/refer")
@require(Action.ADMISSION_WRITE)
def refer(code: str, round_id: uuid.UUID) -> ResponseReturnValue:
    """Pass on those without a place."""
    row = reading.get_round(db(), scope_for(Action.ADMISSION_WRITE), round_id)
    count = admitting.refer(db(), row, request.form.get("preference", ""), actor())
    flash(ngettext("已转介 %(num)s 人", "已转介 %(num)s 人", count) if count else gettext("没有要转介的人"), "success" if count else "info")
    return _back(code, row)


@blueprint.get("/loans")
@require(Action.ADMISSION_READ)
def loan_coverage(code: str) -> str:
    """应贷尽贷: of those who need a loan in a year, who has one, and the names of those who have not."""
    year = term_asked().school_year
    rows = reading.loans_of(db(), scope_for(Action.ADMISSION_READ), year)
    found = coverage([row.id for row in rows], {row.id: row.state == "granted" for row in rows})
    missing = [row for row in rows if row.id in set(found.missing)]
    return show("loans.html", year=year, years=years_around(), found=found, missing=missing, names=reading.names_of_loans(db(), missing),
                schools=units_by_id(db(), [row.unit_id for row in missing]), states=dict(words.LOAN_STATES))


def _back(code: str, row: AdmissionRound) -> ResponseReturnValue:
    return redirect(url_for("education_aid.admission_round", code=code, round_id=row.id))
