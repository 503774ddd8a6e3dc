"""Money under way with its days, alarms, and recounting on the spot."""

from __future__ import annotations

import uuid

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.errors import N_, PlatformError
from core.extensions import new_id, today
from core.extensions.phrases import phrase
from core.funds import alarms, jobs, pages, services
from core.funds.permissions import Action
from core.funds.routes.blueprint import blueprint
from core.funds.routes.reading import amount_of, day_of, key_of
from core.trail.services import record
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db, id_argument, unit

CHECKED = phrase(N_("核对资金余额，%(count)s 处不符"))


@blueprint.get("/funds/transit")
@require(Action.READ)
def transit(code: str) -> str:
    """What has been sent and has not arrived, with its days."""
    return _transit()


@blueprint.post("/funds/transit/<uuid:transfer_id>")
@require(Action.WRITE)
def arrive(code: str, transfer_id: uuid.UUID) -> Response | tuple[str, int]:
    transfer = pages.get_transfer(db(), g.scope, transfer_id)
    form = request.form
    try:
        services.arrive(db(), transfer, day_of(form), actor(), amount=amount_of(form), key=key_of(form))
    except PlatformError as error:
        db().rollback()
        return _transit(error), error.status
    flash(gettext("到账已登记"), "success")
    return redirect(url_for("funds.transit", code=code))


@blueprint.get("/funds/alarms")
@require(Action.READ)
def alarm_list(code: str) -> str:
    """What somebody has to look at."""
    found = alarms.list_alarms(db(), g.scope, today())
    accounts = pages.accounts_by_id(db(), set(g.scope.tenants), {one.account_id for one in found})
    units = units_by_id(db(), {one.unit_id for one in found}) if found else {}
    return render_template("funds/alarms.html", alarms=found, accounts=accounts, units=units, counts=len(found))


@blueprint.post("/funds/recount")
@require(Action.MANAGE)
def recount(code: str) -> Response:
    """Work every balance of the tenant out again, now."""
    found = jobs.recount_one(db(), g.tenant_id)
    record(db(), actor(), Action.MANAGE, CHECKED(count=len(found)) if found else "核对资金余额，全部一致",
           subject="core.funds", tenant_id=g.tenant_id, unit_id=unit().id, after={"differences": len(found)})
    if found:
        flash(gettext("%(count)s 处与收支不符，见预警", count=len(found)), "danger")
        return redirect(url_for("funds.alarm_list", code=code))
    flash(gettext("余额与收支逐笔一致"), "success")
    return redirect(url_for("funds.index", code=code))


def _transit(error: PlatformError | None = None) -> str:
    everything = request.args.get("which") == "all"
    rows, more = pages.list_transfers(db(), g.scope, everything, id_argument("before"))
    ids = {found for row in rows for found in (row.from_id, row.via_id, row.to_id) if found}
    accounts = pages.accounts_by_id(db(), set(g.scope.tenants), ids)
    days = {row.id: alarms.days_under_way(row, today()) for row in rows}
    return render_template("funds/transit.html", rows=rows, more=more, accounts=accounts, days=days, everything=everything,
                           error=error, moving=pages.under_way(db(), g.scope), today=today(), key=new_id())
