"""Campaigns: what the plan asks for, what each has used, and what is missing."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

from flask import g, render_template

from core.documents.queries import count_by_item
from core.errors import InvalidInput
from core.extensions import today
from core.outreach import plan, queries
from core.outreach.folders import OUTREACH
from core.outreach.models import Campaign
from core.outreach.permissions import Action
from core.outreach.routes.blueprint import blueprint
from core.outreach.rules import words
from core.outreach.rules.channels import Reach, reach
from core.tenancy.queries import get_tenant, tenant_of
from core.units.queries import get_unit, units_by_id
from core.web.markers import require
from core.web.request import db, id_argument, unit, viewer


@blueprint.get("/outreach")
@require(Action.CAMPAIGN_READ)
def index(code: str) -> str:
    page = queries.page_of_campaigns(db(), g.scope, id_argument("before"))
    tenant = tenant_of(db(), unit())
    wanted = plan.wanted(db(), tenant, today()) if tenant is not None else None
    reaches: dict[uuid.UUID, Reach] = {}
    for tenant_id in {row.tenant_id for row in page}:
        reaches.update(_reaches(tenant_id, [row for row in page if row.tenant_id == tenant_id]))
    return render_template("outreach/index.html", rows=page, wanted=wanted, reaches=reaches, channels=dict(words.CHANNELS),
                           units=units_by_id(db(), {row.unit_id for row in page}), more=page.next)


@blueprint.get("/outreach/campaigns/<uuid:campaign_id>")
@require(Action.CAMPAIGN_READ)
def show(code: str, campaign_id: uuid.UUID) -> str:
    return page_of(queries.get_campaign(db(), g.scope, campaign_id))


def page_of(row: Campaign, refused: InvalidInput | None = None, asked: str = "") -> str:
    """The page of one campaign; `asked` names the form that was refused."""
    uses = queries.uses_of(db(), row.tenant_id, [row.code]).get(row.code, [])
    wanted = plan.wanted(db(), get_tenant(db(), row.tenant_id), today())
    place = get_unit(db(), row.unit_id)
    may_see = viewer().allowed(Action.MESSAGE_READ, place)
    states = queries.states_of(db(), row) if may_see else {}
    by_state: Counter[str] = Counter()
    for (state, _), count in states.items():
        by_state[state] += count
    return render_template(
        "outreach/show.html", row=row, place=place, uses=uses, wanted=wanted, found=_reaches(row.tenant_id, [row])[row.id],
        channels=dict(words.CHANNELS), units=units_by_id(db(), {use.unit_id for use in uses}), states=states, by_state=by_state,
        state_words=dict(words.STATES), reasons=dict(words.REASONS), lists=queries.lists_of(db(), row) if may_see else [], may_see=may_see,
        may_send=viewer().allowed(Action.MESSAGE_WRITE, place), may_export=viewer().allowed(Action.MESSAGE_EXPORT, place),
        may_write=viewer().allowed(Action.CAMPAIGN_WRITE, place), gateway=queries.find_gateway(db(), row.tenant_id),
        gateways=dict(words.GATEWAYS), folder=OUTREACH, photos=count_by_item(db(), row.tenant_id, OUTREACH.code, row.unit_id),
        refused=refused, asked=asked)


def _reaches(tenant_id: str, rows: Sequence[Campaign]) -> dict[uuid.UUID, Reach]:
    """What each of a tenant's campaigns has by its plan, and lacks; text messages count once one was sent."""
    wanted = plan.wanted(db(), get_tenant(db(), tenant_id), today())
    uses = queries.uses_of(db(), tenant_id, [row.code for row in rows])
    texted = queries.texted(db(), tenant_id, [row.id for row in rows])
    return {row.id: reach(wanted, [*(use.channel for use in uses.get(row.code, [])), *([words.SMS] if row.id in texted else [])])
            for row in rows}
