"""Sending money from one account to another, over a transit account where the route has two hops."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.funds import queries
from core.funds.models import ZERO, AccountKind, FundAccount, FundMovement, FundTransfer, MovementKind
from core.funds.plan import term_of
from core.funds.services.booking import Booking, book, lock, once, positive
from core.funds.services.money import Wish, designate, take_from, trail

TAKEN_IN, GIVEN_OUT = phrase(N_("转入 %(amount)s 元")), phrase(N_("转出 %(amount)s 元"))
HANDED_ON = phrase(N_("转交 %(amount)s 元"))


def send(session: Session, source: FundAccount | None, target: FundAccount, amount: Decimal, on: dt.date, actor: Actor, *,
         key: str, via: FundAccount | None = None, due_on: dt.date | None = None,
         designation_id: uuid.UUID | None = None, record_of: str = "", memo: str = "") -> FundTransfer:
    """Send money. Without `via` it is in the target at once, both sides exact. With `via` (a transit account) this is
    the first hop: the money waits there, and `arrive` is the second. `source` None means that it comes from outside
    straight into `via`. A wish (`designation_id`, of the source) goes with the money. `due_on` is by when it must
    have arrived; without it, the days the transit or collecting account is given. The same `key` is sent once."""
    if not key or len(key) > 100:
        raise InvalidInput(N_("每笔拨付须有编号，以免重复记账"))
    route = _Route(source, via, target, positive(amount), on, key, due_on, designation_id, record_of, memo)
    found = queries.find_transfer_by_key(session, target.tenant_id, key)
    if found is None:
        try:
            with session.begin_nested():
                return _send(session, route, actor)
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


@dataclass(frozen=True)
class _Route:
    """What was asked of `send`."""

    source: FundAccount | None
    via: FundAccount | None
    target: FundAccount
    amount: Decimal
    on: dt.date
    key: str
    due_on: dt.date | None
    designation_id: uuid.UUID | None
    record_of: str
    memo: str


def _send(session: Session, route: _Route, actor: Actor) -> FundTransfer:
    _check_route(route)
    source, via, target = route.source, route.via, route.target
    lock(session, source, via, target)
    transfer = FundTransfer(
        tenant_id=target.tenant_id, unit_id=(source or via or target).unit_id, from_id=source.id if source else None,
        via_id=via.id if via else None, to_id=target.id, amount=route.amount, arrived=ZERO, sent_on=route.on,
        due_on=route.due_on or _due(session, source, via, route.on), designation_id=route.designation_id, key=route.key,
        source=route.record_of, memo=route.memo)
    session.add(transfer)
    session.flush()  # its movements name it
    if source is not None:
        reserve = _give_up(session, route, source)
        _move(session, transfer, source, MovementKind.TRANSFER_OUT, -route.amount, route.on, f"{route.key}:out", actor, reserve)
    if via is not None:
        kind = MovementKind.TRANSFER_IN if source else MovementKind.RECEIPT
        _move(session, transfer, via, kind, route.amount, route.on, f"{route.key}:via", actor)
    else:
        _land(session, transfer, target, route.amount, route.on, f"{route.key}:in", actor)
    return transfer


def _give_up(session: Session, route: _Route, source: FundAccount) -> Decimal:
    """What the sender's reserved part changes by: the wish goes with the money."""
    if route.designation_id is None:
        return ZERO
    wish = queries.get_designation(session, source.tenant_id, route.designation_id)
    if wish.account_id != source.id:
        raise Conflict(N_("“%(wish)s”不在账户“%(title)s”中"), wish=wish.title, title=source.title)
    take_from(session, wish, route.amount)
    return -route.amount


def pass_on(session: Session, account: FundAccount, amount: Decimal, on: dt.date, actor: Actor, *, key: str, to: str,
            source: str = "") -> FundMovement:
    """Hand money that was collected, or is on its way, to somebody who keeps no account here (`to`, in words). The
    same `key` is booked once. What is kept back raises an alarm."""
    amount = positive(amount)
    if account.kind not in (AccountKind.COLLECTED, AccountKind.TRANSIT):
        raise Conflict(N_("“%(title)s”不是代收款或在途专户，请登记支出或拨付"), title=account.title)
    if not to.strip():
        raise InvalidInput(N_("转交须写明交给谁"), {"to": "须写明"})

    def do() -> FundMovement:
        movement = book(session, account, Booking(MovementKind.TRANSFER_OUT, -amount, on, key, source, memo=to.strip()[:200]), actor)
        trail(session, account, movement, HANDED_ON(amount=f"{amount:,.2f}"), actor)
        return movement

    return once(session, account, key, MovementKind.TRANSFER_OUT, -amount, do)


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
    trail(session, account, movement, (TAKEN_IN if amount > 0 else GIVEN_OUT)(amount=f"{abs(amount):,.2f}"), actor)
    return movement


def _check_route(route: _Route) -> None:
    accounts = [account for account in (route.source, route.via, route.target) if account is not None]
    if len({account.id for account in accounts}) != len(accounts) or len({account.tenant_id for account in accounts}) != 1:
        raise InvalidInput(N_("转出、在途、转入须是同一租户的不同账户"))
    if route.via is not None and route.via.kind != AccountKind.TRANSIT:
        raise InvalidInput(N_("“%(title)s”不是在途专户"), title=route.via.title)
    if route.source is None and route.via is None:
        raise InvalidInput(N_("没有转出账户的，须写明在途专户；直接收款请登记收入"))
    if route.due_on is not None and route.due_on < route.on:
        raise InvalidInput(N_("应到日期不能早于拨出日期"), {"due_on": "早于拨出日期"})


def _due(session: Session, source: FundAccount | None, via: FundAccount | None, on: dt.date) -> dt.date | None:
    terms = [term_of(session, account, on) for account in (via, source) if account is not None]
    return next((term.after(on) for term in terms if term is not None), None)


def _via(transfer: FundTransfer) -> uuid.UUID:
    if transfer.via_id is None:
        raise Conflict(N_("这笔拨付没有经过在途专户，已当日到账"))
    return transfer.via_id


def _forget(session: Session, *accounts: FundAccount | None) -> None:
    """What was written of them has been taken back: read them again."""
    for account in accounts:
        if account is not None:
            session.expire(account)
