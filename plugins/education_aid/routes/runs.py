"""测算: work a term out, see what it comes to, what could not be decided and what became different."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError

from core.access.words import csv_file
from core.errors import N_, InvalidInput
from core.extensions import today
from core.jobs.services import enqueue
from core.ledgers.checking import messages_of
from core.tenancy.queries import tenant_of
from core.web.markers import require
from core.web.request import actor, db, id_argument, unit
from plugins.education_aid import jobs
from plugins.education_aid.asked import RunSchema
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan.wording import payer
from plugins.education_aid.queries import runs
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.services.entitling import begin_run


@blueprint.get("/runs")
@require(Action.RUN_READ)
def run_list(code: str) -> str:
    """The runs of the place, newest first, and the form for the next."""
    return show("runs.html", rows=runs.list_runs(db(), scope_for(Action.RUN_READ), id_argument("before")), entered=_default(), errors={})


@blueprint.post("/runs")
@require(Action.RUN_WRITE)
def start_run(code: str) -> ResponseReturnValue:
    """Ask for a term to be worked out in the background."""
    try:
        entered = RunSchema().load(request.form)
    except ValidationError as error:
        rows = runs.list_runs(db(), scope_for(Action.RUN_READ))
        return show("runs.html", rows=rows, entered=request.form, errors=messages_of(error)), 422
    tenant = tenant_of(db(), unit())
    if tenant is None or tenant.id != g.tenant_id:
        raise InvalidInput(N_("请在有方案的单位测算"))
    run = begin_run(db(), g.tenant_id, tenant.unit.id, entered["school_year"], entered["term"], entered["as_on"], actor())
    key = f"education_aid.run:{run.school_year}:{run.term}"
    job = enqueue(db(), actor(), jobs.RUN, {"run": str(run.id)}, tenant_id=g.tenant_id, unit_id=tenant.unit.id, key=key)
    if job.arguments["run"] != str(run.id):
        flash(gettext("这个学期正在测算，等它完成再看结果"), "info")
        db().delete(run)
        return redirect(url_for("education_aid.run", code=code, run_id=job.arguments["run"]))
    run.job_id = job.id
    return redirect(url_for("education_aid.run", code=code, run_id=run.id))


@blueprint.get("/runs/<uuid:run_id>")
@require(Action.RUN_READ)
def run(code: str, run_id: uuid.UUID) -> str:
    """One run: totals by item, fund and payer; what could not be decided; what became different."""
    found = runs.find_scoped_run(db(), scope_for(Action.RUN_READ), run_id)
    undecided = runs.undecided_page(db(), scope_for(Action.AWARD_READ), found, id_argument("undecided"))
    differences = runs.difference_page(db(), scope_for(Action.AWARD_READ), found, id_argument("different"))
    names = runs.names_of(db(), found.tenant_id, {*(row.person_id for row in undecided), *(row.person_id for row in differences)})
    return show("run.html", run=found, undecided=undecided, differences=differences, names=names, payer=payer)


@blueprint.get("/runs/<uuid:run_id>/undecided.csv")
@require(Action.AWARD_EXPORT)
def undecided_csv(code: str, run_id: uuid.UUID) -> Response:
    """Everything a run could not decide, as a list to work through."""
    found = runs.find_scoped_run(db(), scope_for(Action.RUN_READ), run_id)
    rows, before = [], None
    while True:
        page = runs.undecided_page(db(), scope_for(Action.AWARD_EXPORT), found, before)
        names = runs.names_of(db(), found.tenant_id, {row.person_id for row in page})
        rows += [(names.get(row.person_id, ""), row.item_name, row.clause, "、".join(row.missing)) for row in page]
        if page.next is None:
            break
        before = page.next
    head = [gettext("学生"), gettext("资助项目"), gettext("依据"), gettext("缺少的情况")]
    return csv_file(f"undecided-{code}", head, rows)


def _default() -> dict[str, object]:
    """The term that runs today: autumn from September, spring from March."""
    day = today()
    autumn = day.month >= 9 or day.month < 3
    year = day.year if day.month >= 9 else day.year - 1
    start = dt.date(year, 9, 1) if autumn else dt.date(year + 1, 3, 1)
    return {"school_year": year, "term": 1 if autumn else 2, "as_on": min(day, max(start, start))}


