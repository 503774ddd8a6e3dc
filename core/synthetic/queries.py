"""The real units that are filled with made-up people, and which of them are filled already."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from core.errors import N_, NotFound
from core.registry.models import Household, SchoolFacts
from core.synthetic.rules.children import Place
from core.synthetic.rules.numbers import region_of
from core.synthetic.rules.schools import stage_of
from core.tenancy.queries import TenantPlace, list_tenants
from core.units.models import Kind, Level, Unit
from core.units.queries import find_unit_by_code
from core.units.rules.levels import subtree, within

#: households of made-up people are numbered so
PREFIX = "CS"


@dataclass(frozen=True)
class Node:
    """A unit, as far as it matters here."""

    id: uuid.UUID
    code: str
    name: str
    path: str
    depth: int
    since: dt.date


@dataclass(frozen=True)
class County:
    """A county (or a city without counties) that can be filled: `tenant_id` is its tenant's, or what it would be;
    `founded`: whether the tenant is there. `beneath`: paths under it that belong to tenants of their own."""

    unit: Node
    region: str
    townships: tuple[Node, ...]
    tenant_id: str
    founded: bool
    beneath: tuple[str, ...]
    size: int = 0

    def as_place(self, neighbour: County | None) -> Place:
        """The county as the rules know it."""
        return Place(self.unit.code, self.unit.name, self.region, self.size,
                     *((neighbour.unit.code, neighbour.unit.name) if neighbour else ()))


def list_counties(session: Session, province: str) -> list[County]:
    """The counties of a province that have townships, by code. NotFound where there is no such province."""
    top = find_unit_by_code(session, province)
    if top is None or top.level != Level.PROVINCE or top.closed_on is not None:
        raise NotFound(N_("没有代码为 %(code)s 的省级单位；请先用 bangfu units import 导入它的区划"), code=province)
    low, high = subtree(top.path)
    rows = session.execute(_nodes().where(
        Unit.path >= low, Unit.path < high, Unit.kind == Kind.DIVISION, Unit.closed_on.is_(None),
        Unit.level.in_((Level.CITY, Level.COUNTY, Level.TOWNSHIP))).order_by(Unit.code)).all()
    tenants = list_tenants(session)
    above = {row.id: row for row in rows}
    townships: dict[uuid.UUID, list[Node]] = {}
    for row in rows:
        if row.level == Level.TOWNSHIP and row.parent_id in above and above[row.parent_id].level != Level.TOWNSHIP:
            townships.setdefault(row.parent_id, []).append(_node(row))
    found = [row for row in rows if row.id in townships]
    return [county for at, row in enumerate(found)
            if (county := _county(_node(row), region_of(province, at), townships[row.id], tenants)).townships]


def _nodes() -> Select[*tuple[Any, ...]]:
    return select(Unit.id, Unit.code, Unit.name, Unit.path, Unit.depth, Unit.since, Unit.level, Unit.parent_id)


def _node(row: Row[*tuple[Any, ...]]) -> Node:
    return Node(row.id, row.code, row.name, row.path, row.depth, row.since)


def _county(unit: Node, region: str, townships: Sequence[Node], tenants: Sequence[TenantPlace]) -> County:
    """The tenant is the county's own or its city's; a county without either becomes one."""
    levels = (Level.CITY, Level.COUNTY)
    own = [one for one in tenants if within(unit.path, one.unit.path) and one.unit.level in levels]
    nearest = max(own, key=lambda one: len(one.unit.path), default=None)
    beneath = tuple(one.unit.path for one in tenants if within(one.unit.path, unit.path) and one.unit.path != unit.path)
    kept = tuple(one for one in townships if not any(within(one.path, path) for path in beneath))
    return County(unit, region, kept, nearest.id if nearest else unit.code, nearest is not None, beneath)


def with_sizes(counties: Iterable[County], students: int) -> list[County]:
    """Share pupils out by the number of townships, to the last one; counties without any are left out."""
    given = list(counties)
    total, left, found = sum(len(one.townships) for one in given), students, []
    for one in given:
        size = round(left * len(one.townships) / total) if total else 0
        total, left = total - len(one.townships), left - size
        if size:
            found.append(replace(one, size=size))
    return found


@dataclass(frozen=True)
class Village:
    """A village, with its township's place in the list."""

    id: uuid.UUID
    name: str
    township: int


def list_villages(session: Session, townships: Sequence[Node]) -> list[Village]:
    """The villages of these townships, by code."""
    at = {one.id: place for place, one in enumerate(townships)}
    statement = select(Unit.id, Unit.name, Unit.parent_id).where(
        Unit.parent_id.in_(list(at)), Unit.kind == Kind.DIVISION, Unit.level == Level.VILLAGE, Unit.closed_on.is_(None))
    return [Village(row.id, row.name, at[row.parent_id]) for row in session.execute(statement.order_by(Unit.code))]


def list_schools(session: Session, county: County, townships: Sequence[Node]) -> list[tuple[uuid.UUID, str, int | None]]:
    """The schools of a county whose stage their name tells: id, stage, and the township's place (None: the county's)."""
    low, high = subtree(county.unit.path)
    statement = select(Unit.id, Unit.name, Unit.path).where(
        Unit.path >= low, Unit.path < high, Unit.kind == Kind.SCHOOL, Unit.closed_on.is_(None)).order_by(Unit.code)
    found = []
    for unit_id, name, path in session.execute(statement):
        stage = stage_of(name)
        at = next((place for place, one in enumerate(townships) if within(path, one.path)), None)
        upper = stage in ("senior", "vocational")
        if stage and (upper or at is not None) and not any(within(path, below) for below in county.beneath):
            found.append((unit_id, stage, None if upper else at))
    return found


def is_filled(session: Session, county: County) -> bool:
    """Whether made-up people live there already; the tenant must be open."""
    start = f"{PREFIX}{county.unit.code}"
    return session.scalar(select(Household.id).where(
        Household.tenant_id == county.tenant_id, Household.number >= start, Household.number < start + ":").limit(1)) is not None


def schools_with_facts(session: Session, tenant_id: str, school_ids: Sequence[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Which of these schools have their attributes noted already."""
    statement = select(SchoolFacts.unit_id).where(SchoolFacts.tenant_id == tenant_id, SchoolFacts.unit_id.in_(school_ids))
    return frozenset(session.scalars(statement))
