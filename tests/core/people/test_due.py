"""The page of those whose every period of keeping has ended."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from flask import Flask
from sqlalchemy import select

from core.extensions import CHINA, Database, clock, tenant_scope
from core.jobs.running import Parts
from core.jobs.worker import run_due
from core.people import jobs
from core.registry import services
from core.registry.models import Person
from core.trail.models import TrailEntry
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.people.conftest import SCHOOL, VILLAGE
from tests.factories.registry import ACTOR, JIA, make_enrolment, make_person
from tests.factories.tenancy import apply_plan, days, profile_text
from tests.support.workbooks import opened

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
        client_as: ClientAs, leavers: list[uuid.UUID], planned: None, app_database: Database) -> None:
    admin = client_as("jia-admin")
    page = admin.get(PAGE).text
    assert "测试离" in page and "测试近" not in page and "2022-07-02" in page and "甲县方案　一：10 年" in page
    assert "保存到期的人员" in admin.get(f"/u/{JIA}/").text, "the menu leads there"
    told = admin.get(f"{PAGE}.csv").get_data(as_text=True)
    assert told.startswith("\ufeff姓名,") and "测试离" in told and "测试近" not in told
    assert f"{PAGE}.xlsx" in page
    rows = list(opened(admin.get(f"{PAGE}.xlsx").data).worksheets[0].iter_rows(values_only=True))
    assert rows[0][0].startswith("甲县 · 测试") and rows[0][0].endswith(" 导出，仅限工作使用") and rows[1][:2] == ("姓名", "证件号")
    assert [(row[0], row[3].date(), row[5]) for row in rows[2:]] == [("测试离", dt.date(2022, 7, 2), "甲县方案　一：10 年")]
    with app_database.session() as session, tenant_scope(session, JIA):
        given = session.scalars(select(TrailEntry.sentence).where(TrailEntry.subject == "endpoint:registry.due_file")).all()
    assert [one.rpartition("导出")[2] for one in given] == [f"due-{JIA}.csv，1行", f"due-{JIA}.xlsx，1行"]
    for other in ("jia-aid", "province-auditor"):
        assert client_as(other).get(PAGE).status_code == client_as(other).get(f"{PAGE}.csv").status_code == 403
        assert client_as(other).get(f"{PAGE}.xlsx").status_code == client_as(other).get(f"{PAGE}/all").status_code == 403
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


def leave(database: Database, names: list[str]) -> list[uuid.UUID]:
    """More who left in 2012."""
    with database.transaction() as session, tenant_scope(session, JIA):
        found = []
        for name in names:
            person = make_person(session, get_unit_by_code(session, VILLAGE), name=name)
            enrolment = make_enrolment(session, person, get_unit_by_code(session, SCHOOL), 2011)
            services.end_enrolment(session, enrolment, dt.date(2012, 7, 1), "graduated", ACTOR)
            found.append(person.id)
        return found


def states(database: Database, ids: list[uuid.UUID]) -> list[str]:
    with database.session() as session, tenant_scope(session, JIA):
        return [session.get_one(Person, (JIA, one)).state for one in ids]


def test_all_who_are_due_are_erased_once_their_number_is_confirmed(
        client_as: ClientAs, leavers: list[uuid.UUID], planned: None, app_database: Database) -> None:
    admin, more = client_as("jia-admin"), leave(app_database, ["测试甲", "测试乙"])
    assert f"{PAGE}/all" in admin.get(PAGE).text
    asked = admin.get(f"{PAGE}/all").text
    assert "现有 3 人保存到期" in asked and "确定抹去这 3 人？" in asked and 'name="count" value="3"' in asked
    assert admin.post(f"{PAGE}/all", data={"count": "3", "reason": "清"}).status_code == 422
    leave(app_database, ["测试丙"])
    changed = admin.post(f"{PAGE}/all", data={"count": "3", "reason": WHY})
    assert changed.status_code == 409 and "现在是 4 人，请重新确认" in changed.text and 'value="4"' in changed.text
    assert states(app_database, [*leavers, *more]) == ["active"] * 4, "nothing until the number is right"
    assert client_as("yi-admin").post("/u/990102/registry/due/all", data={"count": "4", "reason": WHY}).status_code == 409
    done = admin.post(f"{PAGE}/all", data={"count": "4", "reason": WHY}, follow_redirects=True).text
    assert "已抹去 4 人的个人信息" in done and "没有保存到期的人员" in done
    assert states(app_database, [*leavers, *more]) == ["erased", "active", "erased", "erased"]
    assert "没有保存到期的人员" in admin.get(f"{PAGE}/all").text


def test_many_are_erased_by_a_job_and_no_more_than_were_confirmed(
        app: Flask, client_as: ClientAs, leavers: list[uuid.UUID], planned: None, app_database: Database,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(jobs, "MOST_AT_ONCE", 2)
    admin, more = client_as("jia-admin"), leave(app_database, ["测试甲", "测试乙", "测试丙", "测试丁"])
    assert admin.post(f"{PAGE}/all", data={"count": "5", "reason": "清"}).status_code == 422
    answer = admin.post(f"{PAGE}/all", data={"count": "5", "reason": WHY})
    assert answer.status_code == 302 and "/jobs/" in answer.location
    late = leave(app_database, ["测试戊"])
    assert states(app_database, more) == ["active"] * 4
    run_due(Parts(app.config["BANGFU_SETTINGS"], app_database, app.extensions["bangfu.host"]))
    assert states(app_database, [*leavers, *more, *late]) == ["erased", "active", *["erased"] * 4, "active"], "who was not counted stays"
    assert "已抹去 5 人，0 人没有抹去" in admin.get(answer.location).text
    with app_database.session() as session, tenant_scope(session, JIA):
        batches = session.scalars(select(TrailEntry.sentence).where(TrailEntry.subject == "core.persons:due").order_by(TrailEntry.id)).all()
    assert batches == [f"保存到期成批抹去：{count} 人已抹去，0 人没有抹去" for count in (2, 2, 1)]
