"""Whom a list means: number and name together, or village, name and birthday of those without a number."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.extensions import Database, tenant_scope
from core.registry.models import Person
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.people.conftest import VILLAGE
from tests.core.people.test_documents import brought, confirmed
from tests.factories.registry import JIA, made_up_id, make_person

BORN = dt.date(2010, 3, 2)
NUMBER = made_up_id(1, BORN)
HEAD = ["姓名", "身份证号", "出生日期", "所在村", "民族"]


@pytest.fixture(autouse=True)
def there(app_database: Database) -> None:
    """测试甲 with a number, and 测试乙 without one."""
    with app_database.transaction() as session, tenant_scope(session, JIA):
        unit = get_unit_by_code(session, VILLAGE)
        make_person(session, unit, name="测试甲", id_number=NUMBER, birth_on=BORN)
        make_person(session, unit, name="测试乙", birth_on=BORN)


def people(database: Database) -> list[tuple[str, str]]:
    with database.session() as session, tenant_scope(session, JIA):
        return sorted((row.name, row.ethnicity) for row in session.scalars(select(Person)))


def test_a_citizens_number_alone_renames_nobody(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    at = brought(client, [HEAD, ["测试另", NUMBER, "", VILLAGE, "汉族"], ["测试 甲", made_up_id(3, BORN), "", VILLAGE, ""]])
    assert "只凭号码不能认作同一人" in client.get(at).text
    confirmed(client, at)
    assert people(app_database) == [("测试乙", ""), ("测试甲", ""), ("测试甲", "")]
    same = brought(client, [HEAD, ["测 试甲", NUMBER, "", VILLAGE, "汉族"]])
    assert "修改 1 条" in client.get(same).text
    confirmed(client, same)
    assert ("测试甲", "汉族") in people(app_database)


def test_who_has_no_number_is_known_by_village_name_and_birthday(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    rows = [HEAD, ["测试乙", "", "2010.3.2", VILLAGE, "苗族"], ["测试乙", "", "2010.3.3", VILLAGE, "侗族"],
            ["测试乙", "", "2010.3.2", "", "水族"]]
    at = brought(client, rows)
    assert "将新增 2 条、修改 1 条" in client.get(at).text
    confirmed(client, at)
    assert people(app_database) == [("测试乙", "侗族"), ("测试乙", "水族"), ("测试乙", "苗族"), ("测试甲", "")]
    again = brought(client, [*rows, [None, None, None, None, None], ["测试丙", "", "2011.1.1", VILLAGE, ""]])
    assert "将新增 1 条、修改 0 条，3 条与已有相同不动" in client.get(again).text


def test_the_same_child_without_a_number_stands_in_a_list_once(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    for name in ("测试乙", "测试丁"):
        at = brought(client, [HEAD, [name, "", "2010.3.2", VILLAGE, ""], [name, "", "2010-03-02", VILLAGE, "苗族"]])
        assert "这一行像是重复的" in client.get(at).text
        confirmed(client, at)
    assert [name for name, _ in people(app_database)] == ["测试丁", "测试乙", "测试甲"]


def test_nobody_is_born_after_today(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    at = brought(client, [HEAD, ["测试戊", "", "2099.1.1", VILLAGE, ""]])
    assert "出生日期不能晚于今天" in client.get(at).text
    refused = client.post(f"/u/{VILLAGE}/ledgers/persons/new", data={"name": "测试戊", "birth_on": "2099-01-01", "id_kind": "none"})
    assert refused.status_code == 422 and "出生日期不能晚于今天" in refused.text


def test_of_two_rows_with_one_number_the_sound_one_does_not_go_in_alone(client_as: ClientAs, app_database: Database) -> None:
    client, number = client_as("jia-admin"), made_up_id(5, BORN)
    at = brought(client, [HEAD, ["测试己", number, "", "没有的村", ""], ["测试庚", number, "", VILLAGE, ""],
                          ["测试辛", made_up_id(7, BORN), "", VILLAGE, ""]])
    page = client.get(at).text
    assert "与第 2 行的证件号相同" in page and "将新增 1 条" in page
    confirmed(client, at)
    assert [name for name, _ in people(app_database)] == ["测试乙", "测试甲", "测试辛"]


def test_one_row_with_another_document_costs_nobody_the_birthday(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    head = ["姓名", "证件类型", "证件号", "所在村"]
    at = brought(client, [head, ["测试丁", "居民身份证", made_up_id(5, BORN), VILLAGE], ["测试戊", "护照", "E12345678", VILLAGE],
                          ["测试甲", "居民身份证", NUMBER, VILLAGE]])
    confirmed(client, at)
    with app_database.session() as session, tenant_scope(session, JIA):
        born = {row.name: (row.birth_on, row.sex) for row in session.scalars(select(Person))}
    assert (born["测试丁"][0], born["测试戊"], born["测试甲"][0]) == (BORN, (None, ""), BORN)
