"""Sending money from one account to another, over a transit account where the route has two hops."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor
from core.funds import queries
from core.funds.models import ZERO, AccountKind, FundAccount, FundMovement, FundTransfer, MovementKind
from core.funds.services.booking import Booking, book, lock, positive
from core.funds.services.money import Wish, designate, take_from, trail


def send(session: Session, source: FundAccount | None, target: FundAccount, amount: Decimal, on: dt.date, actor: Actor, *,
         key: str, via: FundAccount | None = None, due_on: dt.date | None = None,
         designation_id: uuid.UUID | None = None, record_of: str = "", memo: str = "") -> FundTransfer:
    """Send money. Without `via` it is in the target at once, both sides exact. With `via` (a transit account) this is
    the first hop: the money waits there, and `arrive` is the second. `source` None means that it comes from outside
    straight into `via`. A wish (`designation_id`, of the source) goes with the money. `due_on` is by when it must
    have arrived; without it, the days the transit or collecting account is given. The same `key` is sent once."""
    amount = positive(amount)
    found = queries.find_transfer_by_key(session, target.tenant_id, key)
    if found is None:
        try:
            with session.begin_nested():
                return _send(session, source, target, amount, on, actor, key, via, due_on, designation_id, record_of, memo)
        except IntegrityError:
            _forget(session, source, via, target)
            found = queries.find_transfer_by_key(session, target.tenant_id, key)
            if found is None:
                raise
        except Exception:
            _forget(session, source, via, target)
            raise
    if (found.to_id, found.amount, found.from_id) != (target.id, amount, source.id if source else None):
        raise Conflict(N_("编号 %(key)s 已用于另一笔拨付，不能再用"), key=key)
    return found


def _send(session: Session, source: FundAccount | None, target: FundAccount, amount: Decimal, on: dt.date, actor: Actor,
          key: str, via: FundAccount | None, due_on: dt.date | None, designation_id: uuid.UUID | None, record_of: str,
          memo: str) -> FundTransfer:
    _check_route(source, via, target, due_on, on)
    lock(session, source, via, target)
    first = source or via or target
    transfer = FundTransfer(
        tenant_id=target.tenant_id, unit_id=first.unit_id, from_id=source.id if source else None,
        via_id=via.id if via else None, to_id=target.id, amount=amount, arrived=ZERO, sent_on=on,
        due_on=due_on or _due(source, via, on), designation_id=designation_id, key=key, source=record_of, memo=memo)
    session.add(transfer)
    session.flush()  # its movements name it
    if source is not None:
        reserve = ZERO
        if designation_id is not None:
            wish = queries.get_designation(session, source.tenant_id, designation_id)
            if wish.account_id != source.id:
                raise Conflict(N_("“%(wish)s”不在账户“%(title)s”中"), wish=wish.title, title=source.title)
            take_from(session, wish, amount)
            reserve = -amount
        _move(session, transfer, source, MovementKind.TRANSFER_OUT, -amount, on, f"{key}:out", actor, reserve)
    if via is not None:
        kind = MovementKind.TRANSFER_IN if source else MovementKind.RECEIPT
        _move(session, transfer, via, kind, amount, on, f"{key}:via", actor)
        return transfer
    _land(session, transfer, target, amount, on, f"{key}:in", actor)
    return transfer


def arrive(session: Session, transfer: FundTransfer, on: dt.date, actor: Actor, *, amount: Decimal | None = None,
           key: str = "") -> FundTransfer:
    """The second hop: what waits in the transit account goes into the target, all of it or a part. Raises Conflict
    with both numbers where less is under way; the days under way end when all has arrived."""
    via = queries.get_account(session, transfer.tenant_id, _via(transfer))
    target = queries.get_account(session, transfer.tenant_id, transfer.to_id)
    lock(session, via, target)
    transfer = queries.get_transfer(session, transfer.tenant_id, transfer.id)
    amount = positive(amount if amount is not None else transfer.under_way or transfer.amount)
    key = key or f"{transfer.key}:arrive:{transfer.arrived}"
    if queries.find_movement_by_key(session, transfer.tenant_id, f"{key}:in") is not None:
        return transfer
    if transfer.reversed_on or amount > transfer.under_way:
        raise Conflict(N_("在途 %(under_way)s 元，不能登记到账 %(amount)s 元"), under_way=f"{transfer.under_way:,.2f}",
                       amount=f"{amount:,.2f}")
    if on < transfer.sent_on:
        raise InvalidInput(N_("到账日期不能早于拨出日期 %(day)s"), {"on": "早于拨出日期"}, day=transfer.sent_on)
    with session.begin_nested():
        _move(session, transfer, via, MovementKind.TRANSFER_OUT, -amount, on, f"{key}:out", actor)
        _land(session, transfer, target, amount, on, f"{key}:in", actor)
    return transfer


def _land(session: Session, transfer: FundTransfer, target: FundAccount, amount: Decimal, on: dt.date, key: str,
          actor: Actor) -> None:
    """Into the target, with the giver's wish upon it; raises Conflict where somebody was quicker."""
    after = FundTransfer.arrived + amount
    row = session.execute(update(FundTransfer).where(
        FundTransfer.tenant_id == transfer.tenant_id, FundTransfer.id == transfer.id, FundTransfer.reversed_on.is_(None),
        after <= FundTransfer.amount).values(arrived=after).returning(FundTransfer.arrived)
        .execution_options(synchronize_session=False)).one_or_none()
    if row is None:
        raise Conflict(N_("这笔拨付已经到账或已冲正"))
    set_committed_value(transfer, "arrived", row[0])
    if transfer.arrived == transfer.amount:
        transfer.arrived_on = on
    carried = None
    if transfer.designation_id is not None:
        wish = queries.get_designation(session, transfer.tenant_id, transfer.designation_id)
        carried = designate(session, target, amount, Wish(wish.title, wish.place_id, wish.use, wish.project, wish.person_id),
                            wish.source, wish.id)
    _move(session, transfer, target, MovementKind.TRANSFER_IN, amount, on, key, actor, amount if carried else ZERO,
          carried.id if carried else None)


def _move(session: Session, transfer: FundTransfer, account: FundAccount, kind: str, amount: Decimal, on: dt.date, key: str,
          actor: Actor, reserve: Decimal = ZERO, wish_id: uuid.UUID | None = None) -> FundMovement:
    named = wish_id or (transfer.designation_id if reserve else None)
    movement = book(session, account, Booking(kind, amount, on, key, transfer.source, transfer_id=transfer.id,
                                              designation_id=named, memo=transfer.memo, reserve=reserve), actor)
    trail(session, account, movement, f"{'转入' if amount > 0 else '转出'} {abs(amount):,.2f} 元", actor)
    return movement


def _check_route(source: FundAccount | None, via: FundAccount | None, target: FundAccount, due_on: dt.date | None,
                 on: dt.date) -> None:
    accounts = [account for account in (source, via, target) if account is not None]
    if len({account.id for account in accounts}) != len(accounts) or len({account.tenant_id for account in accounts}) != 1:
        raise InvalidInput(N_("转出、在途、转入须是同一租户的不同账户"))
    if via is not None and via.kind != AccountKind.TRANSIT:
        raise InvalidInput(N_("“%(title)s”不是在途专户"), title=via.title)
    if source is None and via is None:
        raise InvalidInput(N_("没有转出账户的，须写明在途专户；直接收款请登记收入"))
    if due_on is not None and due_on < on:
        raise InvalidInput(N_("应到日期不能早于拨出日期"), {"due_on": "早于拨出日期"})


def _due(source: FundAccount | None, via: FundAccount | None, on: dt.date) -> dt.date | None:
    days = next((account.pass_on_days for account in (via, source) if account and account.pass_on_days is not None), None)
    return on + dt.timedelta(days=days) if days is not None else None


def _via(transfer: FundTransfer) -> uuid.UUID:
    if transfer.via_id is None:
        raise Conflict(N_("这笔拨付没有经过在途专户，已当日到账"))
    return transfer.via_id


def _forget(session: Session, *accounts: FundAccount | None) -> None:
    """What was written of them has been taken back: read them again."""
    for account in accounts:
        if account is not None:
            session.expire(account)
