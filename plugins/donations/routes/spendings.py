"""What gifts are spent on: the list, a payment, taking one back, sharing out by heads."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access.words import csv_file
from core.errors import N_, InvalidInput, PlatformError
from core.extensions import new_id, today
from core.funds import queries as funds
from core.ledgers.finding import finders_for
from core.registry.models import Household, Person
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db, id_argument, unit
from plugins.donations.models import Spending
from plugins.donations.permissions import Action
from plugins.donations.plan.reading import rules_of
from plugins.donations.queries import campaigns, spendings
from plugins.donations.routes.asking import day_of, every, may, named, need
from plugins.donations.routes.blueprint import blueprint, scope_for, show
from plugins.donations.rules import words
from plugins.donations.schemas import SpendingSchema, blank, id_of, read
from plugins.donations.services import spendings as services


@blueprint.get("/spendings")
@require(Action.SPENDING_READ)
def spendings_list(code: str) -> str:
    """What was paid out, newest first, under the accounts and what is left in them."""
    scope = scope_for(Action.SPENDING_READ)
    rows = spendings.list_spendings(db(), scope, id_argument("before"))
    places = units_by_id(db(), {row.unit_id for row in rows} | {row.place_id for row in rows if row.place_id})
    return show("spendings.html", rows=rows, accounts=spendings.accounts(db(), scope), places=places, words=words,
                spent=spendings.total_spent(db(), scope))


@blueprint.get("/spendings.csv")
@require(Action.SPENDING_EXPORT)
def spendings_file(code: str) -> Any:
    """The same as a file."""
    scope = scope_for(Action.SPENDING_EXPORT)
    lines = [(row.spent_on, words.label(words.USES, row.use), row.amount, row.project_code,
              words.label(words.SPENDING_STATES, row.state), row.memo)
             for row in every(lambda before: spendings.list_spendings(db(), scope, before, 500))]
    head = [gettext(text) for text in ("日期", "用途", "金额", "项目", "状态", "摘要")]
    return csv_file(f"donation-spendings-{unit().code}", head, lines)


@blueprint.get("/spendings/new")
@require(Action.SPENDING_WRITE)
def new_spending(code: str) -> str:
    """The form of a payment."""
    return _form(request.args.to_dict() | {"key": str(new_id())})


def _form(entered: Mapping[str, Any], refused: PlatformError | None = None) -> str:
    forbidden = {str(rule.get("use")) for rule in rules_of(db(), g.tenant_id, "use") if not rule.get("allowed", True)}
    scope = scope_for(Action.SPENDING_WRITE)
    return show("spending_form.html", entered=blank(SpendingSchema, entered), refused=refused,
                errors=refused.fields if refused else {}, today=today(),
                accounts=spendings.accounts(db(), scope), gifts=spendings.restricted_gifts(db(), scope),
                uses=[use for use in words.USES if use[0] not in forbidden | {words.COSTS, "counterpart"}],
                campaigns=campaigns.running(db(), g.tenant_id))


@blueprint.post("/spendings/new")
@require(Action.SPENDING_WRITE)
def create_spending(code: str) -> ResponseReturnValue:
    """Pay; the key of the form pays once, however often it is sent."""
    try:
        values = read(SpendingSchema(), request.form)
        values |= named(values)
        spendings.check_within(db(), scope_for(Action.SPENDING_WRITE), values["account_id"], values["gift_id"])
        made = services.pay(db(), g.tenant_id, unit(), services.Payment(**values), actor(), key=id_of(request.form.get("key", "")))
    except PlatformError as refused:
        db().rollback()
        return _form(request.form.to_dict(), refused), refused.status
    flash(gettext("已登记支出"), "success")
    return redirect(url_for("donations.spending", code=code, spending_id=made.id))


@blueprint.get("/spendings/<uuid:spending_id>")
@require(Action.SPENDING_READ)
def spending(code: str, spending_id: uuid.UUID) -> str:
    """One payment."""
    return _page(_get(spending_id))


def _get(spending_id: uuid.UUID) -> Spending:
    return spendings.get_spending(db(), scope_for(Action.SPENDING_READ), spending_id)


def _page(row: Spending, refused: PlatformError | None = None) -> str:
    places = units_by_id(db(), {row.unit_id} | ({row.place_id} if row.place_id else set()))
    orders = campaigns.orders_about(db(), scope_for(Action.ORDER_READ), row.id) if may(Action.ORDER_READ, row.unit_id) else []
    household = db().get(Household, (row.tenant_id, row.household_id)) if row.household_id else None
    person = db().get(Person, (row.tenant_id, row.person_id)) if row.person_id else None
    return show("spending.html", row=row, refused=refused, places=places, words=words, orders=orders, today=today(),
                account=funds.get_account(db(), row.tenant_id, row.account_id), household=household, person=person,
                may_undo=may(Action.SPENDING_APPROVE, row.unit_id), may_order=may(Action.ORDER_WRITE, row.unit_id))


@blueprint.post("/spendings/<uuid:spending_id>/undo")
@require(Action.SPENDING_APPROVE)
def undo_spending(code: str, spending_id: uuid.UUID) -> ResponseReturnValue:
    """Take a payment back."""
    row = _get(spending_id)
    need(Action.SPENDING_APPROVE, row.unit_id)
    try:
        services.undo(db(), row, day_of("on"), actor(), request.form.get("reason", ""))
    except PlatformError as refused:
        db().rollback()
        return _page(_get(spending_id), refused), refused.status
    flash(gettext("已冲销"), "success")
    return redirect(url_for("donations.spending", code=code, spending_id=spending_id))


@blueprint.post("/spendings/share")
@require(Action.SPENDING_WRITE)
def share_out(code: str) -> ResponseReturnValue:
    """Share out what is free in an account by heads; the remainder stays."""
    try:
        account_id = id_of(request.form.get("account_id", ""))
        if account_id is None:
            raise InvalidInput(N_("填写有误"), {"account_id": N_("请选择账户")})
        spendings.check_within(db(), scope_for(Action.SPENDING_WRITE), account_id)
        done = services.share_out(db(), g.tenant_id, unit(), account_id, _heads(), actor(), use=request.form.get("use", "study"),
                                  on=day_of("spent_on"), key=id_of(request.form.get("key", "")))
    except PlatformError as refused:
        db().rollback()
        return _form(request.form.to_dict(), refused), refused.status
    flash(gettext("每人 %(each)s 元，共 %(count)s 人，余 %(left)s 元留在账户", each=f"{done.each:,.2f}", count=len(done.paid),
                  left=f"{done.left:,.2f}"), "success")
    return redirect(url_for("donations.spendings_list", code=code))


def _heads() -> dict[uuid.UUID, uuid.UUID | None]:
    """The pupils of the form, one a line by number or name; raises InvalidInput naming those that are not found."""
    texts = [line.strip() for line in request.form.get("persons", "").splitlines() if line.strip()]
    found = finders_for(db(), g.tenant_id, scope_for("core:person:read"))["person"](texts)
    wrong = [text for text in texts if not isinstance(found.get(text), uuid.UUID)]
    if wrong:
        raise InvalidInput(N_("没有找到：%(names)s"), {"persons": N_("有人没有找到，或者不在您的范围内")}, names="、".join(wrong[:5]))
    people = [hit for text in texts if isinstance(hit := found[text], uuid.UUID)]
    homes = {person_id: db().get(Person, (g.tenant_id, person_id)) for person_id in people}
    return {person_id: home.household_id if home else None for person_id, home in homes.items()}
