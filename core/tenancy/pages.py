"""What the plan pages show, put together from the stored plan; no Flask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.extensions import today
from core.tenancy import queries
from core.tenancy.comparing import Pair, pairs
from core.tenancy.contacts import contact_gaps
from core.tenancy.entries import describe, from_row
from core.tenancy.grammar import Entry, Grammar, Question
from core.tenancy.grammar.masks import ACTIVE, states_in
from core.tenancy.grammar.profile import questions_of
from core.tenancy.grammar.wording import spoken
from core.tenancy.models import Plan
from core.tenancy.queries import TenantPlace
from core.units.models import Unit

#: so many units are named in a gap, the others counted
NAMED = 8

FUTURE, RUNNING, REPLACED = "future", "applied", "superseded"


@dataclass(frozen=True)
class Line:
    """One entry as the page shows it."""

    entry: Entry
    text: str
    quote: str

    @property
    def states(self) -> list[str]:
        """The states of the values it leaves open."""
        return [state.state for _, state in states_in(self.entry.value)]


@dataclass(frozen=True)
class Group:
    """A section of the plan."""

    section: str
    title: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class PlanPage:
    """A version of a plan, ready to be read."""

    tenant: TenantPlace | None
    plan: Plan
    groups: Sequence[Group]
    plugins: Sequence[Line]
    questions: Sequence[Question]
    gaps: list[str]

    @property
    def documents(self) -> list[Mapping[str, Any]]:
        """The documents with each value in words."""
        found: Any = self.plan.head["documents"]
        return [{key: spoken(value) for key, value in document.items()} for document in found]

    @property
    def fictitious(self) -> bool:
        """Whether the place is made up."""
        place: Any = self.plan.head["place"]
        return bool(place["fictitious"])


@dataclass(frozen=True)
class Belonging:
    """Whose plan a unit works by: its own, or that of the nearest tenant above."""

    unit: Unit
    tenant: TenantPlace | None
    plan: Plan | None
    #: the tenant's id, or the one under which the unit's first plan is proposed
    tenant_id: str
    upcoming: Plan | None = None
    waiting: Plan | None = None

    @property
    def own(self) -> bool:
        """Whether the unit holds the plan itself."""
        return self.tenant is not None and self.tenant.unit.id == self.unit.id


def belonging(session: Session, unit: Unit) -> Belonging:
    """The nearest tenant whose plan runs today; while none does, the unit's own."""
    chain = queries.chain_of(session, unit)
    plans = queries.running_plans(session, [place.id for place in chain])
    own = next((place for place in chain if place.unit.id == unit.id), None)
    tenant = next((place for place in reversed(chain) if place.id in plans), own)
    own_id = own.id if own else queries.tenant_id_of(session, unit)
    versions = queries.list_versions(session, own_id)
    upcoming = next((plan for plan in versions
                     if plan.state == queries.APPLIED and plan.starts_on > today()), None)
    waiting = next((plan for plan in versions if plan.state == queries.PROPOSED), None)
    return Belonging(unit, tenant, plans.get(tenant.id) if tenant else None, own_id, upcoming, waiting)


def plan_page(session: Session, plan: Plan, known: Grammar, within: str = "") -> PlanPage:
    """A stored version, its entries grouped by section in the order of the grammar. The units that have named no
    contact yet are told of those at and beneath the path `within`: the reader's own."""
    rows = [from_row(row) for row in queries.list_entries(session, plan)]
    page = page_of(queries.find_tenant(session, plan.tenant_id), plan, rows, known)
    if within and page.tenant is not None:
        page.gaps.extend(_without_contact(session, page.tenant, rows, within))
    return page


def _without_contact(session: Session, tenant: TenantPlace, entries: Sequence[Entry], within: str) -> list[str]:
    found = []
    for entry in entries:
        if entry.section == "contact" and entry.state == ACTIVE:
            units = [unit for unit in contact_gaps(session, tenant, entry) if unit.path.startswith(within)]
            names = "、".join(unit.name for unit in units[:NAMED])
            if units:
                found.append(f"“{entry.name}”：{len(units)} 个单位没有报联络员（{names}{'等' if len(units) > NAMED else ''}）")
    return found


def page_of(tenant: TenantPlace | None, plan: Plan, entries: Sequence[Entry], known: Grammar) -> PlanPage:
    """The page of entries that may not be stored yet."""
    clauses: Any = plan.head["clauses"]
    quotes = {clause["id"]: clause["text"] for clause in clauses}
    lines = [Line(entry, describe(entry, known), quotes.get(entry.clause, "")) for entry in entries]
    order = [*known.sections, *dict.fromkeys(entry.section for entry in entries)]
    groups = [Group(section, known.title(section), [line for line in lines if line.entry.section == section])
              for section in dict.fromkeys(order) if section != "plugin"]
    documents: Any = plan.head["documents"]
    questions = [Question("document", str(document["title"]), str(document["title"]), key, "", state.state,
                          state.printed)
                 for document in documents for key, state in states_in(document)]
    for entry in entries:
        questions += questions_of(entry)
    return PlanPage(tenant, plan, [group for group in groups if group.lines],
                    [line for line in lines if line.entry.section == "plugin"], questions, _gaps(entries))


def _gaps(entries: Sequence[Entry]) -> list[str]:
    found = [f"任务“{entry.name}”没有责任部门" for entry in entries
             if entry.section == "duty" and "body" not in entry.value]
    found += [f"名单“{entry.name}”没有列出单位" for entry in entries
              if entry.section == "tag" and "units" not in entry.value]
    return found


def duty_lists(entries: Sequence[Entry]) -> tuple[dict[str, list[Entry]], list[Entry]]:
    """The duties of each department, and the duties that have none."""
    lists: dict[str, list[Entry]] = {}
    without: list[Entry] = []
    for entry in entries:
        bodies = entry.value.get("body")
        if not isinstance(bodies, list):
            without.append(entry)
            continue
        for body in bodies:
            lists.setdefault(str(body), []).append(entry)
    return lists, without


def version_state(plan: Plan, versions: Sequence[Plan], on: dt.date) -> str:
    """The state a person sees: an applied version runs, waits for its day, or has been replaced."""
    if plan.state != queries.APPLIED:
        return plan.state
    if plan.starts_on > on:
        return FUTURE
    running = max((other.version for other in versions
                   if other.state == queries.APPLIED and other.starts_on <= on), default=plan.version)
    return RUNNING if plan.version == running else REPLACED


@dataclass(frozen=True)
class Column:
    """One plan of a comparison."""

    tenant: TenantPlace
    plan: Plan | None
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Comparison:
    """Two plans side by side, section by section."""

    left: Column
    right: Column
    sections: Sequence[tuple[str, Sequence[Pair]]]

    @property
    def differences(self) -> int:
        """How many codes the two plans put differently."""
        return sum(not pair.same for _, found in self.sections for pair in found)

    @property
    def contested(self) -> int:
        """How many codes both plans speak of, and differently."""
        return sum(pair.contested for _, found in self.sections for pair in found)


def compare(session: Session, left: TenantPlace, right: TenantPlace, known: Grammar) -> Comparison:
    """The running plans of two tenants side by side."""
    columns = [column_of(session, place) for place in (left, right)]
    found = pairs(columns[0].entries, columns[1].entries)
    order = dict.fromkeys([*known.sections, *(pair.section for pair in found)])
    sections = [(known.title(section), [pair for pair in found if pair.section == section]) for section in order]
    return Comparison(columns[0], columns[1], [(title, rows) for title, rows in sections if rows])


def column_of(session: Session, place: TenantPlace) -> Column:
    """One tenant's running plan."""
    plan = queries.running_plan(session, place.id)
    return Column(place, plan, [from_row(row) for row in queries.list_entries(session, plan)] if plan else [])


@dataclass(frozen=True)
class LayerRow:
    """One code through the layers: the words of each, by tenant id."""

    section: str
    code: str
    name: str
    words: Mapping[str, Sequence[Entry]]

    @property
    def mode(self) -> str:
        """The strictest thing an upper layer says of it."""
        said = [entry.mode for entries in self.words.values() for entry in entries]
        return next((mode for mode in ("fixed", "floor", "ceiling") if mode in said), "open")


def layer_rows(columns: Sequence[Column], known: Grammar, *, shared_only: bool) -> list[tuple[str, list[LayerRow]]]:
    """Every code that a layer names, section by section; `shared_only` keeps what layers may pass on: the
    parameters, and the sections of plugins."""
    keys = dict.fromkeys((entry.section, entry.code) for column in columns for entry in column.entries)
    rows: dict[str, list[LayerRow]] = {}
    for section, code in keys:
        if shared_only and section != "value" and "." not in section:
            continue
        words = {column.tenant.id: [entry for entry in column.entries if (entry.section, entry.code) == (section, code)]
                 for column in columns}
        name = next(entry.name for entries in words.values() for entry in entries)
        rows.setdefault(section, []).append(LayerRow(section, code, name, words))
    return [(known.title(section), rows[section]) for section in dict.fromkeys([*known.sections, *rows])
            if section in rows]
