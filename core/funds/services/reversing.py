"""Taking back what was booked wrongly (冲正): the movement stays, an equal one against it is booked."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.funds import queries
from core.funds.models import ZERO, FundAccount, FundMovement, FundRecovery, MovementKind
from core.funds.permissions import Action
from core.funds.services.booking import Booking, book, lock, once
from core.funds.services.money import take_from, trail

REVERSED = phrase(N_("冲正第 %(number)s 笔（%(on)s）%(amount)s 元"))
_LEAST = 4


def reverse(session: Session, movement: FundMovement, on: dt.date, actor: Actor, reason: str) -> list[FundMovement]:
    """Take back a movement with one against it, on a day of its own; a movement of a transfer takes back all of the
    transfer. What had been taken from a wish or a recovery is given back. Raises Conflict where it was taken back
    already, or where money that came in has been spent. Both stay, with before and after on the trail."""
    if len(reason.strip()) < _LEAST:
        raise InvalidInput(N_("冲正须写明理由"), {"reason": "至少 4 个字"})
    if movement.kind == MovementKind.REVERSAL:
        raise Conflict(N_("冲正不能再冲正；请按实际重新登记"))
    if movement.transfer_id is not None:
        return _reverse_transfer(session, movement, on, actor, reason)
    return [_take_back(session, movement, on, actor, reason)]


def _reverse_transfer(session: Session, movement: FundMovement, on: dt.date, actor: Actor, reason: str) -> list[FundMovement]:
    assert movement.transfer_id is not None
    transfer = queries.get_transfer(session, movement.tenant_id, movement.transfer_id)
    if transfer.reversed_on is not None:
        raise Conflict(N_("这笔拨付已经冲正"))
    parts = [part for part in queries.movements_of_transfer(session, transfer) if part.kind != MovementKind.REVERSAL]
    lock(session, *(queries.get_account(session, part.tenant_id, part.account_id) for part in parts))
    with session.begin_nested():
        # the money goes back the way it came: out of the target first
        done = [_take_back(session, part, on, actor, reason) for part in reversed(parts)]
        transfer.reversed_on = on
        session.flush()  # the next to ask finds it taken back
    return done


def _take_back(session: Session, movement: FundMovement, on: dt.date, actor: Actor, reason: str) -> FundMovement:
    account = queries.get_account(session, movement.tenant_id, movement.account_id)
    if on < movement.on:
        raise InvalidInput(N_("冲正日期不能早于原日期 %(day)s"), {"on": "早于原日期"}, day=movement.on)
    key = f"reversal:{movement.id}"
    if queries.find_movement_by_key(session, movement.tenant_id, key) is not None:
        raise Conflict(N_("这笔收支已经冲正"))

    def do() -> FundMovement:
        reserve = _give_back(session, account, movement)
        made = book(session, account, Booking(
            MovementKind.REVERSAL, -movement.amount, on, key, movement.source, movement.use, movement.place_id,
            movement.project, movement.person_id, movement.designation_id, movement.transfer_id, movement.recovery_id,
            movement.id, reason.strip()[:200], reserve), actor)
        trail(session, account, made, REVERSED(number=movement.number, on=movement.on, amount=f"{abs(movement.amount):,.2f}"), actor,
              Action.MANAGE, reason)
        return made

    return once(session, account, key, MovementKind.REVERSAL, -movement.amount, do)


def _give_back(session: Session, account: FundAccount, movement: FundMovement) -> Decimal:
    """What the reversal adds to the reserved part, after the wish or the recovery has been put right."""
    if movement.recovery_id is not None:
        _lessen(session, queries.get_recovery(session, account.tenant_id, movement.recovery_id), movement.amount)
    if movement.designation_id is None:
        return ZERO
    wish = queries.get_designation(session, account.tenant_id, movement.designation_id)
    take_from(session, wish, movement.amount)  # what was spent is left again; what came in is not there to be spent
    return -movement.amount


def _lessen(session: Session, recovery: FundRecovery, amount: Decimal) -> None:
    row = session.execute(update(FundRecovery).where(
        FundRecovery.tenant_id == recovery.tenant_id, FundRecovery.id == recovery.id, FundRecovery.recovered >= amount)
        .values(recovered=FundRecovery.recovered - amount).returning(FundRecovery.recovered)
        .execution_options(synchronize_session=False)).one_or_none()
    if row is None:
        raise Conflict(N_("这笔追回已经冲正"))
    set_committed_value(recovery, "recovered", row[0])
