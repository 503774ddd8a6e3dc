"""The pages of units in the running application, as different people see them."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.extensions import Database, all_tenants
from core.trail.models import TrailEntry
from core.units import queries
from core.units.models import Unit, UnitOperation
from tests.conftest import ClientAs
from tests.factories.units import make_unit

DAY = "2020-01-01"


@pytest.fixture(autouse=True)
def no_csrf(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False


def body(answer: TestResponse, status: int = 200) -> str:
    text = answer.get_data(as_text=True)
    assert answer.status_code == status, text[:3000]
    return text


def unit_of(database: Database, code: str) -> Unit:
    with database.session() as session:
        return queries.get_unit_by_code(session, code)


def last_operation(database: Database) -> UnitOperation:
    with database.session() as session:
        return session.scalars(select(UnitOperation).order_by(UnitOperation.id.desc())).all()[0]


def test_the_page_shows_facts_children_and_what_may_be_done(client_as: ClientAs) -> None:
    page = body(client_as("jia-admin").get("/u/990101/units"))
    for words in ("甲县", "甲一镇", "990101100", "乡 3", "新建下级单位", "撤并下级单位"):
        assert words in page, words
    assert "/u/990101/units/split" not in page  # its own standing is for the city to change
    assert "/u/990101100/units/split" in body(client_as("jia-admin").get("/u/990101100/units")).replace("&amp;", "&")


def test_a_reader_is_offered_nothing_to_change(client_as: ClientAs) -> None:
    client = client_as("jia-aid")
    page = body(client.get("/u/990101/units"))
    assert "甲一镇" in page and "/units/merge" not in page and "/units/new" not in page
    for kind in ("new", "rename", "merge", "split", "move", "close"):
        assert client.get(f"/u/990101/units/{kind}").status_code == 403


def test_a_neighbour_finds_nothing(client_as: ClientAs) -> None:
    client = client_as("yi-admin")
    for path in ("", "/children", "/children.csv", "/pick?q=甲", "/operations", "/new", "/merge"):
        assert client.get(f"/u/990101/units{path}").status_code == 404


def test_children_come_fifty_at_a_time(app_database: Database, client_as: ClientAs) -> None:
    with app_database.transaction() as session:
        town = queries.get_unit_by_code(session, "990101101")
        for number in range(100, 220):
            make_unit(session, f"990101101{number}", town, f"{number}号村", level="village")
    client = client_as("jia-admin")
    page = body(client.get("/u/990101101/units"))
    assert page.count("号村") == 49 and "after=990101101148" in page
    following = body(client.get("/u/990101101/units/children?after=990101101148"))
    assert following.count("号村") == 50 and 'id="unit-rows"' in following and "after=990101101198" in following
    last = body(client.get("/u/990101101/units/children?after=990101101198"))
    assert last.count("号村") == 21 and "after=" not in last
    assert "后面没有了" in body(client.get("/u/990101101/units?after=990101101999"))
    listed = body(client.get("/u/990101101/units/children.csv"))
    assert listed.count("号村") == 120


def test_an_empty_unit_says_the_next_step(client_as: ClientAs) -> None:
    page = body(client_as("jia-admin").get("/u/990101102/units"))
    assert "没有下级单位" in page and "/u/990101102/units/new" in page


def test_the_list_leaves_as_csv_with_a_trail_entry(app_database: Database, client_as: ClientAs) -> None:
    with app_database.transaction() as session:
        make_unit(session, "990101-S09", queries.get_unit_by_code(session, "990101102"), "=1+1", kind="school")
    answer = client_as("jia-admin").get("/u/990101102/units/children.csv?as_of=2020-01-01")
    text = body(answer)
    assert text.startswith("\ufeff代码,名称,类别,层级,上级代码,下级数,自何日起\r\n")
    assert "990101-S09,'=1+1,学校,乡级,990101102,0,1949-10-01" in text
    assert "units-990101102-2020-01-01.csv" in answer.headers["Content-Disposition"]
    with app_database.session() as session, all_tenants(session, "核对"):
        entry = session.scalars(select(TrailEntry).order_by(TrailEntry.id.desc())).first()
        assert entry is not None and entry.sentence == "导出甲三乡的下级单位"


def test_units_to_choose_from_stay_within_the_working_unit(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    assert json.loads(body(client.get("/u/990101/units/pick?q=jyz"))) == [
        {"value": "990101100", "text": "甲一镇（甲县）990101100"},
        {"value": "990101-S02", "text": "甲一镇中心小学（甲一镇）990101-S02"}]
    assert json.loads(body(client.get("/u/990101/units/pick?q=乙"))) == []
    assert json.loads(body(client.get("/u/990101102/units/pick?q=甲一镇&under=all")))[0]["value"] == "990101100"


def test_a_school_is_founded_after_a_look_at_the_effects(app_database: Database, client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    form = {"kind": "school", "name": "甲县第三中学", "code": "", "level": "", "on": DAY, "document": "测教发1号"}
    assert "新建下级单位" in body(client.get("/u/990101/units/new"))
    preview = body(client.post("/u/990101/units/new", data=form))
    assert "影响预览" in preview and "在甲县设立甲县第三中学" in preview and 'name="document" value="测教发1号"' in preview
    assert last_operation_or_none(app_database) is None
    done = client.post("/u/990101/units/new", data={**form, "confirmed": "1"}, follow_redirects=True)
    assert "已办理" in body(done) and "990101-S03" in body(done)


def last_operation_or_none(database: Database) -> UnitOperation | None:
    with database.session() as session:
        return session.scalars(select(UnitOperation)).first()


@pytest.mark.parametrize(("kind", "form", "message"), [
    ("new", {"kind": "school", "name": " ", "on": DAY}, "名称不能为空"),
    ("new", {"kind": "school", "name": "甲校", "on": ""}, "请填写日期"),
    ("new", {"kind": "division", "name": "甲四镇", "on": DAY, "level": "", "code": "1"}, "请选择区划的层级"),
    ("merge", {"on": DAY, "into": "990101100"}, "请选择要并入的单位"),
    ("merge", {"on": DAY, "units": "990101101"}, "请选择单位"),
    ("merge", {"on": DAY, "units": "990102100", "into": "990101100"}, "没有代码为 990102100 的单位"),
    ("merge", {"on": DAY, "units": ["990101101"], "into_new": "1", "new_code": "990101", "new_name": "新镇"},
     "乡级区划代码应为 9 位数字"),
])
def test_a_form_says_beside_the_field_what_is_wrong(
        client_as: ClientAs, kind: str, form: dict[str, str], message: str) -> None:
    page = body(client_as("jia-admin").post(f"/u/990101/units/{kind}", data=form), 422)
    assert message in page and "invalid-feedback" in page


def test_two_townships_merge_are_seen_as_they_were_and_come_apart_again(
        app_database: Database, client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    form = {"units": ["990101101", "990101102"], "into": "990101100", "on": DAY}
    preview = body(client.post("/u/990101/units/merge", data=form))
    assert "把甲二乡、甲三乡并入甲一镇" in preview and "甲二北村" in preview
    assert preview.count('name="units"') == 2
    result = body(client.post("/u/990101/units/merge", data={**form, "confirmed": "1"}, follow_redirects=True))
    assert "撤回" in result and "看 2019-12-31 的区划" in result and "上级 甲二乡 → 甲一镇" in result

    now = body(client.get("/u/990101/units"))
    assert "甲二乡" not in now.split('id="unit-rows"')[1].split("</tbody>")[0]
    then = body(client.get("/u/990101/units?as_of=2019-12-31"))
    assert "甲二乡" in then and "现属甲一镇" in then and "/u/990101101/units?as_of=2019-12-31" in then
    closed = body(client.get("/u/990101101/units"))
    assert "甲二乡已于 2020-01-01 撤销" in closed and "/u/990101100/units" in closed
    assert "甲二北村" in body(client.get("/u/990101101/units?as_of=2019-12-31"))
    assert "连同已撤销的" in now and "2020-01-01 撤销" in body(client.get("/u/990101/units?closed=1"))

    number = last_operation(app_database).id
    assert "把甲二乡、甲三乡并入甲一镇" in body(client.get("/u/990101/units/operations"))
    undone = client.post(f"/u/990101/units/operations/{number}/undo", follow_redirects=True)
    assert "已撤回" in body(undone)
    assert unit_of(app_database, "990101101").closed_on is None
    assert client.post(f"/u/990101/units/operations/{number}/undo").status_code == 409
    assert "撤回" in body(client.get(f"/u/990101/units/operations/{number}"))


def test_a_split_is_put_together_from_rules(app_database: Database, client_as: ClientAs) -> None:
    client = client_as("city-bureau")
    assert client.get("/u/990101/units/split").status_code == 403
    client = client_as("province-admin")
    form = {"on": DAY, "stays": "1", "target_1_code": "990109", "target_1_name": "甲新县", "default": "990101",
            "rule_1_by": "children", "rule_1_value": "990101102", "rule_1_to": "990109",
            "rule_2_by": "name", "rule_2_value": "甲一", "rule_2_to": "990109",
            "rule_3_by": "range", "rule_3_value": "990101100-990101101", "rule_3_to": "990101"}
    preview = body(client.post("/u/990101/units/split", data=form))
    assert "规则 2" in preview and "甲新县" in preview and "其余" in preview
    body(client.post("/u/990101/units/split", data={**form, "confirmed": "1"}, follow_redirects=True))
    with app_database.session() as session:
        new = queries.get_unit_by_code(session, "990109")
        assert [child.name for child in queries.list_children(session, new)] == ["甲一镇", "甲三乡"]
    wrong = {**form, "target_2_name": "无码县"}
    assert "请填写新单位的代码" in body(client.post("/u/990101/units/split", data=wrong), 422)
    unknown = {**form, "target_1_name": "", "target_1_code": "990999"}
    assert "没有代码为 990999 的单位" in body(client.post("/u/990101/units/split", data=unknown), 422)


def test_a_tenants_unit_is_protected_on_the_page_too(client_as: ClientAs) -> None:
    form = {"units": "990102", "into": "990101", "on": DAY}
    page = body(client_as("province-admin").post("/u/9901/units/merge", data=form), 409)
    assert "乙县是租户" in page and "租户单位不得直接终止" in page


@pytest.mark.parametrize(("kind", "form", "sentence"), [
    ("rename", {"name": "甲三镇"}, "甲三乡更名为甲三镇"),
    ("recode", {"new_code": "990101103"}, "甲三乡的代码由 990101102 变更为 990101103"),
    ("move", {"parent": "990102"}, "把甲三乡由甲县划转到乙县"),
    ("close", {}, "撤销甲三乡"),
])
def test_each_form_does_its_work(
        app_database: Database, client_as: ClientAs, kind: str, form: dict[str, str], sentence: str) -> None:
    client = client_as("province-admin")
    address = f"/u/990101102/units/{kind}"
    assert "生效日期" in body(client.get(address))
    assert "影响预览" in body(client.post(address, data={"on": DAY, **form}))
    done = body(client.post(address, data={"on": DAY, "confirmed": "1", **form}, follow_redirects=True))
    assert sentence in done
    assert last_operation(app_database).kind == kind


def test_a_closed_unit_is_brought_back(app_database: Database, client_as: ClientAs) -> None:
    client = client_as("province-admin")
    client.post("/u/990101102/units/close", data={"on": DAY, "confirmed": "1"})
    page = body(client.get("/u/990101102/units"))
    assert "/u/990101102/units/reopen" in page and "/units/split" not in page
    form = {"on": "2021-01-01", "parent": "990102"}
    assert "甲三乡" in body(client.post("/u/990101102/units/reopen", data=form))
    body(client.post("/u/990101102/units/reopen", data={**form, "confirmed": "1"}, follow_redirects=True))
    assert unit_of(app_database, "990101102").path == "00/99/01/02/990101102/"
    history = body(client.get("/u/990101102/units"))
    assert "沿革" in history and "大事记" in history


def test_undoing_a_founding_leads_back_to_the_unit_above(app_database: Database, client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    client.post("/u/990101/units/new", data={"kind": "station", "name": "新站", "on": DAY, "confirmed": "1"})
    number = last_operation(app_database).id
    answer = client.post(f"/u/990101-Z02/units/operations/{number}/undo")
    assert answer.headers["Location"] == "/u/990101/units/operations"


def test_a_school_is_renamed_by_its_county_but_not_by_itself(client_as: ClientAs) -> None:
    form = {"name": "甲县一中", "on": DAY}
    assert "甲县一中" in body(client_as("jia-admin").post("/u/990101-S01/units/rename", data=form))
    assert client_as("jia-school").get("/u/990101-S01/units/rename").status_code == 403
    assert "/units/new" not in body(client_as("jia-school").get("/u/990101-S01/units"))


def test_a_county_founds_townships_but_schools_found_nothing(client_as: ClientAs) -> None:
    form = {"kind": "division", "level": "township", "code": "990101105", "name": "甲五乡", "on": DAY}
    assert "甲五乡" in body(client_as("jia-admin").post("/u/990101/units/new", data=form))
    assert client_as("jia-school").get("/u/990101-S01/units/new").status_code == 403


def test_operations_elsewhere_are_not_shown(app_database: Database, client_as: ClientAs) -> None:
    client = client_as("province-admin")
    client.post("/u/990102100/units/rename", data={"name": "乙一街道", "on": DAY, "confirmed": "1"})
    number = last_operation(app_database).id
    assert client.get(f"/u/990102/units/operations/{number}").status_code == 200
    assert client.get(f"/u/990101/units/operations/{number}").status_code == 404
    assert client_as("yi-aid").post(f"/u/990102/units/operations/{number}/undo").status_code == 403
    assert client_as("yi-admin").post(f"/u/990102100/units/operations/{number}/undo").status_code == 302


def test_undoing_needs_the_leave_of_those_above(app_database: Database, client_as: ClientAs) -> None:
    client_as("province-admin").post("/u/990101/units/rename", data={"name": "甲市", "on": DAY, "confirmed": "1"})
    number = last_operation(app_database).id
    client = client_as("jia-admin")
    assert "units/operations" in body(client.get(f"/u/990101/units/operations/{number}"))
    assert client.post(f"/u/990101/units/operations/{number}/undo").status_code == 403


def test_dates_and_numbers_in_the_address_are_checked(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    assert "请填写日期" in body(client.get("/u/990101/units?as_of=昨天"), 422)
    assert "编号不对" in body(client.get("/u/990101/units/operations?after=x"), 422)
    assert client.get("/u/990101/units/operations/0191f000-0000-7000-8000-000000000000").status_code == 404


def test_names_above_ones_scope_lead_nowhere(client_as: ClientAs) -> None:
    page = body(client_as("jia-admin").get("/u/990101/units")).split('id="main"')[1]
    assert "测试市" in page and 'href="/u/9901/units' not in page
    assert 'href="/u/9901/units"' in body(client_as("province-admin").get("/u/990101/units"))


def test_a_day_before_the_unit_says_so(client_as: ClientAs) -> None:
    page = body(client_as("jia-admin").get("/u/990101/units?as_of=1940-01-01"))
    assert "1940-01-01 没有甲县" in page


def test_operations_come_in_pages(app_database: Database, client_as: ClientAs) -> None:
    client = client_as("province-admin")
    for number in range(52):
        client.post("/u/990102100/units/rename", data={"name": f"乙{number}镇", "on": DAY, "confirmed": "1"})
    page = body(client.get("/u/990102/units/operations"))
    following = re.search(r"/u/990102/units/operations\?after=[0-9a-f-]+", page)
    assert following is not None
    assert body(client.get(following.group())).count("更名为") == 2
