"""Taking in many amounts at once, as a list of gifts brings them: one guarded statement for the sum, every movement
with its own number, key and balance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, new_id, today, utcnow
from core.extensions.phrases import phrase
from core.funds.models import FundAccount, FundMovement, MovementKind
from core.funds.permissions import Action
from core.funds.services.booking import Booking, positive, refuse
from core.funds.services.money import subject
from core.trail.services import record

RECEIVED = phrase(N_("“%(title)s”收入 %(count)s 笔，合计 %(total)s 元"))


@dataclass(frozen=True)
class Receipt:
    """One amount that comes in, with no wish upon it."""

    amount: Decimal
    on: dt.date
    key: str
    source: str = ""
    memo: str = ""


def receive_many(session: Session, account: FundAccount, receipts: Sequence[Receipt], actor: Actor) -> None:
    """Book them all or none, in the order given, with one entry on the trail. Raises Conflict where the account or the
    period is closed, or a key has been booked before."""
    if not receipts:
        return
    first, total = min(one.on for one in receipts), sum((positive(one.amount) for one in receipts), Decimal("0.00"))
    if (last := max(one.on for one in receipts)) > today():
        raise InvalidInput(N_("%(day)s 还没有到，收支按实际发生的日期登记"), {"on": N_("不能晚于今天")}, day=last)
    row = session.execute(update(FundAccount).where(
        FundAccount.tenant_id == account.tenant_id, FundAccount.id == account.id, FundAccount.closed_on.is_(None),
        FundAccount.closed_until.is_(None) | (FundAccount.closed_until < first), FundAccount.opened_on <= first)
        .values(balance=FundAccount.balance + total, moves=FundAccount.moves + len(receipts))
        .returning(FundAccount.balance, FundAccount.reserved, FundAccount.moves)
        .execution_options(synchronize_session=False)).one_or_none()
    if row is None:
        refuse(session, account, Booking(MovementKind.RECEIPT, total, first, receipts[0].key))
    for name in ("balance", "reserved", "moves"):
        set_committed_value(account, name, getattr(row, name))
    try:
        with session.begin_nested():
            session.execute(insert(FundMovement), _movements(account, receipts, actor, row.balance - total, row.moves))
    except IntegrityError as error:
        raise Conflict(N_("名单里有已经记过账的收入，没有重复记账")) from error
    record(session, actor, Action.WRITE, RECEIVED(title=account.title, count=len(receipts), total=f"{total:,.2f}"),
           subject=subject(account), tenant_id=account.tenant_id, unit_id=account.unit_id, before={"balance": str(row.balance - total)},
           after={"balance": str(row.balance), "amount": str(total), "count": len(receipts), "number": row.moves})


def _movements(account: FundAccount, receipts: Sequence[Receipt], actor: Actor, before: Decimal, last: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    moment = utcnow()
    for number, one in enumerate(receipts, last - len(receipts) + 1):
        before += one.amount
        found.append({"tenant_id": account.tenant_id, "id": new_id(), "unit_id": account.unit_id, "account_id": account.id,
                      "number": number, "kind": MovementKind.RECEIPT, "amount": one.amount, "balance_after": before, "on": one.on,
                      "key": one.key, "source": one.source, "memo": one.memo, "who": actor.name[:80],
                      "booked_by": actor.account_id, "booked_at": moment})
    return found
