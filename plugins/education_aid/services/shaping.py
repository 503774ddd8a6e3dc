"""From what the engine found to the awards a term comes to, kept by columns.

Few of the amounts, shares and facts differ among a million awards: each is made once and used again.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from core.extensions import new_id
from core.funds.rules.shares import yuan
from core.tenancy.grammar.masks import plain
from plugins.education_aid.plan.vocabulary import title_of
from plugins.education_aid.queries.facts import Gathered
from plugins.education_aid.rules.columnar import Worked as Computed
from plugins.education_aid.rules.columnar import work_out
from plugins.education_aid.rules.items import NOTHING, Item
from plugins.education_aid.rules.sharing import share_of, shared
from plugins.education_aid.rules.single import entitle
from plugins.education_aid.rules.steps import related
from plugins.education_aid.services.reading import PlanItems, computed

ENTITLED = "entitled"
NOT_MONETISED = "不折算金额"
Progress = Callable[[int, int, str], None]
#: the columns of an award in which one differs from the next within an item
_OWN = ("unit_id", "person_id", "enrolment_id", "stage", "class_name", "amount", "shares", "facts")


class Awards:
    """Awards by columns; going through them gives each as a mapping."""

    def __init__(self) -> None:
        self.columns: dict[str, list[Any]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self.columns["item"]) if self.columns else 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self.row(at) for at in range(len(self)))

    def row(self, at: int) -> dict[str, Any]:
        """One award."""
        return {name: values[at] for name, values in self.columns.items()}

    def some(self, wanted: Sequence[int] | None) -> dict[str, list[Any]]:
        """The columns of these awards, of all where None is given."""
        if wanted is None:
            return dict(self.columns)
        return {name: [values[at] for at in wanted] for name, values in self.columns.items()}


@dataclass
class Worked:
    """What a term comes to, before anything is stored: awards and undecided rows as the tables take them."""

    plan: PlanItems
    gathered: Gathered
    awards: Awards = field(default_factory=Awards)
    undecided: list[dict[str, Any]] = field(default_factory=list)
    #: item code → the item, how many, and how much
    sums: dict[str, tuple[Item, int, Decimal]] = field(default_factory=dict)
    payers: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    #: item code → the item, and how many do not get it because of another item of its group
    displaced: dict[str, tuple[Item, int]] = field(default_factory=dict)

    def vary(self, at: int, amount: Decimal, reason: str) -> None:
        """Let one award be another amount than the item's, within every sum it is part of."""
        columns = self.awards.columns
        item, count, total = self.sums[columns["item"][at]]
        self.sums[item.code] = (item, count, total + amount - columns["amount"][at])
        shares = _shared(item, amount, self._payers_of[columns["person_id"][at]])
        for sign, parts in ((-1, columns["shares"][at]), (1, shares)):
            for payer, part in parts.items():
                self.payers[payer] += sign * Decimal(part)
        columns["amount"][at], columns["shares"][at], columns["reason"][at] = amount, shares, reason

    @cached_property
    def _payers_of(self) -> dict[uuid.UUID, tuple[str, str, str]]:
        pupils = _pupils(self.gathered)
        return dict(zip(pupils.persons, pupils.payers, strict=True))

    def totals(self) -> dict[str, Any]:
        """Sums by item, fund and payer, exact to the fen, as JSON keeps them."""
        funds: dict[str, Decimal] = defaultdict(Decimal)
        for item, _, total in self.sums.values():
            if total:
                funds[item.fund] += total
        return {
            "children": len(self.gathered.rows), "awards": len(self.awards), "undecided": len(self.undecided),
            "amount": str(sum((total for _, _, total in self.sums.values()), Decimal(0))),
            "items": {code: [item.name, item.clause, item.kind, count, str(total)] for code, (item, count, total) in self.sums.items()},
            "funds": {name: str(total) for name, total in funds.items()},
            "payers": {name: str(total) for name, total in self.payers.items()},
            "displaced": {code: [item.name, count] for code, (item, count) in self.displaced.items()},
            "open": [[one.code, one.name, one.clause, one.why] for one in self.plan.open]}


@dataclass(frozen=True)
class _Pupils:
    """What awards take from the pupils, by columns."""

    units: list[uuid.UUID]
    persons: list[uuid.UUID]
    enrolments: list[uuid.UUID]
    stages: list[str]
    classes: list[str]
    #: by whom the school is owned, and the counties of home and school: whatever a share may go by
    payers: list[tuple[str, str, str]]
    facts: Sequence[Mapping[str, Any]]


def shape(tenant_id: str, gathered: Gathered, plan: PlanItems, school_year: int, term: int, progress: Progress | None = None) -> Worked:
    """The awards and open rows that the items of a plan come to for facts already gathered."""
    found, items, pupils = Worked(plan, gathered), computed(plan.items), _pupils(gathered)
    for number, one in enumerate(work_out(items, gathered.frame(items), term, plan.groups), 1):
        _add(found, one, pupils, {"tenant_id": tenant_id, "school_year": school_year, "term": term})
        _open(found, one, pupils, items, (tenant_id, school_year, term))
        if one.displaced:
            found.displaced[one.item.code] = (one.item, one.displaced)
        if progress is not None:
            progress(number, len(items), one.item.name)
    return found


def _pupils(gathered: Gathered) -> _Pupils:
    rows, facts = gathered.rows, gathered.facts
    return _Pupils([row.unit_id for row in rows], [row.person_id for row in rows], [row.id for row in rows], [row.stage for row in rows],
                   [row.class_name for row in rows],
                   [(one["owner"] or "", _county(one["home"]), _county(one["school"])) for one in facts], facts)


def _county(codes: Any) -> str:
    return next((code for code in codes or () if len(code) == 6), "")


def _add(found: Worked, one: Computed, pupils: _Pupils, given: Mapping[str, Any]) -> None:
    rows, fens, item = one.found["row"].to_list(), one.found["fen"].to_list(), one.item
    if not rows:
        return
    amounts = {fen: yuan(fen) for fen in set(fens)}
    shares, payers = _shares(item, rows, fens, pupils)
    own: tuple[list[Any], ...] = (
        [pupils.units[row] for row in rows], [pupils.persons[row] for row in rows], [pupils.enrolments[row] for row in rows],
        [pupils.stages[row] for row in rows], [pupils.classes[row] for row in rows], [amounts[fen] for fen in fens], shares,
        _facts(item, rows, pupils.facts))
    same = {
        **given, "item": item.code, "item_name": item.name, "clause": item.clause, "plan_tenant": item.plan_tenant,
        "plan_version": item.plan_version, "kind": item.kind, "fund": item.fund, "state": ENTITLED,
        "reason": NOT_MONETISED if item.amount.kind == NOTHING else ""}
    for name, values in zip(_OWN, own, strict=True):
        found.awards.columns[name] += values
    for name, value in same.items():
        found.awards.columns[name] += [value] * len(rows)
    found.sums[item.code] = (item, len(rows), yuan(sum(fens)))
    for payer, total in payers.items():
        found.payers[payer] += total


def _shares(item: Item, rows: Sequence[int], fens: Sequence[int], pupils: _Pupils) -> tuple[list[dict[str, str]], dict[str, Decimal]]:
    """Each award's parts, and what each payer bears of all of them."""
    made = dict[tuple[int, tuple[str, str, str]], dict[str, str]]()
    keys = [(fen, pupils.payers[row]) for row, fen in zip(rows, fens, strict=True)]
    counted, payers = Counter(keys), defaultdict[str, Decimal](Decimal)
    for key, count in counted.items():
        made[key] = _shared(item, yuan(key[0]), key[1])
        for payer, part in made[key].items():
            payers[payer] += Decimal(part) * count
    return [made[key] for key in keys], payers


def _shared(item: Item, amount: Decimal, payers: tuple[str, str, str]) -> dict[str, str]:
    """The parts of one amount."""
    owner, origin, school = payers
    places = {name: code for name, code in (("origin_county", origin), ("school_county", school)) if code}
    return shared(amount, share_of(item.share), owner=owner, places=places) if amount else {}


def _facts(item: Item, rows: Sequence[int], facts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The facts the item asked about, of a set only the codes it asks for."""
    names, made = item.facts, dict[tuple[Any, ...], dict[str, Any]]()
    asked = {name: frozenset(code for leaf in item.leaves if leaf.fact.name == name for code in getattr(leaf, "codes", ()))
             for name in names}
    found = []
    for row in rows:
        one = facts[row]
        key = tuple(asked[name].intersection(value) if isinstance(value := one.get(name), set | frozenset) else value for name in names)
        known = made.get(key)
        if known is None:
            known = made[key] = {name: sorted(value) if isinstance(value, frozenset) else plain(value)
                                 for name, value in zip(names, key, strict=True)}
        found.append(known)
    return found


def _open(found: Worked, one: Computed, pupils: _Pupils, items: Sequence[Item], given: tuple[str, int, int]) -> None:
    """What could not be decided, with what is missing as the single interpreter says."""
    tenant_id, school_year, term = given
    item, groups = one.item, found.plan.groups
    near = related(items, item, groups) if len(one.open) else []
    for row in one.open:
        alone = next(each for each in entitle(near, pupils.facts[row], term, groups) if each.item.code == item.code)
        found.undecided.append({
            "tenant_id": tenant_id, "id": new_id(), "unit_id": pupils.units[row], "version": 1, "person_id": pupils.persons[row],
            "school_year": school_year, "term": term, "item": item.code, "item_name": item.name, "clause": item.clause,
            "missing": [title_of(name) for name in alone.missing]})
