"""The items of a plan in force at a place and day, read from every layer and made ready for the engines."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from core.conditions import Condition, parse
from core.errors import N_, ParameterError
from core.tenancy import queries
from core.tenancy.grammar import Grammar, grammar
from core.tenancy.grammar.masks import ACTIVE, State, plain, states_in
from core.tenancy.grammar.wording import STATE_NAMES, key_words
from core.tenancy.parameters import Effective, effective_all, parameter
from core.tenancy.queries import TenantPlace
from plugins.education_aid.plan import SECTIONS
from plugins.education_aid.plan.schemas import SCHOOL_YEAR
from plugins.education_aid.plan.vocabulary import VOCABULARY
from plugins.education_aid.queries.facts import Asked
from plugins.education_aid.rules.items import ACTUAL, AVERAGE, CASES, FIXED, NOTHING, Amount, Case, Group, Item
from plugins.education_aid.rules.steps import in_ring

ITEM, FEE, PREFERENCE, TARGET = "education_aid.item", "education_aid.fee", "education_aid.preference", "education_aid.target"
EXCLUSIVE = "education_aid.exclusive"
#: kinds that are worked out for every child; the others wait for somebody's application or discretion
COMPUTED = ("cash", "waiver", "reimbursement", "in_kind")
#: what of an item may be left open, as officials call it
_PARTS = {"where": N_("受助条件"), "amount": N_("金额"), "share": N_("分担比例"), "fund": N_("资金")}
_RING = N_("与别的项目互相依赖（在其上增加、取代或以其结果为条件），判定不了，请改写方案")


@dataclass(frozen=True)
class Open:
    """An item that is in a plan and not in force, and why."""

    code: str
    name: str
    clause: str
    why: str


@dataclass(frozen=True)
class PlanItems:
    """What the engines need of a plan: items in force, those that are open, fees by (kind, school code), and the plans
    that were read."""

    items: tuple[Item, ...]
    open: tuple[Open, ...]
    fees: Mapping[tuple[str, str], int] = field(default_factory=dict)
    #: the codes of the units on each list of units that is printed
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    plans: Mapping[str, int] = field(default_factory=dict)
    #: whom the plan counts into which tier of hardship whatever was assessed (EA-026)
    tiers: tuple[tuple[Condition, str], ...] = ()
    #: items of which a child is given one alone
    groups: tuple[Group, ...] = ()

    @property
    def asked(self) -> Asked:
        """What the facts must know of the plan."""
        names = dict.fromkeys(name for one in self.items for name in one.facts)
        names |= dict.fromkeys(name for where, _ in self.tiers for name in where.facts)
        return Asked(self.fees, self.tags, self.tiers, tuple(names))

    @property
    def digest(self) -> str:
        """What tells one reading from another: the same digest gives the same awards for the same facts."""
        said = [[item.code, item.clause, item.where.describe(), repr(item.amount), item.kind, item.adds_to, list(item.replaces), item.fund,
                 json.dumps(plain(item.share), sort_keys=True), item.plan_tenant] for item in self.items]
        tiers = [[where.describe(), tier] for where, tier in self.tiers]
        fees, groups = sorted((*key, fen) for key, fen in self.fees.items()), [repr(group) for group in self.groups]
        return hashlib.sha256(json.dumps([said, fees, tiers, groups]).encode()).hexdigest()


def aid_grammar() -> Grammar:
    """The sections by which stored entries of aid are read again."""
    return grammar(SECTIONS)


def plan_items(session: Session, tenant: TenantPlace, on: dt.date) -> PlanItems:
    """The items in force for a tenant on a day, the nearest layer's word within what the layers above allow."""
    known = aid_grammar()
    items, open_, plans = [], [], dict[str, int]()
    tags = tags_of(session, tenant, on)
    for found in in_force(session, tenant, ITEM, on, known):
        source = found.source
        plans[source.tenant.id] = source.plan.version
        try:
            items.append(_item(session, tenant, found, on, known, tags))
        except ParameterError as error:
            open_.append(Open(source.entry.code, source.entry.name, source.entry.clause, error.text))
    groups = _groups(session, tenant, on, known)
    rings = in_ring(items, groups)
    open_ += [Open(item.code, item.name, item.clause, _RING) for item in items if item.code in rings]
    open_ += _unknown(groups, {*(item.code for item in items), *(one.code for one in open_)})
    return PlanItems(tuple(item for item in items if item.code not in rings), tuple(open_), _fees(session, tenant, on, known), tags, plans,
                     _tiers(session, tenant, on, known), groups)


def _groups(session: Session, tenant: TenantPlace, on: dt.date, known: Grammar) -> tuple[Group, ...]:
    """The items that exclude each other, as the layers say on a day."""
    return tuple(Group(one.source.entry.code, one.source.entry.name, one.source.entry.clause, tuple(one.value["items"]), one.value["keep"])
                 for one in in_force(session, tenant, EXCLUSIVE, on, known) if one.source.entry.state == ACTIVE)


def _unknown(groups: Iterable[Group], codes: set[str]) -> list[Open]:
    """Groups that name an item no layer has in force: a slip of the pen must not make two payments of one."""
    missing = [(group, [code for code in group.items if code not in codes]) for group in groups]
    return [Open(group.code, group.name, group.clause, f"这一天没有生效的项目：{'、'.join(absent)}") for group, absent in missing if absent]


def in_force(session: Session, tenant: TenantPlace, section: str, on: dt.date, known: Grammar) -> list[Effective]:
    """Every entry of a section that some layer has in force on a day, in the order of the layers and of their plans."""
    return effective_all(session, tenant, section, on=on, known=known)


def tags_of(session: Session, tenant: TenantPlace, on: dt.date) -> dict[str, frozenset[str]]:
    """The lists of units that the plans of the layers print; one whose units are not printed is not among them."""
    plans = queries.running_plans(session, [place.id for place in queries.chain_of(session, tenant.unit)], on)
    found = {entry.code: entry.value.get("units") for entry in queries.entries_of_plans(session, plans.values(), "tag")}
    return {code: frozenset(str(one) for one in units) for code, units in found.items() if isinstance(units, list)}


def _item(session: Session, tenant: TenantPlace, found: Effective, on: dt.date, known: Grammar,
          tags: Mapping[str, frozenset[str]]) -> Item:
    entry, value = found.source.entry, found.value
    if entry.state != ACTIVE:
        raise ParameterError(N_("待核实：%(said)s。核实并写进方案以后才参加测算"), key=entry.key, said=_unsaid(value))
    condition, faults = parse(value.get("where") or {}, VOCABULARY)
    if faults:
        raise ParameterError("条件不能读：%(message)s", key=entry.key, message=faults[0].message)
    unlisted = [code for leaf in condition.leaves() if leaf.fact.name in ("home_tag", "school_tag")
                for code in getattr(leaf, "codes", ()) if code not in tags]
    if unlisted:
        raise ParameterError("名单 %(codes)s 没有列出单位，核实后写进方案才能使用", key=entry.key, codes="、".join(unlisted))
    share = value.get("share")
    return Item(
        entry.code, entry.name, entry.clause, condition, _amount(session, tenant, value.get("amount"), on, known),
        kind=value.get("kind", "cash"), adds_to=value.get("adds_to", ""), replaces=tuple(value.get("replaces", ())),
        fund=_text(value.get("fund")), share=share if isinstance(share, Mapping) else None,
        plan_tenant=found.source.tenant.id, plan_version=found.source.plan.version)


def _unsaid(value: Mapping[str, Any]) -> str:
    """What of an item the print does not give, and what it has instead."""
    return "；".join(f"{_PARTS.get(key.partition('.')[0], key_words(key))}{STATE_NAMES[state.state]}（{state.printed}）"
                    for key, state in states_in(value))


def _tiers(session: Session, tenant: TenantPlace, on: dt.date, known: Grammar) -> tuple[tuple[Condition, str], ...]:
    entries = [one for one in in_force(session, tenant, PREFERENCE, on, known) if one.source.entry.state == ACTIVE]
    return tuple((parse(one.value["where"], VOCABULARY)[0], one.value["tier"]) for one in entries if one.value["kind"] == "tier")


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, State) else str(value)


def _amount(session: Session, tenant: TenantPlace, table: Any, on: dt.date, known: Grammar) -> Amount:
    if table is None:
        return Amount(NOTHING)
    options: dict[str, Any] = {"per": table.get("per", "year"), "days": _days(session, tenant, table.get("days"), on, known),
                               "months": table.get("months") if isinstance(table.get("months"), int) else None}
    for name in (FIXED, AVERAGE):
        if name in table:
            return Amount(name, fen(table[name]), least=_maybe(table.get("least")), most=_maybe(table.get("most")), **options)
    if "cases" in table:
        cases = tuple(Case(parse(case["where"], VOCABULARY)[0], fen(case["fixed"])) for case in table["cases"])
        return Amount(CASES, cases=cases, **options)
    if "actual" in table:
        return Amount(ACTUAL, actual=tuple(f"fee_{name}" for name in table["actual"]), **options)
    raise ParameterError("金额待定：%(what)s", key="amount", what="按筹得款项分配" if "pool" in table else "按申请核定，不超过上限")


def _days(session: Session, tenant: TenantPlace, value: Any, on: dt.date, known: Grammar) -> int | None:
    """Days of a year as the item states them, or as the parameter of the school year does; None where nobody does."""
    if value == SCHOOL_YEAR:
        try:
            return int(parameter(session, tenant, "school_year.days", on=on, known=known))
        except ParameterError:
            return None
    return value if isinstance(value, int) else None


def fen(amount: Decimal) -> int:
    """Yuan as whole fen."""
    return int(amount * 100)


def _maybe(amount: Any) -> int | None:
    return fen(amount) if isinstance(amount, Decimal) else None


def _fees(session: Session, tenant: TenantPlace, on: dt.date, known: Grammar) -> dict[tuple[str, str], int]:
    """Fees a year by kind and school."""
    found: dict[tuple[str, str], int] = {}
    for one in in_force(session, tenant, FEE, on, known):
        if one.source.entry.state == ACTIVE:
            found.update({(one.value["fee"], school): fen(one.value["amount"]) for school in one.value["schools"]})
    return found


def computed(items: Iterable[Item]) -> list[Item]:
    """The items that every child gets without asking."""
    return [item for item in items if item.kind in COMPUTED]
