"""The pages of plans and the switchboard in the running application."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.extensions import Database
from core.host.contract import Place
from core.host.queries import enabled
from core.tenancy import queries
from core.tenancy.desk import cards, todos
from tests.conftest import ClientAs
from tests.factories.tenancy import apply_plan, days, profile_text

SAMPLE = '[[plugin]]\ncode = "sample"\nclause = "一"\n'
SPACE = '[[plugin]]\ncode = "space"\nclause = "一"\n'
MASKED = '[[report]]\ncode = "r"\nname = "=总结"\nclause = "一"\nby = "校"\nto = "局"\ndue = { state = "masked", printed = "__月2日" }\n'
DUTY = '[[duty]]\ncode = "d"\nname = "任务"\nclause = "一"\n'
PHASE = '[[phase]]\ncode = "p"\nname = "动员"\nclause = "一"\nfrom = 2016-09-01\nto = 2016-09-30\n'
TEXT = profile_text(SAMPLE, SPACE, days(7), MASKED, DUTY, PHASE)


@pytest.fixture
def planned(app: Flask, app_database: Database) -> Database:
    """The small province with plans in 测试省 and 甲县."""
    host = app.extensions["bangfu.host"]
    with app_database.transaction() as session:
        apply_plan(session, profile_text(SAMPLE, days(5, "floor"), unit="99", name="测试省", title="测试省方案"), host)
        apply_plan(session, TEXT, host, "甲县.toml")
    return app_database


def body(answer: TestResponse, status: int = 200) -> str:
    text = answer.get_data(as_text=True)
    assert answer.status_code == status, text[:2000]
    return text


def send(client: FlaskClient, text: str, address: str = "/u/990101/plan/propose", **form: str) -> TestResponse:
    return client.post(address, data={"text": text, **form})


def test_the_plan_is_read_with_clauses_states_gaps_and_plugins(planned: Database, client_as: ClientAs) -> None:
    page = body(client_as("jia-admin").get("/u/990101/plan"))
    for words in ("甲县方案", "公示天数", "7 工作日", "按方案执行", "__月2日", "待核实事项", "没有责任部门", "待安装", "30 天"):
        assert words in page, words
    assert "/plan/versions/1/edit/value/0" in page
    assert "/edit/" not in body(client_as("jia-school").get("/u/990101-S01/plan"))


def test_a_unit_without_a_plan_shows_the_nearest_tenants_plan_and_says_so(planned: Database, client_as: ClientAs) -> None:
    page = body(client_as("jia-school").get("/u/990101-S01/plan"))
    assert "甲县第一中学没有自己的方案，按甲县的方案执行" in page
    assert "乙县没有自己的方案，按测试省的方案执行" in body(client_as("yi-admin").get("/u/990102/plan"))
    city = body(client_as("city-bureau").get("/u/9901/plan"))
    assert "按测试省的方案执行" in city


def test_layers_show_each_level_from_the_top(planned: Database, client_as: ClientAs) -> None:
    page = body(client_as("jia-admin").get("/u/990101/plan/layers"))
    assert page.index("5 工作日") < page.index("7 工作日")
    assert "下限" in page
    every = body(client_as("jia-admin").get("/u/990101/plan/layers?all=1"))
    assert page.count("任务") < every.count("任务")  # the menu names tasks as well


def test_before_any_plan_the_page_says_the_next_step(client_as: ClientAs) -> None:
    assert "还没有执行中的方案" in body(client_as("yi-admin").get("/u/990102/plan"))


def test_layers_without_parameters_say_what_will_stand_there(client_as: ClientAs) -> None:
    assert "可逐级传递" in body(client_as("yi-admin").get("/u/990102/plan/layers"))


def test_the_province_compares_two_counties_and_a_county_only_its_own_and_above(
    planned: Database, client_as: ClientAs
) -> None:
    page = body(client_as("province-admin").get("/u/99/plan/compare?left=990101&with=990102"))
    assert "没有规定" in page
    clerk = client_as("jia-admin")
    own = body(clerk.get("/u/990101/plan/compare"))
    assert "测试省" in own
    assert "乙县" not in own
    body(clerk.get("/u/990101/plan/compare?with=990102"), 404)
    assert "处不同" in body(clerk.get("/u/990101/plan/compare?with=99"))


def test_faults_are_listed_by_line_and_nothing_is_stored(planned: Database, client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    page = body(send(client, TEXT.replace("value = 7", 'value = "20xx"')), 422)
    for words in ("bare-mask", "value[publicity.days].value", "20xx", "现行方案不变"):
        assert words in page, words
    assert "这是“乙县”的方案" in body(send(client, profile_text(unit="990102", name="乙县")), 422)
    body(send(client, ""), 422)
    body(send(client, "# " + "长" * 400_000), 422)
    with planned.session() as session:
        assert [plan.version for plan in queries.list_versions(session, "990101")] == [1]


def test_a_proposal_goes_from_upload_through_preview_to_a_second_person(
    app: Flask, planned: Database, client_as: ClientAs
) -> None:
    clerk, chief = client_as("jia-admin"), client_as("jia-approver")
    assert "公示天数" in body(clerk.get("/u/990101/plan/propose"))
    text = "\ufeff" + profile_text(SAMPLE, days(8)).replace("\n", "\r\n")
    upload = clerk.post("/u/990101/plan/propose", data={"file": (io.BytesIO(text.encode()), "C:\\方案\\甲县.toml")},
                        content_type="multipart/form-data")
    page = body(upload)
    for words in ("改动", "终止", "8 工作日", "提交审批", "测试省"):
        assert words in page, words
    base = re.search(r'name="base" value="(\d*)"', page)
    assert base is not None
    body(send(clerk, text, "/u/990101/plan/submit", base=base[1], starts_on="2016-13-40"), 422)
    data = re.search(r'name="data" value="([^"]*)"', page)
    assert data is not None
    form = {"data": data[1], "name": "甲县.toml", "base": base[1], "starts_on": "", "note": "提标"}
    assert clerk.post("/u/990101/plan/submit", data=form).status_code == 302
    assert clerk.get("/u/990101/plan/versions/2.toml").get_data() == text.encode()
    assert "由第二人审批" in body(clerk.get("/u/990101/plan/versions/2"))
    assert "待审批" in body(clerk.get("/u/990101/plan"))
    assert "第 2 版方案待审批" in body(chief.get("/u/990101/"))
    body(clerk.post("/u/990101/plan/versions/2/approve"), 403)
    assert "审批通过" in body(chief.get("/u/990101/plan/versions/2"))
    assert chief.post("/u/990101/plan/versions/2/approve").status_code == 302
    assert "8 工作日" in body(clerk.get("/u/990101/plan"))
    assert "已被替代" in body(clerk.get("/u/990101/plan/versions"))
    body(send(clerk, text, "/u/990101/plan/submit", base="1"), 409)
    body(send(clerk, text, "/u/990101/plan/submit", base="x"), 409)
    body(clerk.post("/u/990101/plan/submit", data={"data": "%%%", "base": "2"}), 422)


def test_a_version_can_be_sent_back_or_withdrawn(planned: Database, client_as: ClientAs) -> None:
    clerk, chief = client_as("jia-admin"), client_as("jia-approver")
    send(clerk, profile_text(days(8)), "/u/990101/plan/submit", base="1")
    body(chief.post("/u/990101/plan/versions/2/refuse", data={"reason": ""}), 422)
    assert chief.post("/u/990101/plan/versions/2/refuse", data={"reason": "缺文号"}).status_code == 302
    assert "缺文号" in body(chief.get("/u/990101/plan/versions/2"))
    send(clerk, profile_text(days(8)), "/u/990101/plan/submit", base="1")
    assert clerk.post("/u/990101/plan/versions/3/withdraw").status_code == 302
    assert "已撤回" in body(clerk.get("/u/990101/plan/versions"))


def test_one_value_is_edited_in_the_browser_with_comments_kept(planned: Database, client_as: ClientAs) -> None:
    clerk = client_as("jia-admin")
    assert "新的值" in body(clerk.get("/u/990101/plan/versions/1/edit/value/0"))
    form = {"entry": "publicity.days", "key": "value", "value": "9", "from_day": ""}
    page = body(clerk.post("/u/990101/plan/versions/1/edit/value/0", data=form))
    assert "9 工作日" in page
    assert "提交审批" in page
    below = body(clerk.post("/u/990101/plan/versions/1/edit/value/0", data={**form, "value": "3"}), 422)
    assert "layer-floor" in below
    body(clerk.get("/u/990101/plan/versions/1/edit/value/7"), 404)


def test_the_profile_comes_back_byte_for_byte_and_the_table_is_harmless(planned: Database, client_as: ClientAs) -> None:
    clerk = client_as("jia-admin")
    assert clerk.get("/u/990101/plan/versions/1.toml").get_data() == TEXT.encode()
    table = clerk.get("/u/990101/plan/versions/1.csv").get_data(as_text=True)
    assert table.startswith("\ufeff章节")
    assert "'=总结" in table
    body(client_as("jia-school").get("/u/990101/plan/versions/1.toml"), 404)
    body(client_as("jia-aid").get("/u/990101/plan/versions/1.toml"), 403)


def test_versions_of_another_tenant_are_not_reached_through_ones_own_unit(planned: Database, client_as: ClientAs) -> None:
    clerk = client_as("yi-admin")
    body(clerk.get("/u/990102/plan/versions/1"), 404)
    body(clerk.get("/u/990102/plan/versions/99999999999999"), 404)
    body(clerk.get("/u/990101/plan/versions/1"), 404)
    school = client_as("jia-school")
    body(school.get("/u/990101-S01/plan/versions/1"), 404)


def test_the_switchboard_lists_the_effect_first_and_then_switches(
    app: Flask, planned: Database, client_as: ClientAs
) -> None:
    admin = client_as("province-admin")
    page = body(admin.get("/u/99/switchboard"))
    for words in ("甲县", "乙县", "待安装", "已开启"):
        assert words in page, words
    effect = body(admin.get("/u/99/switchboard/990101/sample"))
    assert "将要关闭" in effect
    body(admin.post("/u/99/switchboard/990101/sample", data={"on": "0", "reason": ""}), 422)
    assert admin.post("/u/99/switchboard/990101/sample", data={"on": "0", "reason": "暂停"}).status_code == 302
    with planned.session() as session:
        assert enabled(session, app.extensions["bangfu.host"], "990101") == frozenset()
    assert admin.post("/u/99/switchboard/990101/sample", data={"on": "0", "reason": "再关"}).status_code == 302
    assert "将要开启" in body(admin.get("/u/99/switchboard/990101/sample"))
    assert "还没有安装" in body(admin.get("/u/99/switchboard/990101/space"))
    assert "没有采用" in body(admin.get("/u/99/switchboard/990102/sample"))
    body(admin.get("/u/99/switchboard/990101/nothing"), 404)
    body(admin.get("/u/99/switchboard/123456/sample"), 404)


def test_a_county_sees_its_own_row_only_and_an_auditor_cannot_switch(planned: Database, client_as: ClientAs) -> None:
    own = body(client_as("jia-admin").get("/u/990101/switchboard"))
    assert "甲县" in own
    assert "990102" not in own
    auditor = client_as("province-auditor")
    assert "确认关闭" not in body(auditor.get("/u/99/switchboard/990101/sample"))
    body(auditor.post("/u/99/switchboard/990101/sample", data={"on": "0", "reason": "x"}), 403)
    body(client_as("yi-admin").get("/u/990101/switchboard"), 404)


def test_the_workbench_says_what_is_open_and_what_is_due(app: Flask, planned: Database, client_as: ClientAs) -> None:
    assert "方案待核实" in body(client_as("jia-admin").get("/u/990101/"))
    soon = queries.today() + dt.timedelta(days=5)
    report = f'[[report]]\ncode = "s"\nname = "秋季总结"\nclause = "一"\nby = "校"\nto = "局"\ndue = "{soon:%m-%d}"\n'
    with planned.transaction() as session:
        apply_plan(session, profile_text(report, unit="990102", name="乙县"), app.extensions["bangfu.host"])
    with planned.session() as session, app.test_request_context():
        county = queries.get_tenant(session, "990102").unit
        place = Place(county.id, county.code, county.name, county.path, frozenset({"990102"}))
        assert [(todo.title, todo.due) for todo in todos(session, place)] == [("报送：秋季总结", soon)]
        assert [card.hint for card in cards(session, place, "")] == ["没有遮盖或待定的内容"]


def test_the_workbench_of_a_place_without_any_plan_shows_no_card(client_as: ClientAs) -> None:
    assert "方案待核实" not in body(client_as("yi-admin").get("/u/990102/"))


@pytest.mark.clause("CO-033")
def test_units_that_have_named_no_contact_are_a_gap_on_the_plan_page(
    app: Flask, app_database: Database, client_as: ClientAs,
) -> None:
    contact = ('[[contact]]\ncode = "c"\nname = "联络员制度"\nclause = "一"\nper = "county"\n'
               'named = [{ unit = "990101", post = "测试岗" }]\n')
    with app_database.transaction() as session:
        apply_plan(session, profile_text(contact, unit="99", name="测试省"), app.extensions["bangfu.host"])
    page = body(client_as("province-admin").get("/u/99/plan"))
    assert "2 个单位没有报联络员（乙县、丙县）" in page
    assert "乙县" not in body(client_as("jia-admin").get("/u/990101/plan"))
