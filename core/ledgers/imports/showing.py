"""What the pages of an import show: its columns with a few rows, and its errors by column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from core.errors import N_
from core.ledgers.imports.desk import Desk, columns_at, corrections_of, errors_of, sheet_at
from core.ledgers.imports.judging import MIDNIGHT
from core.ledgers.imports.mapping import CERTAIN, constant_fields
from core.ledgers.imports.models import Import, State
from core.ledgers.imports.sheets import ROW, Note
from core.ledgers.imports.uploading import guesses_for

#: word, status, icon
STATES = {
    State.UPLOADED: (N_("待核对列"), "info", "columns-3"),
    State.MAPPED: (N_("待核对内容"), "info", "checklist"),
    State.CHECKED: (N_("待确认"), "warning", "hourglass"),
    State.CONFIRMED: (N_("已导入"), "success", "circle-check"),
    State.DISCARDED: (N_("已放弃"), "plain", "ban"),
}
WHY = {"kept": (N_("上次的选择"), "success"), "label": (N_("列名相同"), "success"), "alias": (N_("常用别名"), "success"),
       "near": (N_("列名相近，请核对"), "warning"), "none": (N_("没有对应"), "plain"), "chosen": (N_("您的选择"), "success")}
#: how many different contents of a column are shown, and of how many rows; and how many errors
SAMPLE, SAMPLED, MOST_SHOWN = 5, 50, 200


@dataclass(frozen=True)
class Chosen:
    """What a person says of the columns: letter → field name, and whose merged cells hold for each of their rows."""

    fields: Mapping[str, str]
    filled: frozenset[str]
    constants: Mapping[str, str]


@dataclass(frozen=True)
class Wrong:
    """A bad cell as the page shows it, with whom or what its row is of; `hidden` where only whoever brought the file may
    see what it says."""

    row: int
    name: str
    column: str
    head: str
    value: str
    message: str
    hidden: bool


@dataclass(frozen=True)
class Errors:
    """The errors of a page: the shown ones, how many there are, and how many in each column."""

    shown: list[Wrong]
    total: int
    columns: list[tuple[str, str, int]]
    chosen: str


def notes_of(found: Import) -> list[Note]:
    """What was met in the file."""
    return [Note(message, params) for message, params in found.notes]


def columns_page(session: Session, desk: Desk, found: Import, chosen: Chosen | None, *, own: bool) -> dict[str, Any]:
    """The columns with what they probably are, and the first rows."""
    sheet, fields = sheet_at(desk, found), desk.fields(session)
    guesses = guesses_for(session, desk, sheet, fields)
    settled = chosen.fields if chosen is not None else (found.mapping if found.state != State.UPLOADED else None)
    kept = corrections_of(desk, found)
    filled, constants = (chosen.filled, chosen.constants) if chosen is not None else (kept.filled, kept.constants)
    merged = Counter(letter for _, _, letter in sheet.merged)
    rows = []
    for guess in guesses:
        field, why = guess.field, guess.why
        if settled is not None and settled.get(guess.column.letter, "") != field:
            field, why = settled.get(guess.column.letter, ""), "chosen"
        word, status = WHY[why]
        first = sheet.frame[guess.column.letter].head(SAMPLED).str.replace(MIDNIGHT, "$1")
        sample = list(dict.fromkeys(text for text in first.to_list() if text))[:SAMPLE] if own else []
        rows.append({"column": guess.column, "field": field, "word": word, "status": status, "sample": sample,
                     "certain": guess.certainty >= CERTAIN, "merged": merged[guess.column.letter],
                     "filled": guess.column.letter in filled})
    needed = [field.label for field in fields if (field.required and field.default is None) or field.key]
    return {"rows": rows, "fields": fields, "needed": needed, "constants": constants, "same": constant_fields(fields)}


def _plain_names(desk: Desk) -> tuple[str, ...]:
    """The field by which colleagues may know a row that somebody else brought."""
    return (desk.ledger.naming.name,) if desk.ledger.naming.kind == "name" else ()


def _naming(desk: Desk, found: Import, heads: Mapping[str, str]) -> str:
    """The column that says whom a row is of: where the ledger's own holds numbers, one that is headed 姓名."""
    own = next((letter for letter, name in found.mapping.items() if name == desk.ledger.naming.name), "")
    if own and desk.ledger.naming.kind in ("name", "text"):
        return own
    return next((letter for letter, head in heads.items() if head.endswith("姓名")), own)


def errors_page(session: Session, desk: Desk, found: Import, column: str, *, own: bool) -> Errors:
    """The first errors, of one column if one is chosen."""
    frame = errors_of(desk, found) if found.errors_file else None
    if frame is None or frame.is_empty():
        return Errors([], 0, [], "")
    heads = {one.letter: one.label for one in columns_at(desk, found)}
    sealed = {field.name for field in desk.fields(session) if field.sealed}
    counted = frame.group_by("column", maintain_order=True).len().sort("len", descending=True).rows()
    part = frame.filter(pl.col("column") == column) if column in heads else frame
    shown_rows, names = part.head(MOST_SHOWN), dict[int, str]()
    naming = _naming(desk, found, heads)
    if naming in heads and (own or found.mapping.get(naming) in _plain_names(desk)):
        asked = sheet_at(desk, found).frame.filter(pl.col(ROW).is_in(shown_rows[ROW].to_list()))
        names = dict(zip(asked[ROW].to_list(), asked[naming].to_list(), strict=True))
    shown = [Wrong(row, names.get(row) or "", letter, heads.get(letter, ""), (value or "") if own or field not in sealed else "", message,
                   hidden=not own and field in sealed)
             for row, letter, field, value, message in shown_rows.iter_rows()]
    return Errors(shown, part.height, [(letter, heads.get(letter, ""), count) for letter, count in counted],
                  column if column in heads else "")

