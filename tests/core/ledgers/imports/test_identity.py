"""What the ledger writes into a file, an import reads again as the very same values; and so once more."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.ledgers.context import Context
from core.ledgers.imports.judging import judge
from core.ledgers.imports.mapping import propose
from core.ledgers.imports.reading import read
from core.ledgers.imports.sheets import ROW
from core.ledgers.values import written
from tests.core.ledgers.imports.conftest import id_number
from tests.sample_plugin.ledgers import CAUSES, FAMILIES, KINDS
from tests.support.old_excel import OldBook, OldSheet, old_excel
from tests.support.workbooks import excel

UNIT = uuid.UUID(int=7)
FIELDS = [field for field in FAMILIES.fields if field.imported]
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
DAYS = st.dates(dt.date(2013, 1, 1), dt.date(2019, 1, 1))
#: full-width digits are not kept: an import writes them narrow
NOTES = st.characters(codec="utf-8", categories=["Lo", "Po", "Nd"], exclude_characters="．０１２３４５６７８９")
ROWS = st.fixed_dictionaries({
    "unit_id": st.just(str(UNIT)), "number": st.integers(1, 10**9).map(lambda number: f"JX{number}"),
    "head": st.text(HAN, min_size=2, max_size=12), "id_number": st.none() | st.integers(0, 500).map(id_number),
    "phone": st.none() | st.integers(13000000000, 19999999999).map(str),
    "bank_card": st.none() | st.integers(10**18, 10**19 - 1).map(str), "register_number": st.none(),
    "members": st.none() | st.integers(1, 30),
    "area": st.none() | st.decimals(0, 9999, places=4), "income": st.none() | st.decimals(0, 10**6, places=2),
    "identified_on": st.none() | DAYS, "left_on": st.none() | st.dates(dt.date(2019, 1, 2), dt.date(2022, 1, 1)),
    "paid_month": st.none() | DAYS.map(lambda day: f"{day:%Y-%m}"), "kind": st.none() | st.sampled_from([value for value, _ in KINDS]),
    "causes": st.none() | st.lists(st.sampled_from([value for value, _ in CAUSES]), min_size=1, unique=True),
    "water": st.none() | st.booleans(), "school_year": st.none() | st.integers(1990, 2030), "term": st.none() | st.sampled_from([1, 2]),
    "note": st.none() | st.text(NOTES, min_size=1, max_size=30),
})


def imported(rows: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The rows written into a file of a kind and read by an import."""
    cells = [[written(row[field.name], field) or None for field in FIELDS] for row in rows]
    heads = [field.label for field in FIELDS]
    content = excel([heads, *cells]) if kind == "xlsx" else old_excel(OldBook([OldSheet("台账", [heads, *cells])]))
    sheet = read(content, f"a.{kind}", heads).best()
    mapping = {guess.column.letter: guess.field for guess in propose(FIELDS, sheet.columns)}
    context = Context({"unit": lambda texts: dict.fromkeys(texts, UNIT)})
    judged = judge(FAMILIES, FIELDS, sheet, mapping, context)
    assert judged.errors.is_empty(), judged.errors.rows()
    return judged.rows.drop(ROW).to_dicts()


@settings(max_examples=25)
@given(st.lists(ROWS, min_size=1, max_size=6, unique_by=lambda row: row["number"]), st.sampled_from(["xlsx", "xls"]))
def test_import_after_export_is_the_identity(rows: list[dict[str, Any]], kind: str) -> None:
    for row in rows:  # a text at the edge of which nothing but spaces stands is kept without them
        row["note"] = (row["note"] or "").strip() or None
        if row["note"] and row["note"].startswith("="):
            row["note"] = None  # the file of this test would hold a formula; exports write it as text
    first = imported(rows, kind)
    names = [field.name for field in FIELDS if field.name in first[0]]
    expected = [{name: Decimal(str(row[name])) if isinstance(row[name], Decimal) else row[name] for name in names} for row in rows]
    assert first == expected
    again = imported([{field.name: row.get(field.name) for field in FIELDS} for row in first], kind)
    assert again == first
