"""Closing a period of an account (结账), opening it again, closing the account itself."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, today, utcnow
from core.extensions.phrases import phrase
from core.funds import queries
from core.funds.models import ZERO, FundAccount, FundMovement, FundPeriod
from core.funds.permissions import Action
from core.funds.services.booking import lock
from core.funds.services.money import subject
from core.trail.services import record

CLOSED = phrase(N_("“%(title)s”结账至 %(until)s，余额 %(balance)s 元"))
REOPENED = phrase(N_("“%(title)s”反结账（原结账至 %(until)s）"))
ENDED = phrase(N_("“%(title)s”销户"))


def close_period(session: Session, account: FundAccount, until: dt.date, actor: Actor) -> FundPeriod:
    """Close an account up to a day: nothing can be dated up to then any more, and the balance of that day is kept."""
    lock(session, account)
    account = queries.get_account(session, account.tenant_id, account.id)
    if account.closed_until is not None and until <= account.closed_until:
        raise Conflict(N_("账户“%(title)s”已结账至 %(until)s"), title=account.title, until=account.closed_until)
    if until >= today():
        raise InvalidInput(N_("只能结账到昨天为止"), {"until": "须早于今天"})
    balance, moves = _stand(session, account, until)
    made = FundPeriod(tenant_id=account.tenant_id, unit_id=account.unit_id, account_id=account.id, until=until,
                      balance=balance, moves=moves, who=actor.name[:80])
    before, account.closed_until = account.closed_until, until
    session.add(made)
    session.flush()  # the entry below must not outlive a refused row
    record(session, actor, Action.MANAGE, CLOSED(title=account.title, until=until, balance=f"{balance:,.2f}"), subject=subject(account),
           tenant_id=account.tenant_id, unit_id=account.unit_id, before={"closed_until": before and str(before)},
           after={"closed_until": str(until), "balance": str(balance), "moves": moves})
    return made


def reopen_period(session: Session, account: FundAccount, actor: Actor, reason: str) -> None:
    """Open the newest closed period again, with a reason; what was kept of it stays as before and after."""
    if len(reason.strip()) < 4:
        raise InvalidInput(N_("反结账须写明理由"), {"reason": "至少 4 个字"})
    lock(session, account)
    periods = queries.periods_of(session, account)
    closed = [period for period in periods if period.reopened_at is None]
    if not closed:
        raise Conflict(N_("账户“%(title)s”没有结账"), title=account.title)
    newest, rest = closed[0], closed[1:]
    account = queries.get_account(session, account.tenant_id, account.id)
    account.closed_until = rest[0].until if rest else None
    newest.reopened_at, newest.reopened = utcnow(), {"who": actor.name, "reason": reason.strip()}
    session.flush()  # as above
    record(session, actor, Action.MANAGE, REOPENED(title=account.title, until=newest.until), subject=subject(account),
           tenant_id=account.tenant_id, unit_id=account.unit_id, reason=reason,
           before={"closed_until": str(newest.until), "balance": str(newest.balance)},
           after={"closed_until": account.closed_until and str(account.closed_until)})


def close_account(session: Session, account: FundAccount, on: dt.date, actor: Actor) -> None:
    """Close an account whose money has all gone; raises Conflict with what is left."""
    lock(session, account)
    account = queries.get_account(session, account.tenant_id, account.id)
    if account.closed_on is not None:
        raise Conflict(N_("账户“%(title)s”已于 %(day)s 销户"), title=account.title, day=account.closed_on)
    if account.balance != ZERO:
        raise Conflict(N_("账户“%(title)s”还有 %(balance)s 元，转出后才能销户"), title=account.title,
                       balance=f"{account.balance:,.2f}")
    account.closed_on = on
    session.flush()  # as above
    record(session, actor, Action.MANAGE, ENDED(title=account.title), subject=subject(account), tenant_id=account.tenant_id,
           unit_id=account.unit_id, before={"closed_on": None}, after={"closed_on": str(on)})


def _stand(session: Session, account: FundAccount, until: dt.date) -> tuple[Decimal, int]:
    row = session.execute(select(func.sum(FundMovement.amount), func.count()).where(
        FundMovement.tenant_id == account.tenant_id, FundMovement.account_id == account.id, FundMovement.on <= until)).one()
    return row[0] or ZERO, row[1]
