"""Words of real lists: each means one code, and what may mean two is refused."""

from __future__ import annotations

import polars as pl
import pytest

from core.host.ledgers import Field, Ledger
from core.ledgers.checking import check_frame
from core.ledgers.context import Context
from core.people.ledgers import HOUSEHOLDS, INCOMES, LEDGERS, PERSONS, SCHOOLS, STAFF

FIELDS = [(ledger, field) for ledger in LEDGERS for field in ledger.fields if field.synonyms]


@pytest.mark.parametrize(("ledger", "field"), FIELDS, ids=lambda one: getattr(one, "name", ""))
def test_a_synonym_means_one_code_and_is_no_label_of_another(ledger: Ledger, field: Field) -> None:
    words = [word for word, _ in field.synonyms]
    assert len(set(words)) == len(words) and {code for _, code in field.synonyms} <= {code for code, _ in field.choices}
    assert not set(words) & {label for _, label in field.choices}


@pytest.mark.parametrize(("ledger", "name", "typed", "code"), [
    (HOUSEHOLDS, "housing_danger", "C级", "C"), (HOUSEHOLDS, "standard", "国标", "national"),
    (HOUSEHOLDS, "kind", "五保户", "five_guarantees"), (HOUSEHOLDS, "kind", "贫困户", None),
    (HOUSEHOLDS, "main_cause", "因学致贫", "schooling"), (HOUSEHOLDS, "housing_structure", "砖混结构", "brick_concrete"),
    (INCOMES, "kind", "财产性", "property"), (PERSONS, "health", "大病", "serious"), (PERSONS, "labour", "无劳动能力", "none"),
    (PERSONS, "labour", "有劳动能力", None), (PERSONS, "work", "乡（镇）内务工", "township"),
    (STAFF, "establishment", "事业编制", "public"),
    (SCHOOLS, "ownership", "普惠民办", "inclusive_private")])
def test_lists_are_read_as_they_are_written(ledger: Ledger, name: str, typed: str, code: str | None) -> None:
    field = next(one for one in ledger.fields if one.name == name)
    found = check_frame(ledger, pl.DataFrame({name: [typed]}), Context(partial=True), [field])
    assert found.rows[name].to_list() == ([code] if code else []) and found.errors.is_empty() is bool(code)
