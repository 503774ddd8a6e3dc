"""From what the engine found to the awards a term comes to, kept by columns.

Few of the amounts, shares and facts differ among a million awards: each is made once and used again.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, NamedTuple

import polars as pl

from core.extensions import new_id
from core.funds.rules.shares import yuan
from core.tenancy.grammar.masks import plain
from plugins.education_aid.plan.vocabulary import title_of
from plugins.education_aid.queries.facts import Gathered, columns_asked
from plugins.education_aid.rules.columnar import ROW, work_out
from plugins.education_aid.rules.columnar import Worked as Computed
from plugins.education_aid.rules.items import NOTHING, Item
from plugins.education_aid.rules.sharing import share_of, shared
from plugins.education_aid.rules.single import entitle
from plugins.education_aid.rules.steps import related
from plugins.education_aid.services.reading import PlanItems, computed

ENTITLED = "entitled"
NOT_MONETISED = "不折算金额"
Progress = Callable[[int, int, str], None]
#: by whom the school is owned, and the counties of home and school
Payers = tuple[str, str, str]
_PAYERS = "payers"


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
    def _payers_of(self) -> dict[uuid.UUID, Payers]:
        return dict(zip((row.person_id for row in self.gathered.rows), payers_of(self.gathered.facts), strict=True))

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

    #: by the names that awards have for them
    columns: dict[str, list[Any]]
    payers: list[Payers]
    facts: Sequence[Mapping[str, Any]]


class _Pattern(NamedTuple):
    """What the awards of an item have that are alike in fen, payers and every fact the item asks about."""

    amount: Decimal
    shares: dict[str, str]
    facts: dict[str, Any]


def shape(tenant_id: str, gathered: Gathered, plan: PlanItems, school_year: int, term: int, progress: Progress | None = None) -> Worked:
    """The awards and open rows that the items of a plan come to for facts already gathered."""
    found, items, pupils = Worked(plan, gathered), computed(plan.items), _pupils(gathered)
    frame = gathered.frame(items).with_columns(_numbered(pupils.payers))
    for number, one in enumerate(work_out(items, frame, term, plan.groups), 1):
        _add(found, one, pupils, frame, {"tenant_id": tenant_id, "school_year": school_year, "term": term})
        _open(found, one, pupils, items, (tenant_id, school_year, term))
        if one.displaced:
            found.displaced[one.item.code] = (one.item, one.displaced)
        if progress is not None:
            progress(number, len(items), one.item.name)
    return found


def _pupils(gathered: Gathered) -> _Pupils:
    rows, facts = gathered.rows, gathered.facts
    return _Pupils({"unit_id": [row.unit_id for row in rows], "person_id": [row.person_id for row in rows],
                    "enrolment_id": [row.id for row in rows], "stage": [row.stage for row in rows],
                    "class_name": [row.class_name for row in rows]}, payers_of(facts), facts)


def payers_of(facts: Iterable[Mapping[str, Any]]) -> list[Payers]:
    """Whatever the share of each pupil may go by. Few sets of places differ among a million pupils."""
    county = cache(_county)
    return [(one["owner"] or "", county(one["home"]), county(one["school"])) for one in facts]


def _county(codes: frozenset[str] | None) -> str:
    return next((code for code in codes or () if len(code) == 6), "")


def _numbered(payers: Sequence[Payers]) -> pl.Series:
    """A number for each pupil, the same for the same payers."""
    numbers: dict[Payers, int] = {}
    return pl.Series(_PAYERS, [numbers.setdefault(one, len(numbers)) for one in payers], pl.UInt32)


def _add(found: Worked, one: Computed, pupils: _Pupils, frame: pl.DataFrame, given: Mapping[str, Any]) -> None:
    item, rows = one.item, one.found[ROW].to_list()
    if not rows:
        return
    alike = _alike(frame, one)
    patterns = _patterns(item, dict(zip(alike, one.found["fen"].to_list(), strict=True)), pupils)
    for row, count in Counter(alike).items():
        for payer, part in patterns[row].shares.items():
            found.payers[payer] += Decimal(part) * count
    same = {
        **given, "item": item.code, "item_name": item.name, "clause": item.clause, "plan_tenant": item.plan_tenant,
        "plan_version": item.plan_version, "kind": item.kind, "fund": item.fund, "state": ENTITLED,
        "reason": NOT_MONETISED if item.amount.kind == NOTHING else ""}
    columns = found.awards.columns
    for name, values in pupils.columns.items():
        columns[name] += map(values.__getitem__, rows)
    for at, name in enumerate(_Pattern._fields):
        columns[name] += [patterns[row][at] for row in alike]
    for name, value in same.items():
        columns[name] += [value] * len(rows)
    found.sums[item.code] = (item, len(rows), yuan(int(one.found["fen"].sum())))


def _alike(frame: pl.DataFrame, one: Computed) -> list[int]:
    """For each award the first pupil whose award is like it in fen, payers and every fact the item asks about."""
    by = [_PAYERS, *columns_asked(one.item), "fen"]
    told = frame[one.found[ROW]].with_columns(one.found["fen"])
    return told.select(pl.col(ROW).first().over(by))[ROW].to_list()


def _patterns(item: Item, fens: Mapping[int, int], pupils: _Pupils) -> dict[int, _Pattern]:
    """The patterns of an item by the first pupil of each."""
    parts = cache(lambda amount, payers: _shared(item, amount, payers))
    asked = {name: {code for leaf in item.leaves if leaf.fact.name == name for code in getattr(leaf, "codes", ())}
             for name in item.facts}
    return {row: _Pattern(amount := yuan(fen), parts(amount, pupils.payers[row]), _told(pupils.facts[row], asked))
            for row, fen in fens.items()}


def _shared(item: Item, amount: Decimal, payers: Payers) -> dict[str, str]:
    """The parts of one amount."""
    owner, origin, school = payers
    places = {name: code for name, code in (("origin_county", origin), ("school_county", school)) if code}
    return shared(amount, share_of(item.share), owner=owner, places=places) if amount else {}


def _told(facts: Mapping[str, Any], asked: Mapping[str, set[str]]) -> dict[str, Any]:
    """The facts that are asked about, of a set only the codes asked for."""
    values = {name: facts.get(name) for name in asked}
    return {name: sorted(asked[name].intersection(value)) if isinstance(value, set | frozenset) else plain(value)
            for name, value in values.items()}


def _open(found: Worked, one: Computed, pupils: _Pupils, items: Sequence[Item], given: tuple[str, int, int]) -> None:
    """What could not be decided, with what is missing as the single interpreter says."""
    tenant_id, school_year, term = given
    item, groups = one.item, found.plan.groups
    near = related(items, item, groups) if len(one.open) else []
    for row in one.open:
        alone = next(each for each in entitle(near, pupils.facts[row], term, groups) if each.item.code == item.code)
        found.undecided.append({
            "tenant_id": tenant_id, "id": new_id(), "unit_id": pupils.columns["unit_id"][row], "version": 1,
            "person_id": pupils.columns["person_id"][row],
            "school_year": school_year, "term": term, "item": item.code, "item_name": item.name, "clause": item.clause,
            "missing": [title_of(name) for name in alone.missing]})
