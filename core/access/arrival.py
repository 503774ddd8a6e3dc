"""Who comes and where to, in one statement for each request.

What an account holds today, the rules' version and the unit named in the address are rows of one union: the way to
the database and back costs more than the rows. Whoever knows the account by something else than its id – a token –
puts a branch of its own beside them, so that its row is read at the same moment.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    Select,
    Table,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict, manager_of_class
from sqlalchemy.orm.util import identity_key

from core.access.models import AccessVersion, Assignment, BreakGlass
from core.access.queries import Grant, Standing
from core.access.statements import UNITS
from core.extensions import past_fence, today, utcnow
from core.units.models import Unit

POSTS: Table = Assignment.__table__  # type: ignore[assignment]
GLASS: Table = BreakGlass.__table__  # type: ignore[assignment]
VERSIONS: Table = AccessVersion.__table__  # type: ignore[assignment]
_UNIT = tuple(column.name for column in UNITS.columns)


@dataclass(frozen=True)
class Branch:
    """Rows of one kind: their columns by name, and where they come from. Branches share columns by name."""

    kind: str
    columns: dict[str, ColumnElement[Any]]
    source: Callable[[Select[Any]], Select[Any]]


@dataclass(frozen=True)
class Arrival:
    """The account's standing, the open unit with the code asked for, and the row of the branch put beside."""

    standing: Standing
    place: Row[Any] | None
    beside: Row[Any] | None

    def unit(self, session: Session) -> Unit | None:
        """The unit as an object of the session."""
        row = self.place
        if row is None:
            return None
        known: Unit | None = session.identity_map.get(identity_key(Unit, row.id))
        if known is not None:
            return known
        made = manager_of_class(Unit).new_instance()
        instance_dict(made).update(zip(_UNIT, attrgetter(*_UNIT)(row), strict=True))  # a row's values are no changes
        make_transient_to_detached(made)
        session.add(made)
        return made


def _grants(account: ColumnElement[Any]) -> Iterable[Branch]:
    where = {"id": UNITS.c.id, "code": UNITS.c.code, "name": UNITS.c.name, "path": UNITS.c.path}
    yield Branch("grant", {"role": POSTS.c.role, **where}, lambda rows: rows
                 .select_from(POSTS.join(UNITS, UNITS.c.id == POSTS.c.unit_id))
                 .where(POSTS.c.account_id == account, POSTS.c.valid_from <= bindparam("day"),
                        or_(POSTS.c.valid_to.is_(None), POSTS.c.valid_to > bindparam("day"))))
    yield Branch("glass", {"role": GLASS.c.role, "until": GLASS.c.until, **where}, lambda rows: rows
                 .select_from(GLASS.join(UNITS, UNITS.c.id == GLASS.c.unit_id))
                 .where(GLASS.c.account_id == account, GLASS.c.closed_at.is_(None), GLASS.c.until > bindparam("now")))


def _version() -> Branch:
    latest = select(func.coalesce(func.max(VERSIONS.c.version), cast(0, Integer))).scalar_subquery()
    return Branch("version", {"version": latest}, lambda rows: rows)


def _place() -> Branch:
    return Branch("place", {name: UNITS.c[name] for name in _UNIT}, lambda rows: rows
                  .where(UNITS.c.code == bindparam("code"), UNITS.c.closed_on.is_(None)))


def statement(account: ColumnElement[Any], *, place: bool, beside: Branch | None = None) -> CompoundSelect[Any]:
    """The union for an account; `place` adds the unit of a code. Built once by whoever asks."""
    branches = [*_grants(account), _version(), *([_place()] if place else []), *([beside] if beside else [])]
    types = {name: column.type for branch in branches for name, column in branch.columns.items()}

    def rows(branch: Branch) -> Select[Any]:
        cells = [branch.columns.get(name, cast(null(), kind)).label(name) for name, kind in types.items()]
        return branch.source(select(literal_column(f"'{branch.kind}'").label("branch"), *cells))

    return union_all(*map(rows, branches))


_ALONE = statement(bindparam("account", type_=POSTS.c.account_id.type), place=False)
_AT_UNIT = statement(bindparam("account", type_=POSTS.c.account_id.type), place=True)


def arrive(session: Session, account_id: uuid.UUID, code: str | None = None) -> Arrival:
    """The account as it stands now, and the open unit with this code if one is given."""
    if code is None:
        return read(session, _ALONE, {"account": account_id})
    return read(session, _AT_UNIT, {"account": account_id, "code": code})


def read(session: Session, union: CompoundSelect[Any], values: dict[str, Any]) -> Arrival:
    """The rows of a union made by `statement`."""
    grants: list[Grant] = []
    found: dict[str, Any] = {}
    for row in past_fence(session).execute(union, {**values, "day": today(), "now": utcnow()}).all():
        if row.branch in ("grant", "glass"):
            grants.append(Grant(row.role, row.id, row.code, row.name, row.path, row.until))
        else:
            found[row.branch] = row
    place = found.pop("place", None)
    return Arrival(Standing(tuple(grants), int(found.pop("version").version)), place, next(iter(found.values()), None))
