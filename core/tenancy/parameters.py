"""The value a place works by on a day, with where it comes from; nothing masked is ever guessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, ParameterError
from core.extensions import today
from core.tenancy import queries
from core.tenancy.entries import from_row, typed
from core.tenancy.grammar import Entry, Grammar, grammar
from core.tenancy.grammar.layering import prevails
from core.tenancy.grammar.masks import ACTIVE, states_in
from core.tenancy.grammar.wording import STATE_NAMES
from core.tenancy.models import Plan
from core.tenancy.queries import TenantPlace


@dataclass(frozen=True)
class Source:
    """An entry with the plan it stands in."""

    entry: Entry
    tenant: TenantPlace
    plan: Plan

    @property
    def reference(self) -> str:
        """Where an official finds it: document and clause."""
        return f"{self.plan.title}　{self.entry.clause}".rstrip("　")


@dataclass(frozen=True)
class Effective:
    """What holds, and every layer's own word, the country first. `bounded` when an upper layer's fixed value,
    floor or ceiling overrides the nearest word."""

    source: Source
    chain: tuple[Source, ...]
    bounded: bool = False

    @property
    def value(self) -> Any:
        """The entry's own keys."""
        return self.source.entry.value


def effective(
    session: Session, tenant: TenantPlace, section: str, code: str, *, on: dt.date | None = None,
    known: Grammar | None = None,
) -> Effective | None:
    """What an entry is for a tenant on a day: the nearest layer's word, within what the layers above allow.
    None where no layer says anything."""
    return next(iter(_all(session, tenant, section, code, on or today(), known or grammar())), None)


def effective_all(session: Session, tenant: TenantPlace, section: str, *, on: dt.date | None = None,
                  known: Grammar | None = None) -> list[Effective]:
    """The same of every entry of a section on which some layer has a word, in the order of the layers and of their plans."""
    return _all(session, tenant, section, None, on or today(), known or grammar())


def _all(session: Session, tenant: TenantPlace, section: str, code: str | None, day: dt.date, known: Grammar) -> list[Effective]:
    places = queries.chain_of(session, tenant.unit)
    plans = queries.running_plans(session, [place.id for place in places], day)
    rows = queries.entries_of_plans(session, plans.values(), section, code)
    chains: dict[str, list[Source]] = {}
    for place in places:
        for row in rows:
            if row.tenant_id == place.id:
                chain, entry = chains.setdefault(row.code, []), from_row(row)
                if entry.holds_on(day):
                    chain.append(Source(typed(entry, known), place, plans[place.id]))
    return [_holding(chain, known) for chain in chains.values() if chain]


def _holding(chain: Sequence[Source], known: Grammar) -> Effective:
    holding = chain[-1]
    for upper in reversed(chain[:-1]):  # from the nearest layer up, so that the tightest bound is met
        if upper.entry.state == ACTIVE and prevails(upper.entry, holding.entry, known):
            holding = upper
    return Effective(holding, tuple(chain), bounded=holding is not chain[-1])


def parameter(
    session: Session, tenant: TenantPlace, code: str, *, section: str = "value", key: str = "value",
    on: dt.date | None = None, known: Grammar | None = None,
) -> Any:
    """One value that a computation needs. Raises ParameterError where no layer gives it, or where the print
    masks it, leaves it pending or never states it."""
    day = on or today()
    found = effective(session, tenant, section, code, on=day, known=known)
    label = f"{section}[{code}].{key}"
    if found is None or key not in found.value:
        raise ParameterError(N_("%(tenant)s 在 %(day)s 没有参数 %(code)s：请在方案中写明，并注明条款"), key=label,
                             tenant=tenant.name, day=day, code=code)
    value = found.value[key]
    states = [state for _, state in states_in(value)]
    if states:
        raise ParameterError(N_("参数 %(code)s %(state)s（%(reference)s，“%(printed)s”）：核实后填入方案才能使用"),
                             key=label, file=found.source.plan.file, code=code, state=STATE_NAMES[states[0].state],
                             printed=states[0].printed, reference=found.source.reference)
    return value
