"""What the file of 建档立卡 says of members beyond name and age: where they work, and how they are insured."""

from __future__ import annotations

import datetime as dt
import io

from openpyxl import load_workbook
from sqlalchemy import select

from core.extensions import Database, tenant_scope
from core.registry.models import Person
from core.registry.services import erase_person, merge_persons, part_persons
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.people.conftest import VILLAGE
from tests.core.people.test_documents import brought, confirmed
from tests.factories.registry import ACTOR, JIA, made_up_id, make_person

BORN = dt.date(1980, 3, 2)
HEAD = ["姓名", "身份证号", "务工状况", "是否参加新农合", "城乡居民基本养老保险"]


def person(database: Database, name: str) -> Person:
    with database.session() as session, tenant_scope(session, JIA):
        return session.scalars(select(Person).where(Person.name == name)).one()


def test_work_and_insurance_come_in_are_changed_from_a_day_shown_and_go_out(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-aid")
    confirmed(client, brought(client, [HEAD, ["测试甲", made_up_id(1, BORN), "省外务工", "是", "否"]]))
    found = person(app_database, "测试甲")
    assert (found.work, found.medical_insurance, found.pension_insurance) == ("elsewhere", True, False)
    base = f"/u/{JIA}/registry/persons/{found.id}"
    for field, value in (("work", "乡镇内务工"), ("medical_insurance", ""), ("pension_insurance", "是")):
        sent = {"field": field, "value": value, "on": "2016-05-01", "version": person(app_database, "测试甲").version}
        assert client.post(f"{base}/change", data=sent).status_code == 302
    found = person(app_database, "测试甲")
    assert (found.work, found.medical_insurance, found.pension_insurance) == ("township", None, True)
    page, before = client.get(base).text, client.get(base, query_string={"as_of": "2016-04-30"}).text
    assert "乡镇内务工" in page and "参加养老保险" in page and "省外务工" in before
    listed = client.get(f"/u/{JIA}/ledgers/persons/", query_string={"work": "township", "columns": "name,work,pension_insurance"}).text
    assert "测试甲" in listed and "乡镇内务工" in listed
    file = client.post(f"/u/{JIA}/ledgers/persons/export", data={"all_columns": "1"})
    rows = list(load_workbook(io.BytesIO(file.data)).worksheets[0].iter_rows(values_only=True))
    head = next(row for row in rows if "姓名" in row)
    assert {"务工情况", "参加医疗保险", "参加养老保险"} <= set(head)
    said = dict(zip(head, rows[rows.index(head) + 1], strict=True))
    assert (said["务工情况"], said["参加医疗保险"] or "", said["参加养老保险"]) == ("乡镇内务工", "", "是")


def test_a_no_is_an_answer_that_a_merge_keeps_and_an_erasure_takes(app_database: Database) -> None:
    with app_database.transaction() as session, tenant_scope(session, JIA):
        unit = get_unit_by_code(session, VILLAGE)
        kept = make_person(session, unit, name="测试乙", medical_insurance=False)
        other = make_person(session, unit, name="测试乙", medical_insurance=True, pension_insurance=False, work="county")
        merge = merge_persons(session, kept, other, ACTOR, reason="户口簿核对为同一人")
        assert (kept.medical_insurance, kept.pension_insurance, kept.work) == (False, False, "county")
        part_persons(session, merge, ACTOR, reason="查明是两个人")
        assert (kept.medical_insurance, kept.pension_insurance, kept.work) == (False, None, "")
        erase_person(session, other, ACTOR, reason="本人要求删除")
        session.flush()
        session.refresh(other)
        assert (other.medical_insurance, other.pension_insurance) == (None, None)
