"""How a county's messages go out, set by its administrator."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.errors import N_, InvalidInput
from core.outreach import queries
from core.outreach.permissions import Action
from core.outreach.routes.blueprint import blueprint
from core.outreach.rules.files import XLSX
from core.outreach.rules.words import GATEWAYS, OUTBOX
from core.outreach.services.gateways import Setting, set_gateway
from core.tenancy.queries import own_tenant
from core.web.markers import require
from core.web.request import actor, db, unit


@blueprint.get("/outreach/gateway")
@require(Action.MESSAGE_MANAGE)
def gateway(code: str) -> str:
    tenant = own_tenant(db(), unit())
    found = queries.find_gateway(db(), tenant.id) if tenant is not None else None
    now = Setting(found.kind, found.url, "", found.chunk, found.file_kind) if found is not None else Setting(OUTBOX)
    return _form(now)


@blueprint.post("/outreach/gateway")
@require(Action.MESSAGE_MANAGE)
def change_gateway(code: str) -> ResponseReturnValue:
    form, tenant = request.form, own_tenant(db(), unit())
    wanted = Setting(form.get("kind", ""), form.get("url", "").strip(), form.get("secret", "").strip(), form.get("chunk", 0, type=int),
                     form.get("file_kind", XLSX))
    try:
        if tenant is None:
            raise InvalidInput(N_("请到有自己方案的单位设置短信通道"))
        set_gateway(db(), tenant, wanted, actor())
    except InvalidInput as error:
        return _form(wanted, error), error.status
    flash(gettext("已设置短信通道"), "success")
    return redirect(url_for("outreach.gateway", code=code))


def _form(now: Setting, error: InvalidInput | None = None) -> str:
    return render_template("outreach/gateway.html", now=now, gateways=GATEWAYS, here=own_tenant(db(), unit()), error=error)
