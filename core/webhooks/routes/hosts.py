"""Hosts of inner networks that may be told."""

from __future__ import annotations

import uuid

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.errors import PlatformError
from core.web.markers import require
from core.web.request import actor, db, unit
from core.webhooks import hosts as services
from core.webhooks import queries
from core.webhooks.permissions import Action
from core.webhooks.routes.blueprint import blueprint


@blueprint.get("/webhooks/hosts")
@require(Action.HOST_MANAGE)
def hosts(code: str) -> str:
    return _page()


@blueprint.post("/webhooks/hosts")
@require(Action.HOST_MANAGE)
def allow_host(code: str) -> Response | tuple[str, int]:
    form = request.form
    try:
        with db().begin_nested():
            services.allow_host(db(), unit(), form.get("host", ""), form.get("reason", ""), actor(),
                                tenant_id=g.tenant_id)
    except PlatformError as error:
        return _page(error), error.status
    return _back(gettext("已放行"))


@blueprint.post("/webhooks/hosts/<uuid:host_id>/end")
@require(Action.HOST_MANAGE)
def end_host(code: str, host_id: uuid.UUID) -> Response:
    services.end_host(db(), unit(), host_id, actor(), tenant_id=g.tenant_id)
    return _back(gettext("已取消放行"))


def _back(said: str) -> Response:
    flash(said, "success")
    return redirect(url_for("webhooks.hosts", code=unit().code))


def _page(error: PlatformError | None = None) -> str:
    return render_template("webhooks/hosts.html", rows=queries.list_hosts(db(), unit().path), error=error,
                           form=request.form)
