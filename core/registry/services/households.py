"""Households and their income; leaving the register of poor households only by the plan's conditions."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, RuleViolation
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.privacy.masks import mask_name
from core.registry import exits
from core.registry.models import Household, HouseholdIncome, Person
from core.registry.permissions import Action
from core.registry.queries import present
from core.registry.rules.income import counted_twice
from core.registry.rules.names import clean_name, name_key
from core.registry.rules.words import CAUSES, INCOME_KINDS, MOST_CAUSES, codes
from core.registry.services.statuses import note_status
from core.registry.services.writing import change, create, flush, set_aside
from core.trail.services import record

ENTERED = phrase(N_("登记%(name)s户"))
CHANGED = phrase(N_("变更%(name)s户"))
CLOSED = phrase(N_("%(name)s户销户"))
REMOVED = phrase(N_("移除%(name)s户"))
QUARTER_NOTED = phrase(N_("登记%(name)s户%(year)s年第%(quarter)s季度收入 %(amount)s 元"))
YEAR_NOTED = phrase(N_("登记%(name)s户%(year)s年收入 %(amount)s 元"))
INCOME_REMOVED = phrase(N_("移除 %(year)s 年收入 %(amount)s 元"))
EXITED = phrase(N_("%(name)s户退出，%(count)s 项条件全部达到"))


def create_household(session: Session, tenant_id: str, unit_id: uuid.UUID, values: Mapping[str, Any], actor: Actor, *,
                     on: dt.date | None = None) -> Household:
    """Enter a household; `unit_id` is its village."""
    checked = _checked(values)
    return create(session, Household, tenant_id, unit_id, checked, actor, action=Action.HOUSEHOLD_WRITE, on=on,
                  sentence=ENTERED(name=mask_name(checked.get('head_name', ''))))


def change_household(session: Session, household: Household, values: Mapping[str, Any], actor: Actor, *,
                     on: dt.date | None = None, expected: int | None = None, reason: str = "") -> bool:
    """Change a household: `on` is the day from which it is so; without it, a mistake is corrected."""
    if "state" in values or "exited_on" in values:
        raise InvalidInput(N_("退出和销户请用各自的办理入口"))
    return change(session, household, _checked(values, household), actor, action=Action.HOUSEHOLD_WRITE, on=on,
                  expected=expected, reason=reason, sentence=CHANGED(name=mask_name(household.head_name)))


def close_household(session: Session, household: Household, on: dt.date, actor: Actor, *, reason: str) -> None:
    """Strike a household off (moved away, died out, merged); it must have no members left."""
    held = select(Person.id).where(Person.tenant_id == household.tenant_id, Person.household_id == household.id,
                                   present(Person), Person.died_on.is_(None))
    if session.scalar(held.limit(1)) is not None:
        raise Conflict(N_("户内还有成员，请先把他们转到别的户"))
    change(session, household, {"state": "closed"}, actor, action=Action.HOUSEHOLD_WRITE, on=on, reason=reason,
           sentence=CLOSED(name=mask_name(household.head_name)))


def remove_household(session: Session, household: Household, actor: Actor, *, reason: str,
                     expected: int | None = None) -> None:
    """Take a household entered by mistake off every list."""
    set_aside(session, household, actor, action=Action.HOUSEHOLD_WRITE, expected=expected, reason=reason,
              sentence=REMOVED(name=mask_name(household.head_name)))


def note_income(session: Session, household: Household, year: int, quarter: int, kind: str, amount: Decimal,
                actor: Actor, *, note: str = "") -> HouseholdIncome:
    """Note one figure (yuan) of a quarter, or with quarter 0 of a whole year. Raises Conflict where it would be
    counted twice: a year's figure beside a quarter's of the same kind."""
    if quarter not in range(5) or kind not in codes(INCOME_KINDS):
        raise InvalidInput(N_("季度须为 1 到 4（全年填 0），收入来源须在所列之内"))
    if amount < 0:
        raise InvalidInput(N_("金额不能小于零；支出请记为生产经营性支出"), fields={"amount": "不能小于零"})
    same = select(HouseholdIncome.quarter).where(
        HouseholdIncome.tenant_id == household.tenant_id, HouseholdIncome.household_id == household.id,
        HouseholdIncome.year == year, HouseholdIncome.kind == kind, present(HouseholdIncome))
    if counted_twice(quarter, session.scalars(same)):
        raise Conflict(N_("%(year)d 年这一来源已有%(what)s数，两者会重复计算，请先移除其中之一"), year=year,
                       what="全年" if quarter else "分季度")
    values = {"household_id": household.id, "year": year, "quarter": quarter, "kind": kind, "amount": amount, "note": note}
    said = {"name": mask_name(household.head_name), "year": year, "amount": amount}
    return create(session, HouseholdIncome, household.tenant_id, household.unit_id, values, actor,
                  action=Action.HOUSEHOLD_WRITE, sentence=QUARTER_NOTED(quarter=quarter, **said) if quarter else YEAR_NOTED(**said))


def remove_income(session: Session, income: HouseholdIncome, actor: Actor, *, reason: str) -> None:
    """Take a figure back."""
    set_aside(session, income, actor, action=Action.HOUSEHOLD_WRITE, reason=reason,
              sentence=INCOME_REMOVED(year=income.year, amount=income.amount))


def exit_household(session: Session, household: Household, on: dt.date, actor: Actor, *,
                   confirmed: Collection[str] = (), reason: str = "") -> list[exits.Outcome]:
    """Let a household leave the register of poor households (预脱贫户退出) when every condition of the plan in force
    on that day is met. `confirmed`: codes of the conditions that people have to confirm on the spot. Raises
    RuleViolation naming each condition that is not met, with its clause, and leaves the household as it was."""
    if household.state != "active":
        raise Conflict(N_("这一户不在册，不能办理退出"))
    outcomes = exits.judge(session, household, on, confirmed)
    failed = [outcome for outcome in outcomes if not outcome.met]
    if failed:
        raise RuleViolation(N_("不能退出：%(reasons)s"), rule=f"exit_check:{failed[0].code}", clause=failed[0].clause,
                            reasons="；".join(f"{outcome.name}（{outcome.said}）" for outcome in failed))
    change(session, household, {"state": "exited", "exited_on": on}, actor, action=Action.HOUSEHOLD_WRITE, on=on,
           reason=reason, sentence=EXITED(name=mask_name(household.head_name), count=len(outcomes)))
    note_status(session, household, "out_of_poverty", on, actor, source="户退出")
    record(session, actor, Action.HOUSEHOLD_WRITE, "户退出条件逐项核对", subject=household.subject,
           tenant_id=household.tenant_id, unit_id=household.unit_id, reason=reason,
           after={outcome.code: outcome.said for outcome in outcomes})
    flush(session)
    return outcomes


def _checked(values: Mapping[str, Any], household: Household | None = None) -> dict[str, Any]:
    checked = dict(values)
    if "head_name" in checked or household is None:
        checked["head_name"] = clean_name(str(checked.get("head_name") or ""))
        if not checked["head_name"]:
            raise InvalidInput(N_("请填写户主姓名"), fields={"head_name": "必填"})
        checked["head_name_key"] = name_key(checked["head_name"])
    others = checked.get("causes") or []
    if len(others) > MOST_CAUSES or not set(others) <= codes(CAUSES):
        raise InvalidInput(N_("其他致贫原因最多两项，且须在所列之内"), fields={"causes": "最多两项"})
    return checked
