"""Orders to pay back misused money (追回资金), and what comes back of it in instalments."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.funds import queries
from core.funds.models import ZERO, FundAccount, FundMovement, FundRecovery, MovementKind
from core.funds.permissions import Action
from core.funds.services.booking import Booking, book, once, positive
from core.funds.services.money import trail
from core.trail.services import record
from core.units.models import Unit

ORDERED = phrase(N_("责令%(name)s退回 %(amount)s 元"))
RECOVERED = phrase(N_("追回 %(amount)s 元，尚欠 %(outstanding)s 元"))


def order_recovery(session: Session, account: FundAccount, debtor: Unit, amount: Decimal, on: dt.date, reason: str,
                   actor: Actor, *, key: str, due_on: dt.date | None = None, source: str = "") -> FundRecovery:
    """Order a unit to pay misused money back into an account. The same `key` is ordered once."""
    amount = positive(amount)
    if len(reason.strip()) < 4:
        raise InvalidInput(N_("追回须写明事由"), {"reason": "至少 4 个字"})
    found = session.scalar(select(FundRecovery).where(FundRecovery.tenant_id == account.tenant_id, FundRecovery.key == key))
    if found is not None:
        return found
    made = FundRecovery(tenant_id=account.tenant_id, unit_id=account.unit_id, account_id=account.id, debtor_id=debtor.id,
                        amount=amount, recovered=ZERO, reason=reason.strip(), ordered_on=on, due_on=due_on, source=source, key=key)
    session.add(made)
    session.flush()  # the entry below must not outlive a refused row
    record(session, actor, Action.MANAGE, ORDERED(name=debtor.name, amount=f"{amount:,.2f}"), subject=f"core.recoveries:{made.id}",
           tenant_id=account.tenant_id, unit_id=account.unit_id, after={"amount": str(amount)}, reason=reason)
    return made


def recover(session: Session, recovery: FundRecovery, amount: Decimal, on: dt.date, actor: Actor, *, key: str,
            memo: str = "") -> FundMovement:
    """An instalment comes in. Raises Conflict with both numbers where it is more than is still owed."""
    amount = positive(amount)
    account = queries.get_account(session, recovery.tenant_id, recovery.account_id)

    def do() -> FundMovement:
        _raise(session, recovery, amount)
        movement = book(session, account, Booking(MovementKind.RECEIPT, amount, on, key, f"core.recoveries:{recovery.id}",
                                                  recovery_id=recovery.id, memo=memo), actor)
        trail(session, account, movement, RECOVERED(amount=f"{amount:,.2f}", outstanding=f"{recovery.outstanding:,.2f}"), actor)
        return movement

    return once(session, account, key, MovementKind.RECEIPT, amount, do)


def _raise(session: Session, recovery: FundRecovery, amount: Decimal) -> None:
    after = FundRecovery.recovered + amount
    row = session.execute(update(FundRecovery).where(
        FundRecovery.tenant_id == recovery.tenant_id, FundRecovery.id == recovery.id, after <= FundRecovery.amount)
        .values(recovered=after).returning(FundRecovery.recovered).execution_options(synchronize_session=False)).one_or_none()
    if row is None:
        now = queries.get_recovery(session, recovery.tenant_id, recovery.id)
        raise Conflict(N_("尚欠 %(outstanding)s 元，不能登记追回 %(amount)s 元"), outstanding=f"{now.outstanding:,.2f}",
                       amount=f"{amount:,.2f}")
    set_committed_value(recovery, "recovered", row[0])
