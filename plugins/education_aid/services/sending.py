"""What happens to a batch on its way: the due day, the money out of the account, and the payments set free."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.calendar import DayKind, add_days
from core.errors import N_
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.funds import queries as funds
from core.funds.services import spend
from plugins.education_aid.models.payments import RETURNED, SENT, WAITING, Batch, BatchLine, Payment
from plugins.education_aid.plan.layers import flow_of
from plugins.education_aid.queries import payments

OF_BATCH = phrase(N_("批次 %(number)s"))


def set_due(session: Session, batch: Batch) -> None:
    """By when the money is due, where the plan says so; a plan that does not sets no day (EA-049)."""
    flow = flow_of(session, batch.tenant_id)
    days = flow.get("pay_days") if flow else None
    if flow is not None and days is not None:
        batch.due_on = add_days(today(), days, DayKind.of_unit(str(flow.get("pay_unit", "工作日")))).day


def take_out(session: Session, batch: Batch, actor: Actor) -> None:
    """Take the money out of the account, item by item; raises Conflict with both numbers where it does not suffice."""
    account = funds.get_account(session, batch.tenant_id, batch.account_id)
    for item, (name, amount) in sorted(sums_of(session, batch).items()):
        spend(session, account, amount, today(), actor, key=f"education_aid.batch:{batch.id}:{item}", use=name,
              source=source_of(batch), memo=OF_BATCH(number=batch.number))
    batch.sent_on = today()
    session.execute(update(Payment).where(Payment.tenant_id == batch.tenant_id, Payment.batch_id == batch.id)
                    .values(state=SENT, tries=Payment.tries + 1).execution_options(synchronize_session="fetch"))


def free(session: Session, batch: Batch) -> None:
    """Let the payments of a dropped batch wait for another."""
    for payment in payments.payments_in(session, batch).values():
        payment.batch_id = None
        payment.state = RETURNED if payment.tries else WAITING


def sums_of(session: Session, batch: Batch, outcome: str | None = None) -> dict[str, tuple[str, Decimal]]:
    """Item → its name and the sum of its lines, all or those with an outcome."""
    found: dict[str, tuple[str, Decimal]] = {}
    held = payments.payments_in(session, batch)
    for line in payments.lines_of(session, batch):
        payment = held.get(line.payment_id)
        if payment is not None and (outcome is None or line.outcome == outcome):
            found[payment.item] = (payment.item_name, found.get(payment.item, ("", Decimal(0)))[1] + line.amount)
    return found


def source_of(batch: Batch) -> str:
    """How the ledgers of the funds name a batch."""
    return f"education_aid.batch:{batch.id}"


__all__ = ["BatchLine", "free", "set_due", "source_of", "sums_of", "take_out"]
