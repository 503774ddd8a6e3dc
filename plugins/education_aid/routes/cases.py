"""应享未享: the look, one case, and the joint letters."""

from __future__ import annotations

import io
import uuid
from decimal import Decimal, InvalidOperation

from flask import Response, flash, g, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from core.access.scoping import get_scoped, in_scope
from core.errors import N_, InvalidInput
from core.host.request import plugin_host
from core.jobs.services import enqueue
from core.tenancy.queries import own_tenant
from core.web.markers import require
from core.web.request import actor, db, id_of, unit
from plugins.education_aid import jobs
from plugins.education_aid.models import AidCase, Letter
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import applications
from plugins.education_aid.queries.standing import count_cases, items_of, letters_of
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.routes.terms import term_asked, years_around
from plugins.education_aid.rules import checking
from plugins.education_aid.rules.words import LETTER_REPLIES, REPLIES, TERMS, term_title
from plugins.education_aid.services import cases, letters, papers

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/check")
@require(Action.CASE_READ)
def check(code: str) -> str:
    """The cases of a term by kind, the last look, and the children outside that need a letter."""
    term, scope = term_asked(), scope_for(Action.CASE_READ)
    outside = db().scalars(in_scope(select(AidCase), AidCase, scope).where(
        AidCase.school_year == term.school_year, AidCase.term == term.number, AidCase.outside, AidCase.state == "open")
        .order_by(AidCase.id).limit(200)).all()
    return show("check.html", term=term, counts=count_cases(db(), scope, term.school_year, term.number), kinds=checking.KINDS,
                outside=outside,
                names=applications.names_of_cases(db(), outside), terms=TERMS, years=years_around(),
                here=own_tenant(db(), unit()) is not None)


@blueprint.post("/check")
@require(Action.CASE_WRITE)
def look(code: str) -> ResponseReturnValue:
    """Look at a term anew, in the background."""
    if own_tenant(db(), unit()) is None:
        raise InvalidInput(N_("请在县级核查"))
    term = term_asked()
    job = enqueue(db(), actor(), jobs.LOOK, {"school_year": term.school_year, "term": term.number}, tenant_id=g.tenant_id,
                  unit_id=unit().id,
                  key=f"education_aid.look:{term.school_year}:{term.number}")
    flash(gettext("正在核查，完成后刷新本页"), "info")
    return redirect(url_for("jobs.show", code=code, job_id=job.id))


@blueprint.get("/cases/<uuid:case_id>")
@require(Action.CASE_READ)
def case(code: str, case_id: uuid.UUID) -> str:
    """One case with its letters and the form that closes it."""
    row = get_scoped(db(), AidCase, case_id, scope_for(Action.CASE_READ))
    return show("case.html", row=row, name=applications.names_of_cases(db(), [row]).get(row.person_id, ""), kinds=dict(checking.KINDS),
                closings=[one for one in checking.CLOSINGS if one[0] != "gone"], closed=dict(checking.CLOSINGS),
                letters=letters_of(db(), row),
                term=term_title(row.school_year, row.term))


@blueprint.post("/cases/<uuid:case_id>/close")
@require(Action.CASE_WRITE)
def close_case(code: str, case_id: uuid.UUID) -> ResponseReturnValue:
    """Close a case with evidence."""
    row = get_scoped(db(), AidCase, case_id, scope_for(Action.CASE_WRITE))
    cases.close(db(), row, request.form.get("closing", ""), request.form.get("evidence", ""), actor())
    flash(gettext("已销号"), "success")
    return redirect(url_for("education_aid.case", code=code, case_id=row.id))


@blueprint.post("/letters")
@require(Action.LETTER_WRITE)
def draft_letters(code: str) -> ResponseReturnValue:
    """Draft letters for the cases that were ticked."""
    scope = scope_for(Action.LETTER_WRITE)
    chosen = [get_scoped(db(), AidCase, found, scope) for text in request.form.getlist("ids") if (found := id_of(text))]
    made = letters.draft_letters(db(), chosen, actor())
    flash(gettext("已草拟 %(count)s 份函，由另一人签发", count=len(made)), "success")
    return redirect(url_for("ledger-education_aid-letters.index", code=code))


@blueprint.get("/letters/<uuid:letter_id>")
@require(Action.LETTER_READ)
def letter(code: str, letter_id: uuid.UUID) -> str:
    """A letter, sent or received."""
    row = get_scoped(db(), Letter, letter_id, scope_for(Action.LETTER_READ))
    known, items = letters.known_here(db(), row) if row.direction == "in" else [], items_of(db(), row)
    before, after = papers.body_of(row)
    return show("letter.html", row=row, items=items, before=before, after=after, head=papers.HEAD, rows=papers.rows_of(row, items),
                replies=REPLIES, said=dict(LETTER_REPLIES), known=known)


@blueprint.post("/letters/<uuid:letter_id>/reply")
@require(Action.LETTER_WRITE)
def reply(code: str, letter_id: uuid.UUID) -> ResponseReturnValue:
    """Note the answer to a letter, item by item."""
    row, sent = get_scoped(db(), Letter, letter_id, scope_for(Action.LETTER_WRITE)), request.form
    answers = {item.place: letters.Answer(sent.get(f"reply-{item.place}", ""), _amount(sent.get(f"amount-{item.place}", ""), item.place))
               for item in items_of(db(), row)}
    letters.reply(db(), plugin_host(), row, answers, sent.get("text", ""), actor())
    flash(gettext("已答复"), "success")
    return redirect(url_for("education_aid.letter", code=code, letter_id=row.id))


def _amount(text: str, place: int) -> Decimal | None:
    text = text.replace(",", "").strip()
    try:
        return Decimal(text).quantize(Decimal("0.01")) if text else None
    except InvalidOperation as error:
        raise InvalidInput(N_("金额须是数字，如 1250.00"), fields={f"amount-{place}": N_("须是数字")}) from error


@blueprint.post("/letters/<uuid:letter_id>/<any(docx, pdf):kind>")
@require(Action.LETTER_READ)
def letter_file(code: str, letter_id: uuid.UUID, kind: str) -> Response:
    """A letter as a document to edit, or as a paper."""
    row = get_scoped(db(), Letter, letter_id, scope_for(Action.LETTER_READ))
    data = papers.as_document(db(), row, actor()) if kind == "docx" else papers.as_paper(db(), row, actor())
    answer: Response = send_file(io.BytesIO(data), mimetype=DOCX if kind == "docx" else "application/pdf", as_attachment=True,
                                 download_name=f"{row.number}.{kind}")
    answer.headers["Cache-Control"] = "no-store"
    return answer
