"""Who stands in which of several lists, and where the lists differ: counted, and down to the person.

One person of several lists is one `entity`: the person of the registry a row is linked to; else number and name
together; else, without a usable number, name, birthday and village or school. A row that has none of these is a person
of its own: nobody is taken for somebody else by a number, or by a name, alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, Integer, String, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import criterion
from core.errors import N_, InvalidInput
from core.matching.models import Source, SourceRow

MOST = 8
PAGE = 50
#: what may differ between lists: column → label
DIFFERING = {"name": N_("姓名"), "birth": N_("出生日期"), "category": N_("类别")}
_COLUMNS = {"name": SourceRow.name_key, "birth": SourceRow.birth_on, "category": func.nullif(SourceRow.category, "")}


@dataclass(frozen=True)
class Pattern:
    """So many persons stand in exactly these lists; `mask` has bit n for the list n."""

    mask: int
    count: int

    def has(self, number: int) -> bool:
        """Whether the list of this number (from 0) is among them."""
        return bool(self.mask >> number & 1)


@dataclass(frozen=True)
class Standing:
    """A person of the lists: the rows by the list's number."""

    entity: str
    rows: dict[int, SourceRow]

    @property
    def first(self) -> SourceRow:
        """The row they are shown by."""
        return self.rows[min(self.rows)]

    def missing(self, sources: Sequence[Source]) -> list[Source]:
        """The lists they are not in."""
        return [source for number, source in enumerate(sources) if number not in self.rows]


def check(sources: Sequence[Source]) -> None:
    """Raise InvalidInput unless these lists can be compared."""
    if not 2 <= len(sources) <= MOST:
        raise InvalidInput(N_("请选择 2 至 %(most)s 份名单"), most=MOST)
    if len({source.tenant_id for source in sources}) > 1:
        raise InvalidInput(N_("只能比较同一个县的名单"))


def entity() -> ColumnElement[str]:
    """What makes rows one person."""
    usable = and_(SourceRow.id_number_key.is_not(None), SourceRow.id_fault == "")
    place = func.coalesce(cast(SourceRow.village_id, String), cast(SourceRow.school_id, String))
    whole = and_(SourceRow.birth_on.is_not(None), place.is_not(None))
    return case((SourceRow.person_id.is_not(None), literal("p") + cast(SourceRow.person_id, String)),
                (usable, literal("i") + SourceRow.id_number_key + SourceRow.name_key),
                (whole, literal("n") + SourceRow.name_key + literal("|") + cast(SourceRow.birth_on, String) + literal("|") + place),
                else_=literal("r") + cast(SourceRow.id, String))


def _mask(sources: Sequence[Source]) -> ColumnElement[int]:
    bits = [func.max(case((SourceRow.source_id == source.id, 1 << number), else_=0)) for number, source in enumerate(sources)]
    total: ColumnElement[int] = bits[0]
    for bit in bits[1:]:
        total = total + bit
    return cast(total, Integer)


def _rows(scope: Scope, sources: Sequence[Source]) -> ColumnElement[bool]:
    return and_(criterion(SourceRow, scope), SourceRow.tenant_id == sources[0].tenant_id,
                SourceRow.source_id.in_([source.id for source in sources]), SourceRow.name_key != "")


def patterns(session: Session, scope: Scope, sources: Sequence[Source]) -> list[Pattern]:
    """How many persons stand in each combination of the lists, the largest first."""
    check(sources)
    persons = select(_mask(sources).label("mask")).where(_rows(scope, sources)).group_by(entity()).subquery()
    counts = session.execute(select(persons.c.mask, func.count()).group_by(persons.c.mask))
    return sorted((Pattern(mask, count) for mask, count in counts), key=lambda one: (-one.count, one.mask))


def overlaps(found: Sequence[Pattern], number: int) -> list[list[int]]:
    """For each two lists how many persons stand in both; on the diagonal in the list itself."""
    return [[sum(one.count for one in found if one.has(a) and one.has(b)) for b in range(number)] for a in range(number)]


def page_of(session: Session, scope: Scope, sources: Sequence[Source], *, mask: int | None = None, inside: int | None = None,
            missing: int | None = None, after: str = "", limit: int = PAGE) -> tuple[list[Standing], str]:
    """Persons of a combination (`mask`), or of those in list `inside` and not in list `missing`; and where to go on."""
    check(sources)
    here = entity()
    having: list[ColumnElement[bool]] = []
    if mask is not None:
        having.append(_mask(sources) == mask)
    for number, wanted in ((inside, 1), (missing, 0)):
        if number is not None:
            having.append(func.max(case((SourceRow.source_id == sources[number].id, 1), else_=0)) == wanted)
    if mask is None and inside is None and missing is None:
        having.append(_mask(sources) != (1 << len(sources)) - 1)
    statement = select(here.label("entity")).where(_rows(scope, sources), here > after).group_by(here).order_by(here)
    names = list(session.scalars(statement.having(and_(*having)).limit(limit + 1)))
    return _standings(session, scope, sources, names[:limit]), names[limit - 1] if len(names) > limit else ""


def differences(session: Session, scope: Scope, sources: Sequence[Source], column: str = "", after: str = "",
                limit: int = PAGE) -> tuple[list[Standing], str]:
    """Persons of whom the lists say different things (`column`: name, birth or category alone). Rows under one number
    are put side by side whatever their names: here somebody looks at them, nothing is matched."""
    check(sources)
    here = _under_one_number()
    wanted = [_COLUMNS[column]] if column in _COLUMNS else list(_COLUMNS.values())
    unlike = or_(*(func.count(one.distinct()) > 1 for one in wanted))
    statement = select(here).where(_rows(scope, sources), here > after)
    names = list(session.scalars(statement.group_by(here).having(unlike).order_by(here).limit(limit + 1)))
    return _standings(session, scope, sources, names[:limit], here), names[limit - 1] if len(names) > limit else ""


def _under_one_number() -> ColumnElement[str]:
    """Rows of one number, or of one linked person; of the others nothing."""
    usable = and_(SourceRow.id_number_key.is_not(None), SourceRow.id_fault == "")
    return case((usable, literal("i") + SourceRow.id_number_key),
                (SourceRow.person_id.is_not(None), literal("p") + cast(SourceRow.person_id, String)))


def _standings(session: Session, scope: Scope, sources: Sequence[Source], names: Sequence[str],
               here: ColumnElement[str] | None = None) -> list[Standing]:
    numbers: dict[uuid.UUID, int] = {source.id: number for number, source in enumerate(sources)}
    of = entity() if here is None else here
    found: dict[str, dict[int, SourceRow]] = {name: {} for name in names}
    for at in range(0, len(names), 500):
        rows = session.execute(select(of, SourceRow).where(_rows(scope, sources), of.in_(names[at : at + 500])).order_by(SourceRow.id))
        for name, row in rows:
            found[name].setdefault(numbers[row.source_id], row)
    return [Standing(name, rows) for name, rows in found.items() if rows]


def everybody(session: Session, scope: Scope, sources: Sequence[Source], which: str, column: str = "", *, mask: int | None = None,
              inside: int | None = None, missing: int | None = None) -> Iterator[Standing]:
    """All persons of a list that is given out, read once from end to end. `which`: presence or differences."""
    check(sources)
    apart = which == "differences"
    here = _under_one_number() if apart else entity()
    numbers = {source.id: number for number, source in enumerate(sources)}
    statement = select(here, SourceRow).where(_rows(scope, sources), here.is_not(None)).order_by(here, SourceRow.id)
    for name, some in groupby(session.execute(statement.execution_options(yield_per=1_000)), key=lambda row: row[0]):
        rows: dict[int, SourceRow] = {}
        for _, row in some:
            rows.setdefault(numbers[row.source_id], row)
        if _unlike(rows, column) if apart else _asked(rows, len(sources), mask, inside, missing):
            yield Standing(name, rows)


def _asked(rows: dict[int, SourceRow], number: int, mask: int | None, inside: int | None, missing: int | None) -> bool:
    if mask is None and inside is None and missing is None:
        return len(rows) < number
    return ((mask is None or sum(1 << at for at in rows) == mask) and (inside is None or inside in rows)
            and (missing is None or missing not in rows))


def _unlike(rows: dict[int, SourceRow], column: str) -> bool:
    everyone = rows.values()
    said: dict[str, set[object]] = {
        "name": {row.name_key for row in everyone}, "birth": {row.birth_on for row in everyone if row.birth_on},
        "category": {row.category for row in everyone if row.category}}
    return any(len(values) > 1 for name, values in said.items() if name == column or column not in DIFFERING)
