"""Writing checked rows: in bulk, or one record at a time; always with the trail, never committing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl
from sqlalchemy import Uuid
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, RuleViolation
from core.extensions import Actor, new_id, utcnow
from core.extensions.phrases import phrase
from core.host.ledgers import Field, Ledger
from core.ledgers import crossing, trailing, writing
from core.ledgers.checking import ROW
from core.ledgers.freezing import refuse_frozen, seen
from core.ledgers.kinds import INTEGERS, rules_of
from core.ledgers.repeats import Repeated
from core.ledgers.values import typed_extra
from core.privacy.columns import Sealing
from core.privacy.vault import vault_of
from core.processes.services import begin_many
from core.trail.services import record, record_batch
from core.units.queries import units_by_id
from core.units.rules.levels import LEVEL_NAMES

STORED = phrase(N_("%(title)s：新增 %(new)s 条，修改 %(changed)s 条"))
Mode = Literal["create", "upsert", "update"]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Stored:
    """How many rows were new, changed, or the same as before, and the ids of the first two, in their order."""

    created: int
    updated: int
    unchanged: int
    ids: Sequence[uuid.UUID]


@dataclass
class _Work:
    """What is to be written of a frame: the rows that are new, and those that change, with their old state."""

    columns: writing.Columns
    new: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    unchanged: int = 0
    ids: list[uuid.UUID] = field(default_factory=list)
    before: dict[int, Row] = field(default_factory=dict)


def store(session: Session, ledger: Ledger, tenant_id: str, frame: pl.DataFrame, actor: Actor, mode: Mode = "upsert", *,
          unit_id: uuid.UUID | None = None, fields: Sequence[Field] | None = None, sentence: str = "",
          reason: str = "") -> Stored:
    """Write rows that `check_frame` found good. `create`: all are new. `upsert`: a row whose natural key (the
    fields with `key`) is there already changes it, the others are new. `update`: rows name their record in
    `id` and the version they were read at in `version`. Rows without a unit belong to `unit_id`."""
    known = tuple(fields or ledger.fields)
    work = _write(session, ledger, tenant_id, frame, mode, unit_id, known, actor)
    written_ids = [work.ids[at] for at in (*work.new, *work.changed)]
    if written_ids:
        said = sentence or STORED(title=ledger.title, new=len(work.new), changed=len(work.changed))
        names, rows = _entries(ledger, known, work)
        record_batch(session, actor, ledger.write, said, subject=f"ledger:{ledger.code}", fields=names, tenant_id=tenant_id,
                     unit_id=unit_id, reason=reason, rows=rows)
        if ledger.on_written is not None:
            ledger.on_written(session, tenant_id, written_ids, actor)
    return Stored(len(work.new), len(work.changed), work.unchanged, written_ids)


def create(session: Session, ledger: Ledger, tenant_id: str, unit_id: uuid.UUID, values: dict[str, Any], actor: Actor, *,
           fields: Sequence[Field] | None = None) -> uuid.UUID:
    """One new record from the values of `compile_schema`; gives its id."""
    known = tuple(fields or ledger.fields)
    frame = frame_of(ledger, [values], known)
    _refuse_twin(session, ledger, tenant_id, frame, known)
    work = _write(session, ledger, tenant_id, frame, "create", unit_id, known, actor)
    _single(session, ledger, tenant_id, work, known, actor, trailing.ENTERED)
    return work.ids[0]


def update(session: Session, ledger: Ledger, row: Any, values: dict[str, Any], version: int, actor: Actor, *,
           fields: Sequence[Field] | None = None, correction: str = "") -> bool:
    """Change one record that is still at this version, else `Conflict`; gives whether anything changed. With the reason
    of a `correction` a frozen one as well: `core.ledgers.correcting` has seen to all that belongs to it."""
    known = tuple(fields or ledger.fields)
    if row.version != version:
        raise Conflict(N_("这条记录在您读取之后已被别人改动，请重新核对后再保存"))
    frame = frame_of(ledger, [values], known).with_columns(id=pl.lit(str(row.id)), version=pl.lit(version))
    _refuse_twin(session, ledger, row.tenant_id, frame, known, row.id)
    work = _write(session, ledger, row.tenant_id, frame, "update", row.unit_id, known, actor, frozen=bool(correction))
    if work.changed:
        session.expire(row)
        _single(session, ledger, row.tenant_id, work, known, actor, trailing.CORRECTED if correction else trailing.CHANGED, correction)
    return bool(work.changed)


def remove(session: Session, ledger: Ledger, row: Any, version: int, actor: Actor, *, reason: str = "") -> None:
    """Take one record away, so that it can be brought back by `restore`."""
    if not (ledger.removable and ledger.has_column("removed_at")):
        raise RuleViolation(N_("“%(title)s”的记录不能删除，有误请修改"), rule="ledger-not-removable", title=ledger.title)
    if row.version != version or row.removed_at is not None:
        raise Conflict(N_("这条记录在您读取之后已被别人改动，请重新核对后再保存"))
    _mark(session, ledger, row, utcnow(), actor, _said(trailing.REMOVED, ledger, row), reason)


def restore(session: Session, ledger: Ledger, row: Any, actor: Actor) -> None:
    """Bring a removed record back."""
    if getattr(row, "removed_at", None) is None:
        raise Conflict(N_("这条记录没有删除"))
    _mark(session, ledger, row, None, actor, _said(trailing.BROUGHT_BACK, ledger, row), "")


def _mark(session: Session, ledger: Ledger, row: Any, moment: Any, actor: Actor, sentence: str, reason: str) -> None:
    writing.check_open(session, row.tenant_id)
    refuse_frozen(ledger, [seen(ledger, row)])
    writing.update_rows(session, writing.table_of(ledger), row.tenant_id, {"id": [row.id], "removed_at": [moment]}, [row.version])
    record(session, actor, ledger.write, sentence, subject=subject_of(ledger, row.id), tenant_id=row.tenant_id,
           unit_id=row.unit_id, before={"removed": moment is None}, after={"removed": moment is not None}, reason=reason)
    session.expire(row)
    if ledger.on_written is not None:
        ledger.on_written(session, row.tenant_id, [row.id], actor)


def subject_of(ledger: Ledger, record_id: uuid.UUID) -> str:
    """How the trail names a record."""
    return f"{ledger.code}:{record_id}"


def frame_of(ledger: Ledger, rows: Sequence[Mapping[str, Any]], fields: Sequence[Field]) -> pl.DataFrame:
    """Typed values of single records as the frame `store` takes."""
    names = [field.name for field in fields if field.name in rows[0]]
    types = {field.name: _dtype(ledger, field) for field in fields}
    return pl.DataFrame({ROW: range(1, len(rows) + 1)} | {
        name: pl.Series(name, [row.get(name) for row in rows], types[name]) for name in names})


def _dtype(ledger: Ledger, field: Field) -> Any:
    return rules_of(ledger, field).dtype


def _write(session: Session, ledger: Ledger, tenant_id: str, frame: pl.DataFrame, mode: Mode,
           unit_id: uuid.UUID | None, fields: tuple[Field, ...], actor: Actor, *, frozen: bool = False) -> _Work:
    writing.check_open(session, tenant_id)
    writing.settle(session)
    given = frame.columns
    if ledger.prepare is not None:
        frame = ledger.prepare(frame, session)
    table, count = writing.table_of(ledger), frame.height
    old = old_rows(session, ledger, tenant_id, frame, mode, fields)
    ids = [old[at]["id"] if at in old else new_id() for at in range(count)]
    columns = writing.columns_of(session, ledger, frame, fields, ids)
    _place(session, ledger, columns, count, unit_id if mode != "update" else None)
    work = _Work(columns, ids=ids)
    there = sorted(old)
    past = [old[at] for at in there]
    keep_extra(columns, there, past)
    changed = differing(columns, there, past)
    work.new = [at for at in range(count) if at not in old] if old else list(range(count))
    work.changed = sorted(changed)
    work.before = {at: old[at] for at in work.changed}
    work.unchanged = len(old) - len(changed)
    if not frozen:
        refuse_frozen(ledger, work.before.values())
    if work.changed:
        _refuse_broken(session, ledger, tenant_id, frame[work.changed], given, list(work.before.values()))
        if ledger.before_written is not None:
            ledger.before_written(session, tenant_id, [ids[at] for at in work.changed], actor)
    _insert(session, table, tenant_id, work)
    _update(session, table, tenant_id, work)
    if work.new and ledger.process is not None:
        begin_many(session, ledger.process, tenant_id, [ids[at] for at in work.new], actor)
    return work


def _refuse_broken(session: Session, ledger: Ledger, tenant_id: str, rows: pl.DataFrame, given: Sequence[str],
                   old: Sequence[Row]) -> None:
    """A change of some fields must fit the others as they are stored."""
    found = crossing.broken(session, ledger, tenant_id, crossing.open_checks(ledger, given), rows, given, old)
    if found:
        raise InvalidInput(N_("有 %(count)s 条记录这样修改不合规定：%(message)s"), {one.field: one.message for one in found},
                           count=len({one.at for one in found}), message=found[0].message)


def _place(session: Session, ledger: Ledger, columns: writing.Columns, count: int, unit_id: uuid.UUID | None) -> None:
    """Each row's unit, at a level the ledger allows."""
    given = columns.get("unit_id")
    if given is None and unit_id is not None:
        columns["unit_id"] = given = Repeated([unit_id], [0] * count)
    elif given is not None and unit_id is not None:
        columns["unit_id"] = given = [value or unit_id for value in given]
    if given is None or not ledger.levels:
        return
    wrong = [unit.name for unit in units_by_id(session, {value for value in given if value}).values()
             if str(unit.level) not in ledger.levels]
    if wrong:
        raise InvalidInput(N_("%(title)s只能登记在%(levels)s的单位，不能登记在%(names)s"), title=ledger.title,
                           levels="、".join(LEVEL_NAMES[level] for level in ledger.levels), names="、".join(sorted(wrong)[:5]))


def old_rows(session: Session, ledger: Ledger, tenant_id: str, frame: pl.DataFrame, mode: Mode,
             fields: tuple[Field, ...]) -> dict[int, Row]:
    """The rows that are there already, by the position of those that mean them."""
    if mode == "create":
        return {}
    table = writing.table_of(ledger)
    sealed = {f"{field.name}_sealed" for field in fields if field.sealed}
    wanted = [column.name for column in table.columns if column.name not in sealed]
    if mode == "update":
        ids = [uuid.UUID(str(value)) for value in frame["id"].to_list()]
        rows = {row["id"]: row for row in writing.read_rows(session, table, tenant_id, "id", ids, wanted)}
        stale = [at for at, (one, version) in enumerate(zip(ids, frame["version"].to_list(), strict=True))
                 if one not in rows or rows[one]["version"] != version]
        if stale:
            raise Conflict(N_("有 %(count)s 条记录在您读取之后被改动，请重新核对"), count=len(stale))
        return {at: rows[one] for at, one in enumerate(ids)}
    keys = [field for field in fields if field.key and field.name in frame.columns]
    return by_key(session, ledger, tenant_id, frame, keys, wanted) if keys else {}


def by_key(session: Session, ledger: Ledger, tenant_id: str, frame: pl.DataFrame, keys: Sequence[Field],
           wanted: Sequence[str]) -> dict[int, Row]:
    """The same by natural key: a sealed field is found by any of the hashes it may be stored under."""
    table, vault = writing.table_of(ledger), vault_of(session) if any(key.sealed for key in keys) else None
    columns, values = [], []
    for key in keys:
        texts = frame[key.name].to_list()
        columns.append(f"{key.name}_key" if key.sealed else key.name)
        if key.sealed and vault is not None:
            known = {text: vault.indexes(key.kind, text) for text in set(texts) if text}
            values.append([known.get(text, []) for text in texts])
        else:
            values.append([[] if value is None else [value] for value in _natives(table, key.name, texts)])
    lead = next((at for at, key in enumerate(keys) if key.sealed), 0)
    asked = [value for options in values[lead] for value in options]
    there: dict[tuple[Any, ...], Row] = {}
    for row in writing.read_rows(session, table, tenant_id, columns[lead], asked, wanted):
        if not ledger.has_column("removed_at") or row["removed_at"] is None:
            there[tuple(row[name] for name in columns)] = row
    found: dict[int, Row] = {}
    for at in range(frame.height):
        options = [column[at] for column in values]
        hit = next((there[key] for key in _products(options) if key in there), None)
        if hit is not None:
            found[at] = hit
    return found


def _products(options: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = [()]
    for part in options:
        found = [(*head, value) for head in found for value in part]
    return found


def _natives(table: Any, name: str, values: Sequence[Any]) -> list[Any]:
    """Values with the type the column gives back."""
    kind = table.c[name].type
    if isinstance(kind, Uuid):
        return writing.as_ids(values)
    if isinstance(kind, INTEGERS):
        return [value if value is None or isinstance(value, bool) else int(value) for value in values]
    return list(values)


def keep_extra(columns: writing.Columns, positions: Sequence[int], old: Sequence[Row]) -> None:
    """Of the extra columns of the rows at these positions, those that are not given stay as they are stored."""
    given = columns.get("extra")
    if given is not None:
        columns["extra"] = merged = list(given)
        for at, row in zip(positions, old, strict=True):
            merged[at] = dict(row["extra"] or {}) | given[at]


def differing(columns: writing.Columns, positions: Sequence[int], old: Sequence[Row]) -> set[int]:
    """Which of the rows at these positions say anything else than what is stored of them. Sealed values are compared
    by their keyed hash."""
    found: set[int] = set()
    for name, values in columns.items():
        if name.endswith("_sealed"):
            continue
        for at, row in zip(positions, old, strict=True):
            new, past = values[at], row[name]
            if new != past and (new or past or new == 0 != past or past == 0 != new):
                found.add(at)
    return found


def _insert(session: Session, table: Any, tenant_id: str, work: _Work) -> None:
    if not work.new:
        return
    columns = _picked(work.columns, work.new)
    columns["id"] = [work.ids[at] for at in work.new]
    columns["tenant_id"] = [tenant_id] * len(work.new)
    columns["version"] = [1] * len(work.new)
    writing.insert_rows(session, table, columns)


def _update(session: Session, table: Any, tenant_id: str, work: _Work) -> None:
    if not work.changed:
        return
    columns = _picked(work.columns, work.changed)
    columns["id"] = [work.ids[at] for at in work.changed]
    writing.update_rows(session, table, tenant_id, columns, [work.before[at]["version"] for at in work.changed])


def _entries(ledger: Ledger, fields: tuple[Field, ...], work: _Work) -> tuple[list[str], list[Any]]:
    """The names of the columns a batch entry keeps, and its rows."""
    kept = trailing.batch_fields(ledger, fields, work.columns, changed=bool(work.changed))
    columns = {one.column: work.columns[one.column] for one in kept}
    rows = trailing.batch_rows(kept, [work.ids[at] for at in work.new], None, _picked(columns, work.new))
    if work.changed:
        before = {name: [work.before[at][name] for at in work.changed] for name in columns}
        rows += trailing.batch_rows(kept, [work.ids[at] for at in work.changed], before, _picked(columns, work.changed))
    return list(columns), rows


def _picked(columns: writing.Columns, positions: Sequence[int]) -> writing.Columns:
    """Some rows of columns; all of them without a copy."""
    if not columns or len(positions) == len(next(iter(columns.values()))):
        return dict(columns)
    return {name: values.some(positions) if isinstance(values, Sealing) else [values[at] for at in positions]
            for name, values in columns.items()}


def _single(session: Session, ledger: Ledger, tenant_id: str, work: _Work, fields: tuple[Field, ...], actor: Actor,
            verb: str, reason: str = "") -> None:
    old = work.before.get(0)
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    for one in fields:
        values = work.columns.get("extra" if one.extra else one.column)
        if values is None:
            continue
        new = typed_extra(values[0].get(one.name), one) if one.extra else values[0]
        past = None if old is None else typed_extra((old["extra"] or {}).get(one.name), one) if one.extra else old[one.column]
        if (old is None and new not in (None, "", [])) or (old is not None and past != new):
            after[one.label] = trailing.told(new, one)
            if old is not None:
                before[one.label] = trailing.told(past, one)
    source = work.columns if old is None else {**{key: [value] for key, value in old.items()}, **work.columns}
    naming = ledger.naming
    name = source[naming.column][0] if naming.column in source else ""
    record(session, actor, ledger.write, trailing.sentence(verb, ledger.one, name, naming),
           subject=subject_of(ledger, work.ids[0]), tenant_id=tenant_id, unit_id=source["unit_id"][0],
           before=before if old is not None else None, after=after, reason=reason)
    if ledger.on_written is not None:
        ledger.on_written(session, tenant_id, [work.ids[0]], actor)


def _said(verb: str, ledger: Ledger, row: Any) -> str:
    return trailing.sentence(verb, ledger.one, getattr(row, ledger.naming.column), ledger.naming)


def _refuse_twin(session: Session, ledger: Ledger, tenant_id: str, frame: pl.DataFrame, fields: tuple[Field, ...],
                 own: uuid.UUID | None = None) -> None:
    """One record for each natural key."""
    keys = [field for field in fields if field.key]
    if not keys or not all(key.name in frame.columns for key in keys):
        return
    columns = ["id", "removed_at"] if ledger.has_column("removed_at") else ["id"]
    columns += [f"{key.name}_key" if key.sealed else key.name for key in keys]
    there = by_key(session, ledger, tenant_id, frame, keys, columns)
    if any(row["id"] != own for row in there.values()):
        message = N_("已有一条%(one)s的%(label)s与此相同，请改那一条")
        said = message % {"one": ledger.one, "label": "、".join(key.label for key in keys)}
        raise InvalidInput(message, {keys[0].name: said}, one=ledger.one, label="、".join(key.label for key in keys))
