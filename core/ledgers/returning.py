"""Taking an edited export back: what was changed in the file, what here meanwhile, and where the two disagree.

Three states of a cell are compared by digests: as it was exported, as it is here now, as the file has it. What
only the file changed is merged; what both changed differently is a conflict, which a person decides.
"""

from __future__ import annotations

import base64
import json
import uuid
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any

import fastexcel
import polars as pl
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.host.ledgers import Field, Ledger, Proposed
from core.ledgers import crossing, queries
from core.ledgers.checking import ROW, check_frame
from core.ledgers.context import Context
from core.ledgers.freezing import frozen, frozen_message
from core.ledgers.imports.packages import open_package
from core.ledgers.referring import REFERENCES, names_for
from core.ledgers.storing import frame_of, store
from core.ledgers.values import called, stored, written
from core.ledgers.workbooks import MARKS, REF, Meta, digest, heading, sign
from core.privacy.vault import Vault

TAKEN_BACK = phrase(N_("收回%(title)s离线修改的文件：修改 %(count)s 条"))
MOST_CHANGES, HEAD_WITHIN = 5_000, 10
PURPOSE = "ledger.round_trip"


@dataclass(frozen=True)
class Mark:
    """A record as it was exported."""

    record_id: uuid.UUID
    version: int
    digests: dict[str, str]


@dataclass(frozen=True)
class File:
    """What an uploaded file holds: its marks by reference, and its rows as text by field."""

    meta: Meta
    marks: dict[str, Mark]
    rows: list[tuple[int, str, dict[str, str]]]


@dataclass(frozen=True)
class Change:
    """One cell that would change. `conflict`: it was changed here as well since the export."""

    row: int
    record_id: uuid.UUID
    version: int
    name: str
    field: Field
    now: str
    wanted: str
    conflict: bool

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.record_id.hex}.{self.field.name}"


@dataclass
class Comparison:
    """What a file would change here."""

    changes: list[Change] = field(default_factory=list)
    errors: list[tuple[int, str, str, str]] = field(default_factory=list)
    unchanged: int = 0
    new_rows: int = 0
    missing: int = 0
    gone: int = 0

    @property
    def conflicts(self) -> list[Change]:
        """The cells a person has to decide about."""
        return [change for change in self.changes if change.conflict]


def read_file(content: bytes, ledger: Ledger, fields: Sequence[Field], key: bytes) -> File:
    """An edited export; raises InvalidInput for any other file, and for one whose hidden sheet was touched."""
    if not content.startswith(b"PK"):
        raise InvalidInput(N_("请上传从这里导出的 Excel 文件（.xlsx）"))
    open_package(content)
    try:
        book = fastexcel.read_excel(content)
        names = list(book.sheet_names)
        if MARKS not in names:
            raise InvalidInput(N_("这个文件不是从台账导出的，或者另存时丢了隐藏的编号表；新的数据请用“导入”"))
        marks = book.load_sheet(MARKS, header_row=None, dtypes="string").to_polars()
        data = book.load_sheet(next(name for name in names if name != MARKS), header_row=None, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, StopIteration) as error:
        raise InvalidInput(N_("文件读不出来，请用 Excel 另存为 .xlsx 后再上传")) from error
    meta, found = _marks(marks, ledger, key)
    return File(meta, found, _rows(data, [field for field in fields if field.name in meta.fields]))


def _marks(frame: pl.DataFrame, ledger: Ledger, key: bytes) -> tuple[Meta, dict[str, Mark]]:
    touched = InvalidInput(N_("文件里隐藏的编号表被改动过，不能收回；请重新导出再改"))
    lines = [["" if part is None else part for part in line] for line in frame.iter_rows()]
    try:
        text, seal = lines[0][0], lines[0][1]
        if not compare_digest(seal, sign(key, text)):
            raise touched
        meta = Meta.read(text)
        found = {}
        for ref, record_id, version, digests, mark in (line[:5] for line in lines[1:]):
            if not compare_digest(mark, sign(key, text, ref, record_id, version, digests)):
                raise touched
            found[ref] = Mark(uuid.UUID(record_id), int(version), dict(zip(meta.fields, digests.split(" "), strict=True)))
    except (IndexError, ValueError, KeyError, TypeError) as error:
        raise touched from error
    if meta.ledger != ledger.code:
        raise InvalidInput(N_("这个文件是另一本台账的，请到那本台账上传"))
    return meta, found


def _rows(frame: pl.DataFrame, fields: Sequence[Field]) -> list[tuple[int, str, dict[str, str]]]:
    lines = [["" if part is None else part.strip() for part in line] for line in frame.iter_rows()]
    head = next((at for at, line in enumerate(lines[:HEAD_WITHIN]) if REF in line), None)
    if head is None:
        raise InvalidInput(N_("没有找到“%(ref)s”一列，它被删掉了；请重新导出再改"), ref=REF)
    places = {label: at for at, label in reversed(list(enumerate(lines[head])))}
    columns = {field.name: places[heading(field)] for field in fields if heading(field) in places}
    found = []
    for at, line in enumerate(lines[head + 1 :], start=head + 2):
        texts = {name: line[place] for name, place in columns.items()}
        if any(texts.values()) or line[places[REF]]:
            found.append((at, line[places[REF]], texts))
    return found


def compare(session: Session, ledger: Ledger, scope: Scope, file: File, fields: Sequence[Field], context: Context,
            key: bytes) -> Comparison:
    """Compare a file with what is here now, within the scope in which the person may write."""
    found, taken = Comparison(), set()
    rows: list[tuple[int, Mark, dict[str, str]]] = []
    for at, ref, texts in file.rows:
        mark = file.marks.get(ref)
        if mark is None or ref in taken:
            found.new_rows += 1
        else:
            taken.add(ref)
            rows.append((at, mark, texts))
    found.missing = len(file.marks) - len(taken)
    here = {row.id: row for row in queries.chosen_records(session, ledger, scope, [mark.record_id for _, mark, _ in rows])
            if getattr(row, "removed_at", None) is None}
    found.gone = sum(mark.record_id not in here for _, mark, _ in rows)
    rows = [row for row in rows if row[1].record_id in here]
    editable = [field for field in fields if field.editable and field.name in file.meta.fields]
    asked = {at: {field.name: texts[field.name] for field in editable if field.name in texts
                  and digest(key, texts[field.name]) != mark.digests[field.name]} for at, mark, texts in rows}
    typed, wrong = _judged(ledger, asked, editable, context)
    found.errors = wrong
    bad = {(at, label) for at, label, _, _ in wrong}
    names = names_for(session, list(here.values()), editable, typed.values())
    wanted: list[tuple[int, Any, list[Change]]] = []
    for at, mark, _ in rows:
        changes = _changes(ledger, at, mark, here[mark.record_id], asked[at], typed.get(at, {}), editable, names, bad, key)
        if changes and ledger.process is not None and frozen(ledger, here[mark.record_id].state):
            said = frozen_message(ledger, here[mark.record_id].state)
            found.errors += [(at, change.field.label, change.wanted, said) for change in changes]
            continue
        if changes:
            wanted.append((at, here[mark.record_id], changes))
        found.unchanged += not changes
    _let_through(session, ledger, found, wanted, typed)
    if len(found.changes) > MOST_CHANGES:
        raise InvalidInput(N_("文件里改动了 %(count)s 处，一次最多收回 %(most)s 处，请分几个文件上传"),
                           count=len(found.changes), most=MOST_CHANGES)
    return found


def _let_through(session: Session, ledger: Ledger, found: Comparison, wanted: Sequence[tuple[int, Any, list[Change]]],
                 typed: Mapping[int, Mapping[str, Any]]) -> None:
    """Take the changes over, but for those of records of which only the database can tell that they cannot be stored."""
    refused = _crossed(session, ledger, wanted, typed)
    for tenant_id in {row.tenant_id for _, row, _ in wanted} if ledger.judge is not None else ():
        own = [(at, row, changes) for at, row, changes in wanted if row.tenant_id == tenant_id and at not in refused]
        assert ledger.judge is not None  # or there are no tenants to ask about
        said = ledger.judge(session, tenant_id, [_proposed(row, changes, typed[at]) for at, row, changes in own])
        refused |= {own[one.at][0]: one.message for one in said}
    for at, _, changes in wanted:
        if at in refused:
            found.errors += [(at, change.field.label, change.wanted, refused[at]) for change in changes]
        else:
            found.changes += changes


def _crossed(session: Session, ledger: Ledger, wanted: Sequence[tuple[int, Any, list[Change]]],
             typed: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """What rules across fields say of rows that change some of them, by row number."""
    plain = ["id", *(field.name for field in ledger.fields if not field.sealed)]
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[int, Any]]] = {}
    for at, row, changes in wanted:
        groups.setdefault((row.tenant_id, tuple(sorted(change.field.name for change in changes))), []).append((at, row))
    refused: dict[int, str] = {}
    for (tenant_id, given), rows in groups.items():
        checks = crossing.touched_checks(ledger, given)
        if not checks:
            continue
        frame = frame_of(ledger, [{name: typed[at].get(name) for name in given} for at, _ in rows], ledger.fields)
        if ledger.prepare is not None:
            frame = ledger.prepare(frame, session)
        old = [{name: getattr(row, name) for name in plain} for _, row in rows]
        refused |= {rows[one.at][0]: one.message for one in crossing.broken(session, ledger, tenant_id, checks, frame, given, old)}
    return refused


def _proposed(row: Any, changes: Sequence[Change], values: Mapping[str, Any]) -> Proposed:
    old = {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}
    new = {change.field.name: values.get(change.field.name) for change in changes}
    ids = {change.field.name for change in changes if change.field.kind in REFERENCES}
    return {**old, **{name: uuid.UUID(str(value)) if name in ids and value else value for name, value in new.items()}}, old


def _judged(ledger: Ledger, asked: Mapping[int, Mapping[str, str]], fields: Sequence[Field],
            context: Context) -> tuple[dict[int, dict[str, Any]], list[tuple[int, str, str, str]]]:
    """The cells that differ, judged one field at a time: rows change different cells."""
    typed: dict[int, dict[str, Any]] = {at: {} for at in asked}
    wrong: list[tuple[int, str, str, str]] = []
    for one in fields:
        cells = [(at, texts[one.name]) for at, texts in asked.items() if one.name in texts]
        if not cells:
            continue
        frame = pl.DataFrame({ROW: [at for at, _ in cells], one.name: [text for _, text in cells]},
                             schema={ROW: pl.Int64, one.name: pl.String})
        if one.document:  # what is stored of it is known to `_crossed`
            frame = frame.with_columns(pl.lit(None, pl.String).alias(one.document))
        partial = Context(context.finders, partial=True, optional=frozenset({"unit_id"}))
        checked = check_frame(ledger, frame, partial, [one])
        for row in checked.rows.iter_rows(named=True):
            typed[row[ROW]][one.name] = row[one.name]
        wrong += [(row["row"], one.label, row["value"] or "", row["message"]) for row in checked.errors.iter_rows(named=True)]
    return typed, sorted(wrong)


def _changes(ledger: Ledger, at: int, mark: Mark, row: Any, texts: Mapping[str, str], values: Mapping[str, Any],
             fields: Sequence[Field], names: Mapping[uuid.UUID, str], bad: set[tuple[int, str]], key: bytes) -> list[Change]:
    found = []
    name = written(getattr(row, ledger.naming.column), ledger.naming)
    for one in fields:
        if one.name not in texts or (at, one.label) in bad:
            continue
        value = values.get(one.name)
        if one.kind in REFERENCES and value is not None:
            value = uuid.UUID(str(value))
        now = called(row, one) or written(stored(row, one), one, names)
        wanted = called(row, one, values) or written(value, one, names)
        if digest(key, wanted) == mark.digests[one.name] or wanted == now or (one.kind == "unit" and value is None):
            continue
        there = digest(key, now) != mark.digests[one.name]
        found.append(Change(at, row.id, row.version, name, one, now, wanted, there))
    return found


# Between preview and confirmation

def pack(vault: Vault, account_id: uuid.UUID, changes: Sequence[Change]) -> str:
    """The changes for the form of the preview, sealed for the person who looks at it."""
    parts = [[change.record_id.hex, change.version, change.field.name, change.wanted, change.conflict] for change in changes]
    packed = base64.b64encode(zlib.compress(json.dumps(parts, ensure_ascii=False).encode())).decode()
    return base64.urlsafe_b64encode(vault.seal(PURPOSE, account_id, packed)).decode()


def unpack(vault: Vault, account_id: uuid.UUID, text: str) -> list[tuple[uuid.UUID, int, str, str, bool]]:
    """The same again; anything else is refused."""
    try:
        packed = vault.open(PURPOSE, account_id, base64.urlsafe_b64decode(text))
        parts = json.loads(zlib.decompress(base64.b64decode(packed)))
    except Exception as error:
        raise InvalidInput(N_("预览已失效，请重新上传文件")) from error
    return [(uuid.UUID(record_id), version, name, wanted, conflict) for record_id, version, name, wanted, conflict in parts]


def merge(session: Session, ledger: Ledger, scope: Scope, parts: Sequence[tuple[uuid.UUID, int, str, str, bool]], mine: set[str],
          fields: Sequence[Field], context: Context, actor: Actor) -> int:
    """Write the changes without conflict, and those in `mine`; how many records changed."""
    wanted: dict[uuid.UUID, dict[str, str]] = {}
    versions: dict[uuid.UUID, int] = {}
    for record_id, version, name, text, conflict in parts:
        if not conflict or f"{record_id.hex}.{name}" in mine:
            wanted.setdefault(record_id, {})[name] = text
            versions[record_id] = version
    here = {row.id: row for row in queries.chosen_records(session, ledger, scope, list(wanted))}
    if len(here) < len(wanted):
        raise Conflict(N_("有 %(count)s 条记录已不在您的范围内，请重新上传文件"), count=len(wanted) - len(here))
    groups: dict[tuple[str, tuple[str, ...]], list[uuid.UUID]] = {}
    for record_id, texts in wanted.items():
        groups.setdefault((here[record_id].tenant_id, tuple(sorted(texts))), []).append(record_id)
    changed = 0
    for (tenant_id, names), ids in groups.items():
        asked = [one for one in fields if one.name in names]
        frame = pl.DataFrame({name: [wanted[one][name] for one in ids] for name in names}, schema=dict.fromkeys(names, pl.String))
        partial = Context(context.finders, partial=True, optional=frozenset({"unit_id"}))
        checked = check_frame(ledger, frame, partial, asked)
        if not checked.errors.is_empty():
            raise InvalidInput(N_("有 %(count)s 处改动不合规定，请重新上传文件"), count=checked.errors.height)
        rows = checked.rows.with_columns(id=pl.Series([str(one) for one in ids]), version=pl.Series([versions[one] for one in ids]))
        changed += store(session, ledger, tenant_id, rows.drop(ROW), actor, "update", fields=fields,
                         sentence=TAKEN_BACK(title=ledger.title, count=len(ids))).updated
    return changed
