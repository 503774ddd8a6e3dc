"""The pages of a ledger, made from its declaration alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.extensions import Database, tenant_scope
from core.host.ledgers import Field
from core.ledgers.pages.common import cell
from core.trail.models import TrailEntry
from tests.core.ledgers.conftest import GOOD
from tests.core.ledgers.support import JIA, YI, add_families
from tests.sample_plugin.models import Family

ClientAs = Callable[[str], FlaskClient]
BASE = "/u/990101/p/sample/ledgers/families"
SCHOOL = "/u/990101-S01/p/sample/ledgers/families"


def text(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def family(database: Database, number: str = "JX001") -> Family:
    with database.session() as session, tenant_scope(session, JIA):
        found = session.scalars(select(Family).where(Family.number == number)).one()
        session.expunge(found)
        return found


def sentences(database: Database) -> list[str]:
    with database.session() as session, tenant_scope(session, JIA):
        return list(session.scalars(select(TrailEntry.sentence).order_by(TrailEntry.id)))


def test_an_empty_list_says_the_next_step(client_as: ClientAs) -> None:
    page = text(client_as("jia-school"), f"{SCHOOL}/")
    assert "还没有记录" in page and "登记第一条" in page
    assert "登记第一条" not in text(client_as("jia-general"), f"{SCHOOL}/")


def test_the_list_shows_masks_filters_and_orders(app: Flask, client_as: ClientAs) -> None:
    other = {"head": "测试乙", "income": "100", "kind": "低保户", "id_number": "110105200001010032"}
    add_families(app, JIA, "990101-S01", {"head": "测试甲"}, other)
    client = client_as("jia-aid")
    page = text(client, f"{BASE}/")
    assert GOOD["id_number"] not in page and "002X" in page
    assert page.index("测试乙") < page.index("测试甲")
    page = text(client, f"{BASE}/?sort=-income")
    assert page.index("测试甲") < page.index("测试乙")
    assert "测试甲" not in text(client, f"{BASE}/?kind=low")
    assert "测试乙" not in text(client, f"{BASE}/?id_number={GOOD['id_number']}")
    assert "测试乙" not in text(client, f"{BASE}/?income_from=1000&unit=990101-S01")
    assert "没有符合条件的记录" in text(client, f"{BASE}/?head=不存在")
    assert text(client, f"{BASE}/?sort=note", 422) and text(client, f"{BASE}/?identified_on_from=x", 422)
    assert "住房面积" in text(client, f"{BASE}/?columns=area").split("<thead>")[1].split("</thead>")[0]


def test_pages_follow_one_another_without_a_gap(app: Flask, client_as: ClientAs) -> None:
    add_families(app, JIA, "990101-S01", *({"income": str(at % 7), "members": "2"} for at in range(120)))
    client, found, address = client_as("jia-aid"), [], f"{BASE}/?sort=income"
    while address:
        page = text(client, address)
        found += re.findall(r'name="ids" value="([^"]+)"', page)
        more = re.search(r'href="([^"]+after=[^"]+)" hx-get=[^<]*data-more', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert len(found) == len(set(found)) == 120
    assert text(client, f"{BASE}/?after=xxxx", 422)


def test_totals_and_groups_add_up(app: Flask, client_as: ClientAs) -> None:
    add_families(app, JIA, "990101-S01", {}, {"members": "3"})
    add_families(app, JIA, "990101-S02", {"number": "JX100"})
    page = text(client_as("jia-aid"), f"{BASE}/totals")
    assert "3 条" in page and "9,601.50" in page and "11 人" in page
    groups = text(client_as("jia-aid"), f"{BASE}/groups")
    assert "甲县教育指导站" in groups and "甲一镇" in groups and "6,401.00 元" in groups


def test_a_record_is_entered_corrected_removed_and_brought_back(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-school")
    refused = client.post(f"{SCHOOL}/new", data={**GOOD, "members": "99", "causes": ["illness", "schooling"]})
    assert refused.status_code == 422 and "人口数不能大于 30" in refused.get_data(as_text=True)
    made = client.post(f"{SCHOOL}/new", data={**GOOD, "causes": ["illness", "schooling"]})
    assert made.status_code == 302, made.get_data(as_text=True)
    row = family(app_database)
    address = f"{SCHOOL}/{row.id}"
    assert "JX001" in text(client, address) and "登记家庭" in text(client, address)
    form = text(client, f"{address}/edit")
    assert GOOD["id_number"] not in form and 'value="36.5"' in form
    kept = {"version": 1, "head": "测试丙", "members": "5", "id_number": "", "causes": [""]}
    assert client.post(f"{address}/edit", data=kept).status_code == 302
    assert client.post(f"{address}/edit", data=kept).status_code == 409
    changed = family(app_database)
    assert (changed.head, changed.id_number_mask, changed.causes) == ("测试丙", row.id_number_mask, None)
    assert client.post(f"{address}/remove", data={"version": 2}).status_code == 302
    assert "JX001" not in text(client, f"{SCHOOL}/") and "测试丙" in text(client, f"{SCHOOL}/?removed=1")
    assert client.post(f"{address}/restore").status_code == 302
    assert "测试丙" in text(client, f"{SCHOOL}/")
    timeline = text(client, address)
    assert "<del>4</del>" in timeline and "删除家庭" in timeline and "恢复家庭" in timeline


def test_an_original_is_shown_to_the_right_person_with_a_reason_and_trailed(
        app: Flask, client_as: ClientAs, app_database: Database) -> None:
    (family_id,) = add_families(app, JIA, "990101-S01", {})
    client, address = client_as("jia-aid"), f"{BASE}/{family_id}"
    assert client.post(f"{address}/reveal", data={"field": "id_number", "reason": ""}).status_code == 422
    shown = client.post(f"{address}/reveal", data={"field": "id_number", "reason": "核对银行退款"})
    assert shown.status_code == 200 and GOOD["id_number"] in shown.get_data(as_text=True)
    assert any(sentence.startswith("查看证件号原文") for sentence in sentences(app_database))
    opened_again = client.get(f"{address}/reveal")
    assert (opened_again.status_code, opened_again.location) == (302, address)
    assert "这一步要从页面上的按钮办理" in text(client, address)
    assert client.post(f"{address}/reveal", data={"field": "members", "reason": "核对银行退款"}).status_code == 404
    assert client_as("province-bureau").post(f"/u/99/p/sample/ledgers/families/{family_id}/reveal",
                                             data={"field": "id_number", "reason": "核对银行退款"}).status_code == 403


def test_a_view_is_saved_shared_and_dropped(app: Flask, client_as: ClientAs) -> None:
    add_families(app, JIA, "990101-S01", {}, {"kind": "低保户", "head": "测试乙"})
    aid, other = client_as("jia-aid"), client_as("jia-admin")
    assert aid.post(f"{BASE}/views", data={"name": "只看低保", "query": "kind=low&after=zzz", "shared": ""}).status_code == 302
    assert "只看低保" in text(aid, f"{BASE}/") and "只看低保" not in text(other, f"{BASE}/")
    assert aid.post(f"{BASE}/views", data={"name": "共享低保", "query": "kind=low", "shared": "1"}).status_code == 302
    page = text(other, f"{BASE}/")
    assert "共享低保" in page
    dropped = re.findall(r"/views/[0-9a-f-]+/drop", text(aid, f"{BASE}/?kind=low"))
    assert len(dropped) == 2
    assert other.post(f"{BASE}{dropped[0]}").status_code == 404
    assert aid.post(f"{BASE}{dropped[0]}").status_code == 302
    assert aid.post(f"{BASE}/views", data={"name": "", "query": ""}).status_code == 422


def test_bulk_edit_previews_and_leaves_one_entry(app: Flask, client_as: ClientAs, app_database: Database) -> None:
    ids = add_families(app, JIA, "990101-S01", {}, {"kind": "低保户"}, {"kind": "其他"})
    client = client_as("jia-aid")
    chosen = {"ids": [str(one) for one in ids[:2]], "field": "kind", "kind": "low"}
    page = client.post(f"{BASE}/bulk", data=chosen).get_data(as_text=True)
    assert "建档立卡户" in page and "确认修改 1 条" in page
    before = len(sentences(app_database))
    assert client.post(f"{BASE}/bulk/confirm", data={**chosen, "count": "2"}).status_code == 302
    assert sentences(app_database)[before:] == ["批量修改受访家庭台账：户类型改为“低保户”，2 条"]
    assert [family(app_database, f"JX00{at}").kind for at in (1, 2, 3)] == ["low", "low", "other"]
    assert client.post(f"{BASE}/bulk/confirm?kind=other", data={"field": "members", "members": "5", "count": "9"}).status_code == 409
    assert client.post(f"{BASE}/bulk/confirm?kind=other", data={"field": "members", "members": "5", "count": "1"}).status_code == 302
    assert [family(app_database, f"JX00{at}").members for at in (1, 2, 3)] == [4, 4, 5]
    assert client.post(f"{BASE}/bulk", data={"field": "number", "number": "X"}).status_code == 422
    assert client.post(f"{BASE}/bulk", data={"field": "members", "members": "99"}).status_code == 422


def test_the_menu_leads_to_the_ledger_where_its_plugin_is_on(client_as: ClientAs) -> None:
    assert f'href="{SCHOOL}/"' in text(client_as("jia-school"), "/u/990101-S01/")
    assert "/ledgers/families/" not in text(client_as("yi-school"), "/u/990102-S01/")
    assert client_as("yi-school").get(f"/u/{YI}-S01/p/sample/ledgers/families/").status_code == 404


@pytest.mark.parametrize("login", ["jia-general", "jia-discipline"])
def test_a_reader_meets_no_button_that_would_refuse(client_as: ClientAs, app: Flask, login: str) -> None:
    add_families(app, JIA, "990101-S01", {})
    text(client_as("jia-school"), f"{SCHOOL}/new")
    address = SCHOOL if login == "jia-general" else BASE
    page = text(client_as(login), f"{address}/")
    assert "/families/new" not in page and 'name="ids"' not in page and "/bulk" not in page


def test_a_year_has_no_sign_between_its_thousands(app: Flask) -> None:
    row = SimpleNamespace(year=2016)
    with app.test_request_context("/u/990101/"):
        assert ">2016<" in cell(row, Field("year", "年度", "integer", least=2010, most=2100), {})
        assert ">2,016<" in cell(row, Field("year", "人数", "integer"), {})
