"""Spending gifts: only for what the plan allows and the donor named, to a household where the plan asks for one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, NotFound, RuleViolation
from core.extensions import Actor, new_id
from core.extensions.phrases import phrase
from core.funds import queries as funds
from core.funds.models import MovementKind
from core.funds.rules.shares import per_head
from core.funds.rules.uses import UseRules
from core.funds.services import reverse, spend
from core.tenancy.grammar.dates import due_day
from core.trail.services import record
from core.units.models import Unit
from plugins.donations.models import Campaign, Gift, Spending
from plugins.donations.permissions import Action
from plugins.donations.plan.reading import Rule, find_rule, rules_of
from plugins.donations.rules import words
from plugins.donations.rules.windows import late_days
from plugins.donations.services.booking import designation_of

SPENT_ON = phrase(N_("支出捐赠款 %(amount)s 元，用于%(what)s"))
SPENDING_REVERSED = phrase(N_("冲销捐赠款支出 %(amount)s 元"))
#: costs are never charged to gifts, even where no plan says so
LAW = N_("《中华人民共和国公益事业捐赠法》第十八条")


@dataclass(frozen=True)
class Payment:
    """What somebody wants to pay out of gifts."""

    account_id: uuid.UUID
    amount: Decimal
    spent_on: dt.date
    use: str
    gift_id: uuid.UUID | None = None
    campaign_id: uuid.UUID | None = None
    project_code: str = ""
    place_id: uuid.UUID | None = None
    household_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    memo: str = ""


def pay(session: Session, tenant_id: str, unit: Unit, wanted: Payment, actor: Actor, *, key: uuid.UUID | None = None) -> Spending:
    """Pay, in one transaction with the movement. Raises Conflict (409) beyond the balance, outside the designation and
    while the use of the campaign is not settled; RuleViolation for uses that law or plan forbid; InvalidInput where a
    household is missing. The same `key` pays once."""
    row = Spending(id=key or new_id(), tenant_id=tenant_id, unit_id=unit.id, account_id=wanted.account_id, gift_id=wanted.gift_id,
                   campaign_id=wanted.campaign_id, project_code=wanted.project_code, use=wanted.use, amount=wanted.amount,
                   spent_on=wanted.spent_on, place_id=wanted.place_id, household_id=wanted.household_id,
                   person_id=wanted.person_id, memo=wanted.memo, created_by=actor.account_id)
    there = session.get(Spending, (tenant_id, row.id))
    if there is not None:
        if (there.account_id, there.amount, there.use) != (wanted.account_id, wanted.amount, wanted.use):
            raise Conflict(N_("这张表单已经登记过一笔支出，请重新打开再填"))
        return there
    gift = _gift(session, tenant_id, wanted.gift_id)
    campaign = _campaign(session, tenant_id, wanted.campaign_id or (gift.campaign_id if gift else None))
    rule = find_rule(session, tenant_id, "campaign", campaign.plan_code) if campaign and campaign.plan_code else None
    _settled(campaign)
    _household(wanted, rule)
    row.campaign_id = campaign.id if campaign else None
    row.due_on = _due(session, tenant_id, wanted.spent_on)
    row.late_days = late_days(wanted.spent_on, row.due_on)
    account = funds.get_account(session, tenant_id, wanted.account_id)
    made = designation_of(session, gift) if gift else None
    spend(session, account, wanted.amount, wanted.spent_on, actor, key=f"donations.spending:{row.id}", use=_said(wanted.use),
          source=f"donations.spending:{row.id}", place_id=wanted.place_id, project=wanted.project_code,
          person_id=wanted.person_id, designation_id=made.id if made else None, rules=use_rules(session, tenant_id, rule),
          memo=wanted.memo)
    session.add(row)
    session.flush()  # the entry below must not outlive a refused row
    record(session, actor, Action.SPENDING_WRITE, SPENT_ON(amount=f"{wanted.amount:,.2f}", what=words.label(words.USES, wanted.use)),
           subject=f"donations.spendings:{row.id}", tenant_id=tenant_id, unit_id=unit.id,
           after={"amount": str(wanted.amount), "use": wanted.use, "account": account.code})
    return row


def use_rules(session: Session, tenant_id: str, campaign: Rule | None) -> UseRules:
    """What law and plan say of uses, as the funds judge it."""
    rules = rules_of(session, tenant_id, "use")
    forbidden = {_said(str(rule.get("use"))): rule.clause for rule in rules if not rule.get("allowed", True)}
    forbidden.setdefault(_said("counterpart"), LAW)
    cost = next(iter(rules_of(session, tenant_id, "cost")), None)
    allowed = frozenset(map(_said, campaign.get("uses") or ())) if campaign else frozenset[str]()
    return UseRules(name=campaign.name if campaign else "", clause=campaign.clause if campaign else "", allowed=allowed,
                    forbidden=forbidden, management={_said(words.COSTS): cost.clause if cost else LAW})


def _said(use: str) -> str:
    """A use as accounts and their messages name it."""
    return words.label(words.USES, use)


def _gift(session: Session, tenant_id: str, gift_id: uuid.UUID | None) -> Gift | None:
    if gift_id is None:
        return None
    found = session.get(Gift, (tenant_id, gift_id))
    if found is None:
        raise NotFound(N_("没有这笔捐赠"))
    return found


def _campaign(session: Session, tenant_id: str, campaign_id: uuid.UUID | None) -> Campaign | None:
    return session.get(Campaign, (tenant_id, campaign_id)) if campaign_id else None


def _settled(campaign: Campaign | None) -> None:
    if campaign is not None and campaign.use_state == "pending":
        raise Conflict(N_("“%(title)s”的资金用途另报方案，方案附上之前不能支出"), title=campaign.title)


def _household(wanted: Payment, rule: Rule | None) -> None:
    if rule is not None and rule.get("household") and wanted.household_id is None:
        raise InvalidInput(N_("捐赠款直接捐给贫困户：每笔支出须落实到户（%(clause)s）"), {"household": N_("须写明受助的户")},
                           clause=rule.clause)


def _due(session: Session, tenant_id: str, on: dt.date) -> dt.date | None:
    """By when the plan wants money paid out in that year."""
    rule = next((rule for rule in rules_of(session, tenant_id, "deadline") if rule.get("event") == "disburse"), None)
    return due_day(rule.get("due"), rule.entry.valid_from or on, on.year) if rule else None


def undo(session: Session, row: Spending, on: dt.date, actor: Actor, reason: str) -> None:
    """Take a payment back that was wrong."""
    if row.state != "paid":
        raise Conflict(N_("这笔支出已经冲销"))
    found = funds.movements_of(session, row.tenant_id, f"donations.spending:{row.id}")
    movement = next((one for one in found if one.kind == MovementKind.SPENDING), None)
    if movement is None:
        raise NotFound(N_("没有这笔支出的资金记录"))
    reverse(session, movement, on, actor, reason)
    row.state = "reversed"
    row.version += 1
    session.flush()  # what is told below has happened
    record(session, actor, Action.SPENDING_APPROVE, SPENDING_REVERSED(amount=f"{row.amount:,.2f}"), subject=f"donations.spendings:{row.id}",
           tenant_id=row.tenant_id, unit_id=row.unit_id, before={"state": "paid"}, after={"state": "reversed"}, reason=reason)


@dataclass(frozen=True)
class Shared:
    """A pool shared out: to each the same, and what stays."""

    each: Decimal
    left: Decimal
    paid: tuple[Spending, ...]


def share_out(session: Session, tenant_id: str, unit: Unit, account_id: uuid.UUID, persons: Mapping[uuid.UUID, uuid.UUID | None],
              actor: Actor, *, use: str, on: dt.date, step: Decimal = Decimal("1.00"), campaign_id: uuid.UUID | None = None,
              key: uuid.UUID | None = None) -> Shared:
    """Share out what is free in an account by heads, whole steps to each (`persons`: person → household); the
    remainder stays in the account."""
    if not persons:
        raise InvalidInput(N_("请选择受助学生"), {"persons": N_("至少一人")})
    account = funds.get_account(session, tenant_id, account_id)
    each, left = per_head(account.free, len(persons), step)
    if each <= 0:
        raise RuleViolation(N_("可用 %(free)s 元，不够 %(heads)s 人每人一份"), rule="pool-too-small", free=f"{account.free:,.2f}",
                            heads=len(persons))
    run = key or new_id()
    paid = tuple(pay(session, tenant_id, unit, Payment(
        account_id, each, on, use, campaign_id=campaign_id, person_id=person_id, household_id=household_id,
        memo=N_("按人均分")), actor, key=uuid.uuid5(run, str(person_id))) for person_id, household_id in persons.items())
    return Shared(each, left, paid)
