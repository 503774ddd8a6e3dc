"""Who comes and where to, in one statement for each request.

What an account holds today, the rules' version, the unit named in the address, the tenants around it and their
switches are rows of one union: the way to the database and back costs more than the rows. Whoever knows the account by
something else than its id – a token – puts a branch of its own beside them, so that its row is read at the same moment.

Every request of every process asks; only what is made of the rows is kept. Where the database says word for word what
it said the last time, it means the same, and there is nothing that could be out of date.
"""

from __future__ import annotations

import uuid
from collections import namedtuple
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Dialect,
    Engine,
    Integer,
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
from core.access.queries import TENANTS, Grant, Standing, TenantPlace, at_or_below, belonging, upwards
from core.access.statements import UNITS
from core.extensions import past_fence, raw_rows, today, utcnow
from core.host.models import PluginSwitch
from core.units.models import Unit
from core.units.rules.levels import subtree

POSTS: Table = Assignment.__table__  # type: ignore[assignment]
GLASS: Table = BreakGlass.__table__  # type: ignore[assignment]
VERSIONS: Table = AccessVersion.__table__  # type: ignore[assignment]
SWITCHES: Table = PluginSwitch.__table__  # type: ignore[assignment]
#: what is kept for a database before its memory is started afresh: paths by their number, arrivals by what they weigh –
#: as much as ten of the tenants that come along with a high unit
MOST, ARRIVAL = 20_000, 10
Made = TypeVar("Made")
_UNIT = tuple(column.name for column in UNITS.columns)
#: between the two halves of a pair, and between pairs: signs that no code and no path has
_BETWEEN, _NEXT = "\t", "\n"


@dataclass(frozen=True)
class Branch:
    """Rows of one kind: their columns by name, and where they come from. Branches share columns by name."""

    kind: str
    columns: dict[str, ColumnElement[Any]]
    source: Callable[[Select[Any]], Select[Any]]


@dataclass(frozen=True)
class Destination:
    """The code of the unit in the address, and the plugins that must all be on where it leads."""

    code: str | None = None
    needs: tuple[str, ...] = ()


class Working(Protocol):
    """The unit a request is about: the row read along with the person, or the object."""

    @property
    def id(self) -> uuid.UUID: ...

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> str: ...


@dataclass(frozen=True, eq=False)
class Arrival:
    """The account's standing, the open unit with the code asked for, and the row of the branch put beside. Then the
    tenants around the unit from the top down, and of the plugins needed those each has on; None where they have to be
    asked for apart."""

    standing: Standing
    place: Any | None
    beside: Any | None
    tenants: tuple[TenantPlace, ...] | None
    switches: Mapping[str, frozenset[str]]
    _kept: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What follows from these rows alone, made once for as long as they stay the same."""
        found: Made | None = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
        return found

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


class Union:
    """The statement for an account, in a shape for each kind of destination, each built once."""

    def __init__(self, account: ColumnElement[Any], beside: Branch | None = None) -> None:
        self._account, self._beside = account, beside
        self._shapes: dict[tuple[bool, int, int], CompoundSelect[Any]] = {}

    def shape(self, place: bool, above: int, needs: int) -> CompoundSelect[Any]:
        """With the unit of a code or without, the tenants at so many paths above it, so many plugins they need."""
        key = (place, above, needs)
        if key not in self._shapes:
            self._shapes[key] = self._built(*key)
        return self._shapes[key]

    def _built(self, place: bool, above: int, needs: int) -> CompoundSelect[Any]:
        branches = [*_grants(self._account), _version(), *([_place()] if place else []), *([_tenants(above)] if above else []),
                    *([_switches(above, needs)] if above and needs else []), *([self._beside] if self._beside else [])]
        types = {name: column.type for branch in branches for name, column in branch.columns.items()}

        def rows(branch: Branch) -> Select[Any]:
            cells = [branch.columns.get(name, cast(null(), kind)).label(name) for name, kind in types.items()]
            return branch.source(select(literal_column(f"'{branch.kind}'").label("branch"), *cells))

        return union_all(*map(rows, branches))


@dataclass
class _Memory:
    """What the last answers were, and what was made of them; where units stood when they were last asked for."""

    arrivals: dict[Hashable, tuple[str, list[Any], Arrival]] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    version: int = 0
    weight: int = 0

    def keep(self, key: Hashable, guess: str, rows: list[Any], made: Arrival) -> None:
        self.weight += ARRIVAL + len(made.tenants or ())
        if self.weight > MOST or made.standing.version != self.version:
            self.arrivals.clear()  # an older version's rules would be kept along with what they have decided
            self.weight = ARRIVAL + len(made.tenants or ())
        if len(self.paths) >= MOST:
            self.paths.clear()
        self.arrivals[key], self.version = (guess, rows, made), made.standing.version
        if made.place is not None:
            self.paths[made.place.code] = made.place.path


_memories: WeakKeyDictionary[Engine, _Memory] = WeakKeyDictionary()
_BY_ID = Union(bindparam("account", type_=POSTS.c.account_id.type))


def arrive(session: Session, account_id: uuid.UUID, to: Destination = Destination()) -> Arrival:
    """The account as it stands now, and where it goes."""
    return read(session, _BY_ID, {"account": account_id}, to)


def read(session: Session, union: Union, who: dict[str, Any], to: Destination) -> Arrival:
    """The rows of a union, or what was made of them when they were the same."""
    connection = past_fence(session)
    memory = _memories.get(connection.engine)
    if memory is None:
        memory = _memories.setdefault(connection.engine, _Memory())
    # The tenants are found by the unit's path, which stands in the same answer: the path it had last is asked with.
    guess = memory.paths.get(to.code, "") if to.code is not None else ""
    above, values = _values(to, guess)
    statement = union.shape(to.code is not None, above, len(to.needs))
    rows = raw_rows(connection, statement, {**who, **values, "day": today(), "now": utcnow()})
    key = (union, *who.values(), to)
    kept = memory.arrivals.get(key)
    if kept is not None and kept[0] == guess and kept[1] == rows:
        return kept[2]
    made = _made(_typed(statement, rows, connection.dialect), guess)
    if made.standing.grants:  # strangers with made-up tokens leave nothing behind
        memory.keep(key, guess, rows, made)
    return made


@lru_cache(maxsize=4096)
def _values(to: Destination, guess: str) -> tuple[int, dict[str, Any]]:
    """How many paths lie above the unit, and what is asked with besides the account and the time."""
    if to.code is None:
        return 0, {}
    if not guess:
        return 0, {"code": to.code}
    low, high = subtree(guess)
    above = upwards(guess)
    return len(above), {"code": to.code, "low0": low, "high0": high, **{f"above{n}": path for n, path in enumerate(above)},
                        **{f"need{n}": slug for n, slug in enumerate(to.needs)}}


def _typed(statement: CompoundSelect[Any], rows: Iterable[Sequence[Any]], dialect: Dialect) -> list[Any]:
    """The driver's rows with the values and names of their columns."""
    columns = list(statement.selected_columns)
    named = namedtuple("named", [column.name for column in columns])  # type: ignore[misc]
    readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    return [named(*(value if read is None or value is None else read(value)
                    for read, value in zip(readers, row, strict=True))) for row in rows]


def _made(rows: Iterable[Any], guess: str) -> Arrival:
    grants: list[Grant] = []
    found: dict[str, Any] = {}
    for row in rows:
        if row.branch in ("grant", "glass"):
            grants.append(Grant(row.role, row.id, row.code, row.name, row.path, row.until))
        else:
            found[row.branch] = row
    standing = Standing(tuple(grants), int(found.pop("version").version))
    place, tenants, switches = (found.pop(kind, None) for kind in ("place", "tenants", "switches"))
    beside = next(iter(found.values()), None)
    if place is None or tenants is None or place.path != guess:
        return Arrival(standing, place, beside, None, {})
    around = belonging(sorted((TenantPlace(*pair) for pair in _pairs(tenants)), key=attrgetter("path")), [guess])
    on: dict[str, set[str]] = {}
    for tenant, plugin in _pairs(switches):
        on.setdefault(tenant, set()).add(plugin)
    return Arrival(standing, place, beside, tuple(around), {tenant: frozenset(plugins) for tenant, plugins in on.items()})


def _pairs(row: Any | None) -> list[tuple[str, str]]:
    """What `_many` has put into one text."""
    lines = row.many.split(_NEXT) if row is not None and row.many else []
    return [(first, second) for first, _, second in (line.partition(_BETWEEN) for line in lines)]


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
    latest = select(func.coalesce(func.max(VERSIONS.c.version), literal_column("0", Integer))).scalar_subquery()
    return Branch("version", {"version": latest}, lambda rows: rows)


def _place() -> Branch:
    return Branch("place", {name: UNITS.c[name] for name in _UNIT}, lambda rows: rows
                  .where(UNITS.c.code == bindparam("code"), UNITS.c.closed_on.is_(None)))


def _tenants(above: int) -> Branch:
    return Branch("tenants", {"many": _many(TENANTS.c.id, UNITS.c.path)}, lambda rows: rows
                  .select_from(TENANTS.join(UNITS, UNITS.c.id == TENANTS.c.unit_id)).where(at_or_below(above, 1)))


def _switches(above: int, needs: int) -> Branch:
    wanted: list[ColumnElement[str]] = [bindparam(f"need{n}") for n in range(needs)]
    return Branch("switches", {"many": _many(SWITCHES.c.tenant_id, SWITCHES.c.plugin)}, lambda rows: rows
                  .select_from(SWITCHES.join(TENANTS, TENANTS.c.id == SWITCHES.c.tenant_id)
                               .join(UNITS, UNITS.c.id == TENANTS.c.unit_id))
                  .where(SWITCHES.c.on, SWITCHES.c.plugin.in_(wanted), at_or_below(above, 1)))


def _many(first: ColumnElement[str], second: ColumnElement[str]) -> ColumnElement[str]:
    """Pairs as one text: a province has a hundred of them, and each would be a row as wide as the union."""
    # Both signs stand in the text of the statement: as values they would have it written anew each time.
    between: ColumnElement[str] = literal_column(f"'{_BETWEEN}'")
    following: Any = literal_column(f"'{_NEXT}'")
    return func.aggregate_strings(first + between + second, following)
