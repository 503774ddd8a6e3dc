"""The plan's conditions under which a household may leave the register (户退出标准): data, `[[exit_check]]`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import fields, validates_schema
from sqlalchemy.orm import Session

from core.errors import N_, ParameterError
from core.host.contract import SectionSpec
from core.registry.models import Household
from core.registry.queries import count_dropped_out, household_income, list_members, newest_income_year
from core.tenancy.grammar import Amount, EntrySchema, Word
from core.tenancy.grammar.fields import Texts, refuse
from core.tenancy.grammar.masks import ACTIVE, states_in
from core.tenancy.grammar.registry import Grammar, grammar
from core.tenancy.parameters import effective
from core.tenancy.queries import chain_of, entries_of_plans, get_tenant, running_plans

SECTION = "exit_check"
#: a condition that people confirm on the spot, with evidence of their own
CONFIRMED = "confirmed"
FACTS = {
    "net_income_per_head": N_("家庭人均纯收入（元）"),
    "housing_danger": N_("住房危险等级"),
    "water": N_("安全饮水"),
    "power": N_("通电"),
    "dropped_out": N_("辍学人数"),
    CONFIRMED: N_("现场核实"),
}
_BOUNDS = ("more_than", "at_least", "at_most", "less_than")


class ExitCheckSchema(EntrySchema):
    """`[[exit_check]]`: one condition: a fact, and what it has to be (超过 more_than, 以上 at_least, 以下 at_most,
    不满 less_than; `is` for yes or no; `among` for a list)."""

    principal: ClassVar[tuple[str, ...]] = (*_BOUNDS, "is", "among")
    firm: ClassVar[tuple[str, ...]] = ("fact",)
    fact = Word(tuple(FACTS), required=True)
    more_than = Amount()
    at_least = Amount()
    at_most = Amount()
    less_than = Amount()
    is_ = fields.Boolean(data_key="is", attribute="is", truthy={True}, falsy={False})
    among = Texts()

    @validates_schema
    def _one_bound(self, data: Mapping[str, Any], **options: Any) -> None:
        partial = options.get("partial") or ()
        said = [key for key in (*_BOUNDS, "is", "among") if key in data or key in partial]
        if data.get("fact") == CONFIRMED and said:
            raise refuse("wrong-type", "现场核实的条件不写数值")
        if data.get("fact") != CONFIRMED and len(said) != 1:
            raise refuse("wrong-type", f"须且只能写一个标准：{'、'.join((*_BOUNDS, 'is', 'among'))}")


def describe(value: Mapping[str, Any]) -> str:
    """A condition in words, for the plan page."""
    fact = FACTS.get(str(value.get("fact")), str(value.get("fact")))
    said = [text % value[key] for key, text in _SAID.items() if key in value and not isinstance(value[key], dict)]
    if "among" in value:
        said.append(f"为{'、'.join(value['among'])}之一")
    if "is" in value:
        said.append("是" if value["is"] else "否")
    return f"{fact}{'，'.join(said)}"


_SAID = {"more_than": "超过 %s", "at_least": "%s 以上（含）", "at_most": "%s 以下（含）", "less_than": "不满 %s"}
#: what is said of a condition that only people on the spot can judge
VERIFIED, UNVERIFIED = "已核实", "还没有核实"
SECTIONS = [SectionSpec(SECTION, N_("户退出条件"), ExitCheckSchema, describe=describe)]


@dataclass(frozen=True)
class Outcome:
    """A condition, whether it is met, and what was found."""

    code: str
    name: str
    clause: str
    met: bool
    said: str


def judge(session: Session, household: Household, on: dt.date, confirmed: Collection[str] = ()) -> list[Outcome]:
    """Every condition of the plan in force on a day. Raises ParameterError where the plan states none, or prints
    one that nobody can read: nothing is guessed."""
    known = grammar(SECTIONS)
    tenant = get_tenant(session, household.tenant_id)
    plans = running_plans(session, [place.id for place in chain_of(session, tenant.unit)], on)
    wanted = list(dict.fromkeys(entry.code for entry in entries_of_plans(session, plans.values(), SECTION)))
    found = [outcome for code in wanted if (outcome := _outcome(session, household, tenant, code, on, confirmed, known))]
    if not found:
        raise ParameterError(N_("%(tenant)s 的方案没有写明 %(day)s 适用的户退出条件，请先写入方案并注明条款"), key=SECTION,
                             tenant=tenant.name, day=on)
    return found


def _outcome(session: Session, household: Household, tenant: Any, code: str, on: dt.date, confirmed: Collection[str],
             known: Grammar) -> Outcome | None:
    holding = effective(session, tenant, SECTION, code, on=on, known=known)
    if holding is None:
        return None
    entry = holding.source.entry
    if entry.state != ACTIVE or any(True for _ in states_in(entry.value)):
        raise ParameterError(N_("退出条件“%(name)s”的标准在方案中未写明（%(reference)s），核实后填入方案才能判断"),
                             key=f"{SECTION}[{code}]", name=entry.name, reference=holding.source.reference)
    fact = str(entry.value["fact"])
    if fact == CONFIRMED:
        return Outcome(code, entry.name, entry.clause, code in confirmed, VERIFIED if code in confirmed else UNVERIFIED)
    value = _FACTS[fact](session, household, on)
    if value is None:
        return Outcome(code, entry.name, entry.clause, False, f"没有登记{FACTS[fact]}")
    return Outcome(code, entry.name, entry.clause, _meets(entry.value, value),
                   f"{FACTS[fact]}为 {_spoken(value)}，应{describe({**entry.value, 'fact': ''})}")


def _meets(wanted: Mapping[str, Any], value: Any) -> bool:
    if "is" in wanted:
        return bool(value) is wanted["is"]
    if "among" in wanted:
        return bool(value in wanted["among"])
    return bool(("more_than" not in wanted or value > wanted["more_than"])
            and ("at_least" not in wanted or value >= wanted["at_least"])
            and ("at_most" not in wanted or value <= wanted["at_most"])
            and ("less_than" not in wanted or value < wanted["less_than"]))


def _spoken(value: Any) -> str:
    return ("是" if value else "否") if isinstance(value, bool) else str(value)


def _income(session: Session, household: Household, on: dt.date) -> Decimal | None:
    year = newest_income_year(session, household, on)
    if year is None:
        return None
    return household_income(session, household, year).per_head(len(list_members(session, household)))


_FACTS: dict[str, Callable[[Session, Household, dt.date], Any]] = {
    "net_income_per_head": _income,
    "housing_danger": lambda session, household, on: household.housing_danger or None,
    "water": lambda session, household, on: household.water,
    "power": lambda session, household, on: household.power,
    "dropped_out": lambda session, household, on: Decimal(count_dropped_out(session, household, on)),
}
