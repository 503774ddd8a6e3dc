"""What the unit pages show, gathered for their templates."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.host.contract import Place, TimelineEntry
from core.host.manager import PluginHost
from core.host.queries import enabled_many
from core.units import queries
from core.units.models import Kind, Level, Unit, UnitOperation
from core.units.queries import UnitState
from core.units.rules.levels import KIND_NAMES, LEVEL_NAMES, LEVELS
from core.units.rules.orders import OPERATION_NAMES

PAGE = 50


@dataclass(frozen=True)
class ChildRow:
    """A row of the children table. `now` is the unit above it today, where that differs from then."""

    unit: Unit | UnitState
    children: int
    now: Unit | None = None
    closed_on: dt.date | None = None


@dataclass(frozen=True)
class UnitPage:
    """The unit page: the unit as of the day, what stands above and beneath it, and its history."""

    unit: Unit
    #: None on a day when the unit did not exist
    state: Unit | UnitState | None
    above: Sequence[Unit | UnitState]
    rows: list[ChildRow]
    more: str | None
    counts: list[tuple[str, int]]
    states: list[UnitState]
    became: list[queries.Became]


def unit_page(session: Session, unit: Unit, as_of: dt.date | None, *, after: str | None = None,
              closed: bool = False) -> UnitPage:
    """Everything on the page of a unit."""
    state: Unit | UnitState | None = unit
    above: Sequence[Unit | UnitState] = queries.ancestors(session, unit)
    if as_of is not None:
        state = queries.unit_as_of(session, unit.id, as_of)
        above = queries.ancestors_as_of(session, unit.id, as_of)
    rows, more = child_rows(session, unit, as_of, after, closed)
    counts: list[tuple[str, int]] = []
    if as_of is None and unit.level != Level.COUNTRY:  # the country's own would count every row
        found = queries.count_beneath(session, unit)
        counts = [(name, found[name]) for name in (*LEVELS, *Kind) if name in found]
    return UnitPage(unit, state, above, rows, more, counts, queries.states_of(session, unit.id),
                    queries.successors(session, unit.id))


def child_rows(session: Session, unit: Unit, as_of: dt.date | None, after: str | None,
               closed: bool = False, limit: int = PAGE) -> tuple[list[ChildRow], str | None]:
    """One page of the children, and the code to go on after."""
    if as_of is None:
        found = queries.list_children(session, unit, after=after, limit=limit + 1, closed=closed)
        counts = queries.count_children(session, [child.id for child in found])
        rows = [ChildRow(child, counts.get(child.id, 0), closed_on=child.closed_on) for child in found[:limit]]
        return rows, found[limit - 1].code if len(found) > limit else None
    then = queries.children_as_of(session, unit.id, as_of, after, limit + 1)
    counts = queries.count_children_as_of(session, [child.id for child in then], as_of)
    elsewhere = queries.now_elsewhere(session, unit, [child.id for child in then])
    rows = [ChildRow(child, counts.get(child.id, 0), elsewhere.get(child.id)) for child in then[:limit]]
    return rows, then[limit - 1].code if len(then) > limit else None


def all_child_rows(session: Session, unit: Unit, as_of: dt.date | None, most: int) -> Iterator[ChildRow]:
    """Every child, read page by page."""
    after: str | None = None
    for _ in range(0, most, 500):
        rows, after = child_rows(session, unit, as_of, after, limit=500)
        yield from rows
        if after is None:
            return


def csv_cells(row: ChildRow, parent_code: str) -> list[str]:
    """A child as a line of the exported file; a leading sign would be read as a formula."""
    unit = row.unit
    cells = [unit.code, unit.name, KIND_NAMES[unit.kind], LEVEL_NAMES[unit.level], parent_code,
             str(row.children), unit.since.isoformat()]
    return [f"'{cell}" if cell[:1] in "=+-@" and cell else cell for cell in cells]


def parents_of(session: Session, units: Sequence[Unit]) -> dict[uuid.UUID, Unit]:
    """The unit directly above each of these."""
    return queries.units_by_id(session, {unit.parent_id for unit in units if unit.parent_id is not None})


def option_text(unit: Unit, above: dict[uuid.UUID, Unit]) -> str:
    """A choice in a form: the name, where it is, and the code."""
    parent = above.get(unit.parent_id) if unit.parent_id is not None else None
    return f"{unit.name}（{parent.name}）{unit.code}" if parent is not None else f"{unit.name} {unit.code}"


def timeline(session: Session, host: PluginHost, unit: Unit, place: Place) -> list[TimelineEntry]:
    """What happened to the unit, newest first: changes of the tree, and what plugins add for its place."""
    entries = [TimelineEntry(operation.on, operation.sentence + ("（已撤回）" if operation.undone_at else ""),
                             f"/u/{unit.code}/units/operations/{operation.id}")
               for operation in queries.operations_on(session, unit.id)]
    entries += host.collect_at("collect_unit_entries", enabled_many(session, host, place.tenants),
                               session=session, place=place)
    return sorted(entries, key=lambda entry: entry.on, reverse=True)


@dataclass(frozen=True)
class OperationLine:
    """One unit of a change, in words."""

    unit: Unit
    text: str


def operation_lines(session: Session, operation: UnitOperation) -> list[OperationLine]:
    """The units a change was about, and what it did to each."""
    before = operation.detail.get("before")
    founded = operation.detail.get("founded")
    kept = before if isinstance(before, dict) else {}
    new = {uuid.UUID(text) for text in founded} if isinstance(founded, list) else set()
    ids = {uuid.UUID(key) for key in kept} | new
    units = queries.units_by_id(session, ids)
    above = {uuid.UUID(row["parent_id"]) for row in kept.values() if row.get("parent_id")}
    names = queries.units_by_id(session, above | {unit.parent_id for unit in units.values() if unit.parent_id})
    lines = [OperationLine(units[one], "新设") for one in new if one in units]
    for key, row in kept.items():
        unit = units.get(uuid.UUID(key))
        if unit is not None:
            lines.append(OperationLine(unit, _difference(row, unit, names) or OPERATION_NAMES[operation.kind]))
    return sorted(lines, key=lambda line: line.unit.code)


def _difference(row: dict[str, str | None], unit: Unit, names: dict[uuid.UUID, Unit]) -> str:
    parts = []
    if row["name"] != unit.name:
        parts.append(f"名称 {row['name']} → {unit.name}")
    if row["code"] != unit.code:
        parts.append(f"代码 {row['code']} → {unit.code}")
    old = uuid.UUID(row["parent_id"]) if row["parent_id"] else None
    if old != unit.parent_id and old in names and unit.parent_id in names:
        parts.append(f"上级 {names[old].name} → {names[unit.parent_id].name}")
    if not row["closed_on"] and unit.closed_on is not None:
        parts.append(f"{unit.closed_on} 终止")
    if row["closed_on"] and unit.closed_on is None:
        parts.append("恢复")
    return "；".join(parts)
