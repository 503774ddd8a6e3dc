"""A payment that should not have been made (骗取、冒领): void, and what was credited is to be paid back (EA-072)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.funds import queries as funds
from core.funds.models import FundRecovery
from core.funds.services import order_recovery
from core.trail.services import record
from core.units.queries import units_by_id
from plugins.education_aid.models.payments import CREDITED, VOID, Batch, Payment
from plugins.education_aid.permissions import Action

VOIDED = phrase(N_("作废发放 %(amount)s 元，责令追回"))
LEAST_REASON = 4


def void_payment(session: Session, payment: Payment, reason: str, actor: Actor) -> FundRecovery:
    """Void a credited payment for a reason: the school it went through owes the amount to the account that paid, and the
    child may be paid rightly. Raises Conflict where it was not credited, or is void already."""
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput(N_("作废须写明事由"), fields={"reason": N_("至少 4 个字")})
    if payment.state != CREDITED or payment.batch_id is None:
        raise Conflict(N_("只有已到账的发放才作废追回"))
    batch = session.get(Batch, (payment.tenant_id, payment.batch_id))
    assert batch is not None  # the payment refers to it
    account = funds.get_account(session, payment.tenant_id, batch.account_id)
    debtor = units_by_id(session, {payment.unit_id})[payment.unit_id]
    source = f"education_aid.payment:{payment.id}"
    owed = order_recovery(session, account, debtor, payment.amount, today(), reason, actor, key=f"{source}:void", source=source)
    payment.state, payment.slot, payment.reason = VOID, None, reason.strip()[:200]
    payment.version += 1
    session.flush()  # the entry below must not outlive a refused row
    record(session, actor, Action.PAYMENT_APPROVE, VOIDED(amount=f"{payment.amount:,.2f}"), subject=source, reason=reason,
           tenant_id=payment.tenant_id, unit_id=payment.unit_id, before={"state": CREDITED}, after={"state": VOID})
    return owed
