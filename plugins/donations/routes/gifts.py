"""One gift: everything about it, the people behind it, its receipt, giving it back."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.errors import N_, PlatformError
from core.extensions import today
from core.funds import queries as funds
from core.units.queries import find_unit
from core.web.markers import require
from core.web.request import actor, db
from plugins.donations.ledgers.gifts import GIFTS
from plugins.donations.models import Gift
from plugins.donations.permissions import Action
from plugins.donations.queries import campaigns, gifts
from plugins.donations.routes.asking import day_of, may, need
from plugins.donations.routes.blueprint import blueprint, scope_for, show
from plugins.donations.rules import words
from plugins.donations.schemas import AmountSchema, read
from plugins.donations.services import collecting, contributors, receipts
from plugins.donations.services import gifts as services
from plugins.donations.services.booking import designation_of


@blueprint.get("/gifts/<uuid:gift_id>")
@require(Action.GIFT_READ)
def gift(code: str, gift_id: uuid.UUID) -> str:
    """A gift with its contributors and its money."""
    return _page(_get(gift_id))


def _get(gift_id: uuid.UUID) -> Gift:
    return gifts.get_gift(db(), scope_for(Action.GIFT_READ), gift_id)


def _page(row: Gift, refused: PlatformError | None = None) -> str:
    account = funds.get_account(db(), row.tenant_id, row.account_id) if row.account_id else None
    titles = campaigns.titles_of(db(), scope_for(Action.CAMPAIGN_READ), {row.campaign_id} if row.campaign_id else set())
    orders = campaigns.orders_about(db(), scope_for(Action.ORDER_READ), row.id) if may(Action.ORDER_READ, row.unit_id) else []
    return show("gift.html", row=row, refused=refused, contributors=gifts.contributors_of(db(), row), account=account, words=words,
                home=find_unit(db(), row.unit_id), campaign=titles.get(row.campaign_id) if row.campaign_id else None,
                wish=designation_of(db(), row), fields={field.name: field for field in GIFTS.fields}, orders=orders, today=today(),
                donor_unit=find_unit(db(), row.donor_unit_id) if row.donor_unit_id else None,
                may_write=may(Action.GIFT_WRITE, row.unit_id), may_order=may(Action.ORDER_WRITE, row.unit_id))


def _do(code: str, gift_id: uuid.UUID, do: Callable[[Gift], object], said: str) -> ResponseReturnValue:
    row = _get(gift_id)
    need(Action.GIFT_WRITE, row.unit_id)
    try:
        do(row)
    except PlatformError as refused:
        db().rollback()
        return _page(_get(gift_id), refused), refused.status
    flash(gettext(said), "success")
    return redirect(url_for("donations.gift", code=code, gift_id=gift_id))


@blueprint.post("/gifts/<uuid:gift_id>/receipt")
@require(Action.GIFT_WRITE)
def give_receipt(code: str, gift_id: uuid.UUID) -> ResponseReturnValue:
    """Note the number of its receipt."""
    return _do(code, gift_id, lambda row: receipts.give_receipt(db(), row, request.form.get("number", ""), actor()), N_("已开票据"))


@blueprint.get("/gifts/<uuid:gift_id>/receipt.pdf")
@require(Action.GIFT_READ)
def receipt(code: str, gift_id: uuid.UUID) -> Response:
    """The receipt as PDF."""
    row = _get(gift_id)
    return Response(receipts.receipt_pdf(db(), row), mimetype="application/pdf",
                    headers={"Content-Disposition": f'inline; filename="receipt-{row.reference.replace("/", "-")}.pdf"'})


@blueprint.post("/gifts/<uuid:gift_id>/refund")
@require(Action.GIFT_WRITE)
def refund_gift(code: str, gift_id: uuid.UUID) -> ResponseReturnValue:
    """Give it back."""
    return _do(code, gift_id, lambda row: services.refund(db(), row, day_of("on"), actor(), request.form.get("reason", "")), N_("已退还"))


@blueprint.post("/gifts/<uuid:gift_id>/release")
@require(Action.GIFT_WRITE)
def release_gift(code: str, gift_id: uuid.UUID) -> ResponseReturnValue:
    """The donor agrees to another use."""
    return _do(code, gift_id, lambda row: services.release(db(), row, day_of("on"), actor(), request.form.get("reason", "")),
               N_("已记下捐赠人同意"))


@blueprint.post("/gifts/<uuid:gift_id>/contributors")
@require(Action.GIFT_WRITE)
def set_contributors(code: str, gift_id: uuid.UUID) -> ResponseReturnValue:
    """Say who is behind a pooled gift."""
    return _do(code, gift_id, lambda row: contributors.set_contributors(
        db(), row, contributors.read_lines(request.form.get("lines", "")), actor()), N_("已登记出资人"))


@blueprint.post("/gifts/<uuid:gift_id>/forward")
@require(Action.GIFT_WRITE)
def forward_gift(code: str, gift_id: uuid.UUID) -> ResponseReturnValue:
    """Pass on what was collected for somebody else."""
    def do(row: Gift) -> None:
        collecting.forward(db(), row, read(AmountSchema(), request.form)["amount"], day_of("on"), actor())
    return _do(code, gift_id, do, N_("已登记转交"))
