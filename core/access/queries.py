"""Reads: an account's standing, the lines of a version, tenants within a reach."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from core.access.models import AccessCase, AccessRule, AccessVersion
from core.access.reach import Reach
from core.access.rules import Heir, Line
from core.access.statements import UNITS
from core.extensions import past_fence
from core.tenancy.models import Tenant
from core.units.models import Unit
from core.units.rules.levels import subtree

TENANTS: Table = Tenant.__table__  # type: ignore[assignment]
#: statements with more values than this are made anew: they are asked for an account with many posts, and no
#: two such have the same number
_KEPT_SIZE = 60


@dataclass(frozen=True)
class Grant:
    """A role held at a unit and below: by assignment, or for a limited time by break-glass (`until`)."""

    role: str
    unit_id: uuid.UUID
    code: str
    name: str
    path: str
    until: dt.datetime | None = None


@dataclass(frozen=True)
class Standing:
    """What one query says of an account: its grants of today, and the version of the rules."""

    grants: tuple[Grant, ...]
    version: int


@dataclass(frozen=True)
class TenantPlace:
    """A tenant and where it stands."""

    id: str
    path: str


def latest_version(session: Session) -> int:
    """The rules' version; 0 before the first defaults are loaded."""
    return session.scalar(select(func.max(AccessVersion.version))) or 0


def list_versions(session: Session) -> list[AccessVersion]:
    """Every version, newest first."""
    return list(session.scalars(select(AccessVersion).order_by(AccessVersion.version.desc())))


def list_rows(session: Session, version: int) -> list[AccessRule]:
    """The rows that hold in a version, in a stable order."""
    return list(session.scalars(
        select(AccessRule)
        .where(AccessRule.since_version <= version,
               or_(AccessRule.until_version.is_(None), AccessRule.until_version > version))
        .order_by(AccessRule.tenant, AccessRule.obj, AccessRule.role, AccessRule.act, AccessRule.id)))


def changes_of(session: Session, version: int) -> tuple[list[AccessRule], list[AccessRule]]:
    """The rows a version added, and those it ended."""
    order = (AccessRule.tenant, AccessRule.obj, AccessRule.role, AccessRule.act, AccessRule.id)
    added = session.scalars(select(AccessRule).where(AccessRule.since_version == version).order_by(*order))
    ended = session.scalars(select(AccessRule).where(AccessRule.until_version == version).order_by(*order))
    return list(added), list(ended)


def line_of(row: AccessRule) -> Line:
    """A stored permission as a line."""
    return Line(row.role, row.tenant, row.obj, row.act, row.cond, row.eft, row.source, row.owner)


def lines_and_heirs(rows: Iterable[AccessRule]) -> tuple[list[Line], list[Heir]]:
    """Stored rows as what the engine takes."""
    found = list(rows)
    return ([line_of(row) for row in found if row.kind == "p"],
            [Heir(row.role, row.obj, row.source) for row in found if row.kind == "g"])


def list_cases(session: Session) -> list[AccessCase]:
    """The cases counties have added."""
    return list(session.scalars(select(AccessCase).order_by(AccessCase.path, AccessCase.id)))


def tenants_in(session: Session, reach: Reach) -> list[TenantPlace]:
    """The tenants whose rows the reach can hold, from the top of the tree down."""
    return [place for place in tenants_around(session, reach) if reach.touches(place.path)]


def tenants_around(session: Session, reach: Reach) -> list[TenantPlace]:
    """The tenants at and below the tops of the reach, and the nearest above each; also those denied inside."""
    if not reach:
        return []
    above = sorted({path for top in reach.paths for path in upwards(top)})
    values = {f"above{n}": path for n, path in enumerate(above)}
    for n, top in enumerate(reach.paths):
        values[f"low{n}"], values[f"high{n}"] = subtree(top)
    statement = _around if len(values) <= _KEPT_SIZE else _around.__wrapped__
    rows = past_fence(session).execute(statement(len(above), len(reach.paths)), values)
    return belonging([TenantPlace(*row) for row in rows.all()], reach.paths)


def belonging(places: list[TenantPlace], tops: Sequence[str]) -> list[TenantPlace]:
    """Of these tenants those at and below the tops, and the nearest above each."""
    nearest = {_nearest(places, top) for top in tops}
    inside = [place for place in places if any(place.path.startswith(top) for top in tops)]
    kept = {place.id for place in inside} | {place.id for place in nearest if place}
    return [place for place in places if place.id in kept]


@lru_cache(maxsize=400)
def _around(above: int, tops: int) -> Select[Any]:
    """The tenants at so many paths, and in so many subtrees, from the top of the tree down."""
    return (select(TENANTS.c.id, UNITS.c.path).join(UNITS, UNITS.c.id == TENANTS.c.unit_id)
            .where(at_or_below(above, tops)).order_by(UNITS.c.path))


def at_or_below(above: int, tops: int) -> ColumnElement[bool]:
    """A tenant's unit stands at one of so many paths, bound as above0, above1, …, or in one of so many subtrees (low0,
    high0, …)."""
    path = UNITS.c.path
    below = [and_(path >= bindparam(f"low{n}"), path < bindparam(f"high{n}")) for n in range(tops)]
    # Said twice, so that SQLite walks the few tenants and not the many units below a county.
    return and_(UNITS.c.id.in_(select(TENANTS.c.unit_id)), or_(path.in_([bindparam(f"above{n}") for n in range(above)]), *below))


def nearest_tenant(session: Session, path: str) -> TenantPlace | None:
    """The tenant a unit belongs to: the nearest at or above it."""
    row = session.execute(
        select(Tenant.id, Unit.path).join(Unit, Unit.id == Tenant.unit_id)
        .where(Unit.path.in_(upwards(path))).order_by(Unit.depth.desc()).limit(1)).first()
    return TenantPlace(*row) if row else None


def upwards(path: str) -> list[str]:
    """The paths from the root down to this one."""
    parts = path.rstrip("/").split("/")
    return ["/".join(parts[:count]) + "/" for count in range(1, len(parts) + 1)]


def _nearest(places: list[TenantPlace], path: str) -> TenantPlace | None:
    found = [place for place in places if path.startswith(place.path)]
    return max(found, key=lambda place: len(place.path), default=None)
