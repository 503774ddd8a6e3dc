"""Orders to put something right: the list, giving one, answering, closing."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access.scoping import get_scoped
from core.access.words import csv_file
from core.errors import N_, NotFound, PlatformError
from core.extensions import today
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db, id_argument, unit
from plugins.donations.models import Order
from plugins.donations.permissions import Action
from plugins.donations.queries import campaigns
from plugins.donations.routes.asking import every, may, need
from plugins.donations.routes.blueprint import blueprint, scope_for, show
from plugins.donations.rules import words
from plugins.donations.services import orders as services


@blueprint.get("/orders")
@require(Action.ORDER_READ)
def orders_list(code: str) -> str:
    """The orders, newest first."""
    rows = campaigns.list_orders(db(), scope_for(Action.ORDER_READ), id_argument("before"))
    return show("orders.html", rows=rows, words=words, today=today(), places=units_by_id(db(), {row.unit_id for row in rows}))


@blueprint.get("/orders.csv")
@require(Action.ORDER_READ)
def orders_file(code: str) -> Response:
    """The same as a file, with what was answered."""
    rows = list(every(lambda before: campaigns.list_orders(db(), scope_for(Action.ORDER_READ), before)))
    places = units_by_id(db(), {row.unit_id for row in rows})
    lines = [(places[row.unit_id].name, row.demand, row.opened_name, row.opened_on, row.due_on,
              words.label(words.ORDER_STATES, row.state), row.answer, row.answered_on or "", row.closed_on or "") for row in rows]
    head = [gettext(text) for text in ("单位", "要求", "下达人", "下达日期", "期限", "状态", "答复", "答复日期", "销号日期")]
    return csv_file(f"donation-orders-{unit().code}", head, lines)


@blueprint.post("/orders/<kind>/<uuid:subject_id>")
@require(Action.ORDER_WRITE)
def open_order(code: str, kind: str, subject_id: uuid.UUID) -> ResponseReturnValue:
    """Demand that a gift, a payment or a campaign be put right, today."""
    model = services.SUBJECTS.get(kind)
    if model is None:
        raise NotFound(N_("没有这一种记录"))
    subject = get_scoped(db(), model, subject_id, scope_for(Action.ORDER_WRITE))
    made = services.open_order(db(), kind, subject, request.form.get("demand", ""), actor())
    flash(gettext("已下达，须于 %(day)s 当日纠正", day=str(made.due_on)), "success")
    return redirect(url_for("donations.order", code=code, order_id=made.id))


@blueprint.get("/orders/<uuid:order_id>")
@require(Action.ORDER_READ)
def order(code: str, order_id: uuid.UUID) -> str:
    """One order."""
    return _page(_get(order_id))


def _get(order_id: uuid.UUID) -> Order:
    return campaigns.get_order(db(), scope_for(Action.ORDER_READ), order_id)


def _page(row: Order, refused: PlatformError | None = None) -> str:
    about = {"gift": "donations.gift", "spending": "donations.spending", "campaign": "donations.campaign"}[row.subject_kind]
    named: dict[str, Any] = {f"{row.subject_kind}_id": row.subject_id}
    link = url_for(about, code=g.unit.code, **named)
    return show("order.html", row=row, refused=refused, words=words, link=link, today=today(),
                may_answer=may(Action.GIFT_WRITE, row.unit_id), may_close=may(Action.ORDER_WRITE, row.unit_id))


@blueprint.post("/orders/<uuid:order_id>/answer")
@require(Action.GIFT_WRITE)
def answer_order(code: str, order_id: uuid.UUID) -> ResponseReturnValue:
    """Say what was done about it."""
    row = _get(order_id)
    need(Action.GIFT_WRITE, row.unit_id)
    try:
        services.answer(db(), row, request.form.get("answer", ""), actor())
    except PlatformError as refused:
        db().rollback()
        return _page(_get(order_id), refused), refused.status
    flash(gettext("已答复"), "success")
    return redirect(url_for("donations.order", code=code, order_id=order_id))


@blueprint.post("/orders/<uuid:order_id>/close")
@require(Action.ORDER_WRITE)
def close_order(code: str, order_id: uuid.UUID) -> ResponseReturnValue:
    """It has been put right."""
    row = _get(order_id)
    need(Action.ORDER_WRITE, row.unit_id)
    try:
        services.close(db(), row, actor())
    except PlatformError as refused:
        db().rollback()
        return _page(_get(order_id), refused), refused.status
    flash(gettext("已销号"), "success")
    return redirect(url_for("donations.order", code=code, order_id=order_id))
