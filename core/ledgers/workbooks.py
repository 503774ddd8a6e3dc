"""Ledgers as workbooks: an export in constant memory, and the template with its drop-downs.

An export carries a watermark, the number of each record in a hidden column, and on a hidden sheet the record's
id, its version and a digest of each cell, signed: by these an edited file is taken back (`core.ledgers.returning`).
Text is always written as text, and what would begin a formula elsewhere is marked as quoted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from core.host.ledgers import Field, Ledger
from core.ledgers.values import TERM_WORDS, called, stored, written
from core.units.models import Unit

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: the hidden sheets of an export and of a template
MARKS, CODES = "_bangfu", "_codes"
REF = "编号（勿改）"
FIRST_ROW, TEMPLATE_ROWS, MOST_UNITS = 2, 5_000, 2_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNFIT = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_EARLIEST = dt.date(1900, 3, 1)


@dataclass(frozen=True)
class Meta:
    """What an export says of itself on its hidden sheet."""

    ledger: str
    unit: str
    fields: tuple[str, ...]
    made_by: str
    made_at: str

    def text(self) -> str:
        """As one line."""
        return json.dumps({"ledger": self.ledger, "unit": self.unit, "fields": self.fields, "by": self.made_by,
                           "at": self.made_at}, ensure_ascii=False, sort_keys=True)

    @classmethod
    def read(cls, text: str) -> Meta:
        """The same again; raises ValueError."""
        found = json.loads(text)
        return cls(found["ledger"], found["unit"], tuple(found["fields"]), found["by"], found["at"])


def sign(key: bytes, *parts: str) -> str:
    """A mark nobody without the key can make."""
    return hashlib.blake2b("\x1f".join(parts).encode(), key=key[:64], digest_size=12).hexdigest()


def digest(key: bytes, text: str) -> str:
    """A short mark of one cell's text: equal texts have equal marks, and tell nothing."""
    return hashlib.blake2b(text.encode(), key=key[:64], digest_size=5).hexdigest()


class Export:
    """A workbook that takes its rows page after page and keeps none of them in memory."""

    def __init__(self, out: str | BinaryIO, ledger: Ledger, fields: Sequence[Field], meta: Meta, watermark: str, key: bytes) -> None:
        self._book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self._book.set_properties({"title": ledger.title, "author": meta.made_by, "comments": watermark})
        self._fields, self._meta, self._key = list(fields), meta, key
        self._sheet = self._book.add_worksheet(ledger.title.translate(_UNFIT)[:31])
        self._marks = self._book.add_worksheet(MARKS)
        self._formats()
        self._head(watermark)
        self.count = 0

    def _formats(self) -> None:
        add = self._book.add_format
        self._text, self._quoted = add({"num_format": "@"}), add({"num_format": "@", "quote_prefix": True})
        self._day, self._month = add({"num_format": "yyyy-mm-dd"}), add({"num_format": "@"})
        self._numbers = {"integer": add({"num_format": "#,##0"}), "yuan": add({"num_format": "#,##0.00"}), "decimal": add({})}
        self._bold = add({"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True, "valign": "vcenter"})
        self._faint = add({"font_color": "#6B7280", "italic": True})

    def _head(self, watermark: str) -> None:
        sheet = self._sheet
        for at, field in enumerate(self._fields):
            sheet.set_column(at, at, width_of(field), None)
        sheet.set_column(len(self._fields), len(self._fields), 4, self._faint, {"hidden": True})
        sheet.write_string(0, 0, watermark, self._faint)
        for at, field in enumerate(self._fields):
            sheet.write_string(1, at, heading(field), self._bold)
        sheet.write_string(1, len(self._fields), REF, self._bold)
        sheet.freeze_panes(FIRST_ROW, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(1)
        sheet.set_footer(f"&L&8{watermark.replace('&', '&&')[:200]}&R&8&P / &N")
        self._marks.very_hidden()
        self._marks.write_string(0, 0, self._meta.text())
        self._marks.write_string(0, 1, sign(self._key, self._meta.text()))

    def add(self, rows: Sequence[Any], names: Mapping[uuid.UUID, str], originals: Mapping[uuid.UUID, Mapping[str, str]]) -> None:
        """More rows; `originals` are the texts behind the masks, where the file may show them."""
        for row in rows:
            at, texts = self.count + FIRST_ROW, []
            opened = originals.get(row.id, {})
            for column, field in enumerate(self._fields):
                value = opened.get(field.name) if field.name in opened else stored(row, field)
                name = called(row, field)
                text = name or written(value, field, names)
                texts.append(digest(self._key, text))
                if text:
                    self._cell(at, column, field, name or value, text)
            self.count += 1
            ref, marks = f"r{self.count}", " ".join(texts)
            self._sheet.write_string(at, len(self._fields), ref, self._faint)
            line = (ref, row.id.hex, str(row.version), marks)
            for column, part in enumerate((*line, sign(self._key, self._meta.text(), *line))):
                self._marks.write_string(self.count, column, part)

    def _cell(self, at: int, column: int, field: Field, value: Any, text: str) -> None:
        if isinstance(value, dt.date) and value >= _EARLIEST:
            self._sheet.write_datetime(at, column, dt.datetime.combine(value, dt.time()), self._day)
        elif isinstance(value, int | Decimal) and not isinstance(value, bool) and field.kind in self._numbers:
            self._sheet.write_number(at, column, value, self._numbers[field.kind])
        else:
            self._sheet.write_string(at, column, text[:32_000], self._quoted if text.startswith(_FORMULA) else self._text)

    def close(self) -> None:
        """Write the file."""
        if self.count:
            self._sheet.autofilter(1, 0, self.count + 1, len(self._fields) - 1)
        self._book.close()


def heading(field: Field, star: bool = False) -> str:
    """The header of a column."""
    return f"{field.label}{f'（{field.measure}）' if field.measure else ''}{'*' if star and field.required else ''}"


def width_of(field: Field) -> int:
    """How wide a column stands."""
    wide = {"id_number": 21, "bank_card": 23, "register_number": 23, "note": 36, "unit": 20, "phone": 14, "date": 12, "choices": 20}
    return max(wide.get(field.kind, 12), 2 * len(heading(field)) + 2)


def template(out: BinaryIO, ledger: Ledger, fields: Sequence[Field], units: Iterable[Unit]) -> None:
    """An empty workbook to be filled in: choices are chosen from lists on a hidden sheet, text stays text, and a
    second sheet says how each column is written."""
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True})
    text, plain = book.add_format({"num_format": "@"}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(ledger.title.translate(_UNFIT)[:31])
    guide, codes = book.add_worksheet("填写说明"), book.add_worksheet(CODES)
    codes.very_hidden()
    sheet.freeze_panes(1, 0)
    guide.write_row(0, 0, ["列", "必填", "怎样填"], bold)
    guide.set_column(0, 0, 20)
    guide.set_column(2, 2, 70, plain)
    asked = [field for field in fields if field.imported]
    for at, field in enumerate(asked):
        sheet.write_string(0, at, heading(field, star=True), bold)
        sheet.set_column(at, at, width_of(field), text)
        how = how_to_write(field)
        if how:
            sheet.write_comment(0, at, how, {"x_scale": 1.6})
        guide.write_row(at + 1, 0, [field.label, "是" if field.required else "", how])
        options = _options(field, units)
        if options:
            codes.write_column(0, at, options)
            letter = xl_col_to_name(at)
            sheet.data_validation(1, at, TEMPLATE_ROWS, at, {
                "validate": "list", "source": f"={CODES}!${letter}$1:${letter}${len(options)}",
                "error_type": "stop" if field.kind != "choices" else "information",
                "error_title": "请从列表中选择", "error_message": how[:250] or "请从列表中选择"})
    book.close()


def _options(field: Field, units: Iterable[Unit]) -> list[str]:
    if field.kind == "unit":
        return [unit.name for unit in units][:MOST_UNITS]
    if field.kind in ("choice", "choices"):
        return [label for _, label in field.choices]
    return ["是", "否"] if field.kind == "yes_no" else list(TERM_WORDS.values()) if field.kind == "term" else []


def how_to_write(field: Field) -> str:
    """In one sentence, for the comment over a column and the page of instructions."""
    by_kind = {"date": "写到日，如 2015-09-01", "month": "写到月，如 2015-09", "yuan": "数字，最多两位小数，不写“元”", "integer": "整数",
               "decimal": "数字", "yes_no": "填“是”或“否”", "term": "填“秋季学期”或“春季学期”", "school_year": "如 2016-2017",
               "id_number": "18 位，末位可为 X", "phone": "11 位手机号，或带区号的座机号", "bank_card": "12 至 25 位数字",
               "choices": "可填几项，用顿号分开：" + "、".join(label for _, label in field.choices),
               "choice": "选一项：" + "、".join(label for _, label in field.choices), "unit": "单位名称或区划代码；不填就是导入所在的单位"}
    if field.document:
        by_kind["id_number"] = "按证件类型填写；居民身份证 18 位，末位可为 X"
    bounds = ""
    if field.kind not in ("text", "note", "name"):
        bounds += f"，不小于 {field.least}" if field.least is not None else ""
        bounds += f"，不大于 {field.most}" if field.most is not None else ""
    said = "；".join(part for part in (by_kind.get(field.kind, "") + bounds, field.pattern_hint, field.help) if part)
    return said.lstrip("，")
