"""What an import shows before it is confirmed: what it would change, whose row is wrong, and contents as people write them."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from core.extensions import Database, tenant_scope
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.people.conftest import VILLAGE
from tests.core.people.test_documents import brought, confirmed, persons
from tests.factories.registry import JIA, made_up_id, make_person

BORN = dt.date(2010, 3, 2)
NUMBERS = [made_up_id(at, BORN) for at in (1, 3, 5)]
HEAD = ["姓名", "身份证号", "出生日期", "所在村", "民族", "联系电话", "健康状况"]


@pytest.fixture(autouse=True)
def there(app_database: Database) -> None:
    with app_database.transaction() as session, tenant_scope(session, JIA):
        unit = get_unit_by_code(session, VILLAGE)
        for name, number in zip("甲乙丙", NUMBERS, strict=True):
            make_person(session, unit, name=f"测试{name}", id_number=number, birth_on=BORN, sex="male", ethnicity="汉族",
                        phone="14212345678")


def test_what_would_be_changed_is_shown_cell_by_cell_and_rows_can_be_left_out(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    at = brought(client, [HEAD, ["测试甲", NUMBERS[0], "", VILLAGE, "苗族", "14212345678", ""],
                          ["测试乙", NUMBERS[1], "", VILLAGE, "侗族", "14299995678", ""],
                          ["测试丙", NUMBERS[2], "", VILLAGE, "汉族", "14212345678", ""]])
    assert f"{at}/changes" in client.get(at).text
    page = client.get(f"{at}/changes").text
    said = [tuple(re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.S)[:5])
            for row in re.findall(r"<tr class=.bf-changed.>(.*?)</tr>", page, re.S)]
    assert said == [("2", "测试甲", "民族", "汉族", "苗族"), ("3", "测试乙", "联系电话", "142****5678", "142****5678 号码不同"),
                    ("3", "测试乙", "民族", "汉族", "侗族")]
    assert "14299995678" not in page and NUMBERS[0] not in page
    assert client.post(f"{at}/cells", data={"drop": "3"}).status_code == 302
    assert "测试乙" not in client.get(f"{at}/changes").text
    confirmed(client, at)
    assert {name: row.ethnicity for name, row in persons(app_database).items()} == {"测试甲": "苗族", "测试乙": "汉族", "测试丙": "汉族"}
    assert "没有要修改的记录" in client.get(f"{at}/changes").text
    assert client_as("yi-aid").get(f"{at}/changes").status_code == 404


def test_a_file_that_would_empty_what_is_known_says_so_and_must_be_meant(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    at = brought(client, [HEAD, ["测试甲", NUMBERS[0], "", VILLAGE, "", "", "健康"], ["测试乙", NUMBERS[1], "", "", "侗族", "", ""],
                          ["测试丙", NUMBERS[2], "", VILLAGE, "汉族", "14212345678", ""],
                          ["测试丁", made_up_id(7, BORN), "", VILLAGE, "", "", ""]])
    page = client.get(at).text
    assert "表格里空着的 3 格会清空已有的内容" in page and re.search(r'name="emptied"[^>]*required', page)
    assert "“民族”有 1 格在表格里是空的，会清空已有的内容" in page and "“联系电话”有 2 格" in page
    assert "“出生日期”有" not in page and "“所在村”有" not in page and "“健康状况”有" not in page
    turn = re.search(r'name="turn" value="(\d+)"', page)
    refused = client.post(f"{at}/confirm", data={"choice": "good", "turn": turn[1] if turn else ""})
    assert refused.status_code == 422 and "请先勾选确认" in refused.text and "测试丁" not in persons(app_database)
    client.post(f"{at}/cells", data={"drop": ["2", "3"]})
    assert "会清空已有的内容" not in client.get(at).text
    confirmed(client, at)
    assert {row.phone_mask for name, row in persons(app_database).items() if name != "测试丁"} == {"142****5678"}


def test_a_wrong_row_says_whose_it_is_and_a_date_no_time(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    at = brought(client, [HEAD, ["测试丁", made_up_id(7, BORN), dt.date(2011, 1, 1), VILLAGE, "", "", ""],
                          ["测试戊", made_up_id(9, BORN), dt.date(2010, 3, 2), VILLAGE, "", "", "一般"]])
    page = client.get(at).text
    assert re.search(r">2</td><td[^>]*><span[^>]*>测试丁<", page) and re.search(r">3</td><td[^>]*><span[^>]*>测试戊<", page)
    assert 'value="2011-01-01"' in page and "00:00:00" not in page
    columns = client.get(f"{at}?step=columns").text
    assert "2011-01-01 / 2010-03-02" in columns and "00:00:00" not in columns
    assert f"{VILLAGE} / {VILLAGE}" not in columns, "each content once"
