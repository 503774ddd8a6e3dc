"""方案试算: try a draft plan on the facts of a past run, read the outcome, cite it or throw it away."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from flask import Response, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access.words import csv_file
from core.errors import N_, InvalidInput
from core.host.request import plugin_host
from core.tenancy.grammar import ProfileRefused
from core.tenancy.queries import list_versions
from core.units.queries import units_by_id
from core.web.filters import moment
from core.web.markers import require
from core.web.request import actor, db, id_argument, unit
from plugins.education_aid import jobs
from plugins.education_aid.models.awards import AidRun
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan.wording import payer
from plugins.education_aid.queries import runs
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.routes.trials import Trials, may_read_plans, offered, text_sent, title_sent
from plugins.education_aid.services import what_if

TRIALS = Trials(what_if.WHAT_IF, jobs.WHAT_IF, Action.RUN_WRITE, "education_aid.what_if", "education_aid.what_if_list")
SHOWN = 20


@blueprint.get("/what-if")
@require(Action.RUN_READ)
def what_if_list(code: str) -> str:
    """Drafts that were tried, and the form for the next, filled with the plan as it runs or with a waiting version."""
    return show("what_if_list.html", **_listed(offered()), problems=[])


@blueprint.post("/what-if")
@require(Action.RUN_WRITE)
def try_draft(code: str) -> ResponseReturnValue:
    """Check the draft and ask for it to be tried; with faults, floors of upper plans among them, nothing is begun."""
    text, snapshot = text_sent(), _snapshot()
    try:
        run = what_if.begin_what_if(db(), plugin_host(), snapshot, text.encode(), f"{unit().code}.toml", title_sent(), actor())
    except ProfileRefused as refused:
        return show("what_if_list.html", **_listed(text), problems=refused.problems), 422
    return TRIALS.ask_for(code, run)


@blueprint.get("/what-if/<uuid:run_id>", endpoint="what_if")
@require(Action.RUN_READ)
def what_if_page(code: str, run_id: uuid.UUID) -> str:
    """Who gains, who loses, what it costs by item, fund, payer, school and month; names only within the reader's scope."""
    run = TRIALS.find(run_id)
    names = runs.names_in_scope(db(), scope_for(Action.AWARD_READ), run.tenant_id,
                                [person for side in ("gainers", "losers") for person in what_if.sampled(run, side)])
    sample = {side: [(person, names[person], total) for person, total in what_if.sampled(run, side).items() if person in names][:SHOWN]
              for side in ("gainers", "losers")}
    return show("what_if.html", run=run, sample=sample, schools=_by_school(run), payer=payer)


@blueprint.get("/what-if/<uuid:run_id>/outcome.csv")
@require(Action.RUN_READ)
def what_if_csv(code: str, run_id: uuid.UUID) -> Response:
    """What changes by item, school, fund, payer and month as a list; no names."""
    run = TRIALS.find(run_id)
    head = [gettext(one) for one in (N_("按"), N_("名称"), N_("现行人数"), N_("现行（元）"), N_("草稿人数"), N_("草稿（元）"), N_("增加"),
                                     N_("减少"), N_("多支出（元）"))]
    rows: list[tuple[object, ...]] = [
        (gettext("项目"), name, before, paid, after, due, "", "", Decimal(due) - Decimal(paid))
        for name, before, paid, after, due in run.counts.get("items", {}).values()]
    rows += [(gettext("学校"), name, "", "", "", "", gain, lose, total) for name, gain, lose, total in _by_school(run)]
    for title, key, said in ((N_("资金"), "funds", str), (N_("谁多出钱"), "payers", payer), (N_("月份"), "months", str)):
        rows += [(gettext(title), said(name), "", "", "", "", "", "", total) for name, total in run.counts.get(key, {}).items()]
    return csv_file(f"what-if-{code}", head, rows)


def _by_school(run: AidRun) -> list[tuple[Any, ...]]:
    """By the name of the school: how many gain and lose, and the sum."""
    schools = units_by_id(db(), {uuid.UUID(one) for one in run.counts.get("schools", {})})
    return sorted(((schools[uuid.UUID(one)].name, *line) for one, line in run.counts.get("schools", {}).items()
                   if uuid.UUID(one) in schools), key=lambda line: line[0])


@blueprint.post("/what-if/<uuid:run_id>/cite")
@require(Action.RUN_WRITE)
def cite_what_if(code: str, run_id: uuid.UUID) -> ResponseReturnValue:
    """Note where the outcome was used."""
    return TRIALS.cite(code, run_id)


@blueprint.post("/what-if/<uuid:run_id>/delete")
@require(Action.RUN_WRITE)
def delete_what_if(code: str, run_id: uuid.UUID) -> ResponseReturnValue:
    """Throw away what nobody cited."""
    return TRIALS.remove(code, run_id)


def _snapshot() -> AidRun:
    try:
        wanted = uuid.UUID(request.form.get("snapshot", ""))
    except ValueError:
        raise InvalidInput(N_("请选择一次已经完成的测算作为比较的底数")) from None
    return runs.find_scoped_run(db(), scope_for(Action.RUN_WRITE), wanted)


def _listed(text: str) -> dict[str, Any]:
    scope = scope_for(Action.RUN_READ)
    snapshots = [(str(row.id), gettext("%(title)s（按 %(day)s 的情况，%(when)s 测算）", title=row.title, day=row.as_on,
                                       when=moment(row.created_at)))
                 for row in runs.list_runs(db(), scope) if row.state == "done" and row.tenant_id == g.tenant_id]
    waiting = [plan.version for plan in list_versions(db(), g.tenant_id) if plan.state == "proposed"] if may_read_plans() else []
    return {"rows": runs.list_runs(db(), scope, id_argument("before"), kind=what_if.WHAT_IF), "snapshots": snapshots, "text": text,
            "waiting": waiting, "title": title_sent()}
