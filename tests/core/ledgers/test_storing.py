"""Checked rows get into the database, sealed, versioned and trailed, in bulk and one by one."""

from __future__ import annotations

import polars as pl
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, RuleViolation, TenantScopeError
from core.extensions import Database, tenant_scope
from core.ledgers.checking import Checked, check_frame, compile_schema
from core.ledgers.context import Context
from core.ledgers.models import LedgerView
from core.ledgers.storing import create, remove, restore, store, update
from core.ledgers.writing import MOST_BOUND
from core.privacy.vault import Vault
from core.registry.models import Household
from core.trail.models import TrailEntry
from core.units.models import Unit
from tests.conftest import ClientAs
from tests.core.ledgers.conftest import ACTOR, GOOD, JIA
from tests.sample_plugin.ledgers import FAMILIES, GIFTS
from tests.sample_plugin.models import Family, Gift

SCHOOL = "990101-S01"
HEADS = ["测试甲", "测试乙", "测试丙", "测试丁", "测试戊"]


def checked(context: Context, *changes: dict[str, str | None]) -> Checked:
    rows = [{"unit_id": SCHOOL, **GOOD, **change} for change in changes]
    found = check_frame(FAMILIES, pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)), context)
    assert found.errors.is_empty(), found.errors
    return found


def test_stored_rows_come_back_with_their_types_and_nothing_sensitive_in_the_clear(
        jia: Session, vault: Vault, context: Context, units: dict[str, Unit]) -> None:
    stored = store(jia, FAMILIES, JIA, checked(context, {}).rows, ACTOR, "create")
    row = jia.scalars(select(Family)).one()
    assert (stored.created, row.unit_id, row.version) == (1, units[SCHOOL].id, 1)
    assert (str(row.area), str(row.income), row.causes, row.water, row.term) == (
        "36.5000", "3200.50", ["illness", "schooling"], True, 1)
    assert row.id_number_mask.endswith("002X") and "*" in row.id_number_mask and row.head_key == "测试甲"
    assert row.id_number_key == vault.index("id_number", GOOD["id_number"])
    assert row.id_number_sealed and GOOD["id_number"].encode() not in row.id_number_sealed
    assert vault.open("sample_families.id_number", row.id, row.id_number_sealed) == GOOD["id_number"]


def test_an_upsert_finds_its_rows_by_their_key_and_leaves_equal_ones_alone(jia: Session, context: Context) -> None:
    store(jia, FAMILIES, JIA, checked(context, {}, {"number": "JX002"}).rows, ACTOR, "create")
    again = store(jia, FAMILIES, JIA, checked(context, {}, {"number": "JX002", "members": "5"}, {"number": "JX003"}).rows, ACTOR)
    assert (again.created, again.updated, again.unchanged) == (1, 1, 1)
    found = {row.number: (row.members, row.version) for row in jia.scalars(select(Family))}
    assert found == {"JX001": (4, 1), "JX002": (5, 2), "JX003": (4, 1)}


def test_many_rows_in_few_statements_are_all_there_each_with_its_own_values(
        jia: Session, vault: Vault, context: Context) -> None:
    count = MOST_BOUND // 10  # more than one statement takes, and a rest
    rows = checked(context, *({"number": f"JX{at:05}", "head": HEADS[at % 5], "phone": f"138{at:08}" if at % 3 else None}
                              for at in range(count))).rows
    assert store(jia, FAMILIES, JIA, rows, ACTOR, "create").created == count
    found = {row.number: row for row in jia.execute(select(
        Family.number, Family.head, Family.id, Family.version, Family.tenant_id, Family.phone_sealed, Family.phone_mask))}
    assert len(found) == count
    for at in (0, 1, MOST_BOUND // 40, count // 2, count - 1):
        row = found[f"JX{at:05}"]
        assert (row.head, row.version, row.tenant_id) == (HEADS[at % 5], 1, JIA)
        assert (row.phone_sealed is None) == (row.phone_mask == "") == (at % 3 == 0)
        if row.phone_sealed:
            assert vault.open("sample_families.phone", row.id, row.phone_sealed) == f"138{at:08}"


def test_rows_that_are_as_they_were_are_not_sealed_again(jia: Session, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{}, {"number": "JX002", "id_number": None}, {"number": "JX003"}]
    store(jia, FAMILIES, JIA, checked(context, *rows).rows, ACTOR, "create")
    sealed: list[str] = []
    real = Vault.seal_many
    monkeypatch.setattr(Vault, "seal_many", lambda vault, purpose, owners, texts: (
        sealed.extend(texts), real(vault, purpose, owners, texts))[1])
    assert store(jia, FAMILIES, JIA, checked(context, *rows).rows, ACTOR).unchanged == 3
    assert sealed == []
    rows[2]["phone"] = "13900000000"
    assert store(jia, FAMILIES, JIA, checked(context, *rows).rows, ACTOR).updated == 1
    assert "13900000000" in sealed and len(sealed) <= 4  # the numbers of the one row


def test_one_entry_on_the_trail_tells_of_bulk_work(jia: Session, context: Context) -> None:
    store(jia, FAMILIES, JIA, checked(context, {}, {"number": "JX002"}).rows, ACTOR, "create", sentence="导入测试名单")
    (entry,) = jia.scalars(select(TrailEntry).where(TrailEntry.subject == "ledger:sample.families"))
    assert (entry.sentence, entry.row_count) == ("导入测试名单", 2)


def test_an_update_of_an_older_version_is_refused_whole(jia: Session, context: Context) -> None:
    stored = store(jia, FAMILIES, JIA, checked(context, {}, {"number": "JX002"}).rows, ACTOR, "create")
    frame = pl.DataFrame({"id": [str(one) for one in stored.ids], "version": [1, 7], "members": [9, 9]})
    with pytest.raises(Conflict):
        store(jia, FAMILIES, JIA, frame, ACTOR, "update")
    assert set(jia.scalars(select(Family.members))) == {4}


def test_nothing_is_written_into_a_tenant_that_is_not_open(jia: Session, context: Context) -> None:
    with pytest.raises(TenantScopeError):
        store(jia, FAMILIES, "990102", checked(context, {}).rows, ACTOR, "create")


def test_one_record_is_made_changed_removed_and_brought_back(jia: Session, context: Context, units: dict[str, Unit]) -> None:
    schema = compile_schema(FAMILIES, context)()
    made = create(jia, FAMILIES, JIA, units[SCHOOL].id, schema.load({"unit_id": SCHOOL, **GOOD}), ACTOR)
    row = jia.scalars(select(Family)).one()
    assert update(jia, FAMILIES, row, schema.load({"members": "6"}, partial=True), 1, ACTOR)
    assert not update(jia, FAMILIES, row, schema.load({"members": "6"}, partial=True), 2, ACTOR)
    with pytest.raises(Conflict):
        update(jia, FAMILIES, row, {"members": 7}, 1, ACTOR)
    remove(jia, FAMILIES, row, 2, ACTOR)
    assert row.removed_at is not None
    restore(jia, FAMILIES, row, ACTOR)
    assert (row.id, row.removed_at, row.members, row.version) == (made, None, 6, 4)
    entries = jia.scalars(select(TrailEntry).where(TrailEntry.subject == f"sample.families:{made}").order_by(TrailEntry.id)).all()
    assert [entry.sentence for entry in entries] == ["登记家庭“测**”", "修改家庭“测**”", "删除家庭“测**”", "恢复家庭“测**”"]
    assert (entries[1].before, entries[1].after) == ({"人口数": "4"}, {"人口数": "6"})
    assert GOOD["phone"] not in str(entries[0].after)


def test_a_second_record_with_the_same_key_is_refused(jia: Session, context: Context, units: dict[str, Unit]) -> None:
    schema = compile_schema(FAMILIES, context)()
    values = schema.load({"unit_id": SCHOOL, **GOOD})
    create(jia, FAMILIES, JIA, units[SCHOOL].id, values, ACTOR)
    with pytest.raises(InvalidInput) as refused:
        create(jia, FAMILIES, JIA, units[SCHOOL].id, values, ACTOR)
    assert refused.value.fields == {"number": "已有一条家庭的户编号与此相同，请改那一条"}
    assert jia.scalar(select(func.count(Family.id))) == 1


def test_a_ledger_without_removal_refuses_it(jia: Session, units: dict[str, Unit]) -> None:
    values = compile_schema(GIFTS)().load({"title": "测试棉衣", "value": "80", "given_on": "2016-12-01"})
    create(jia, GIFTS, JIA, units[SCHOOL].id, values, ACTOR)
    row = jia.scalars(select(Gift)).one()
    with pytest.raises(RuleViolation):
        remove(jia, GIFTS, row, 1, ACTOR)


def test_a_flush_that_comes_too_late_is_a_conflict(jia: Session, context: Context, units: dict[str, Unit]) -> None:
    row = Household(tenant_id=JIA, unit_id=units[SCHOOL].id, number="T1", head_name="测试甲")
    jia.add(row)
    jia.flush()
    jia.connection().execute(Household.__table__.update().values(version=9))  # somebody else was faster
    row.number = "T2"
    with pytest.raises(Conflict):
        store(jia, FAMILIES, JIA, checked(context, {}).rows, ACTOR, "create")


def test_a_view_never_keeps_a_number_looked_for(app: Flask, client_as: ClientAs, app_database: Database) -> None:
    answer = client_as("jia-aid").post("/u/990101/p/sample/ledgers/families/views", data={
        "name": "测试视图", "query": f"kind=poor&id_number={GOOD['id_number']}"})
    assert answer.status_code == 302
    with app_database.session() as session, tenant_scope(session, JIA):
        assert [view.query for view in session.scalars(select(LedgerView))] == [{"kind": "poor"}]
