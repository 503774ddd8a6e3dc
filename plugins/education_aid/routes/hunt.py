"""控辍保学: village by village, school by school, one case with its visits."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access.scoping import get_scoped
from core.access.words import csv_file
from core.errors import N_, InvalidInput, ParameterError
from core.extensions import today
from core.registry.models import Enrolment
from core.tenancy.queries import own_tenant
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db, unit
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan.layers import Hunt, hunt_of
from plugins.education_aid.queries import applications, hunt
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.routes.terms import Term, term_asked, years_around
from plugins.education_aid.rules import cohort, hunting
from plugins.education_aid.rules.words import TERMS
from plugins.education_aid.services import hunting as work


def _rules(term: Term) -> Hunt | None:
    """Whom the hunt covers here; None where no plan says so."""
    try:
        return hunt_of(db(), g.tenant_id, term.school_year)
    except ParameterError:
        return None


@blueprint.get("/hunt")
@require(Action.DROPOUT_READ)
def hunt_board(code: str) -> str:
    """The ledgers by village and by school, and whether anything stands against zero."""
    term, scope = term_asked(), scope_for(Action.DROPOUT_READ)
    rules = _rules(term)
    villages = hunt.villages(db(), scope, rules.cohort, term.school_year, term.number) if rules else []
    schools = hunt.schools(db(), scope, term.school_year, term.number)
    rate = cohort.rate(sum(line.dropped for line in schools), sum(line.register for line in schools), rules.ceiling if rules else None)
    return show("hunt.html", term=term, rules=rules, villages=villages, schools=schools, rate=rate, open_cases=hunt.count_open(db(), scope),
                terms=TERMS, years=years_around(), here=own_tenant(db(), unit()) is not None)


@blueprint.get("/hunt.csv")
@require(Action.DROPOUT_EXPORT)
def hunt_file(code: str) -> Response:
    """The ledger village by village as a file."""
    term = term_asked()
    rules = _rules(term)  # without a cohort in the plan the file has its head alone, as the page has no villages
    lines = hunt.villages(db(), scope_for(Action.DROPOUT_EXPORT), rules.cohort, term.school_year, term.number) if rules else []
    head = [gettext(text) for text in (N_("村"), N_("区划代码"), N_("适龄"), N_("在校"), N_("其中外县"), N_("未销号"), N_("已销号"),
                                       N_("包抓人"))]
    rows = [[line.unit.name, line.unit.code, line.children, line.at_school, line.elsewhere, line.open_cases, line.closed_cases,
             "、".join(line.in_charge)] for line in lines]
    return csv_file(f"village-ledger-{code}-{term.school_year}-{term.number}", head, rows)


@blueprint.get("/hunt-schools.csv")
@require(Action.DROPOUT_EXPORT)
def hunt_schools_file(code: str) -> Response:
    """The ledger school by school as a file."""
    term = term_asked()
    head = [gettext(text) for text in (N_("学校"), N_("学校代码"), N_("在册"), N_("最近月报"), N_("实到"), N_("未到"), N_("未销号"),
                                       N_("辍学"))]
    rows = [[line.unit.name, line.unit.code, line.register, line.report.month if line.report else "",
             line.report.present if line.report else "", line.away, line.open_cases, line.dropped]
            for line in hunt.schools(db(), scope_for(Action.DROPOUT_EXPORT), term.school_year, term.number)]
    return csv_file(f"school-ledger-{code}-{term.school_year}-{term.number}", head, rows)


@blueprint.post("/hunt")
@require(Action.DROPOUT_WRITE)
def hunt_look(code: str) -> ResponseReturnValue:
    """Look through all households."""
    if own_tenant(db(), unit()) is None:
        raise InvalidInput(N_("请在县级排查"))
    term = term_asked()
    found = work.look(db(), g.tenant_id, term.school_year, term.number, actor())
    flash(gettext("适龄 %(children)s 人，在校 %(there)s 人，新发现 %(new)s 件", children=found.children, there=found.at_school,
                  new=found.new),
          "warning" if found.new else "success")
    return redirect(url_for("education_aid.hunt_board", code=code, school_year=term.school_year, term=term.number))


@blueprint.get("/dropouts/<uuid:case_id>")
@require(Action.DROPOUT_READ)
def dropout_case(code: str, case_id: uuid.UUID) -> str:
    """One case: what is known, the visits, the way to its end."""
    row = hunt.get_case(db(), scope_for(Action.DROPOUT_READ), case_id)
    village = units_by_id(db(), {row.unit_id})[row.unit_id]
    return show("dropout.html", row=row, name=applications.names_of_cases(db(), [row]).get(row.person_id, ""), village=village,
                visits=hunt.visits_of(db(), row), kinds=dict(hunting.KINDS), categories=hunting.CATEGORIES, reasons=hunting.REASONS,
                closings=hunting.CLOSINGS, today=today())


@blueprint.post("/dropouts/<uuid:case_id>")
@require(Action.DROPOUT_WRITE)
def settle_dropout(code: str, case_id: uuid.UUID) -> ResponseReturnValue:
    """Note what is known of a case."""
    row, sent = hunt.get_case(db(), scope_for(Action.DROPOUT_WRITE), case_id), request.form
    work.settle(db(), row, actor(), **{name: sent.get(name, "") for name in ("category", "reason", "closing", "evidence", "owner")})
    flash(gettext("已保存"), "success")
    return redirect(url_for("education_aid.dropout_case", code=code, case_id=row.id))


@blueprint.post("/dropouts/<uuid:case_id>/visits")
@require(Action.DROPOUT_WRITE)
def visit_dropout(code: str, case_id: uuid.UUID) -> ResponseReturnValue:
    """Note a visit."""
    row, sent = hunt.get_case(db(), scope_for(Action.DROPOUT_WRITE), case_id), request.form
    work.note_visit(db(), row, _day(sent.get("visited_on", "")), sent.get("visitor", ""), sent.get("met", ""), sent.get("result", ""),
                    actor())
    flash(gettext("已登记劝返"), "success")
    return redirect(url_for("education_aid.dropout_case", code=code, case_id=row.id))


@blueprint.post("/enrolments/<uuid:enrolment_id>/absent")
@require(Action.DROPOUT_WRITE)
def mark_absent(code: str, enrolment_id: uuid.UUID) -> ResponseReturnValue:
    """A pupil on the register is not there."""
    row = get_scoped(db(), Enrolment, enrolment_id, scope_for(Action.DROPOUT_WRITE))
    made = work.mark_absent(db(), row, request.form.get("days", 0, type=int), request.form.get("note", ""), actor())
    if made is None:
        flash(gettext("这名学生已有未销号的问题"), "info")
        return redirect(url_for("education_aid.hunt_board", code=code))
    return redirect(url_for("education_aid.dropout_case", code=code, case_id=made.id))


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(N_("日期须写作 2026-11-21"), fields={"visited_on": N_("日期不对")}) from error
