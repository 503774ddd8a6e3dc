"""An outside list taken in: uploaded, its columns named once, its rows kept under seal."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, new_id, today, utcnow
from core.extensions.phrases import phrase
from core.ledgers.finding import find_units
from core.ledgers.imports.mapping import signature
from core.ledgers.imports.models import Mapping as Remembered
from core.ledgers.imports.reading import read
from core.ledgers.imports.sheets import Note, Sheet
from core.ledgers.imports.staging import packed_sheet, sheet_of
from core.ledgers.writing import check_open, insert_rows
from core.matching import fields
from core.matching.models import Source, SourceRow, State
from core.matching.permissions import Action
from core.matching.rules.words import KINDS, OF_SCHOOLS
from core.privacy.columns import triples
from core.privacy.files import SealedFiles
from core.privacy.vault import vault_of
from core.trail.services import record
from core.units.models import Unit

UPLOADED = phrase(N_("上传名单“%(title)s”，%(count)s 行"))
LOADED = phrase(N_("导入名单“%(title)s”，%(count)s 人"))
REMOVED = phrase(N_("移除名单“%(title)s”"))
#: larger lists are taken in by a job
AT_ONCE = 2_000
FOLDER = "matching"


@dataclass(frozen=True)
class Place:
    """Where a list is taken in: who, at which unit of which tenant, how far they reach, and where files wait."""

    tenant_id: str
    unit: Unit
    actor: Actor
    scope: Scope
    files: SealedFiles


def take_in(session: Session, place: Place, content: bytes, file_name: str, kind: str, title: str, as_on: dt.date | None) -> Source:
    """Read an uploaded list and stage it. Raises InvalidInput for what cannot be read, Conflict for the very same file."""
    if kind not in KINDS:
        raise InvalidInput(N_("请选择名单的种类"), fields={"kind": "必选"})
    if as_on is None or as_on > today():
        raise InvalidInput(N_("请填写名单是哪一天的，不能晚于今天"), fields={"as_on": "不晚于今天"})
    digest = hashlib.sha256(content).hexdigest()
    same = session.scalar(select(Source.title).where(
        Source.tenant_id == place.tenant_id, Source.unit_id == place.unit.id, Source.file_hash == digest, Source.kind == kind,
        Source.as_on == as_on, Source.removed_at.is_(None)))
    if same is not None:
        raise Conflict(N_("这份文件已经导入过：“%(title)s”"), title=same)
    book = read(content, file_name, fields.labels())
    sheet = book.best()
    file_id = new_id()
    place.files.keep(file_id, io.BytesIO(packed_sheet(sheet)))
    source = Source(tenant_id=place.tenant_id, id=new_id(), unit_id=place.unit.id, kind=kind, as_on=as_on,
                    title=(title.strip() or f"{KINDS[kind]} {as_on}")[:120], file_name=file_name[-160:], file_hash=digest,
                    staged=file_id.hex, counts={"rows": sheet.frame.height}, who=place.actor.name[:80],
                    account_id=place.actor.account_id, notes=[[note.message, dict(note.params)] for note in (*book.notes, *sheet.notes)])
    source.mapping = fields.proposed(sheet.columns, _kept(session, place.tenant_id, kind, sheet))
    session.add(source)
    session.flush()  # the trail names it
    record(session, place.actor, Action.SOURCE_WRITE, UPLOADED(title=source.title, count=sheet.frame.height), subject=f"source:{source.id}",
           tenant_id=place.tenant_id, unit_id=source.unit_id, after={"file_hash": digest, "kind": kind, "as_on": str(as_on)})
    return source


def staged(place: Place, source: Source) -> Sheet:
    """The list as it was read from the file."""
    if not source.staged:
        raise Conflict(N_("这份名单已经导入"))
    return sheet_of(place.files.read(uuid.UUID(source.staged)))


def map_columns(session: Session, place: Place, source: Source, choice: Mapping[str, str]) -> None:
    """Decide what each column is; the same header needs no decision again."""
    if source.state != State.UPLOADED:
        raise Conflict(N_("这份名单已经导入"))
    sheet = staged(place, source)
    source.mapping = fields.chosen(sheet.columns, choice)
    key = (place.tenant_id, _ledger(source.kind), signature(sheet.columns))
    kept = session.get(Remembered, key)
    if kept is None:
        kept = Remembered(tenant_id=key[0], ledger=key[1], signature=key[2])
        session.add(kept)
    kept.fields = fields.remembered(sheet.columns, source.mapping)
    kept.who, kept.at = place.actor.name[:80], utcnow()


def load(session: Session, place: Place, source: Source) -> int:
    """Store the rows of a mapped list; gives how many. The staged file goes with the commit."""
    check_open(session, place.tenant_id)
    if source.state == State.READY:
        raise Conflict(N_("这份名单已经导入"))
    sheet = staged(place, source)
    frame = fields.read_rows(sheet, source.mapping)
    if frame.is_empty():
        raise InvalidInput(N_("没有一行有姓名，请重新选择姓名列"))
    _store(session, place, source, frame)
    source.others = [column.label for column in sheet.columns if source.mapping.get(column.letter) == fields.OTHER]
    left_out = sheet.frame.height - frame.height
    if left_out:
        source.notes = [*source.notes, _said(Note(N_("%(count)s 行没有姓名，没有导入"), {"count": left_out}))]
    source.counts = {"rows": frame.height, "faults": int((frame["id_fault"] != "").sum())}
    _let_go(session, place, source)
    source.state = State.READY
    record(session, place.actor, Action.SOURCE_WRITE, LOADED(title=source.title, count=frame.height), subject=f"source:{source.id}",
           tenant_id=place.tenant_id, unit_id=source.unit_id, after=dict(source.counts))
    return frame.height


def _store(session: Session, place: Place, source: Source, frame: pl.DataFrame) -> None:
    villages = _units(session, place, frame["village"])
    schools = _units(session, place, frame["school"])
    count = frame.height
    ids = [new_id() for _ in range(count)][::-1]  # pages show the last id first: so the list in its own order
    at_school = source.kind in OF_SCHOOLS
    units = [(school or village if at_school else village or school) or source.unit_id
             for village, school in zip(villages, schools, strict=True)]
    others = [{name: text for name, text in (row or {}).items() if text} for row in frame["other"]]
    insert_rows(session, SourceRow.__table__, {  # type: ignore[arg-type]
        "id": ids, "tenant_id": [place.tenant_id] * count, "source_id": [source.id] * count, "unit_id": units,
        "row_number": frame["row_number"].to_list(), "name": frame["name"].to_list(), "name_key": frame["name_key"].to_list(),
        "birth_on": frame["birth_on"].to_list(), **triples(vault_of(session), SourceRow, "id_number", ids, frame["id_number"].to_list()),
        "id_fault": frame["id_fault"].to_list(), "village_id": villages, "school_id": schools,
        "village": frame["village"].fill_null("").to_list(), "school": frame["school"].fill_null("").to_list(),
        "guardian": frame["guardian"].to_list(), "category": frame["category"].to_list(), "other": others,
        "person_id": [None] * count, "linked_by": [""] * count, "came_by": [[] for _ in range(count)]})


def _units(session: Session, place: Place, texts: Iterable[str | None]) -> list[uuid.UUID | None]:
    """The units that the texts name within the person's reach; what names none, or several, stands as text alone."""
    given = list(texts)
    found = find_units(session, place.tenant_id, place.scope, {text for text in given if text})
    answers = [found.get(text) if text else None for text in given]
    return [answer if isinstance(answer, uuid.UUID) else None for answer in answers]


def remove(session: Session, place: Place, source: Source) -> None:
    """Take a list off; decisions made on it stay remembered."""
    if source.removed_at is not None:
        raise Conflict(N_("这份名单已经移除"))
    source.removed_at = utcnow()
    _let_go(session, place, source)
    record(session, place.actor, Action.SOURCE_WRITE, REMOVED(title=source.title), subject=f"source:{source.id}",
           tenant_id=source.tenant_id, unit_id=source.unit_id, before={"removed": False}, after={"removed": True})


def _let_go(session: Session, place: Place, source: Source) -> None:
    """The file goes once the transaction has committed."""
    if source.staged:
        file_id = uuid.UUID(source.staged)
        event.listen(session, "after_commit", lambda _session: place.files.remove(file_id), once=True)
        source.staged = ""


def _kept(session: Session, tenant_id: str, kind: str, sheet: Sheet) -> dict[str, str] | None:
    kept = session.get(Remembered, (tenant_id, _ledger(kind), signature(sheet.columns)))
    return kept.fields if kept else None


def _ledger(kind: str) -> str:
    return f"core.sources.{kind}"


def _said(note: Note) -> list[object]:
    return [note.message, dict(note.params)]
