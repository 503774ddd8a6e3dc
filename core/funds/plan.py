"""What a plan says of its funds: `[[fund]]`, with the uses allowed and forbidden, and no costs of management on gifts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import fields, validates_schema
from sqlalchemy.orm import Session

from core.calendar.days import DayKind
from core.errors import N_
from core.funds.models import AccountKind, FundAccount
from core.funds.rules.retention import Term
from core.funds.rules.uses import NO_RULES, UseRules
from core.funds.rules.words import KINDS, LEVELS
from core.host.contract import SectionSpec
from core.tenancy.grammar import Count, EntrySchema, Word
from core.tenancy.grammar.fields import Texts, refuse
from core.tenancy.grammar.masks import is_state
from core.tenancy.grammar.registry import Grammar, grammar
from core.tenancy.parameters import Effective, effective
from core.tenancy.queries import get_tenant

SECTION = "fund"
GIFTS = "gifts"
DAY_KINDS = (DayKind.WORKING.unit, DayKind.CALENDAR.unit)
MONEY = {"fiscal": N_("财政资金"), GIFTS: N_("捐赠资金"), "mixed": N_("财政与捐赠资金")}


class FundSchema(EntrySchema):
    """`[[fund]]`: a fund or earmark, the money in it, what it may and may not be spent on. `pass_on_days`: within how
    many days money that is collected or on its way must be passed on, `pass_on_kind` of which kind."""

    principal: ClassVar[tuple[str, ...]] = ("uses",)
    firm: ClassVar[tuple[str, ...]] = ("kind", "money", "management_cost")
    kind = Word(tuple(AccountKind), load_default=AccountKind.NAMED.value)
    level = Word(tuple(LEVELS))
    money = Word(tuple(MONEY), load_default="fiscal")
    uses = Texts()
    forbidden = Texts()
    management_uses = Texts()
    management_cost = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    pass_on_days = Count(least=1, most=366)
    pass_on_kind = Word(DAY_KINDS, load_default=DayKind.CALENDAR.unit)

    @validates_schema
    def _no_cost_on_gifts(self, data: Mapping[str, Any], **options: Any) -> None:
        if data.get("management_cost") and data.get("money") != "fiscal":
            raise refuse("management-cost", "工作经费由各级财政承担，不得在捐赠款中列支：management_cost 只能为 false")


def describe(value: Mapping[str, Any]) -> str:
    """A fund in words, for the plan page."""
    said = [KINDS.get(str(value.get("kind")), ""), MONEY.get(str(value.get("money")), "")]
    for key, words in (("uses", "用于"), ("forbidden", "不得用于"), ("management_uses", "不得列支")):
        if isinstance(value.get(key), list):
            said.append(words + "、".join(value[key]))
    if isinstance(value.get("pass_on_days"), int):
        said.append(f"{value['pass_on_days']} 个{value.get('pass_on_kind', DayKind.CALENDAR.unit)}内转交")
    return "；".join(part for part in said if part)


SECTIONS = [SectionSpec(SECTION, N_("资金专账"), FundSchema, describe=describe)]


def rules_of(session: Session, account: FundAccount, on: dt.date, known: Grammar | None = None) -> UseRules:
    """What the plan in force on a day says of an account's fund. What any layer above forbids stays forbidden; the
    uses are those of the layer that holds."""
    found = _entry(session, account, on, known)
    if found is None:
        return NO_RULES
    holding = found.source.entry
    layers = [source.entry for source in found.chain]
    return UseRules(
        name=holding.name, clause=holding.clause, allowed=frozenset(_texts(holding.value, "uses")),
        forbidden={use: entry.clause for entry in layers for use in _texts(entry.value, "forbidden")},
        management={use: entry.clause for entry in layers for use in _texts(entry.value, "management_uses")},
        management_cost=all(entry.value.get("management_cost", False) is True for entry in layers))


def term_of(session: Session, account: FundAccount, on: dt.date) -> Term | None:
    """Within which days money goes on from an account: its own plain days, or else those of its fund in the plan."""
    if account.pass_on_days is not None:
        return Term(account.pass_on_days)
    found = _entry(session, account, on)
    days = found.source.entry.value.get("pass_on_days") if found is not None else None
    if found is None or not isinstance(days, int):
        return None
    return Term(days, DayKind.of_unit(str(found.source.entry.value.get("pass_on_kind", DayKind.CALENDAR.unit))))


def _entry(session: Session, account: FundAccount, on: dt.date, known: Grammar | None = None) -> Effective | None:
    """The entry of the plan that binds an account on a day, with the layers above it."""
    if not account.fund:
        return None
    return effective(session, get_tenant(session, account.tenant_id), SECTION, account.fund, on=on,
                     known=known or grammar(SECTIONS))


def _texts(value: Mapping[str, Any], key: str) -> list[str]:
    found = value.get(key, [])
    return [] if is_state(found) or not isinstance(found, list) else found
