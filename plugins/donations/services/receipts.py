"""The receipt of a gift (公益事业捐赠票据): its number comes from the finance department's stock, its page from here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.printing import render, uppercase
from core.trail.services import record
from core.units.queries import find_unit
from plugins.donations.models import Campaign, Gift
from plugins.donations.permissions import Action
from plugins.donations.rules import words

ISSUED_RECEIPT = phrase(N_("开具捐赠票据 %(number)s（%(reference)s，%(amount)s 元）"))
TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "donations" / "receipt.typ"
_MOST = 40


def give_receipt(session: Session, gift: Gift, number: str, actor: Actor) -> None:
    """Note the receipt of a gift; each number once, each gift once, whoever asks at the same time."""
    number = number.strip()
    if not number or len(number) > _MOST or not number.isascii() or not number.isprintable():
        raise InvalidInput(N_("票据号须照财政部门监制的票据填写"), {"number": N_("填票据上印的号码，最多 40 位")})
    if gift.state != "recorded":
        raise Conflict(N_("这笔捐赠已经退还，不能开票据"))
    taken = session.scalar(select(Gift.reference).where(Gift.tenant_id == gift.tenant_id, Gift.receipt_number == number))
    if taken is not None:
        raise Conflict(N_("票据 %(number)s 已开给凭据号 %(reference)s 的捐赠"), number=number, reference=taken)
    _note(session, gift, number)
    record(session, actor, Action.GIFT_WRITE, ISSUED_RECEIPT(number=number, reference=gift.reference, amount=f"{gift.amount:,.2f}"),
           subject=f"donations.gifts:{gift.id}", tenant_id=gift.tenant_id, unit_id=gift.unit_id, after={"receipt": number})


def _note(session: Session, gift: Gift, number: str) -> None:
    """Write the number unless somebody was quicker with this gift or this number."""
    statement = (update(Gift).where(Gift.tenant_id == gift.tenant_id, Gift.id == gift.id, Gift.receipt_number.is_(None))
                 .values(receipt_number=number, receipt_on=today(), version=Gift.version + 1)
                 .execution_options(synchronize_session=False))
    try:
        with session.begin_nested():
            written = session.execute(statement).rowcount  # type: ignore[attr-defined]
    except IntegrityError as error:
        raise Conflict(N_("票据 %(number)s 刚刚开给了另一笔捐赠"), number=number) from error
    session.expire(gift)
    if not written:
        raise Conflict(N_("这笔捐赠已开票据 %(number)s"), number=gift.receipt_number)


def receipt_data(session: Session, gift: Gift) -> dict[str, Any]:
    """What the receipt says. Goods that cannot be valued are receipted without a value."""
    unit = find_unit(session, gift.unit_id)
    campaign = session.get(Campaign, (gift.tenant_id, gift.campaign_id)) if gift.campaign_id else None
    valueless = gift.form not in words.CASH and not gift.valued
    return {
        "number": gift.receipt_number or "", "on": gift.receipt_on, "payer": _payer(gift),
        "project": campaign.title if campaign else "", "form": words.label(words.FORMS, gift.form), "item": gift.item,
        "quantity": f"{gift.quantity.normalize():f}{gift.measure}" if gift.quantity is not None else "",
        "price": gift.unit_price, "amount": None if valueless else gift.amount,
        "uppercase": N_("不能估价，不填金额") if valueless else uppercase(gift.amount), "reference": gift.reference,
        "wish": words.label(words.DESIGNATIONS, gift.designation) if gift.designation != "none" else "",
        "issuer": unit.name if unit else "", "basis": gift.valuation_basis, "proof": gift.proof_number,
    }


def _payer(gift: Gift) -> str:
    """Whom the receipt is made out to; an anonymous giver stays so on paper as well."""
    if gift.donor_kind == "anonymous":
        return N_("匿名")
    return gift.donor_name or gift.class_name


def receipt_pdf(session: Session, gift: Gift) -> bytes:
    """The receipt as PDF; raises Conflict before there is a number."""
    if not gift.receipt_number:
        raise Conflict(N_("还没有填票据号，不能打印票据"))
    return render(TEMPLATE, receipt_data(session, gift))
