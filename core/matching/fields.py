"""The columns of an outside list that matter for matching, and how their cells read.

An outside list is taken as it is: a cell that cannot be read is kept out of the matching and counted, never refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence

import polars as pl

from core.errors import N_, InvalidInput
from core.host.ledgers import Field, Ledger
from core.ledgers.imports.mapping import accepted, propose
from core.ledgers.imports.serials import as_days
from core.ledgers.imports.sheets import ROW, Column, Sheet
from core.ledgers.kinds import rules_of, words_of
from core.matching.models import SourceRow
from core.matching.permissions import Action
from core.registry.rules.documents import CITIZEN, SYNONYMS, beyond_doubt, normal_document, read_document
from core.registry.rules.identity import normal_id, read_id
from core.registry.rules.names import clean_name, name_keys
from core.registry.rules.words import ID_KINDS

FIELDS = (
    Field("name", "姓名", "name", required=True, aliases=("学生姓名", "人员姓名", "成员姓名", "受助学生姓名")),
    Field("id_number", "身份证号", "id_number", aliases=("身份证件号", "公民身份号码", "证件号码", "身份证号码", "学生身份证号", "证件号")),
    Field("id_kind", "证件类型", "choice", choices=ID_KINDS, synonyms=SYNONYMS,
          aliases=("身份证件类型", "证件种类", "证件类别", "身份证类型")),
    Field("birth_on", "出生日期", "date", aliases=("出生年月日", "生日")),
    Field("township", "乡镇", aliases=("所在乡镇", "乡（镇）", "乡镇名称")),
    Field("village", "村", aliases=("行政村", "村名", "所在村", "村（社区）", "家庭住址村", "村居")),
    Field("school", "学校", aliases=("学校名称", "就读学校", "所在学校")),
    Field("guardian", "监护人姓名", "name", aliases=("监护人", "家长姓名", "父亲姓名", "户主姓名", "户主")),
    Field("category", "类别", aliases=("人员类别", "困难类型", "贫困类型", "户类型", "困难类别", "致困类型", "贫困户属性")),
)
OTHER = "other"
#: for the readers of cells, which are the ledgers' own
LEDGER = Ledger("core.sources", "比对名单", "名单记录", SourceRow, FIELDS, Action.SOURCE_READ, Action.SOURCE_WRITE, Action.SOURCE_EXPORT)
#: a citizen's, a card's or a phone number, however it is grouped
_LONG = r"(?:\d[ \-]?){7,}(\d{3}[\dXx])"
#: words that stand for no number at all
_NOTHING = re.compile(r"^[无缺没未\-—/\\0.]*$")
TEXTS = {"village": 120, "school": 120, "category": 80}


def labels() -> list[str]:
    """Every header such a list may have, to tell the header from titles above."""
    return [label for field in FIELDS for label in (field.label, *field.aliases)]


def proposed(columns: Sequence[Column], kept: Mapping[str, str] | None = None) -> dict[str, str]:
    """For each letter a field, "other" or "": as it was decided for this header before, or by label."""
    if kept is not None:
        return {column.letter: kept.get(column.label, OTHER) for column in columns}
    return {guess.column.letter: guess.field or OTHER for guess in propose(FIELDS, columns)}


def chosen(columns: Sequence[Column], choice: Mapping[str, str]) -> dict[str, str]:
    """A person's choice as a mapping. Raises InvalidInput where the name is missing, a field is chosen twice, or
    nothing else is there to tell people apart."""
    mapping = accepted(FIELDS, columns, choice)
    if not {"id_number", "birth_on", "village", "school"} & set(mapping.values()):
        raise InvalidInput(N_("只有姓名不能比对，请再选身份证号、出生日期、村或学校中的至少一列"))
    return {column.letter: mapping.get(column.letter) or (OTHER if choice.get(column.letter) == OTHER else "") for column in columns}


def read_rows(sheet: Sheet, mapping: Mapping[str, str]) -> pl.DataFrame:
    """The rows of a sheet that name somebody: row_number, name, name_key, birth_on, id_number, id_fault, village
    (with its township before it), school, guardian, category, and `other` as a struct of the columns kept."""
    letters = {field: letter for letter, field in mapping.items() if field not in ("", OTHER)}
    frame = sheet.frame.select(pl.col(ROW).alias("row_number"), *(
        pl.col(letters[field.name]).alias(field.name) if field.name in letters else pl.lit(None, pl.String).alias(field.name)
        for field in FIELDS), *_others(sheet, mapping)).filter(pl.col("name").is_not_null())
    names = [clean_name(text)[:80] for text in frame["name"]]
    guardians = [clean_name(text)[:80] if text else "" for text in frame["guardian"]]
    lost = {fault.row for fault in sheet.faults if fault.column == letters.get("id_number")}
    numbers, faults, births = _numbers(frame, lost)
    frame, _ = as_days(frame, [LEDGER.field("birth_on")], sheet.from_1904)
    rules = rules_of(LEDGER, LEDGER.field("birth_on"))
    day = rules.value(rules.tidy(pl.col("birth_on")))
    village = pl.when(pl.col("village").is_null()).then(pl.lit(None, pl.String)).otherwise(
        pl.concat_str(pl.col("township"), pl.col("village"), separator="/", ignore_nulls=True))
    return frame.with_columns(
        pl.Series("name", names), pl.Series("name_key", name_keys(names)), pl.Series("guardian", guardians),
        pl.Series("id_number", numbers, pl.String), pl.Series("id_fault", faults, pl.String),
        birth_on=pl.coalesce(day, pl.Series(births, dtype=pl.Date)), village=village.str.slice(0, 120),
        school=pl.col("school").str.slice(0, 120), category=pl.col("category").fill_null("").str.slice(0, 80),
    ).filter(pl.col("name_key") != "").drop("township", "id_kind")


def _numbers(frame: pl.DataFrame, lost: Collection[int]) -> tuple[list[str | None], list[str], list[object]]:
    """The number of each row in its 18-digit form, what is wrong with it, and the birthday it carries if it is right."""
    numbers, faults, births = list[str | None](), list[str](), list[object]()
    kinds = words_of(LEDGER.field("id_kind"))
    for row, text, kind in zip(frame["row_number"], frame["id_number"], frame["id_kind"], strict=True):
        if text is None or _NOTHING.match(text):
            numbers.append(None)
            faults.append("")
            births.append(None)
            continue
        number, fault, born = _number(text[:40], kinds.get((kind or "").strip(), ""))
        numbers.append(number[:40])
        faults.append("lost" if row in lost else fault)
        births.append(None if faults[-1] else born)
    return numbers, faults, births


def _number(text: str, kind: str) -> tuple[str, str, dt.date | None]:
    """The number, its fault and the birthday in it, by the kind of document the list names. One that names none holds
    citizens' numbers, and others only where they cannot be taken for one."""
    if kind not in ("", CITIZEN):
        found = read_document(kind, text)
        return found.number, "length" if found.message else "", found.birth_on
    read = read_id(text)
    if not kind and read.fault and beyond_doubt(text):
        return normal_document(text), "", None
    return normal_id(read.number), {"characters": "length", "region": ""}.get(read.fault, read.fault), read.birth_on


def _others(sheet: Sheet, mapping: Mapping[str, str]) -> list[pl.Expr]:
    """The columns kept as they are; of long numbers in them the last four."""
    kept = [column for column in sheet.columns if mapping.get(column.letter) == OTHER]
    if not kept:
        return [pl.lit(None).alias(OTHER)]
    return [pl.struct(pl.col(column.letter).str.replace_all(_LONG, "****${1}").str.slice(0, 200).alias(column.label)
                      for column in kept).alias(OTHER)]


def remembered(columns: Sequence[Column], mapping: Mapping[str, str]) -> dict[str, str]:
    """What is kept of a choice: label → field."""
    return {column.label: mapping.get(column.letter, "") for column in columns}


