"""The pages of a process: steps from a record's page, to-dos for the person who looks, what is overdue, bulk steps."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.extensions import Database, tenant_scope
from core.processes import waiting
from core.processes.models import ProcessMark
from core.trail.models import TrailEntry
from tests.conftest import ClientAs
from tests.core.processes.conftest import JIA
from tests.sample_plugin.models import Certificate

SCHOOL, COUNTY = "/u/990101-S01/p/sample", "/u/990101/p/sample"


def enter(client: FlaskClient, donor: str = "测试公司", amount: str = "60000", place: str = SCHOOL) -> uuid.UUID:
    """A certificate through the form of its ledger; gives its id."""
    answer = client.post(f"{place}/ledgers/certificates/new", data={"donor": donor, "amount": amount})
    assert answer.status_code == 302, answer.text
    return uuid.UUID(answer.location.rpartition("/")[2])


def go(client: FlaskClient, record_id: uuid.UUID, step: str, place: str = COUNTY, **data: Any) -> Any:
    return client.post(f"{place}/processes/certificate/{record_id}/{step}", data=data)


@pytest.fixture
def school(client_as: ClientAs) -> FlaskClient:
    return client_as("jia-school")


@pytest.fixture
def county(client_as: ClientAs) -> FlaskClient:
    return client_as("jia-aid")


@pytest.fixture
def state_of(app_database: Database) -> Iterator[Callable[[uuid.UUID], Certificate]]:
    def read(record_id: uuid.UUID) -> Certificate:
        with app_database.session() as session, tenant_scope(session, JIA):
            found = session.get_one(Certificate, (JIA, record_id))
            session.expunge(found)
            return found

    yield read


def test_the_school_submits_and_the_county_issues_number_one_once(school: FlaskClient, county: FlaskClient, state_of: Any) -> None:
    made = enter(school)
    assert go(school, made, "submit", SCHOOL).status_code == 302
    assert go(school, made, "issue", SCHOOL).status_code == 403
    assert state_of(made).state == "submitted"
    assert go(county, made, "issue").status_code == 302
    assert (state_of(made).state, state_of(made).number) == ("issued", 1)
    again = go(county, made, "issue")
    assert again.status_code == 409
    assert "测试公司现为“已颁发”" in again.text
    assert state_of(made).number == 1


def test_a_neighbour_s_record_is_not_there(school: FlaskClient, client_as: ClientAs) -> None:
    made = enter(school)
    assert go(client_as("yi-aid"), made, "issue", "/u/990102/p/sample").status_code == 404
    assert go(client_as("yi-aid"), made, "issue").status_code == 404


def test_whoever_submitted_is_refused_by_the_rules_as_well(county: FlaskClient) -> None:
    made = enter(county, place=COUNTY)
    go(county, made, "submit")
    answer = go(county, made, "issue")
    assert answer.status_code == 403
    assert "规则“示例方案（二）”不允许您" in answer.text


def test_the_record_s_page_shows_state_buttons_and_timeline(school: FlaskClient, county: FlaskClient) -> None:
    made = enter(school)
    page = school.get(f"{SCHOOL}/ledgers/certificates/{made}").text
    assert f"{SCHOOL}/processes/certificate/{made}/submit" in page
    go(school, made, "submit", SCHOOL)
    page = county.get(f"{COUNTY}/ledgers/certificates/{made}").text
    assert f"{COUNTY}/processes/certificate/{made}/issue" in page
    assert "待县级颁发" in page
    go(county, made, "return", reason="金额与收据不符")
    page = school.get(f"{SCHOOL}/ledgers/certificates/{made}").text
    assert "理由：金额与收据不符" in page
    assert "待县级颁发 → 草拟" in re.sub(r"\s+", " ", page)


def test_a_button_says_what_is_missing(school: FlaskClient) -> None:
    made = enter(school, amount="")
    page = school.get(f"{SCHOOL}/ledgers/certificates/{made}").text
    assert "还缺：没有填写捐赠金额" in page
    assert f"/processes/certificate/{made}/submit" not in page
    assert go(school, made, "submit", SCHOOL).status_code == 409


def test_a_return_without_a_reason_is_refused(school: FlaskClient, county: FlaskClient, state_of: Any) -> None:
    made = enter(school)
    go(school, made, "submit", SCHOOL)
    assert go(county, made, "return").status_code == 422
    assert state_of(made).state == "submitted"


def test_a_page_that_is_no_longer_true_is_told(school: FlaskClient) -> None:
    assert go(school, enter(school), "submit", SCHOOL, version=9).status_code == 409


def test_todos_show_what_waits_for_whoever_looks(school: FlaskClient, county: FlaskClient) -> None:
    made = enter(school, "测试一厂")
    assert ">测试一厂</a>" in school.get("/u/990101-S01/todos").text
    assert "捐赠证书审批：提交" in school.get("/u/990101-S01/").text
    go(school, made, "submit", SCHOOL)
    page = county.get("/u/990101/todos").text
    assert "捐赠证书审批：颁发" in page
    assert "测试一厂" in page
    assert ">测试一厂</a>" not in school.get("/u/990101-S01/todos").text
    assert "捐赠证书审批：颁发" in county.get("/u/990101/").text


def test_what_one_submitted_oneself_does_not_wait_for_one(county: FlaskClient) -> None:
    made = enter(county, "测试二厂", place=COUNTY)
    go(county, made, "submit")
    assert ">测试二厂</a>" not in county.get("/u/990101/todos").text


def test_todos_of_a_county_where_the_plugin_is_off_are_empty(school: FlaskClient, client_as: ClientAs) -> None:
    go(school, enter(school, "测试一厂"), "submit", SCHOOL)
    page = client_as("yi-aid").get("/u/990102/todos").text
    assert "捐赠证书审批" not in page
    assert "没有等您办的事" in page


def test_a_step_past_its_day_is_listed_with_its_working_days(
        school: FlaskClient, county: FlaskClient, on_day: Callable[[dt.date], None]) -> None:
    on_day(dt.date(2025, 9, 26))
    go(school, enter(school, "测试一厂"), "submit", SCHOOL)
    on_day(dt.date(2025, 10, 16))
    assert "没有逾期的步骤" in county.get("/u/990101/overdue").text
    on_day(dt.date(2025, 10, 20))  # a Friday and a Monday later
    page = county.get("/u/990101/overdue").text
    assert "测试一厂" in page
    row = re.sub(r"<[^>]+>|\s+", " ", page[page.index("<tbody>"): page.index("</tbody>")]).split()
    assert row[0] == "2"
    assert "2025-10-16" in row
    assert "示例方案（三）" in row
    assert "测试一厂" in school.get("/u/990101-S01/overdue").text


def test_what_is_late_is_not_shown_next_door(school: FlaskClient, client_as: ClientAs, on_day: Callable[[dt.date], None]) -> None:
    on_day(dt.date(2025, 9, 26))
    go(school, enter(school, "测试一厂"), "submit", SCHOOL)
    on_day(dt.date(2025, 12, 1))
    assert "测试一厂" not in client_as("yi-aid").get("/u/990102/overdue").text


def test_many_at_once_go_or_are_told_why(school: FlaskClient, county: FlaskClient, state_of: Any, app_database: Database) -> None:
    good, draft = enter(school, "测试一厂"), enter(school, "测试二厂")
    go(school, good, "submit", SCHOOL)
    answer = county.post(f"{COUNTY}/processes/certificate/bulk/issue", data={"ids": [str(good), str(draft), str(uuid.uuid4())]})
    assert answer.status_code == 200
    assert "已颁发 1 条" in answer.text
    assert "另有 1 条不在您的范围内" in answer.text
    assert "测试二厂现为“草拟”" in answer.text
    assert (state_of(good).state, state_of(draft).state) == ("issued", "draft")
    with app_database.session() as session, tenant_scope(session, JIA):
        entry = session.scalars(select(TrailEntry).where(TrailEntry.subject == "process:sample.certificate")).one()
        assert (entry.row_count, entry.who) == (1, "测试08")


def test_bulk_steps_stand_under_the_list_for_those_who_may(school: FlaskClient, county: FlaskClient) -> None:
    enter(school)
    assert "/processes/certificate/bulk/issue" in county.get(f"{COUNTY}/ledgers/certificates/").text
    page = school.get(f"{SCHOOL}/ledgers/certificates/").text
    assert "/processes/certificate/bulk/submit" in page
    assert "/bulk/issue" not in page
    assert "/bulk/withdraw" not in page


def test_bulk_without_a_record_is_refused(county: FlaskClient) -> None:
    assert county.post(f"{COUNTY}/processes/certificate/bulk/issue").status_code == 422
    assert county.post(f"{COUNTY}/processes/certificate/bulk/issue", data={"ids": "7"}).status_code == 422


def test_the_list_is_filtered_by_state_with_its_chinese_label(school: FlaskClient) -> None:
    go(school, enter(school, "测试一厂"), "submit", SCHOOL)
    enter(school, "测试二厂")
    page = school.get(f"{SCHOOL}/ledgers/certificates/?state=submitted").text
    assert "测试一厂" in page
    assert "待县级颁发" in page
    assert "测试二厂" not in page


def test_a_way_back_to_another_site_is_not_taken(school: FlaskClient) -> None:
    answer = go(school, enter(school), "submit", SCHOOL, next="//evil.example/")
    assert answer.location.startswith("/u/990101-S01/")


def test_every_entry_of_the_timeline_is_a_mark(school: FlaskClient, app_database: Database) -> None:
    made = enter(school)
    go(school, made, "submit", SCHOOL)
    go(school, made, "withdraw", SCHOOL)
    with app_database.session() as session, tenant_scope(session, JIA):
        assert [mark.step for mark in session.scalars(select(ProcessMark).order_by(ProcessMark.id))] == ["begin", "submit", "withdraw"]


def test_one_step_alone_is_an_address_of_its_own(school: FlaskClient, county: FlaskClient) -> None:
    go(school, enter(school, "测试一厂"), "submit", SCHOOL)
    enter(county, "测试二厂", place=COUNTY)
    page = county.get("/u/990101/todos?process=sample.certificate&step=issue").text
    assert ">测试一厂</a>" in page
    assert ">测试二厂</a>" not in page
    assert "全部待办" in page


def test_many_steps_are_listed_first_each_with_its_first_records(
        school: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "FEW", 0)
    monkeypatch.setattr(waiting, "BESIDE", 1)
    for name in ("测试一厂", "测试二厂"):
        enter(school, name)
    page = school.get("/u/990101-S01/todos").text
    address = "/u/990101-S01/todos?process=sample.certificate&amp;step=submit"
    assert f'<a href="{address}">捐赠证书审批：提交</a>' in page
    assert [f">{name}</a>" in page for name in ("测试一厂", "测试二厂")] == [True, False]
    assert ">测试二厂</a>" in school.get(address.replace("&amp;", "&")).text


def test_waiting_records_are_counted_no_further_than_can_be_told(
        school: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "COUNTED", 1)
    enter(school, "测试一厂")
    enter(school, "测试二厂")
    assert re.search(r"捐赠证书审批：提交 <span class=\"bf-count\">1\+</span>", school.get("/u/990101-S01/todos").text)


def test_somebody_else_s_withdrawal_is_not_offered(school: FlaskClient, county: FlaskClient) -> None:
    made = enter(school)
    go(school, made, "submit", SCHOOL)
    assert f"{made}/withdraw" in school.get(f"{SCHOOL}/ledgers/certificates/{made}").text
    assert "撤回" not in county.get(f"{COUNTY}/ledgers/certificates/{made}").text
