"""The tables that a plan asks for, each with its clause, and the others there are; by when they are reported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import N_
from core.tenancy.grammar.dates import due_day
from core.units.models import Unit
from core.units.queries import units_by_id
from plugins.donations.plan.reading import names_of, rules_of
from plugins.donations.queries import statistics
from plugins.donations.queries.statistics import Period, Row
from plugins.donations.rules import words

#: every table there is: its code in plans, and by what it is made
TITLES: Mapping[str, str] = {"own": N_("本单位"), "area": N_("本辖区"), "line": N_("动员单位"), "donor": N_("捐赠人类别"),
                             "kind": N_("方式"), "class": N_("班级"), "unit": N_("登记单位")}
_WHOLE = ("own", "area")
_BY = {"kind": "form"}
_WORDS = {"donor": words.DONOR_KINDS, "kind": words.FORMS}


@dataclass(frozen=True)
class Table:
    """One table: its code, title, and named lines."""

    what: str
    title: str
    lines: Sequence[tuple[str, Row]]

    @property
    def whole(self) -> bool:
        """Whether it is one line for all, and so needs no sum."""
        return self.what in _WHOLE


@dataclass(frozen=True)
class Report:
    """What an entry of the plan's `donations.statistics` asks for."""

    title: str
    clause: str
    tables: Sequence[Table]


@dataclass(frozen=True)
class Deadline:
    """By when the plan wants gifts reported this year; `late`: so many days ago."""

    title: str
    clause: str
    due_on: dt.date
    late: int


class Tables:
    """The tables of a unit for some period, each made when it is asked for."""

    def __init__(self, session: Session, tenant_id: str, scope: Scope, unit: Unit, period: Period) -> None:
        self._session, self._tenant_id, self._scope, self._unit, self._period = session, tenant_id, scope, unit, period
        self._made: dict[str, Table] = {}

    def table(self, what: str) -> Table:
        """One table by its code."""
        if what not in self._made:
            self._made[what] = Table(what, TITLES[what], self._lines(what))
        return self._made[what]

    def reports(self) -> list[Report]:
        """What the plan asks for, in its order."""
        rules = rules_of(self._session, self._tenant_id, "statistics")
        return [Report(rule.name, rule.clause, [self.table(what) for what in rule.get("tables") or ()]) for rule in rules
                if rule.get("tables")]

    def others(self, reports: Sequence[Report]) -> list[Table]:
        """The tables that no report has and that say something."""
        asked = {table.what for report in reports for table in report.tables}
        found = [self.table(what) for what in TITLES if what not in asked]
        return [table for table in found if table.whole or any(name for name, _ in table.lines)]

    def _lines(self, what: str) -> list[tuple[str, Row]]:
        if what == "own":
            return [(self._unit.name, statistics.own(self._session, self._scope, self._period, [self._unit.id]))]
        if what == "area":
            return [(f"{self._unit.name}辖区", statistics.total(self._session, self._scope, self._period))]
        rows = statistics.by(self._session, self._scope, self._period, _BY.get(what, what))
        if what == "unit":
            units = units_by_id(self._session, {row.key for row in rows})
            return [(units[row.key].name if row.key in units else "", row) for row in rows]
        if what == "class":  # gifts of pupils alone have one
            return [(row.key, row) for row in rows if row.key]
        names = names_of(rules_of(self._session, self._tenant_id, "line")) if what == "line" else dict(_WORDS[what])
        return [(names.get(row.key, row.key), row) for row in rows]


def deadlines(session: Session, tenant_id: str, on: dt.date) -> list[Deadline]:
    """By when the plan wants gifts reported in the year of a day."""
    found = []
    for rule in rules_of(session, tenant_id, "deadline"):
        due = due_day(rule.get("due"), rule.entry.valid_from or on, on.year) if rule.get("event") == "report" else None
        if due is not None:
            found.append(Deadline(rule.name, rule.clause, due, max((on - due).days, 0)))
    return found
