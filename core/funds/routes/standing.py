"""The accounts of a unit and everything beneath it, and one account with its movements."""

from __future__ import annotations

import uuid
from typing import Any

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import PlatformError
from core.extensions import new_id, today
from core.funds import alarms, pages, queries
from core.funds.models import FundAccount
from core.funds.permissions import Action
from core.funds.plan import SECTION
from core.funds.routes.blueprint import blueprint
from core.funds.routes.reading import asked_in, number_in
from core.funds.rules.words import KINDS, LEVELS, MOVEMENTS
from core.funds.services import open_account
from core.tenancy.queries import chain_of, entries_of_plans, get_tenant, running_plans
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db, id_argument, unit

_WORDS = {"kinds": KINDS, "levels": LEVELS, "movements": MOVEMENTS}


@blueprint.get("/funds")
@require(Action.READ)
def index(code: str) -> str:
    """The accounts here and beneath."""
    return _index()


@blueprint.post("/funds")
@require(Action.MANAGE)
def open_new(code: str) -> Response | tuple[str, int]:
    form = request.form
    try:
        purposes = [one for one in form.get("purposes", "").replace("，", "、").replace(",", "、").split("、") if one.strip()]
        account = open_account(db(), g.tenant_id, unit(), form.get("account_code", ""), form.get("title", ""), actor(),
                               kind=form.get("kind", ""), level=form.get("level", ""), purposes=[one.strip()[:60] for one in purposes],
                               fund=form.get("fund", "")[:60], pass_on_days=number_in(form, "pass_on_days"))
    except PlatformError as error:
        db().rollback()
        return _index(error), error.status
    return redirect(url_for("funds.show", code=code, account_id=account.id))


@blueprint.get("/funds/<uuid:account_id>")
@require(Action.READ)
def show(code: str, account_id: uuid.UUID) -> str:
    """One account: where it stands, its wishes, its movements."""
    return account_page(pages.get_account(db(), g.scope, account_id))


def account_page(account: FundAccount, error: PlatformError | None = None, form: str = "") -> str:
    """The page of an account; with what was refused, and which of its forms it was."""
    session, asked = db(), asked_in(request.args)
    before = request.args.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    rows, more = pages.list_movements(session, account, asked, number)
    wishes = pages.designations_of(session, account)
    recoveries = pages.recoveries_of(session, account)
    ids = {account.unit_id, *(row.place_id for row in rows if row.place_id), *(wish.place_id for wish in wishes if wish.place_id),
           *(one.debtor_id for one in recoveries)}
    return render_template(
        "funds/account.html", account=account, rows=rows, more=more, asked=asked, sums=pages.sums(session, account, asked),
        undone=pages.reversed_ids(session, account, rows), wishes=wishes, recoveries=recoveries,
        periods=queries.periods_of(session, account), uses=pages.uses_of(session, account), units=units_by_id(session, ids),
        retained=alarms.retained_in(session, account, today()) if account.kind == "collected" else None,
        targets=pages.targets_of(session, g.scope, account, unit()), error=error, form=form, entered=request.form if error else {},
        key=new_id(), today=today(), **_WORDS)


def _index(error: PlatformError | None = None) -> str:
    session, args = db(), request.args
    kind, level = (args.get(name, "") if args.get(name, "") in words else "" for name, words in (("kind", KINDS), ("level", LEVELS)))
    page = pages.list_accounts(session, g.scope, kind, level, id_argument("before"))
    return render_template(
        "funds/index.html", rows=page.rows, more=page.next, kind=kind, level=level, totals=pages.totals(session, g.scope),
        moving=pages.under_way(session, g.scope), alarms=alarms.count_alarms(session, g.scope, today()), error=error,
        units=units_by_id(session, {row.unit_id for row in page.rows}) if page.rows else {}, funds=_funds(),
        entered=request.form if error else {}, zero=0, **_WORDS)


def _funds() -> list[tuple[str, str]]:
    """The funds of the plans in force here: code and name."""
    found: dict[str, Any] = {}
    session = db()
    plans = running_plans(session, [place.id for place in chain_of(session, get_tenant(session, g.tenant_id).unit)], today())
    for entry in entries_of_plans(session, plans.values(), SECTION):
        found[entry.code] = entry.name
    return sorted(found.items())
