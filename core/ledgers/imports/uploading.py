"""Taking a file in: a new one, the same again, or the returned workbook of an import under way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput
from core.extensions import new_id, uncollected
from core.extensions.phrases import phrase
from core.host.ledgers import Field
from core.ledgers.imports import mapping, parts, queries, returning
from core.ledgers.imports.desk import (
    Desk,
    changing,
    columns_at,
    corrections_of,
    keep_corrections,
    labels_of,
    sheet_at,
    trail,
)
from core.ledgers.imports.judging import Corrections
from core.ledgers.imports.models import Import, State
from core.ledgers.imports.reading import read
from core.ledgers.imports.sheets import Sheet, Workbook
from core.ledgers.imports.staging import packed_sheet

UPLOADED = phrase(N_("上传“%(file_name)s”，准备导入%(title)s"))
UPLOADED_AGAIN = phrase(N_("重新上传“%(file_name)s”，接着导入%(title)s"))
ROWS_UPLOADED = phrase(N_("重新上传“%(file_name)s”中有误的行，接着导入%(title)s"))


@dataclass(frozen=True)
class Taken:
    """What became of an upload: `outcome` is new, again (the same file, nothing changed), continued."""

    found: Import
    outcome: str


@uncollected()
def take_in(session: Session, desk: Desk, file_name: str, content: bytes, *, afresh: bool = False) -> Taken:
    """Read an uploaded file and stage it. A file seen before changes nothing; a workbook that was returned with
    marks carries its import on."""
    digest = hashlib.sha256(content).hexdigest()
    same = queries.find_same_file(session, desk.ledger, desk.tenant_id, desk.unit.id, digest)
    if same is not None and not afresh:
        return Taken(same, "again")
    fields = desk.fields(session)
    book = read(content, file_name, labels_of(fields))
    number = returning.import_of(content)
    carried = queries.find_open(session, desk.ledger, desk.tenant_id, number) if number else None
    if carried is not None and carried.unit_id == desk.unit.id:
        part = next((sheet for sheet in book.sheets if parts.is_part(sheet)), None)
        if part is not None:
            _take_back(session, desk, carried, part, digest)
            return Taken(carried, "continued")
        _replace(session, desk, carried, file_name, content, digest, book)
        return Taken(carried, "continued")
    found = Import(tenant_id=desk.tenant_id, id=new_id(), unit_id=desk.unit.id, ledger=desk.ledger.code,
                   account_id=desk.actor.account_id, who=desk.actor.name[:80], turn=0)
    _fill(desk, found, file_name, content, digest, book, book.best())
    found.mapping = _proposed(session, desk, found, book.best(), fields)
    session.add(found)
    session.flush()  # the trail names it
    trail(session, desk, found, UPLOADED(file_name=found.file_name, title=desk.ledger.title), {"file_hash": digest})
    return Taken(found, "new")


def pick_sheet(session: Session, desk: Desk, found: Import, name: str) -> None:
    """Take another sheet of the file than the one proposed."""
    found = changing(session, found)
    book = read(desk.staging.open(found.source), found.file_name, labels_of(desk.fields(session)))
    sheet = next((one for one in book.sheets if one.name == name), None)
    if sheet is None:
        raise InvalidInput(N_("文件里没有名为“%(name)s”的工作表"), name=name)
    _stage_sheet(session, desk, found, book, sheet)
    found.mapping = _proposed(session, desk, found, sheet, desk.fields(session))
    desk.staging.remove_after(session, [found.corrections])
    found.state, found.corrections = State.UPLOADED, ""


def guesses_for(session: Session, desk: Desk, sheet: Sheet, fields: tuple[Field, ...]) -> list[mapping.Guess]:
    """What each column of a sheet probably is."""
    kept = queries.find_mapping(session, desk.ledger, desk.tenant_id, mapping.signature(sheet.columns))
    return mapping.propose(fields, sheet.columns, kept)


def _replace(session: Session, desk: Desk, found: Import, file_name: str, content: bytes, digest: str, book: Workbook) -> None:
    """Put the returned workbook in the place of the file it was made from."""
    found = queries.locked(session, found)
    before = {column.label: found.mapping.get(column.letter, "") for column in columns_at(desk, found)}
    sheet = next((one for one in book.sheets if one.name == found.sheet), book.best())
    _fill(desk, found, file_name, content, digest, book, sheet, session)
    names = {column.letter: before.get(column.label, "") for column in sheet.columns}
    found.mapping = {letter: name for letter, name in names.items() if name}
    constants = corrections_of(desk, found).constants
    desk.staging.remove_after(session, [found.corrections])
    found.corrections = ""  # the file says it now, but for what no column of it says
    if constants:
        keep_corrections(session, desk, found, Corrections(constants=constants))
    same = {column.label for column in sheet.columns} >= {label for label, name in before.items() if name}
    found.state, found.counts = (State.MAPPED if same and found.mapping else State.UPLOADED), {"rows": sheet.frame.height}
    if not same:
        found.mapping = _proposed(session, desk, found, sheet, desk.fields(session))
    trail(session, desk, found, UPLOADED_AGAIN(file_name=found.file_name, title=desk.ledger.title), {"file_hash": digest})


def _take_back(session: Session, desk: Desk, found: Import, part: Sheet, digest: str) -> None:
    """Put right what has been put right in a returned list of bad rows."""
    found = changing(session, found)
    keep_corrections(session, desk, found, parts.taken_back(part, sheet_at(desk, found), corrections_of(desk, found)))
    trail(session, desk, found, ROWS_UPLOADED(file_name=found.file_name, title=desk.ledger.title), {"file_hash": digest})


def _fill(desk: Desk, found: Import, file_name: str, content: bytes, digest: str, book: Workbook, sheet: Sheet,
          session: Session | None = None) -> None:
    if session is not None:
        desk.staging.remove_after(session, [found.source])
    found.file_name, found.file_hash, found.file_size = file_name[-160:], digest, len(content)
    found.file_kind, found.source = book.kind, desk.staging.keep(content)
    found.turn += 1
    _stage_sheet(session, desk, found, book, sheet)


def _stage_sheet(session: Session | None, desk: Desk, found: Import, book: Workbook, sheet: Sheet) -> None:
    sheet = replace(sheet, notes=(*book.notes, *sheet.notes))
    if session is not None:
        desk.staging.remove_after(session, [found.source_sheet, found.rows_file, found.errors_file])
    found.source_sheet, found.rows_file, found.errors_file = desk.staging.keep(packed_sheet(sheet)), "", ""
    found.sheet = sheet.name
    found.sheets = [{"name": one.name, "rows": one.frame.height, "hidden": one.hidden} for one in book.sheets]
    found.notes = [[note.message, dict(note.params)] for note in sheet.notes]
    found.counts = {"rows": sheet.frame.height}


def _proposed(session: Session, desk: Desk, found: Import, sheet: Sheet, fields: tuple[Field, ...]) -> dict[str, str]:
    guesses = guesses_for(session, desk, sheet, fields)
    return {guess.column.letter: guess.field for guess in guesses if guess.field}
