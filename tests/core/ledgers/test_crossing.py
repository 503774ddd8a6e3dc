"""Rules across fields hold when only some of the fields are given: one record, many, or the rows of a file."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.extensions import tenant_scope
from core.host.ledgers import Check
from core.ledgers import crossing
from core.ledgers.checking import check_frame, compile_schema
from core.ledgers.context import Context
from core.ledgers.imports import desk
from core.ledgers.storing import store, update
from tests.core.ledgers.conftest import ACTOR, GOOD, JIA
from tests.core.ledgers.imports.conftest import COUNTY, Office, household, id_number, office, roster
from tests.sample_plugin.ledgers import FAMILIES
from tests.sample_plugin.models import Family
from tests.support.workbooks import excel

__all__ = ["office"]
TOO_EARLY = "退出日期不能早于识别日期"
#: with a rule on a sealed field, and one on a field that has a default
LEDGER = replace(
    FAMILIES,
    fields=tuple(replace(field, default="low") if field.name == "kind" else field for field in FAMILIES.fields),
    checks=(*FAMILIES.checks,
            Check(("id_number", "identified_on"), "identified_on", "识别时户主未满二十岁",
                  lambda row: row["identified_on"].dt.year() < row["id_number"].str.slice(6, 4).cast(pl.Int32) + 20),
            Check(("kind", "members"), "members", "低保户最多五口人", lambda row: (row["kind"] == "low") & (row["members"] > 5))))


def family(session: Session, context: Context, **changes: str) -> Family:
    rows = check_frame(LEDGER, pl.DataFrame([{"unit_id": "990101-S01", **GOOD, **changes}]), context).rows
    store(session, LEDGER, JIA, rows, ACTOR, "create")
    return session.scalars(select(Family)).one()


@pytest.mark.parametrize(("sent", "field", "message"), [
    ({"left_on": "2014-01-01"}, "left_on", TOO_EARLY),
    ({"identified_on": "2019-01-01"}, "identified_on", TOO_EARLY),
    ({"members": "6"}, "members", "低保户最多五口人"),
])
def test_a_change_of_one_field_is_held_against_what_is_stored_of_the_others(
        jia: Session, context: Context, sent: dict[str, str], field: str, message: str) -> None:
    row = family(jia, context, kind="低保户", left_on="2018-01-01")
    with pytest.raises(InvalidInput) as refused:
        update(jia, LEDGER, row, compile_schema(LEDGER)().load(sent, partial=True), 1, ACTOR)
    assert refused.value.fields == {field: message}
    assert update(jia, LEDGER, row, compile_schema(LEDGER)().load({"members": "5"}, partial=True), 1, ACTOR)


def test_a_sealed_field_counts_with_what_is_sealed(jia: Session, context: Context) -> None:
    row = family(jia, context, id_number=id_number(4))  # born in 1994
    with pytest.raises(InvalidInput) as refused:
        update(jia, LEDGER, row, {"identified_on": dt.date(2013, 1, 1)}, 1, ACTOR)
    assert refused.value.fields == {"identified_on": "识别时户主未满二十岁"}
    assert update(jia, LEDGER, row, {"identified_on": dt.date(2014, 1, 1)}, 1, ACTOR)


def test_one_value_for_many_is_refused_whole_where_one_does_not_fit(jia: Session, context: Context) -> None:
    rows = check_frame(LEDGER, pl.DataFrame([{"unit_id": "990101-S01", **GOOD, "number": f"JX00{at}", "identified_on": f"201{at}-01-01"}
                                             for at in (4, 7)]), context).rows
    stored = store(jia, LEDGER, JIA, rows, ACTOR, "create")
    frame = pl.DataFrame({"id": [str(one) for one in stored.ids], "version": [1, 1], "left_on": [dt.date(2015, 1, 1)] * 2})
    with pytest.raises(InvalidInput, match=f"有 1 条记录这样修改不合规定：{TOO_EARLY}"):
        store(jia, LEDGER, JIA, frame, ACTOR, "update")
    assert set(jia.scalars(select(Family.left_on))) == {None}


def cells(office: Office, found: Any) -> list[tuple[Any, ...]]:
    with office.database.session() as session, tenant_scope(session, COUNTY):
        return desk.errors_of(office.desk(session), found).select("row", "column", "message").rows()


def test_an_import_without_a_column_is_held_against_what_is_stored_of_it(office: Office) -> None:
    office.confirm(office.checked(roster(household(1), household(2), household(3))))
    found = office.checked(excel([["户编号", "户主姓名", "退出日期"], ["JX0001", "测试乙", "2014-01-01"],
                                  ["JX0002", "测试丙", "2018-01-01"], ["JX0009", "测试丁", "2014-01-01"]]))
    assert cells(office, found) == [(2, "C", TOO_EARLY)]
    assert (found.counts["updated"], found.counts["created"]) == (1, 1)
    office.confirm(found)
    assert [row.left_on for row in office.families()] == [None, dt.date(2018, 1, 1), None, dt.date(2014, 1, 1)]


def test_a_rule_shown_at_a_column_the_file_lacks_is_said_at_one_it_has(office: Office) -> None:
    office.confirm(office.checked(excel([["户编号", "户主姓名", "退出日期"], ["JX0001", "测试乙", "2014-01-01"]])))
    found = office.checked(excel([["户编号", "户主姓名", "识别日期"], ["JX0001", "测试乙", "2015-01-01"]]))
    assert cells(office, found) == [(2, "C", TOO_EARLY)]


def test_a_new_row_counts_with_the_default_of_a_column_the_file_lacks(office: Office) -> None:
    office.ledger = LEDGER
    found = office.checked(excel([["户编号", "户主姓名", "人口数"], ["JX0001", "测试乙", "6"], ["JX0002", "测试丙", "5"]]))
    assert cells(office, found) == [(2, "C", "低保户最多五口人")]


def test_what_was_given_whole_or_not_at_all_is_not_asked_again() -> None:
    assert crossing.open_checks(FAMILIES, ["identified_on", "left_on", "members"]) == []
    assert crossing.open_checks(FAMILIES, ["members"]) == []
    assert crossing.open_checks(FAMILIES, ["left_on"]) == list(FAMILIES.checks)
