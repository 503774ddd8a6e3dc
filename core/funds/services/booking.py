"""The one place where money moves: a guarded UPDATE of the account and its movement, both or neither."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.dml import ReturningUpdate

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, today
from core.funds import queries
from core.funds.models import ZERO, FundAccount, FundMovement
from core.funds.rules.shares import fen


@dataclass(frozen=True)
class Booking:
    """A movement to be booked. `reserve` is what it adds to (or takes from) the part upon which wishes rest."""

    kind: str
    amount: Decimal
    on: dt.date
    key: str
    source: str = ""
    use: str = ""
    place_id: uuid.UUID | None = None
    project: str = ""
    person_id: uuid.UUID | None = None
    designation_id: uuid.UUID | None = None
    transfer_id: uuid.UUID | None = None
    recovery_id: uuid.UUID | None = None
    reverses_id: uuid.UUID | None = None
    memo: str = ""
    reserve: Decimal = ZERO


def positive(amount: Decimal) -> Decimal:
    """An amount that may move; raises InvalidInput for nothing, less than nothing, or a third decimal."""
    if fen(amount) <= 0:
        raise InvalidInput(N_("金额须大于零"), {"amount": "须大于零"})
    return amount.quantize(Decimal("0.01"))


def once(session: Session, account: FundAccount, key: str, kind: str, amount: Decimal,
         do: Callable[[], FundMovement]) -> FundMovement:
    """Do it unless the key has been booked, now or by somebody at the same moment; gives what stands under the key.
    What `do` had written is taken back whole when it refuses."""
    if not key or len(key) > 150:
        raise InvalidInput(N_("每笔收支须有编号，以免重复记账"))
    found = queries.find_movement_by_key(session, account.tenant_id, key)
    if found is None:
        try:
            with session.begin_nested():
                return do()
        except IntegrityError:
            session.expire(account)
            found = queries.find_movement_by_key(session, account.tenant_id, key)
            if found is None:
                raise
        except Exception:
            session.expire(account)
            raise
    if (found.account_id, found.kind, found.amount) != (account.id, kind, amount):
        raise Conflict(N_("编号 %(key)s 已用于另一笔收支，不能再用"), key=key)
    return found


def book(session: Session, account: FundAccount, booking: Booking, actor: Actor) -> FundMovement:
    """Book one movement within the caller's transaction. Raises Conflict with both numbers where the balance, or what
    no wish rests upon, does not cover it, and where the account or the period is closed."""
    _check_day(booking.on)
    row = session.execute(_guarded(account, booking)).one_or_none()
    if row is None:
        refuse(session, account, booking)
    for name in ("balance", "reserved", "moves"):
        set_committed_value(account, name, getattr(row, name))
    movement = FundMovement(
        tenant_id=account.tenant_id, unit_id=account.unit_id, account_id=account.id, number=row.moves, kind=booking.kind,
        amount=booking.amount, balance_after=row.balance, on=booking.on, key=booking.key, source=booking.source,
        use=booking.use, place_id=booking.place_id, project=booking.project, person_id=booking.person_id,
        designation_id=booking.designation_id, transfer_id=booking.transfer_id, recovery_id=booking.recovery_id,
        reverses_id=booking.reverses_id, memo=booking.memo, who=actor.name[:80], booked_by=actor.account_id)
    session.add(movement)
    session.flush()  # a key that somebody else has just used is refused here
    return movement


def _guarded(account: FundAccount, booking: Booking) -> ReturningUpdate[Decimal, Decimal, int]:
    after, reserved = FundAccount.balance + booking.amount, FundAccount.reserved + booking.reserve
    return (update(FundAccount).where(
        FundAccount.tenant_id == account.tenant_id, FundAccount.id == account.id, FundAccount.closed_on.is_(None),
        (FundAccount.closed_until.is_(None)) | (FundAccount.closed_until < booking.on),
        FundAccount.opened_on <= booking.on, reserved >= ZERO, after >= reserved)
        .values(balance=after, reserved=reserved, moves=FundAccount.moves + 1)
        .returning(FundAccount.balance, FundAccount.reserved, FundAccount.moves)
        .execution_options(synchronize_session=False))


def refuse(session: Session, account: FundAccount, booking: Booking) -> NoReturn:
    """Say why the account did not take a movement."""
    now = queries.get_account(session, account.tenant_id, account.id)
    closed = shut(now, booking.on)
    if closed is not None:
        raise closed
    have = now.balance if booking.reserve < 0 else now.free
    raise Conflict(N_("账户“%(title)s”可用 %(free)s 元，要支出 %(wanted)s 元，还差 %(missing)s 元%(wishes)s"), title=now.title,
                   free=f"{have:,.2f}", wanted=f"{-booking.amount:,.2f}", missing=f"{-booking.amount - have:,.2f}",
                   wishes=_wishes(session, now))


def shut(account: FundAccount, on: dt.date) -> Conflict | None:
    """Why nothing may be booked in an account on a day, or None."""
    if account.closed_on is not None:
        return Conflict(N_("账户“%(title)s”已于 %(day)s 销户"), title=account.title, day=account.closed_on)
    if account.closed_until is not None and on <= account.closed_until:
        return Conflict(N_("账户“%(title)s”截至 %(until)s 已结账，%(day)s 的收支不能再记；请记入以后的日期，或由管理员反结账"),
                        title=account.title, until=account.closed_until, day=on)
    if on < account.opened_on:
        return Conflict(N_("账户“%(title)s”于 %(opened)s 开户，不能记 %(day)s 的收支"), title=account.title, opened=account.opened_on,
                        day=on)
    return None


def _wishes(session: Session, account: FundAccount) -> str:
    """The wishes that hold back the rest of the balance."""
    found = queries.open_designations(session, account)
    if not found:
        return ""
    named = "、".join(f"“{wish.title}”{wish.left:,.2f} 元" for wish in found[:5])
    more = f"等 {len(found)} 项" if len(found) > 5 else ""
    return f"（另有指定用途：{named}{more}，只能按捐赠者意愿使用）"


def lock(session: Session, *accounts: FundAccount | None) -> None:
    """Take the locks of several accounts in one order, so that two transfers never wait for each other."""
    ids = sorted({account.id for account in accounts if account is not None})
    tenant_id = next(account.tenant_id for account in accounts if account is not None)
    session.execute(select(FundAccount.id).where(FundAccount.tenant_id == tenant_id, FundAccount.id.in_(ids))
                    .order_by(FundAccount.id).with_for_update())


def _check_day(on: dt.date) -> None:
    if on > today():
        raise InvalidInput(N_("%(day)s 还没有到，收支按实际发生的日期登记"), {"on": "不能晚于今天"}, day=on)
