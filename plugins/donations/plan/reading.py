"""Reading what the plans of a place say about giving: every layer's entries, the nearest word on each code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, ParameterError
from core.extensions import today
from core.tenancy import queries
from core.tenancy.entries import from_row, typed
from core.tenancy.grammar import Entry, Grammar, grammar
from core.tenancy.grammar.masks import State
from core.tenancy.grammar.wording import STATE_NAMES
from plugins.donations.plan.sections import SECTIONS

#: an entry that an upper plan fixes is not replaced by a lower one
_FIXED = "fixed"


@dataclass(frozen=True)
class Rule:
    """An entry of a plan as the plugin works by it."""

    entry: Entry
    document: str

    @property
    def code(self) -> str:
        """Its code in the plan."""
        return self.entry.code

    @property
    def name(self) -> str:
        """What officials call it."""
        return self.entry.name

    @property
    def clause(self) -> str:
        """The clause it stands in, with the document."""
        return f"{self.document}　{self.entry.clause}".strip("　")

    def get(self, key: str, default: Any = None) -> Any:
        """A value, or the default where the plan does not say it (or masks it)."""
        found = self.entry.value.get(key, default)
        return default if isinstance(found, State) else found

    def need(self, key: str) -> Any:
        """A value that a computation cannot do without; raises ParameterError where the plan does not give it."""
        found = self.entry.value.get(key)
        label = f"{self.entry.section}[{self.code}].{key}"
        if found is None:
            raise ParameterError(N_("方案没有写全“%(name)s”：请补写并注明条款"), key=label, name=self.name)
        if isinstance(found, State):
            raise ParameterError(N_("“%(name)s”%(state)s（%(clause)s，“%(printed)s”）：核实后填入方案才能使用"), key=label,
                                 name=self.name, state=STATE_NAMES[found.state], clause=self.clause, printed=found.printed)
        return found


@cache
def _known() -> Grammar:
    return grammar(SECTIONS)


def rules_of(session: Session, tenant_id: str, section: str, on: dt.date | None = None) -> list[Rule]:
    """What holds in a tenant of `donations.<section>` on a day, in the order of the profile, the country first."""
    tenant = queries.find_tenant(session, tenant_id)
    if tenant is None:
        return []
    day = on or today()
    places = queries.chain_of(session, tenant.unit)
    plans = queries.running_plans(session, [place.id for place in places], day)
    rows = queries.entries_of_plans(session, plans.values(), f"donations.{section}", None)
    found: dict[str, Rule] = {}
    for place in places:
        for row in rows:
            entry = from_row(row)
            if row.tenant_id != place.id or not entry.holds_on(day):
                continue
            upper = found.get(entry.code)
            if upper is None or upper.entry.mode != _FIXED:
                found[entry.code] = Rule(typed(entry, _known()), plans[place.id].title)
    return list(found.values())


def find_rule(session: Session, tenant_id: str, section: str, code: str, on: dt.date | None = None) -> Rule | None:
    """One entry by its code, or None."""
    return next((rule for rule in rules_of(session, tenant_id, section, on) if rule.code == code), None)


def names_of(rules: list[Rule]) -> Mapping[str, str]:
    """What officials call each entry, by code."""
    return {rule.code: rule.name for rule in rules}
