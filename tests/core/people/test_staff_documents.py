"""Teachers with another document than a citizen's number: entered in a form, a file and by the API, found and shown."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from core.extensions import Database, tenant_scope
from core.registry.models import Staff
from core.registry.services import create_staff
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.people.test_documents import BORN, PASS, PASSPORT, brought, confirmed
from tests.factories.registry import ACTOR, JIA, made_up_id

SCHOOL = "990101-S01"
LEDGER = f"/u/{SCHOOL}/ledgers/staff"


@pytest.fixture
def teacher(app_database: Database) -> uuid.UUID:
    """测试港, who holds a pass."""
    with app_database.transaction() as session, tenant_scope(session, JIA):
        unit = get_unit_by_code(session, SCHOOL)
        return create_staff(session, JIA, unit.id, {"name": "测试港", "id_kind": "pass_hk_mo", "id_number": PASS}, ACTOR).id


def staff(database: Database) -> dict[str, Staff]:
    with database.session() as session, tenant_scope(session, JIA):
        return {row.name: row for row in session.scalars(select(Staff))}


def said(content: bytes) -> str:
    book = load_workbook(io.BytesIO(content))
    return " ".join(str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)


def test_the_form_offers_the_kinds_and_judges_the_number_by_them(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-school")
    form = client.get(f"{LEDGER}/new").text
    for label in ("证件类型", "港澳居民居住证", "外国人永久居留身份证", "护照", "无证件"):
        assert label in form
    sent = {"name": "测试外", "id_kind": "passport", "id_number": made_up_id(1), "state": "active"}
    refused = client.post(f"{LEDGER}/new", data=sent)
    assert refused.status_code == 422 and "请核对“证件类型”和“证件号”两格" in refused.text
    assert client.post(f"{LEDGER}/new", data={**sent, "id_number": "e 1234-5678"}).status_code == 302
    found = staff(app_database)["测试外"]
    assert (found.id_kind, found.birth_on, found.id_number_mask) == ("passport", None, "*******78")
    changed = client.post(f"{LEDGER}/{found.id}/edit", data={"version": "1", "name": "测试外", "id_kind": "citizen", "id_number": "",
                                                             "state": "active"})
    assert changed.status_code == 422 and "居民身份证的证件号须是 18 位" in changed.text, "the stored number counts"


def test_a_list_with_kinds_comes_in_and_a_list_without_is_of_citizens(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    head = ["教师姓名", "身份证件类型", "身份证件号", "出生日期"]
    at = brought(client, [head, ["测试甲", "", made_up_id(1, BORN), ""], ["测试丙", "台胞证", "01234567", ""],
                          ["测试戊", "港澳居民居住证", made_up_id(3), ""]], "staff")
    assert "港澳居民居住证的证件号须是 810000 或 820000 开头的 18 位号码" in client.get(at).text
    confirmed(client, at)
    found = staff(app_database)
    assert {name: row.id_kind for name, row in found.items()} == {"测试甲": "citizen", "测试丙": "pass_tw"}
    assert found["测试甲"].birth_on == BORN, "what the number says"
    plain = brought(client, [["教师姓名", "身份证号"], ["测试庚", made_up_id(4, BORN)], ["测试辛", PASSPORT]], "staff")
    assert "须是 18 位（或旧的 15 位）号码" in client.get(plain).text
    confirmed(client, plain)
    assert staff(app_database)["测试庚"].id_kind == "citizen" and "测试辛" not in staff(app_database)


def test_a_list_finds_the_holder_by_number_and_name_and_nobody_by_number_alone(
        client_as: ClientAs, app_database: Database, teacher: uuid.UUID) -> None:
    client, head = client_as("jia-admin"), ["姓名", "证件类型", "证件号", "岗位"]
    assert "只凭号码不能认作同一人" in client.get(brought(client, [head, ["测试另", "港澳居民来往内地通行证", PASS, "教师"]], "staff")).text
    same = brought(client, [head, ["测试港", "港澳居民来往内地通行证", PASS, "教师"]], "staff")
    assert "修改 1 条" in client.get(same).text
    confirmed(client, same)
    assert {name: row.post for name, row in staff(app_database).items()} == {"测试港": "教师"}


def test_the_holder_is_found_shown_masked_and_exported(client_as: ClientAs, teacher: uuid.UUID) -> None:
    client, base = client_as("jia-admin"), f"/u/{JIA}/ledgers/staff"
    assert "测试港" in client.get(f"{base}/", query_string={"id_kind": "pass_hk_mo"}).text
    assert "测试港" not in client.get(f"{base}/", query_string={"id_kind": "citizen"}).text
    assert "测试港" in client.get(f"{base}/", query_string={"id_number": "H12345678-01"}).text
    page = client.get(f"{base}/{teacher}").text
    assert "港澳居民来往内地通行证" in page and PASS not in page
    template = said(client.get(f"{base}/template").data)
    assert "证件类型" in template and "台湾居民居住证" in template
    masked = said(client.post(f"{base}/export", data={"reason": "核对通行证", "all_columns": "1"}).data)
    assert "港澳居民来往内地通行证" in masked and PASS not in masked
    clerk = client_as("jia-school")
    assert PASS in clerk.post(f"{LEDGER}/{teacher}/reveal", data={"field": "id_number", "reason": "核对通行证"}).text


def test_the_api_takes_and_gives_the_kind(client_as: ClientAs) -> None:
    client, base = client_as("jia-school"), f"/api/v1/u/{SCHOOL}/ledgers/staff"

    def post(**body: str) -> Any:
        return client.post(base, json={"name": "测试外", **body}, headers={"Idempotency-Key": str(uuid.uuid4())})

    refused = post(id_number=PASSPORT)
    assert refused.status_code == 422 and {one["field"] for one in refused.get_json()["errors"]} == {"id_number"}
    made = post(id_kind="passport", id_number=PASSPORT)
    assert made.status_code == 201, made.get_json()
    record = made.get_json()["record"]
    assert record["id_kind"] == "passport" and PASSPORT not in made.text
    found = client.get(base, query_string={"id_kind": "passport"}).get_json()
    assert [row["id"] for row in found["records"]] == [record["id"]]
