"""Opening an account, taking money in, spending it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.funds import queries
from core.funds.models import ZERO, AccountKind, FundAccount, FundDesignation, FundMovement, MovementKind
from core.funds.permissions import Action
from core.funds.plan import rules_of
from core.funds.rules.uses import NO_RULES, UseRules, check_use
from core.funds.rules.wishes import Aim, strays
from core.funds.rules.words import LEVELS
from core.funds.services.booking import Booking, book, once, positive
from core.trail.services import record
from core.units.models import Unit
from core.units.queries import ancestors, find_unit

OPENED = phrase(N_("开立资金账户“%(title)s”"))
RECEIVED = phrase(N_("收入 %(amount)s 元"))
RECEIVED_FOR = phrase(N_("收入 %(amount)s 元，指定用于“%(title)s”"))
SPENT = phrase(N_("支出 %(amount)s 元，用于“%(use)s”"))


@dataclass(frozen=True)
class Wish:
    """A giver's wish upon money that comes in. What is left empty is left open; `title` is what people read."""

    title: str
    place_id: uuid.UUID | None = None
    use: str = ""
    project: str = ""
    person_id: uuid.UUID | None = None


def open_account(session: Session, tenant_id: str, unit: Unit, code: str, title: str, actor: Actor, *,
                 kind: str = AccountKind.OWN, level: str = "", purposes: Sequence[str] = (), fund: str = "",
                 pass_on_days: int | None = None, on: dt.date | None = None) -> FundAccount:
    """Open an account of a unit. `kind` is own, named, transit or collected; `purposes` are the uses it is earmarked
    for (empty: any); `fund` the entry of the plan's section `fund` that binds it; `pass_on_days` within how many days
    money that is collected or under way must be passed on. Raises Conflict where the tenant has that code already."""
    if kind not in tuple(AccountKind) or (level or unit.level) not in LEVELS or not code.strip() or not title.strip():
        raise InvalidInput(N_("账户须写明编码、名称、种类和层级（村、镇、县、市、省）"))
    if queries.find_account(session, tenant_id, code) is not None:
        raise Conflict(N_("编码 %(code)s 已有账户"), code=code)
    account = FundAccount(tenant_id=tenant_id, unit_id=unit.id, code=code.strip(), title=title.strip(), kind=kind,
                          level=level or unit.level, purposes=list(purposes), fund=fund, pass_on_days=pass_on_days,
                          opened_on=on or today(), balance=ZERO, reserved=ZERO, moves=0)
    session.add(account)
    session.flush()  # the entry below must not outlive a refused row
    record(session, actor, Action.MANAGE, OPENED(title=account.title), subject=subject(account), tenant_id=tenant_id,
           unit_id=unit.id, after={"code": account.code, "kind": kind, "level": account.level, "purposes": account.purposes})
    return account


def receive(session: Session, account: FundAccount, amount: Decimal, on: dt.date, actor: Actor, *, key: str,
            source: str = "", wish: Wish | None = None, use: str = "", memo: str = "",
            person_id: uuid.UUID | None = None, recovery_id: uuid.UUID | None = None) -> FundMovement:
    """Take money in. The same `key` is booked once, however often it is asked for. With a wish, the amount is kept
    apart for what was wished: `movement.designation_id` names it. `source` is the record behind it ("slug.noun:uuid")."""
    amount = positive(amount)

    def do() -> FundMovement:
        made = _designate(session, account, amount, wish, source) if wish is not None else None
        movement = book(session, account, Booking(
            MovementKind.RECEIPT, amount, on, key, source, use, memo=memo, person_id=person_id, recovery_id=recovery_id,
            designation_id=made.id if made else None, reserve=amount if made else ZERO), actor)
        trail(session, account, movement, _received(amount, wish), actor)
        return movement

    return once(session, account, key, MovementKind.RECEIPT, amount, do)


def spend(session: Session, account: FundAccount, amount: Decimal, on: dt.date, actor: Actor, *, key: str, use: str,
          source: str = "", place_id: uuid.UUID | None = None, project: str = "", person_id: uuid.UUID | None = None,
          designation_id: uuid.UUID | None = None, rules: UseRules = NO_RULES, memo: str = "") -> FundMovement:
    """Spend money. Raises Conflict with both numbers beyond what is free (or left of the wish), Conflict naming the
    wish where the spending strays from it, and Conflict for money that is only collected or passing through. Raises
    RuleViolation where the earmark, the plan's entry of the account's `fund`, or `rules` (the caller's, of its own
    plan section) do not allow the use."""
    amount = positive(amount)
    if account.kind in (AccountKind.TRANSIT, AccountKind.COLLECTED):
        raise Conflict(N_("“%(title)s”是在途或代收款，须如数转交，不得动用"), title=account.title)
    for one in (rules_of(session, account, on), rules):
        check_use(use, account.title, account.purposes, one)

    def do() -> FundMovement:
        if designation_id is not None:
            aim = Aim(path_of(session, place_id), use, project, person_id)
            draw(session, account, designation_id, amount, aim)
        movement = book(session, account, Booking(
            MovementKind.SPENDING, -amount, on, key, source, use, place_id, project, person_id, designation_id, memo=memo,
            reserve=-amount if designation_id else ZERO), actor)
        trail(session, account, movement, SPENT(amount=f"{amount:,.2f}", use=use), actor)
        return movement

    return once(session, account, key, MovementKind.SPENDING, -amount, do)


def draw(session: Session, account: FundAccount, designation_id: uuid.UUID, amount: Decimal, aim: Aim) -> FundDesignation:
    """Take an amount out of what a wish keeps apart; raises Conflict that names the wish."""
    wish = queries.get_designation(session, account.tenant_id, designation_id)
    if wish.account_id != account.id:
        raise Conflict(N_("“%(wish)s”不在账户“%(title)s”中"), wish=wish.title, title=account.title)
    off = list(strays(Aim(path_of(session, wish.place_id), wish.use, wish.project, wish.person_id), aim))
    if off:
        raise Conflict(N_("这笔钱指定用于“%(wish)s”，本次支出的%(off)s与之不符；须征得捐赠者同意，或改用其他资金"),
                       wish=wish.title, off="、".join(off))
    take_from(session, wish, amount)
    return wish


def take_from(session: Session, wish: FundDesignation, amount: Decimal) -> None:
    """Lessen what is left of a wish (or give back, where the amount is negative), in one guarded statement."""
    after = FundDesignation.left - amount
    row = session.execute(update(FundDesignation).where(
        FundDesignation.tenant_id == wish.tenant_id, FundDesignation.id == wish.id, after >= ZERO,
        after <= FundDesignation.amount).values(left=after).returning(FundDesignation.left)
        .execution_options(synchronize_session=False)).one_or_none()
    if row is None:
        raise Conflict(N_("指定用于“%(wish)s”的钱只剩 %(left)s 元，不够 %(wanted)s 元"), wish=wish.title,
                       left=f"{wish.left:,.2f}", wanted=f"{amount:,.2f}")
    set_committed_value(wish, "left", row[0])


def path_of(session: Session, unit_id: uuid.UUID | None) -> str:
    """The path of a place; of a unit that was merged into another, the other's, so that wishes follow."""
    unit = find_unit(session, unit_id) if unit_id else None
    if unit is not None and unit.closed_on is not None:
        open_above = [above for above in ancestors(session, unit) if above.closed_on is None]
        return open_above[-1].path if open_above else unit.path
    return unit.path if unit else ""


def subject(account: FundAccount) -> str:
    """How the trail names an account."""
    return f"core.funds:{account.id}"


def trail(session: Session, account: FundAccount, movement: FundMovement, sentence: str, actor: Actor,
          action: str = Action.WRITE, reason: str = "") -> None:
    """Leave the entry of a movement, with the balance before and after it."""
    record(session, actor, action, f"“{account.title}”{sentence}", subject=subject(account), tenant_id=account.tenant_id,
           unit_id=account.unit_id, before={"balance": str(movement.balance_after - movement.amount)}, reason=reason,
           after={"balance": str(movement.balance_after), "amount": str(movement.amount), "number": movement.number})


def _designate(session: Session, account: FundAccount, amount: Decimal, wish: Wish, source: str,
               parent_id: uuid.UUID | None = None) -> FundDesignation:
    if not (wish.place_id or wish.use or wish.project or wish.person_id):
        raise InvalidInput(N_("指定用途须写明地点、用途、项目或受助人之一"))
    made = FundDesignation(
        tenant_id=account.tenant_id, unit_id=account.unit_id, account_id=account.id, title=wish.title[:160], amount=amount,
        left=amount, place_id=wish.place_id, use=wish.use, project=wish.project, person_id=wish.person_id, source=source,
        parent_id=parent_id)
    session.add(made)
    session.flush()  # the movement names it
    return made


#: transfers carry a wish over to the account where the money arrives
designate = _designate


def _received(amount: Decimal, wish: Wish | None) -> str:
    told = f"{amount:,.2f}"
    return RECEIVED_FOR(amount=told, title=wish.title) if wish else RECEIVED(amount=told)
