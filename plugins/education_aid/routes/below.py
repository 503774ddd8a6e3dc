"""逐县试算: an upper level drafts a rule and costs it over the counties below; counts and sums, never names."""

from __future__ import annotations

import uuid
from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.access.words import csv_file
from core.errors import N_, InvalidInput
from core.host.request import plugin_host
from core.tenancy.grammar import ProfileRefused
from core.tenancy.queries import TenantPlace, tenant_of
from core.web.markers import require
from core.web.request import actor, db, id_argument, unit, viewer
from plugins.education_aid import jobs
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan.wording import payer
from plugins.education_aid.queries import runs
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.routes.terms import term_asked, years_around
from plugins.education_aid.routes.trials import Trials, offered, text_sent, title_sent
from plugins.education_aid.rules.words import TERMS
from plugins.education_aid.services import below

TRIALS = Trials(below.BELOW, jobs.BELOW, Action.RUN_MANAGE, "education_aid.below", "education_aid.below_list")

@blueprint.get("/what-if/below")
@require(Action.RUN_MANAGE)
def below_list(code: str) -> str:
    """Drafts that were costed over the counties, and the form for the next."""
    return show("below_list.html", **_listed(offered()), problems=[])


@blueprint.post("/what-if/below")
@require(Action.RUN_MANAGE)
def cost_below(code: str) -> ResponseReturnValue:
    """Check the draft and ask for it to be costed, county by county."""
    text, upper, term = text_sent(), _upper(), term_asked()
    try:
        run = below.begin_below(db(), plugin_host(), upper, (term.school_year, term.number), text.encode(),
                                title_sent(), _counties(upper), actor())
    except ProfileRefused as refused:
        return show("below_list.html", **_listed(text), problems=refused.problems), 422
    return TRIALS.ask_for(code, run)


@blueprint.get("/what-if/below/<uuid:run_id>", endpoint="below")
@require(Action.RUN_READ)
def below_page(code: str, run_id: uuid.UUID) -> str:
    """The totals, county by county, and those that were not counted with why."""
    return show("below.html", run=TRIALS.find(run_id), payer=payer)


@blueprint.get("/what-if/below/<uuid:run_id>/counties.csv")
@require(Action.RUN_READ)
def below_csv(code: str, run_id: uuid.UUID) -> Response:
    """The counties as a list."""
    counties = TRIALS.find(run_id).counts.get("counties", {})
    head = [gettext(one) for one in (N_("县"), N_("学生"), N_("增加"), N_("减少"), N_("多支出（元）"), N_("说明"))]
    rows = [(one["name"], one.get("children", ""), one.get("gainers", ""), one.get("losers", ""), one.get("difference", ""),
             one.get("why", "")) for one in counties.values()]
    return csv_file(f"what-if-{code}", head, rows)


@blueprint.post("/what-if/below/<uuid:run_id>/cite")
@require(Action.RUN_MANAGE)
def cite_below(code: str, run_id: uuid.UUID) -> Response:
    """Note where the outcome was used."""
    return TRIALS.cite(code, run_id)


@blueprint.post("/what-if/below/<uuid:run_id>/delete")
@require(Action.RUN_MANAGE)
def delete_below(code: str, run_id: uuid.UUID) -> Response:
    """Throw away what nobody cited."""
    return TRIALS.remove(code, run_id)


def _upper() -> TenantPlace:
    found = tenant_of(db(), unit())
    if found is None or found.unit.id != unit().id:
        raise InvalidInput(N_("请在有方案的省、市一级逐县试算"))
    return found


def _counties(upper: TenantPlace) -> list[TenantPlace]:
    """The tenants below that the person may cost a draft in as wholes; those without the plugin too, so that they are named."""
    return below.counties_of(db(), upper, viewer().scope(db(), Action.RUN_MANAGE, unit()).whole)


def _listed(text: str) -> dict[str, Any]:
    found = tenant_of(db(), unit())
    here = found is not None and found.unit.id == unit().id
    return {"rows": runs.list_runs(db(), scope_for(Action.RUN_READ), id_argument("before"), kind=below.BELOW), "text": text,
            "counties": _counties(found) if found is not None and here else [], "here": here, "title": title_sent(),
            "term": term_asked(), "years": years_around(), "terms": TERMS}
