"""The steps between upload and confirmation: map the columns, judge the rows, put cells right, give up.

Nothing reaches the ledger before `confirming.confirm`. Every step that changes what would be stored raises the
import's `turn`; a check or a confirmation names the turn it saw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace

import polars as pl
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import uncollected, utcnow
from core.extensions.phrases import phrase
from core.host.ledgers import Field, Ledger
from core.ledgers.checking import check_frame
from core.ledgers.context import Context
from core.ledgers.finding import finders_for
from core.ledgers.freezing import frozen_message
from core.ledgers.imports import mapping, queries, refusing, returning, standing
from core.ledgers.imports.desk import (
    Desk,
    changing,
    columns_at,
    corrections_of,
    errors_of,
    keep_corrections,
    let_go,
    sheet_at,
    trail,
)
from core.ledgers.imports.judging import ERRORS, Judged, judge
from core.ledgers.imports.models import Import, Mapping, State
from core.ledgers.imports.sheets import ROW, Note
from core.ledgers.imports.staging import packed_frame

GIVEN_UP = phrase(N_("放弃导入“%(file_name)s”中没有存入的内容（%(title)s）"))
#: up to so many rows are judged and stored while the person waits
AT_ONCE = 2_000
#: the longest value that can be put right in the browser
LONGEST = 2_000
EMPTIED = N_("“%(label)s”有 %(count)s 格在表格里是空的，会清空已有的内容")
_FOREIGN = N_("这条记录已登记在别的单位，不在您的范围内，请与上级核对")


@dataclass(frozen=True)
class Findings:
    """What a check found, before it is kept: the judged rows, what they would do, and what to report."""

    turn: int
    judged: Judged
    place: standing.Standing
    notes: tuple[Note, ...]


def map_columns(session: Session, desk: Desk, found: Import, chosen: Map[str, str], filled: Iterable[str] = (),
                constants: Map[str, str] | None = None) -> None:
    """Accept a person's mapping (letter → field name) and remember it for this header. `filled`: letters of columns
    whose merged cells hold for each of their rows; `constants`: what fields without a column say in every row."""
    found = changing(session, found)
    columns, corrections = columns_at(desk, found), corrections_of(desk, found)
    fields = desk.fields(session)
    same = {name: text.strip() for name, text in (constants or {}).items()
            if text.strip() and name not in chosen.values() and name in {one.name for one in mapping.constant_fields(fields)}}
    _refuse_constants(session, desk, fields, same)
    found.mapping = mapping.accepted(fields, columns, chosen, same)
    found.state = State.MAPPED
    spread = frozenset(filled) & {column.letter for column in columns}
    if spread != corrections.filled or same != corrections.constants:
        keep_corrections(session, desk, found, replace(corrections, filled=spread, constants=same))
    kept = session.get(Mapping, (desk.tenant_id, desk.ledger.code, mapping.signature(columns)))
    if kept is None:
        kept = Mapping(tenant_id=desk.tenant_id, ledger=desk.ledger.code, signature=mapping.signature(columns))
        session.add(kept)
    kept.fields = {column.label: found.mapping.get(column.letter, "") for column in columns}
    kept.who, kept.at = desk.actor.name[:80], utcnow()


def _refuse_constants(session: Session, desk: Desk, fields: Sequence[Field], constants: Map[str, str]) -> None:
    asked = [one for one in fields if one.name in constants]
    if asked:
        context = Context(finders_for(session, desk.tenant_id, desk.scope), partial=True)
        wrong = check_frame(desk.ledger, pl.DataFrame({one.name: [constants[one.name]] for one in asked}), context, asked).errors
        if not wrong.is_empty():
            said = "；".join(dict.fromkeys(wrong["message"].to_list()))
            raise InvalidInput(said)


@uncollected()
def look(session: Session, desk: Desk, found: Import) -> Findings:
    """Judge every row; writes nothing, so that large lists hold nobody up."""
    if found.state in (State.UPLOADED, State.DISCARDED):
        raise Conflict(N_("请先核对各列对应的字段"))
    fields, sheet = desk.fields(session), sheet_at(desk, found)
    context = Context(finders_for(session, desk.tenant_id, desk.scope))
    judged = judge(desk.ledger, fields, sheet, found.mapping, context, corrections_of(desk, found))
    place = standing.stand(session, desk.ledger, desk.tenant_id, judged.rows, fields, desk.scope, desk.unit.id)
    good, ledger = judged.rows, desk.ledger
    judged = judged.refused(_at_key(ledger, good, place.foreign, found.mapping, [_FOREIGN] * len(place.foreign)))
    judged = judged.refused(_at_key(ledger, good, place.frozen, found.mapping, [
        frozen_message(ledger, place.old[at]["state"]) for at in place.frozen]))
    refused = refusing.refusals(session, desk, good, fields, place)
    judged = judged.refused(refusing.cells(refused, good, found.mapping, _key(ledger, good)))
    place = standing.without(place, {one.at for one in refused})
    return Findings(found.turn, judged, place, (*sheet.notes, *judged.notes, *_emptied_notes(fields, place)))


def _emptied_notes(fields: Sequence[Field], place: standing.Standing) -> list[Note]:
    """What an import would empty, field by field: whoever fills in a few columns of a template rarely means it."""
    counted = Counter(name for names in place.emptied.values() for name in names)
    return [Note(EMPTIED, {"label": one.label, "count": counted[one.name]}) for one in fields if counted[one.name]]


def keep(session: Session, desk: Desk, found: Import, findings: Findings) -> None:
    """Stage what a check found, unless the import has moved on meanwhile."""
    found = queries.locked(session, found)
    if found.turn != findings.turn:
        raise Conflict(N_("核对之后文件或改正有变化，请重新核对后再确认"))
    judged, place = findings.judged, findings.place
    desk.staging.remove_after(session, [found.rows_file, found.errors_file])
    found.rows_file = desk.staging.keep(packed_frame(judged.rows))
    found.errors_file = desk.staging.keep(packed_frame(judged.errors))
    found.notes = [[note.message, dict(note.params)] for note in findings.notes]
    found.counts = {"rows": judged.total, "good": judged.rows.height, "bad": judged.bad, "errors": judged.errors.height,
                    "created": len(place.new), "updated": len(place.changed), "unchanged": len(place.unchanged),
                    "emptied": sum(map(len, place.emptied.values()))}
    found.state, found.checked_at = State.CHECKED, utcnow()


def check(session: Session, desk: Desk, found: Import) -> Judged:
    """Judge every row and stage the result."""
    found = queries.locked(session, found)
    findings = look(session, desk, found)
    keep(session, desk, found, findings)
    return findings.judged


def correct(session: Session, desk: Desk, found: Import, cells: Iterable[tuple[int, str, str]],
            dropped: Iterable[int] = ()) -> None:
    """Put cells right in the browser (row, column letter, value) and leave rows out. It all stands sealed beside the
    file until it is confirmed."""
    found = changing(session, found)
    corrections, rows = corrections_of(desk, found), set(sheet_at(desk, found).frame[ROW].to_list())
    for row, letter, value in cells:
        if letter not in found.mapping or row not in rows:
            raise InvalidInput(N_("这一格没有导入，不必改正"))
        corrections = corrections.with_cell(row, letter, value.strip()[:LONGEST])
    for row in dropped:
        corrections = corrections.without(row)
    keep_corrections(session, desk, found, corrections)


def discard(session: Session, desk: Desk, found: Import) -> None:
    """Give an import up: what is staged goes, what was stored stays."""
    found = queries.locked(session, found)
    if found.state == State.DISCARDED:
        return
    if found.state == State.CONFIRMED and not found.counts.get("bad"):
        raise Conflict(N_("这次导入已经完成，没有可以放弃的内容"))
    let_go(session, desk.staging, found)
    if found.state == State.CONFIRMED:
        found.counts = {**found.counts, "discarded": found.counts["bad"], "bad": 0, "errors": 0}
    else:
        found.state = State.DISCARDED
    found.turn += 1
    trail(session, desk, found, GIVEN_UP(file_name=found.file_name, title=desk.ledger.title), {})


def returned(session: Session, desk: Desk, found: Import, say: Callable[[str], str] = str) -> tuple[bytes, str]:
    """The person's own workbook with every bad cell coloured and explained by what `say` makes of each message, and its
    name."""
    labels = {one.name: say(one.label) for one in desk.fields(session)}
    return returning.marked(desk.staging.open(found.source), found.file_kind, found.id, sheet_at(desk, found),
                            errors_of(desk, found), corrections_of(desk, found), labels, say), returning.named(found.file_name, say)


def _at_key(ledger: Ledger, rows: pl.DataFrame, positions: list[int], letters: Map[str, str],
            messages: list[str]) -> pl.DataFrame:
    """Errors of rows that name a record of another unit, or a frozen one, at their key."""
    key = _key(ledger, rows)
    if not positions or not key:
        return pl.DataFrame(schema=ERRORS)
    letter = next((letter for letter, name in letters.items() if name == key), "")
    return rows[positions].select(ROW, column=pl.lit(letter), field=pl.lit(key), value=pl.col(key).cast(pl.String),
                                  message=pl.Series(messages, dtype=pl.String))


def _key(ledger: Ledger, rows: pl.DataFrame) -> str:
    """The field that names a row of the file, or ""."""
    return next((one.name for one in ledger.fields if one.key and one.name in rows.columns), "")
