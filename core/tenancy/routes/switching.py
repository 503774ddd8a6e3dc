"""The switchboard of tenants × plugins; a switch shows its effect before it is done."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.errors import N_, NotFound
from core.host.permissions import Action as HostAction
from core.host.request import plugin_host
from core.tenancy import queries
from core.tenancy.queries import TenantPlace
from core.tenancy.routes.blueprint import blueprint, sent
from core.tenancy.services import board, effects, switch_plugin
from core.web.markers import require
from core.web.request import actor, db, unit


@blueprint.get("/switchboard")
@require(HostAction.SWITCH_READ)
def switchboard(code: str) -> str:
    """Every tenant in scope at the unit and below, by plugin."""
    found = board(db(), plugin_host(), _tenants())
    return render_template("tenancy/switchboard.html", board=found)


@blueprint.get("/switchboard/<tenant_id>/<plugin>")
@require(HostAction.SWITCH_READ)
def switch(code: str, tenant_id: str, plugin: str) -> str:
    """What switching would do, before it is done."""
    tenant = _tenant(tenant_id)
    cell = next((cell for cell in board(db(), plugin_host(), [tenant]).rows[0].cells
                 if cell.column.slug == plugin), None)
    if cell is None:
        raise NotFound(N_("没有插件“%(plugin)s”"), plugin=plugin)
    on = cell.state != "on"
    listed = effects(db(), plugin_host(), tenant, plugin, on) if cell.switchable else []
    return render_template("tenancy/switch.html", tenant=tenant, cell=cell, on=on, effects=listed)


@blueprint.post("/switchboard/<tenant_id>/<plugin>")
@require(HostAction.SWITCH_MANAGE)
def turn(code: str, tenant_id: str, plugin: str) -> Response:
    """Switch, with the reason."""
    tenant = _tenant(tenant_id)
    on = sent("on") == "1"
    changed = switch_plugin(db(), plugin_host(), tenant, plugin, on, actor(), reason=sent("reason"))
    titles = "、".join(plugin_host().title(slug) for slug in changed)
    if changed:
        word = gettext("开启") if on else gettext("关闭")
        flash(gettext("已为%(tenant)s%(word)s：%(titles)s", tenant=tenant.name, word=word, titles=titles), "success")
    return redirect(url_for("tenancy.switchboard", code=code))


def _tenants() -> list[TenantPlace]:
    """The tenants at and below the unit that are open to this request; at a unit below its tenant, that one."""
    found = queries.tenants_under(db(), unit().path) or [
        place for place in [queries.tenant_of(db(), unit())] if place is not None]
    return [place for place in found if place.id in g.tenants]


def _tenant(tenant_id: str) -> TenantPlace:
    found = next((place for place in queries.tenants_under(db(), unit().path)
                  if place.id == tenant_id and place.id in g.tenants), None)
    if found is None:
        raise NotFound(N_("没有租户 %(tenant)s，或者它不在您的任职范围内"), tenant=tenant_id)
    return found
