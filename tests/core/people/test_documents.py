"""Pupils with another document than a citizen's number: entered in a form, a file and by the API, found and shown."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from core.extensions import Database, tenant_scope
from core.registry.models import Enrolment, Person
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.people.conftest import VILLAGE
from tests.factories.registry import JIA, made_up_id, make_person
from tests.support.workbooks import excel

BORN = dt.date(2010, 3, 2)
PASS, PASSPORT = "H12345678", "E12345678"
LEDGER = f"/u/{VILLAGE}/ledgers/persons"


@pytest.fixture
def pupil(app_database: Database) -> uuid.UUID:
    """测试港, who holds a pass."""
    with app_database.transaction() as session, tenant_scope(session, JIA):
        unit = get_unit_by_code(session, VILLAGE)
        return make_person(session, unit, name="测试港", id_kind="pass_hk_mo", id_number=PASS, birth_on=BORN, sex="female").id


def persons(database: Database) -> dict[str, Person]:
    with database.session() as session, tenant_scope(session, JIA):
        return {row.name: row for row in session.scalars(select(Person))}


def brought(client: FlaskClient, rows: list[list[object]], ledger: str = "persons") -> str:
    """Upload a list, take the proposed columns, and give the page of what was found."""
    at = client.post(f"/u/{JIA}/ledgers/{ledger}/imports", data={"file": (io.BytesIO(excel(rows)), "名册.xlsx")},
                     content_type="multipart/form-data").location.partition("?")[0]
    page = client.get(at).text
    chosen = {name: found[1] if (found := re.search(r'value="(\w+)" selected', body)) else ""
              for name, body in re.findall(r'<select class="form-select" name="(column-\w+)".*?>(.*?)</select>', page, re.S)}
    assert client.post(f"{at}/columns", data=chosen).status_code == 302
    return at


def confirmed(client: FlaskClient, at: str) -> str:
    turn = re.search(r'name="turn" value="(\d+)"', client.get(at).text)
    assert turn is not None
    return client.post(f"{at}/confirm", data={"choice": "good", "turn": turn[1]}, follow_redirects=True).text


def test_the_form_offers_the_kinds_and_names_both_cells_where_they_do_not_agree(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-aid")
    form = client.get(f"{LEDGER}/new").text
    for label in ("证件类型", "港澳居民居住证", "台湾居民来往大陆通行证", "外国人永久居留身份证", "户口簿", "无证件"):
        assert label in form
    sent = {"name": "测试护", "id_kind": "passport", "id_number": made_up_id(1)}
    refused = client.post(f"{LEDGER}/new", data=sent)
    assert refused.status_code == 422 and "请核对“证件类型”和“证件号”两格" in refused.text
    assert client.post(f"{LEDGER}/new", data={**sent, "id_number": "e 1234-5678", "birth_on": "2010-03-02"}).status_code == 302
    found = persons(app_database)["测试护"]
    assert (found.id_kind, found.birth_on, found.id_number_mask) == ("passport", BORN, "*******78")
    edit = f"{LEDGER}/{found.id}/edit"
    changed = client.post(edit, data={"version": "1", "name": "测试护", "id_kind": "citizen", "id_number": ""})
    assert changed.status_code == 422 and "居民身份证的证件号须是 18 位" in changed.text, "the stored number counts"


def test_a_list_with_kinds_comes_in_and_a_list_without_is_of_citizens(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-aid")
    head = ["姓名", "身份证件类型", "身份证件号", "出生日期"]
    at = brought(client, [head, ["测试甲", "居民身份证", made_up_id(1, BORN), ""], ["测试乙", "", made_up_id(2, BORN), ""],
                          ["测试丙", "台胞证", "01234567", "2010-03-02"], ["测试丁", "护照", "01234567", ""],
                          ["测试戊", "港澳居民居住证", made_up_id(3, BORN), ""], ["测试己", "无", "", "2010-03-02"]])
    page = client.get(at).text
    assert "港澳居民居住证的证件号须是 810000 或 820000 开头的 18 位号码" in page and "与第" in page
    confirmed(client, at)
    found = persons(app_database)
    assert {name: row.id_kind for name, row in found.items()} == {
        "测试甲": "citizen", "测试乙": "citizen", "测试丙": "pass_tw", "测试己": "none"}
    assert found["测试甲"].birth_on == BORN, "what the number says"
    plain = brought(client, [["姓名", "身份证号"], ["测试庚", made_up_id(4, BORN)], ["测试辛", PASSPORT]])
    assert "须是 18 位（或旧的 15 位）号码" in client.get(plain).text
    confirmed(client, plain)
    assert persons(app_database)["测试庚"].id_kind == "citizen" and "测试辛" not in persons(app_database)


def test_a_list_changes_nobody_into_another_because_their_passports_have_one_number(
        client_as: ClientAs, app_database: Database, pupil: uuid.UUID) -> None:
    client = client_as("jia-aid")
    head = ["姓名", "证件类型", "证件号", "民族"]
    at = brought(client, [head, ["测试另", "港澳居民来往内地通行证", PASS, "汉族"]])
    assert "只凭号码不能认作同一人" in client.get(at).text
    same = brought(client, [head, ["测试港", "港澳居民来往内地通行证", PASS, "汉族"]])
    assert "修改 1 条" in client.get(same).text
    confirmed(client, same)
    assert {name: row.ethnicity for name, row in persons(app_database).items()} == {"测试港": "汉族"}


def test_an_enrolment_names_its_pupil_by_whatever_number_they_have(client_as: ClientAs, app_database: Database, pupil: uuid.UUID) -> None:
    client = client_as("jia-aid")
    head = ["学生", "学年", "学期", "学校", "学段"]
    confirmed(client, brought(client, [head, [PASS, "2016-2017", "秋季学期", "990101-S01", "小学"]], "enrolments"))
    with app_database.session() as session, tenant_scope(session, JIA):
        assert session.scalars(select(Enrolment.person_id)).all() == [pupil]


def test_the_person_is_found_shown_masked_and_revealed_for_a_reason(client_as: ClientAs, pupil: uuid.UUID) -> None:
    client = client_as("jia-aid")
    for words in (PASS, "h1234567801", "*******78"):
        assert str(pupil) in client.get("/search", query_string={"q": words}).text, words
    assert str(pupil) not in client_as("yi-aid").get("/search", query_string={"q": PASS}).text
    at = f"/u/{JIA}/registry/persons/{pupil}"
    page = client.get(at).text
    assert "港澳居民来往内地通行证" in page and PASS not in page
    shown = client.post(f"{at}/reveal", data={"field": "id_number", "reason": "核对通行证"})
    assert PASS in shown.text
    listed = client.get(f"/u/{JIA}/ledgers/persons/", query_string={"id_kind": "pass_hk_mo"}).text
    assert "测试港" in listed and "测试港" not in client.get(f"/u/{JIA}/ledgers/persons/?id_kind=citizen").text
    assert "测试港" in client.get(f"/u/{JIA}/ledgers/persons/", query_string={"id_number": "H12345678-01"}).text


def test_the_template_and_the_export_hold_the_kind(client_as: ClientAs, pupil: uuid.UUID) -> None:
    client, base = client_as("jia-aid"), f"/u/{JIA}/ledgers/persons"

    def said(content: bytes) -> str:
        book = load_workbook(io.BytesIO(content))
        return " ".join(str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)

    assert "证件类型" in said(client.get(f"{base}/template").data)
    assert "台湾居民居住证" in said(client.get(f"{base}/template").data), "the words to choose from"
    masked = said(client.post(f"{base}/export", data={"reason": "核对通行证", "all_columns": "1"}).data)
    assert "港澳居民来往内地通行证" in masked and PASS not in masked
    assert PASS in said(client.post(f"{base}/export", data={"reason": "核对通行证", "all_columns": "1", "originals": "1"}).data)


def test_the_api_takes_and_gives_the_kind(client_as: ClientAs) -> None:
    client, base = client_as("jia-aid"), f"/api/v1/u/{VILLAGE}/ledgers/persons"

    def post(**body: str) -> Any:
        return client.post(base, json={"name": "测试护", "birth_on": "2010-03-02", **body}, headers={"Idempotency-Key": str(uuid.uuid4())})

    refused = post(id_number=PASSPORT)
    assert refused.status_code == 422 and {one["field"] for one in refused.get_json()["errors"]} == {"id_number"}
    made = post(id_kind="passport", id_number=PASSPORT)
    assert made.status_code == 201, made.get_json()
    record = made.get_json()["record"]
    assert record["id_kind"] == "passport" and PASSPORT not in made.text
    found = client.get(base, query_string={"id_kind": "passport"}).get_json()
    assert [row["id"] for row in found["records"]] == [record["id"]]
