"""Deliveries: list, one with its tries, replay."""

from __future__ import annotations

import json
import uuid
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.web.markers import require
from core.web.request import actor, db, id_argument, id_of
from core.webhooks import queries, services
from core.webhooks.delivering import TRIES
from core.webhooks.permissions import Action
from core.webhooks.queries import Filters
from core.webhooks.routes.blueprint import blueprint, endpoint_here, titles
from core.webhooks.words import DELIVERIES


@blueprint.get("/webhooks/deliveries")
@require(Action.MANAGE)
def deliveries(code: str) -> str:
    return render_template("webhooks/deliveries.html", titles=titles(), **listed(filters_of()))


@blueprint.get("/webhooks/deliveries/<uuid:delivery_id>")
@require(Action.MANAGE)
def delivery(code: str, delivery_id: uuid.UUID) -> str:
    found = queries.get_delivery(db(), g.scope, delivery_id)
    endpoint = queries.find_endpoint(db(), found)
    return render_template("webhooks/delivery.html", delivery=found, endpoint=endpoint, titles=titles(), most=TRIES,
                           body=json.dumps(json.loads(found.body), ensure_ascii=False, indent=2))


@blueprint.post("/webhooks/deliveries/<uuid:delivery_id>/replay")
@require(Action.MANAGE)
def replay(code: str, delivery_id: uuid.UUID) -> Response:
    found = queries.get_delivery(db(), g.scope, delivery_id)
    services.replay(db(), endpoint_here(found.endpoint_id, lock=True), found, actor())
    flash(gettext("已安排补发"), "success")
    return redirect(url_for("webhooks.delivery", code=code, delivery_id=delivery_id))


def filters_of(endpoint_id: uuid.UUID | None = None) -> Filters:
    """What the address asks for."""
    asked = request.args
    return Filters(endpoint_id or id_of(asked.get("endpoint", "")), asked.get("state", ""), asked.get("kind", ""))


def listed(filters: Filters) -> dict[str, Any]:
    """A page of deliveries for the template."""
    page = queries.page_of_deliveries(db(), g.scope, filters, before=id_argument("before"))
    return {"deliveries": page, "more": page.next, "states": [(key, gettext(words)) for key, (words, _) in DELIVERIES.items()]}
