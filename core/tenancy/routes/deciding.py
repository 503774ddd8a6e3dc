"""One version: its preview while it waits, and the buttons to approve, refuse or withdraw it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.extensions import today
from core.host.request import plugin_host
from core.tenancy import pages, queries
from core.tenancy.permissions import Action
from core.tenancy.routes.blueprint import blueprint, known, sent
from core.tenancy.routes.reading import own_version
from core.tenancy.services import approve_plan, plan_effects, preview, refuse_plan, withdraw_plan
from core.tenancy.services.context import check_profile
from core.web.markers import require
from core.web.request import actor, db, unit, viewer


@blueprint.get("/plan/versions/<int:number>")
@require(Action.PLAN_READ)
def version(code: str, number: int) -> str:
    """A version as it was given; while it waits, also what it would change."""
    found = own_version(number)
    place = pages.belonging(db(), unit())
    states = queries.list_versions(db(), found.tenant_id)
    checked = check_profile(db(), plugin_host(), found.source, found.file) if found.state == "proposed" else None
    profile = checked.profile if checked else None
    seen = preview(db(), plugin_host(), profile) if profile else None
    effects = plan_effects(db(), plugin_host(), seen.tenant, profile) if seen and profile else []
    page = pages.plan_page(db(), found, known(), unit().path)
    return render_template("tenancy/version.html", place=place, plan=found, page=page, checked=checked, seen=seen, effects=effects,
                           state=pages.version_state(found, states, today()), grammar=known(),
                           mine=found.proposed_account_id == viewer().account_id)


@blueprint.post("/plan/versions/<int:number>/approve")
@require(Action.PLAN_APPROVE)
def approve(code: str, number: int) -> Response:
    """Apply the version."""
    found = approve_plan(db(), plugin_host(), own_version(number), actor(), note=sent("reason"))
    flash(gettext("第 %(version)s 版方案自 %(day)s 起执行", version=found.version, day=found.starts_on), "success")
    return redirect(url_for("tenancy.plan", code=code))


@blueprint.post("/plan/versions/<int:number>/refuse")
@require(Action.PLAN_APPROVE)
def refuse(code: str, number: int) -> Response:
    """Send the version back; the running plan stays."""
    refuse_plan(db(), own_version(number), actor(), reason=sent("reason"))
    return redirect(url_for("tenancy.version", code=code, number=number))


@blueprint.post("/plan/versions/<int:number>/withdraw")
@require(Action.PLAN_WRITE)
def withdraw(code: str, number: int) -> Response:
    """The proposer takes it back."""
    withdraw_plan(db(), own_version(number), actor(), reason=sent("reason"))
    return redirect(url_for("tenancy.version", code=code, number=number))
