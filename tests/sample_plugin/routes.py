"""The plugin's pages: every surface a ledger has, all through the same scoped queries."""

from __future__ import annotations

import csv
import io
import uuid

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from core.errors import InvalidInput, NotPermitted
from core.web.markers import plugin_blueprint, require
from core.web.request import actor, db, unit, viewer
from tests.sample_plugin import queries, services
from tests.sample_plugin.permissions import Action
from tests.sample_plugin.schemas import VisitSchema

blueprint: Blueprint = plugin_blueprint("sample", __name__, template_folder="templates")


@blueprint.get("/")
@require(Action.VISIT_READ)
def index(code: str) -> str:
    before = request.args.get("before", type=uuid.UUID)
    visits = queries.list_visits(db(), g.scope, before)
    more = visits[-1].id if len(visits) == queries.PAGE else None
    return render_template("sample/visits.html", unit=unit(), visits=visits, more=more)


@blueprint.get("/visits/<uuid:visit_id>")
@require(Action.VISIT_READ)
def detail(code: str, visit_id: uuid.UUID) -> str:
    visit = queries.get_scoped_visit(db(), g.scope, visit_id)
    return render_template("sample/visit.html", unit=unit(), visit=visit, payment=queries.find_payment(db(), visit))


@blueprint.get("/new")
@require(Action.VISIT_WRITE)
def new(code: str) -> str:
    return render_template("sample/new.html", unit=unit(), entered={}, errors={})


@blueprint.post("/new")
@require(Action.VISIT_WRITE)
def create(code: str) -> ResponseReturnValue:
    try:
        entered = VisitSchema().load(request.form)
    except ValidationError as error:
        errors = {name: "；".join(texts) for name, texts in error.normalized_messages().items()}
        return render_template("sample/new.html", unit=unit(), entered=request.form, errors=errors), 422
    visit = services.note_visit(db(), g.tenant_id, unit().id, **entered, actor=actor())
    return redirect(url_for("sample.detail", code=code, visit_id=visit.id))


@blueprint.get("/payments")
@require(Action.PAYMENT_READ)
def payments(code: str) -> str:
    return render_template("sample/payments.html", unit=unit(), payments=queries.list_payments(db(), g.scope))


@blueprint.post("/payments/<uuid:payment_id>/approve")
@require(Action.PAYMENT_APPROVE)
def approve(code: str, payment_id: uuid.UUID) -> ResponseReturnValue:
    payment = queries.get_scoped_payment(db(), g.scope, payment_id)
    own = payment.submitted_by == viewer().account_id
    if own and not viewer().allowed(Action.PAYMENT_APPROVE, unit(), frozenset({"is_submitter"})):
        raise NotPermitted("登记人不能审批自己提交的慰问金")
    services.approve_payment(db(), payment, actor())
    return redirect(url_for("sample.payments", code=code))


@blueprint.get("/export.csv")
@require(Action.VISIT_EXPORT)
def export(code: str) -> Response:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["日期", "事由", "金额"])
    before: uuid.UUID | None = None
    while page := queries.list_visits(db(), g.scope, before):
        writer.writerows([visit.happened_on, visit.title, visit.amount] for visit in page)
        before = page[-1].id
    return Response(out.getvalue(), mimetype="text/csv")


@blueprint.get("/options")
@require(Action.VISIT_READ)
def options(code: str) -> Response:
    visits = queries.list_visits(db(), g.scope)
    return jsonify(ok=True, options=[{"value": str(visit.id), "label": visit.title} for visit in visits])


@blueprint.get("/suggest")
@require(Action.VISIT_READ)
def suggest(code: str) -> Response:
    words = request.args.get("q", "").strip()
    if not words:
        raise InvalidInput("请用 q 写明要找什么", fields={"q": "不能为空"})
    return jsonify(ok=True, titles=[visit.title for visit in queries.search_visits(db(), g.scope, words, 8)])


@blueprint.get("/count")
@require(Action.VISIT_READ)
def count(code: str) -> Response:
    return jsonify(ok=True, count=queries.count_visits(db(), g.scope))


@blueprint.get("/total")
@require(Action.VISIT_READ)
def total(code: str) -> Response:
    return jsonify(ok=True, total=str(queries.total_amount(db(), g.scope)))


@blueprint.get("/group")
@require(Action.VISIT_READ)
def group(code: str) -> Response:
    rows = queries.group_by_unit(db(), g.scope)
    return jsonify(ok=True, groups=[{"unit": name, "count": number, "amount": str(amount)}
                                    for name, number, amount in rows])
