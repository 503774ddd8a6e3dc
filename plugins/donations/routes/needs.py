"""Needs to adopt: one of them with who has taken it on, and how full the library is village by village."""

from __future__ import annotations

import uuid
from decimal import Decimal, InvalidOperation

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.errors import N_, InvalidInput, PlatformError
from core.extensions import today
from core.units.queries import find_unit, units_by_id
from core.web.markers import require
from core.web.request import actor, db
from plugins.donations.permissions import Action
from plugins.donations.plan.needs import library_of
from plugins.donations.processes.needs import NEED, PLEDGE
from plugins.donations.queries import needs as queries
from plugins.donations.routes.blueprint import blueprint, scope_for, show
from plugins.donations.rules import words
from plugins.donations.services import needs as services


@blueprint.get("/needs/<uuid:need_id>")
@require(Action.NEED_READ)
def need(code: str, need_id: uuid.UUID) -> str:
    """One need, with its steps and with who has taken on what of it."""
    return _page(need_id)


@blueprint.post("/needs/<uuid:need_id>/pledges")
@require(Action.NEED_WRITE)
def pledge(code: str, need_id: uuid.UUID) -> ResponseReturnValue:
    """Note who takes on how much of it."""
    row = queries.get_need(db(), scope_for(Action.NEED_WRITE), need_id)
    try:
        services.pledge(db(), row, _entered(), actor())
    except PlatformError as refused:
        db().rollback()
        return _page(need_id, refused), refused.status
    flash(gettext("已登记认领"), "success")
    return redirect(url_for("donations.need", code=code, need_id=need_id))


def _page(need_id: uuid.UUID, refused: PlatformError | None = None) -> str:
    row = queries.get_need(db(), scope_for(Action.NEED_READ), need_id)
    return show("need.html", row=row, process=NEED, pledge_process=PLEDGE, pledges=queries.pledges_of(db(), row), words=words,
                home=find_unit(db(), row.unit_id), refused=refused, entered=request.form, errors=refused.fields if refused else {})


def _entered() -> dict[str, object]:
    text = request.form.get("amount", "").strip().replace(",", "")
    try:
        amount = Decimal(text)
        if not amount.is_finite() or amount != amount.quantize(Decimal("0.01")) or amount >= Decimal("1e10"):
            raise InvalidOperation
    except InvalidOperation as error:
        raise InvalidInput(N_("填写有误"), {"amount": N_("金额须是数字，最多两位小数")}) from error
    return {"donor_kind": request.form.get("donor_kind", ""), "donor_name": request.form.get("donor_name", "").strip(),
            "consent": request.form.get("consent", "masked"), "amount": amount}


@blueprint.get("/library")
@require(Action.NEED_READ)
def library(code: str) -> str:
    """How many needs each village has put in, against what the plan lets it."""
    limits = library_of(db(), g.tenant_id)
    counts = queries.counts_by_village(db(), scope_for(Action.NEED_READ))
    places = units_by_id(db(), set(counts))
    rows = sorted(((places[unit_id], count) for unit_id, count in counts.items()), key=lambda row: row[0].code)
    return show("library.html", limits=limits, rows=rows[: queries.MOST], count=len(rows), total=sum(counts.values()), today=today())
