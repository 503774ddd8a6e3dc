"""The page of those whose every period of keeping has ended."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from core.extensions import CHINA, Database, clock, tenant_scope
from core.registry import services
from core.registry.models import Person
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.people.conftest import SCHOOL, VILLAGE
from tests.factories.registry import ACTOR, JIA, make_enrolment, make_person
from tests.factories.tenancy import apply_plan, days, profile_text

PAGE = f"/u/{JIA}/registry/due"
WHY = "保存到期清理，局务会议纪要"


@pytest.fixture
def leavers(app_database: Database) -> list[uuid.UUID]:
    """测试离 left in 2012, 测试近 in 2020."""
    with app_database.transaction() as session, tenant_scope(session, JIA):
        found = []
        for name, year in (("测试离", 2012), ("测试近", 2020)):
            person = make_person(session, get_unit_by_code(session, VILLAGE), name=name)
            enrolment = make_enrolment(session, person, get_unit_by_code(session, SCHOOL), year - 1)
            services.end_enrolment(session, enrolment, dt.date(year, 7, 1), "graduated", ACTOR)
            found.append(person.id)
        return found


@pytest.fixture
def planned(app_database: Database) -> None:
    with app_database.transaction() as session:
        apply_plan(session, profile_text(days(10, unit="年").replace("publicity.days", "retention.pupils"), starts="2010-01-01"))


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_now", lambda: dt.datetime(2027, 7, 2, 9, tzinfo=CHINA))


def test_without_a_plan_the_page_says_that_nobody_is_due_and_why(client_as: ClientAs, leavers: list[uuid.UUID]) -> None:
    page = client_as("jia-admin").get(PAGE).text
    assert "都没有写明学生档案的保存年限" in page and "没有保存到期的人员" in page and "测试离" not in page


def test_those_due_are_listed_with_day_and_rule_for_the_person_responsible_alone(
        client_as: ClientAs, leavers: list[uuid.UUID], planned: None) -> None:
    admin = client_as("jia-admin")
    page = admin.get(PAGE).text
    assert "测试离" in page and "测试近" not in page and "2022-07-02" in page and "甲县方案　一：10 年" in page
    assert "保存到期的人员" in admin.get(f"/u/{JIA}/").text, "the menu leads there"
    told = admin.get(f"{PAGE}.csv").get_data(as_text=True)
    assert told.startswith("\ufeff姓名,") and "测试离" in told and "测试近" not in told
    for other in ("jia-aid", "province-auditor"):
        assert client_as(other).get(PAGE).status_code == client_as(other).get(f"{PAGE}.csv").status_code == 403
    neighbour = client_as("yi-admin")
    assert neighbour.get(PAGE).status_code == 404 and "测试离" not in neighbour.get("/u/990102/registry/due").text


def test_chosen_ones_are_erased_and_the_rest_is_told_why_not(
        client_as: ClientAs, leavers: list[uuid.UUID], planned: None, app_database: Database) -> None:
    admin, (old, young) = client_as("jia-admin"), leavers
    assert admin.post(PAGE, data={"ids": [str(old)], "reason": "清"}).status_code == 422
    assert admin.post(PAGE, data={"ids": ["nobody"], "reason": WHY}).status_code == 422
    assert client_as("yi-admin").post("/u/990102/registry/due", data={"ids": [str(old)], "reason": WHY}).status_code == 404
    answer = admin.post(PAGE, data={"ids": [str(old), str(young)], "reason": WHY})
    assert answer.status_code == 200 and "已抹去 1 人，下面 1 人没有抹去" in answer.text and "还没有到期" in answer.text
    with app_database.session() as session, tenant_scope(session, JIA):
        assert [session.get_one(Person, (JIA, one)).state for one in leavers] == ["erased", "active"]
