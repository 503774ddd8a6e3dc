"""Loading a list of divisions: the first time in bulk, afterwards what is new, renamed, moved or gone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import uuid_utils
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor, new_id, today
from core.extensions.phrases import phrase
from core.host.contract import UnitChange
from core.host.manager import PluginHost
from core.trail.services import record, record_batch
from core.units.models import ROOT_CODE, ROOT_PATH, Kind, Level, Unit, UnitOperation, UnitTouch, UnitVersion
from core.units.permissions import Action
from core.units.rules.divisions import (
    Division,
    DivisionsRefused,
    Listing,
    RowFault,
    parents_first,
    read_divisions,
    tree_faults,
)
from core.units.rules.levels import BEGINNING, ROOT_NAME, spare_token, subtree, wanted_token
from core.units.rules.pinyin import pinyin_keys
from core.units.services.bulk import Progress, Row, insert_units
from core.units.services.drafts import check_day, open_since
from core.units.services.locks import lock_tree
from core.units.services.operations import tell
from core.units.services.paths import settle_path

PARENT_LATER = phrase(N_("上级%(name)s自 %(since)s 起才设立，日期 %(day)s 不能早于它"))
CHANGED_LATER = phrase(N_("%(name)s自 %(since)s 起才是现在的状态，变更日期 %(day)s 不能早于它"))
_CHUNK = 900
_NO_ID = uuid.UUID(int=0)


@dataclass(frozen=True)
class Known:
    """An open unit as the list is compared with it."""

    id: uuid.UUID
    code: str
    name: str
    kind: str
    level: str
    parent_id: uuid.UUID | None
    since: dt.date
    path: str
    depth: int


@dataclass
class ImportSummary:
    """What a list has changed. `gone` units are in the tree but not in the list; they stay as they are."""

    total: int
    on: dt.date
    added: int = 0
    renamed: list[tuple[str, str, str]] = field(default_factory=list)
    moved: list[tuple[str, str, str]] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)

    @property
    def unchanged(self) -> bool:
        """Whether the tree already agreed with the list."""
        return not (self.added or self.renamed or self.moved)

    @property
    def sentence(self) -> str:
        """The outcome in one line."""
        if self.unchanged:
            return f"名单 {self.total} 个区划，与系统一致，没有变化"
        return (f"名单 {self.total} 个区划：新增 {self.added}，更名 {len(self.renamed)}，"
                f"划转 {len(self.moved)}")


def import_divisions(session: Session, source: Path | bytes, actor: Actor, *, on: dt.date | None = None,
                     province: str = "", progress: Progress | None = None,
                     hooks: PluginHost | None = None) -> ImportSummary:
    """Load a list (CSV or CSV.gz) in the caller's one transaction, or refuse it whole.

    Units not yet known are added; on a first list without `on` they hold from the beginning of record, else
    from `on` (today unless given). New names and parents become dated versions from `on`. Units the list
    lacks are reported and left alone: they end by an operation, not by an omission.
    """
    data = source if isinstance(source, bytes) else source.read_bytes()
    listing = read_divisions(data, province)
    lock_tree(session)
    ensure_root(session)
    known = _known(session, listing)
    day = on or _usual_day(session, listing, known)
    check_day(day, today())
    faults = [*listing.faults, *_faults(session, listing, known, day)]
    if faults:
        raise DivisionsRefused(sorted(faults, key=lambda fault: fault.row))
    summary = ImportSummary(len(listing.rows), day)
    step = progress or _ignore
    step(len(listing.rows) - sum(row[0] not in known for row in listing.rows))
    fresh = [row for row in listing.rows if row[0] not in known]
    changed = [row for row in listing.rows if row[0] in known and _differs(row, known)]
    change = UnitChange(new_id(), "import", day, tuple(known[row[0]].id for row in changed))
    if changed:
        tell(session, hooks, "before_unit_changed", change, actor)
    summary.added = insert_units(session, _rows(session, parents_first(fresh), known, day), step)
    if changed or fresh:
        _apply(session, listing, changed, known, change, summary, actor)
    if changed:
        tell(session, hooks, "on_unit_changed", change, actor)
    summary.gone = _gone(session, listing, known)
    return summary


def _ignore(count: int) -> None:
    pass


def ensure_root(session: Session) -> Unit:
    """全国, made on demand."""
    root = session.scalar(select(Unit).where(Unit.code == ROOT_CODE, Unit.closed_on.is_(None)))
    if root is None:
        full, initials = pinyin_keys(ROOT_NAME)
        root = Unit(code=ROOT_CODE, name=ROOT_NAME, kind=Kind.DIVISION, level=Level.COUNTRY, parent_id=None,
                    path=ROOT_PATH, depth=0, since=BEGINNING, pinyin=full, initials=initials)
        session.add(root)
        session.flush()  # children need its id
    return root


def _known(session: Session, listing: Listing) -> dict[str, Known]:
    """The open units with a code of the list, or one that the list names as a parent."""
    codes = {code for code, *_ in listing.rows}
    codes |= {parent for _, _, _, parent in listing.rows}
    query = select(Unit.id, Unit.code, Unit.name, Unit.kind, Unit.level, Unit.parent_id, Unit.since,
                   Unit.path, Unit.depth).where(Unit.closed_on.is_(None))
    if len(codes) > 100_000:
        return {row.code: Known(*row) for row in session.execute(query) if row.code in codes}
    return {row.code: Known(*row) for part in _parts(sorted(codes))
            for row in session.execute(query.where(Unit.code.in_(part)))}


def _usual_day(session: Session, listing: Listing, known: dict[str, Known]) -> dt.date:
    """Today for a list that is known already; a first one holds as far back as what it stands under."""
    if any(code in known for code, *_ in listing.rows):
        return today()
    return max([BEGINNING, *(open_since(session, session.get_one(Unit, unit.id)) for unit in known.values())])


def _faults(session: Session, listing: Listing, known: dict[str, Known], day: dt.date) -> list[RowFault]:
    divisions = {code: unit.level for code, unit in known.items() if unit.kind == Kind.DIVISION}
    taken = {code for code, unit in known.items() if unit.kind != Kind.DIVISION}
    faults = tree_faults(listing, divisions, taken)
    if faults or listing.faults or not known:
        return faults
    too_late = _founded_after(session, listing, known, day)
    for row, number in zip(listing.rows, listing.numbers, strict=True):
        unit = known.get(row[0])
        if row[3] in too_late and (unit is None or known[row[3]].id != unit.parent_id):
            name, since = too_late[row[3]]
            faults.append(RowFault(number, row[0], PARENT_LATER(name=name, since=since, day=day)))
        if unit is not None and day < unit.since and _differs(row, known):
            faults.append(RowFault(number, row[0], CHANGED_LATER(name=unit.name, since=unit.since, day=day)))
    return faults


def _founded_after(session: Session, listing: Listing, known: dict[str, Known],
                   day: dt.date) -> dict[str, tuple[str, dt.date]]:
    """The parents that did not stand yet on the day, with the day from which they do."""
    found: dict[str, tuple[str, dt.date]] = {}
    for code in {parent for _, _, _, parent in listing.rows}:
        unit = known.get(code)
        if unit is not None and unit.since > day:
            since = open_since(session, session.get_one(Unit, unit.id))
            if since > day:
                found[code] = (unit.name, since)
    return found


def _differs(row: Division, known: dict[str, Known]) -> bool:
    code, name, _, parent = row
    unit = known[code]
    return unit.name != name or parent not in known or known[parent].id != unit.parent_id


def _rows(session: Session, fresh: list[Division], known: dict[str, Known], day: dt.date) -> Iterator[Row]:
    """The new units with their ids and paths; a parent always comes before its children."""
    since, division, make_id = day.isoformat(), str(Kind.DIVISION), uuid_utils.uuid7
    parents = {parent for _, _, _, parent in fresh}
    places = {code: (known[code].id.hex, known[code].path, known[code].depth)
              for code in parents if code in known}
    taken = _taken_paths(session, fresh, known)
    for code, name, level, parent in fresh:
        parent_id, above, depth = places[parent]
        unit_id = make_id().hex
        path = f"{above}{code[len(parent) :] if code.startswith(parent) else code}/"
        if path in taken:
            path = f"{above}{spare_token(uuid.UUID(unit_id))}/"
        if code in parents:
            places[code] = (unit_id, path, depth + 1)
        yield (unit_id, code, name, division, level, parent_id, path, depth + 1, since, None,
               *pinyin_keys(name))


def _taken_paths(session: Session, fresh: list[Division], known: dict[str, Known]) -> set[str]:
    """Paths the new units would take that others hold: a closed unit keeps its place."""
    wanted = [known[parent].path + wanted_token(Kind.DIVISION, code, parent, _NO_ID) + "/"
              for code, _, _, parent in fresh if parent in known]
    return {path for part in _parts(wanted)
            for path in session.scalars(select(Unit.path).where(Unit.path.in_(part)))}


def _apply(session: Session, listing: Listing, changed: list[Division], known: dict[str, Known],
           change: UnitChange, summary: ImportSummary, actor: Actor) -> None:
    """Write versions for what has changed, and the operation with its trail."""
    ids = {code: unit.id for code, unit in known.items()}
    new_parents = [row[3] for row in changed if row[3] not in ids]
    for part in _parts(new_parents):
        query = select(Unit.code, Unit.id).where(Unit.code.in_(part), Unit.closed_on.is_(None))
        ids.update({code: unit_id for code, unit_id in session.execute(query)})  # noqa: C416 - rows are no pairs
    for code, name, _, parent in changed:
        unit = known[code]
        if unit.name != name:
            summary.renamed.append((code, unit.name, name))
        if unit.parent_id != ids[parent]:
            summary.moved.append((code, next((c for c, i in ids.items() if i == unit.parent_id), ""), parent))
    tops = [code for code, _, _, parent in listing.rows if parent == ROOT_CODE]
    top = session.scalar(select(Unit.id).where(Unit.code == (tops[0] if len(tops) == 1 else ROOT_CODE),
                                               Unit.closed_on.is_(None)))
    session.add(UnitOperation(
        id=change.operation_id, kind="import", on=summary.on, unit_id=top, sentence=summary.sentence,
        detail={"added": summary.added, "renamed": len(summary.renamed), "moved": len(summary.moved)},
        done_by=actor.name,
    ))
    session.flush()  # versions and touches refer to it
    _write_versions(session, changed, known, ids, change)
    _touch(session, listing, changed, known, ids, change)
    subject = f"operation:{change.operation_id}"
    if not changed:  # what is new is told by the list: the rows of a province would weigh more than its units
        record(session, actor, Action.MANAGE, summary.sentence, subject=subject, unit_id=top,
               after={"added": summary.added})
        return
    record_batch(session, actor, Action.MANAGE, summary.sentence, subject=subject, unit_id=top,
                 fields=("code", "name", "parent"),
                 rows=((known[code].id, (code, known[code].name, known[code].parent_id), (code, name, ids[parent]))
                       for code, name, _, parent in changed))


def _write_versions(session: Session, changed: list[Division], known: dict[str, Known],
                    ids: dict[str, uuid.UUID], change: UnitChange) -> None:
    versions, states = [], []
    for code, name, _, parent in changed:
        unit = known[code]
        full, initials = pinyin_keys(name)
        states.append({"id": unit.id, "name": name, "pinyin": full, "initials": initials,
                       "parent_id": ids[parent], "since": change.on})
        if unit.since < change.on:  # a change on the very first day replaces that day's state
            versions.append({"unit_id": unit.id, "since": unit.since, "until": change.on, "code": code,
                             "name": unit.name, "kind": unit.kind, "level": unit.level,
                             "parent_id": unit.parent_id, "operation_id": change.operation_id})
    if versions:
        session.execute(insert(UnitVersion), versions)
    if states:
        session.execute(update(Unit), states)
    session.expire_all()
    for code, _, _, parent in changed:
        if known[code].parent_id != ids[parent]:
            settle_path(session, session.get_one(Unit, known[code].id))


def _touch(session: Session, listing: Listing, changed: list[Division], known: dict[str, Known],
           ids: dict[str, uuid.UUID], change: UnitChange) -> None:
    """Note the units changed, and the parents that new or moved units lean on."""
    own = {known[row[0]].id for row in changed}
    leaned = {known[parent].id for code, _, _, parent in listing.rows
              if code not in known and parent in known}
    leaned |= {ids[row[3]] for row in changed if known[row[0]].parent_id != ids[row[3]]}
    rows = [{"unit_id": unit_id, "operation_id": change.operation_id, "changed": unit_id in own}
            for unit_id in own | leaned]
    if rows:
        session.execute(insert(UnitTouch), rows)


def _gone(session: Session, listing: Listing, known: dict[str, Known]) -> list[tuple[str, str]]:
    """Open divisions beneath the top ones of the list that the list lacks."""
    listed = {code for code, *_ in listing.rows}
    if len(known) <= 1 + sum(parent not in listed for _, _, _, parent in listing.rows):
        return []  # a first list: nothing was there before
    found: list[tuple[str, str]] = []
    for code, _, _, parent in listing.rows:
        if parent not in listed and code in known:
            low, high = subtree(known[code].path)
            query = select(Unit.code, Unit.name).where(Unit.path >= low, Unit.path < high,
                                                       Unit.kind == Kind.DIVISION, Unit.closed_on.is_(None))
            found += [(code, name) for code, name in session.execute(query) if code not in listed]
    return sorted(found)


def _parts(items: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
