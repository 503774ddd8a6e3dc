"""A campaign from draft to end."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.errors import N_, InvalidInput, PlatformError
from core.extensions import today
from core.web.markers import require
from core.web.request import actor, db, unit
from plugins.donations.models import Campaign
from plugins.donations.permissions import Action
from plugins.donations.plan.reading import find_rule, rules_of
from plugins.donations.queries import campaigns, statistics
from plugins.donations.queries.photos import list_photos
from plugins.donations.routes.asking import day_of, may, need
from plugins.donations.routes.blueprint import blueprint, scope_for, show
from plugins.donations.rules import words
from plugins.donations.schemas import CampaignSchema, blank, read
from plugins.donations.services import campaigns as services


@blueprint.get("/campaigns/new")
@require(Action.CAMPAIGN_WRITE)
def new_campaign(code: str) -> str:
    """The form, filled with what the plan says of such a campaign."""
    return _form(_from_plan(request.args.get("plan_code", "")))


def _from_plan(plan_code: str) -> Mapping[str, str]:
    rule = find_rule(db(), g.tenant_id, "campaign", plan_code) if plan_code else None
    if rule is None:
        return {}
    found = {"code": rule.code, "plan_code": rule.code, "title": rule.name, "kind": rule.get("kind", "internal")}
    for name in ("holder", "holder_kind", "concentrated_from", "concentrated_to"):
        found[name] = str(rule.get(name) or "")
    return found


def _form(entered: Mapping[str, Any], refused: PlatformError | None = None) -> str:
    plans = rules_of(db(), g.tenant_id, "campaign")
    return show("campaign_form.html", entered=blank(CampaignSchema, entered), refused=refused,
                errors=refused.fields if refused else {}, plans=plans,
                kinds=words.CAMPAIGN_KINDS, holders=words.HOLDER_KINDS)


@blueprint.post("/campaigns/new")
@require(Action.CAMPAIGN_WRITE)
def create_campaign(code: str) -> ResponseReturnValue:
    """Enter a campaign, not yet open."""
    try:
        made = services.draft(db(), g.tenant_id, unit(), read(CampaignSchema(), request.form), actor())
    except PlatformError as refused:
        return _form(request.form.to_dict(), refused), refused.status
    flash(gettext("已登记，作出合规承诺后可以开启"), "success")
    return redirect(url_for("donations.campaign", code=code, campaign_id=made.id))


@blueprint.get("/campaigns/<uuid:campaign_id>")
@require(Action.CAMPAIGN_READ)
def campaign(code: str, campaign_id: uuid.UUID) -> str:
    """Everything about a campaign, and the steps that are open."""
    return _page(_get(campaign_id))


def _get(campaign_id: uuid.UUID) -> Campaign:
    return campaigns.get_campaign(db(), scope_for(Action.CAMPAIGN_READ), campaign_id)


def _page(row: Campaign, refused: PlatformError | None = None) -> str:
    rule = find_rule(db(), row.tenant_id, "campaign", row.plan_code) if row.plan_code else None
    period = statistics.Period(None, today(), campaign_id=row.id)
    windows = statistics.by(db(), scope_for(Action.GIFT_READ), period, "window") if may(Action.GIFT_READ, row.unit_id) else []
    return show("campaign.html", row=row, rule=rule, refused=refused, windows=windows, labels=words, today=today(),
                photos=list_photos(db(), row),
                may_write=may(Action.CAMPAIGN_WRITE, row.unit_id), may_approve=may(Action.CAMPAIGN_APPROVE, row.unit_id))


def _step(code: str, campaign_id: uuid.UUID, action: str, do: Callable[[Campaign], None], said: str) -> ResponseReturnValue:
    row = _get(campaign_id)
    need(action, row.unit_id)
    try:
        do(row)
    except PlatformError as refused:
        db().rollback()
        return _page(_get(campaign_id), refused), refused.status
    flash(gettext(said), "success")
    return redirect(url_for("donations.campaign", code=code, campaign_id=campaign_id))


@blueprint.post("/campaigns/<uuid:campaign_id>/declare")
@require(Action.CAMPAIGN_WRITE)
def declare_campaign(code: str, campaign_id: uuid.UUID) -> ResponseReturnValue:
    """The declaration that nobody gains by it."""
    def do(row: Campaign) -> None:
        if not request.form.get("agreed"):
            raise InvalidInput(N_("请勾选承诺内容"), {"agreed": N_("须勾选")})
        services.declare(db(), row, actor())
    return _step(code, campaign_id, Action.CAMPAIGN_WRITE, do, N_("已作出合规承诺"))


@blueprint.post("/campaigns/<uuid:campaign_id>/open")
@require(Action.CAMPAIGN_APPROVE)
def open_campaign(code: str, campaign_id: uuid.UUID) -> ResponseReturnValue:
    """Open it for gifts."""
    return _step(code, campaign_id, Action.CAMPAIGN_APPROVE, lambda row: services.open_campaign(db(), row, actor()), N_("活动已开启"))


@blueprint.post("/campaigns/<uuid:campaign_id>/close")
@require(Action.CAMPAIGN_APPROVE)
def close_campaign(code: str, campaign_id: uuid.UUID) -> ResponseReturnValue:
    """End it."""
    return _step(code, campaign_id, Action.CAMPAIGN_APPROVE, lambda row: services.close(db(), row, day_of("on"), actor()), N_("活动已结束"))


@blueprint.post("/campaigns/<uuid:campaign_id>/extend")
@require(Action.CAMPAIGN_APPROVE)
def extend_campaign(code: str, campaign_id: uuid.UUID) -> ResponseReturnValue:
    """Let it go on."""
    def do(row: Campaign) -> None:
        until = day_of("until") if request.form.get("until", "").strip() else None
        services.extend(db(), row, until, actor(), request.form.get("reason", ""))
    return _step(code, campaign_id, Action.CAMPAIGN_APPROVE, do, N_("已延期"))


@blueprint.post("/campaigns/<uuid:campaign_id>/use-plan")
@require(Action.CAMPAIGN_WRITE)
def attach_use_plan(code: str, campaign_id: uuid.UUID) -> ResponseReturnValue:
    """Attach what the money is for."""
    return _step(code, campaign_id, Action.CAMPAIGN_WRITE,
                 lambda row: services.attach_use_plan(db(), row, request.form.get("use_plan", ""), actor()), N_("已附上资金用途方案"))
