"""Booking by hand: what comes in, what goes out, what is sent, taken back, closed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.errors import N_, InvalidInput, PlatformError
from core.extensions import today
from core.funds import pages, queries, services
from core.funds.models import FundAccount
from core.funds.permissions import Action
from core.funds.routes.blueprint import blueprint
from core.funds.routes.reading import amount_of, day_in, day_of, id_in, key_of, place_in
from core.funds.routes.standing import account_page
from core.funds.services import Wish
from core.web.markers import require
from core.web.request import actor, db

Answer = Response | tuple[str, int]


def _done(account_id: uuid.UUID, form: str, words: str, do: Callable[[FundAccount], Any]) -> Answer:
    """Do it to an account in scope and show the account again, with what was refused where something was."""
    account = pages.get_account(db(), g.scope, account_id)
    try:
        with db().begin_nested():
            do(account)
    except PlatformError as error:
        db().expire_all()
        return account_page(pages.get_account(db(), g.scope, account_id), error, form), error.status
    flash(gettext(words), "success")
    return redirect(url_for("funds.show", code=g.unit.code, account_id=account_id))


@blueprint.post("/funds/<uuid:account_id>/receive")
@require(Action.WRITE)
def receive(code: str, account_id: uuid.UUID) -> Answer:
    form = request.form

    def do(account: FundAccount) -> None:
        place = place_in(form)
        title, use, project = (form.get(name, "").strip()[:120] for name in ("wish", "use", "project"))
        wish = Wish(title or "、".join(one for one in (place.name if place else "", use, project) if one),
                    place.id if place else None, use[:60], project) if place or use or project or title else None
        services.receive(db(), account, amount_of(form), day_of(form), actor(), key=key_of(form), wish=wish,
                         memo=form.get("memo", "")[:200])

    return _done(account_id, "receive", N_("收入已登记"), do)


@blueprint.post("/funds/<uuid:account_id>/spend")
@require(Action.WRITE)
def spend(code: str, account_id: uuid.UUID) -> Answer:
    form = request.form

    def do(account: FundAccount) -> None:
        place, use = place_in(form), form.get("use", "").strip()[:60]
        if not use:
            raise InvalidInput(N_("支出须写明用途"), {"use": "须填写"})
        services.spend(db(), account, amount_of(form), day_of(form), actor(), key=key_of(form), use=use,
                       place_id=place.id if place else None, project=form.get("project", "").strip()[:120],
                       designation_id=id_in(form, "designation"), memo=form.get("memo", "")[:200])

    return _done(account_id, "spend", N_("支出已登记"), do)


@blueprint.post("/funds/<uuid:account_id>/send")
@require(Action.WRITE)
def send(code: str, account_id: uuid.UUID) -> Answer:
    form = request.form

    def do(account: FundAccount) -> None:
        choices = {one.id: one for one in pages.targets_of(db(), g.scope, account, g.unit)}
        target, via = (choices.get(found) if (found := id_in(form, name)) else None for name in ("target", "via"))
        if target is None:
            raise InvalidInput(N_("请选择转入哪个账户"), {"target": "须选择"})
        services.send(db(), account, target, amount_of(form), day_of(form), actor(), key=key_of(form), via=via,
                      due_on=day_in(form, "due_on"), designation_id=id_in(form, "designation"), memo=form.get("memo", "")[:200])

    return _done(account_id, "send", N_("拨付已登记"), do)


@blueprint.post("/funds/<uuid:account_id>/pass-on")
@require(Action.WRITE)
def pass_on(code: str, account_id: uuid.UUID) -> Answer:
    form = request.form
    return _done(account_id, "pass-on", N_("转交已登记"), lambda account: services.pass_on(
        db(), account, amount_of(form), day_of(form), actor(), key=key_of(form), to=form.get("to", "")[:200]))


@blueprint.post("/funds/<uuid:account_id>/movements/<uuid:movement_id>/reverse")
@require(Action.MANAGE)
def reverse(code: str, account_id: uuid.UUID, movement_id: uuid.UUID) -> Answer:
    def do(account: FundAccount) -> None:
        movement = queries.get_movement(db(), account.tenant_id, movement_id)
        pages.get_account(db(), g.scope, movement.account_id)
        services.reverse(db(), movement, today(), actor(), request.form.get("reason", ""))

    return _done(account_id, "reverse", N_("已冲正，原记录和冲正都留在账上"), do)


@blueprint.post("/funds/<uuid:account_id>/close-period")
@require(Action.MANAGE)
def close_period(code: str, account_id: uuid.UUID) -> Answer:
    return _done(account_id, "close", N_("已结账"), lambda account: services.close_period(
        db(), account, day_of(request.form, "until"), actor()))


@blueprint.post("/funds/<uuid:account_id>/reopen-period")
@require(Action.MANAGE)
def reopen_period(code: str, account_id: uuid.UUID) -> Answer:
    return _done(account_id, "reopen", N_("已反结账"), lambda account: services.reopen_period(
        db(), account, actor(), request.form.get("reason", "")))


@blueprint.post("/funds/<uuid:account_id>/close")
@require(Action.MANAGE)
def close(code: str, account_id: uuid.UUID) -> Answer:
    return _done(account_id, "close-account", N_("账户已销户"), lambda account: services.close_account(
        db(), account, today(), actor()))


@blueprint.post("/funds/<uuid:account_id>/recoveries")
@require(Action.MANAGE)
def order_recovery(code: str, account_id: uuid.UUID) -> Answer:
    form = request.form

    def do(account: FundAccount) -> None:
        debtor = place_in(form, "debtor")
        if debtor is None:
            raise InvalidInput(N_("请选择由哪个单位退回"), {"debtor": "须选择"})
        services.order_recovery(db(), account, debtor, amount_of(form), day_of(form), form.get("reason", "")[:400], actor(),
                                key=key_of(form), due_on=day_in(form, "due_on"))

    return _done(account_id, "recovery", N_("追回通知已登记"), do)


@blueprint.post("/funds/<uuid:account_id>/recoveries/<uuid:recovery_id>")
@require(Action.WRITE)
def recover(code: str, account_id: uuid.UUID, recovery_id: uuid.UUID) -> Answer:
    form = request.form

    def do(account: FundAccount) -> None:
        order = queries.get_recovery(db(), account.tenant_id, recovery_id)
        if order.account_id != account.id:
            raise InvalidInput(N_("这份追回通知不在本账户"))
        services.recover(db(), order, amount_of(form), day_of(form), actor(), key=key_of(form), memo=form.get("memo", "")[:200])

    return _done(account_id, "recover", N_("追回款已登记"), do)
