"""What the trail's pages read: entries by filter, in scope, with names and seals."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import Page, scoped_count, scoped_page
from core.errors import N_, InvalidInput
from core.extensions import CHINA, local
from core.trail.models import TrailEntry
from core.trail.sealing import id_at
from core.trail.verifying import Seal, seals_of
from core.units.models import Unit
from core.units.rules.levels import subtree

PAGE, EXPORTED = 50, 20_000
#: so many entries of a ledger are found through an index and sorted
RARE = 2_000


@dataclass(frozen=True)
class Filters:
    """What is asked for in the address."""

    who: str = ""
    ledger: str = ""
    action: str = ""
    unit: Unit | None = None
    since: dt.date | None = None
    until: dt.date | None = None

    def of_ledger(self) -> list[ColumnElement[bool]]:
        """The actions of the ledger as a range of their index."""
        return [TrailEntry.action >= f"{self.ledger}:", TrailEntry.action < f"{self.ledger};"]

    def criteria(self, session: Session, scope: Scope) -> list[ColumnElement[bool]]:
        """The same as conditions. An id tells its time, so that days are a range of ids. The index of actions finds
        the few entries of a rare ledger; many would have to be sorted, and the newest of many are met soon by
        going through the entries themselves."""
        found: list[ColumnElement[bool]] = []
        if self.who:
            found.append(TrailEntry.who == self.who)
        if self.ledger:
            span = self.of_ledger()
            many = scoped_count(session, TrailEntry, scope, where=span, most=RARE)[1]
            found += [func.substr(TrailEntry.action, 1, len(self.ledger) + 1) == f"{self.ledger}:"] if many else span
        if self.action:
            found.append(TrailEntry.action == self.action)
        if self.unit is not None:
            low, high = subtree(self.unit.path)
            found.append(TrailEntry.unit_id.in_(select(Unit.id).where(Unit.path >= low, Unit.path < high)))
        if self.since:
            found.append(TrailEntry.id >= id_at(_midnight(self.since)))
        if self.until:
            found.append(TrailEntry.id < id_at(_midnight(self.until + dt.timedelta(days=1))))
        return found


def _midnight(day: dt.date) -> dt.datetime:
    moment = dt.datetime.combine(day, dt.time(), CHINA)
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


def local_time(moment: dt.datetime) -> str:
    """A stored moment by the clocks of the offices, to the second."""
    return f"{local(moment):%Y-%m-%d %H:%M:%S}"


def parse_day(text: str, name: str) -> dt.date | None:
    """A day of the address, or None where none is given."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput(fields={name: N_("日期应写作 2026-11-21")}) from error


@dataclass(frozen=True)
class Line:
    """One entry on a list."""

    entry: TrailEntry
    unit: str
    seal: Seal


def page_of(session: Session, scope: Scope, filters: Filters, before: uuid.UUID | None) -> tuple[list[Line], uuid.UUID | None]:
    """The newest entries in scope, and the id to go on before."""
    page: Page[TrailEntry] = scoped_page(session, TrailEntry, scope, before=before, limit=PAGE, where=filters.criteria(session, scope))
    return lines_of(session, page.rows), page.next


def all_lines(session: Session, scope: Scope, filters: Filters) -> Iterator[Line]:
    """Every entry asked for, up to the most a file may hold."""
    before: uuid.UUID | None = None
    given, where = 0, filters.criteria(session, scope)
    while given < EXPORTED:
        page = scoped_page(session, TrailEntry, scope, before=before, limit=1_000, where=where)
        yield from lines_of(session, page.rows)
        given, before = given + len(page), page.next
        if before is None:
            return


def lines_of(session: Session, entries: Sequence[TrailEntry]) -> list[Line]:
    """Entries with the names of their units and how they are sealed."""
    wanted = {entry.unit_id for entry in entries if entry.unit_id is not None}
    names = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(wanted)))} \
        if wanted else {}
    seals = seals_of(session, entries)
    return [Line(entry, names.get(entry.unit_id, "") if entry.unit_id else "", seals[entry.id]) for entry in entries]


class Changed(Protocol):
    """Something with values before and after."""

    @property
    def before(self) -> dict[str, Any] | None: ...

    @property
    def after(self) -> dict[str, Any] | None: ...


def diff_rows(change: Changed) -> list[tuple[str, str, str]]:
    """Name, before and after of every value that is mentioned."""
    old, new = change.before or {}, change.after or {}
    return [(name, said(old.get(name)), said(new.get(name))) for name in _names(old, new)]


def changes_in_words(change: Changed) -> str:
    """`state：draft → approved；amount：100.00 → 120.00`."""
    return "；".join(f"{name}：{old or '无'} → {new or '无'}" for name, old, new in diff_rows(change) if old != new)


def _names(*values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for group in values for name in group))


def said(value: Any) -> str:
    """A value as text on a page."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
