"""The pages of surveys, needs, pathways and the two databases: who sees what, and what they let be done."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select

from core.extensions import Database, tenant_scope
from core.units.models import Unit
from plugins.education_aid.models import Measure, PathwayMember, RollEntry, Survey
from tests.conftest import ClientAs
from tests.plugins.education_aid.running.needs import NEED, PATHWAY, ROLL, SURVEY, on_the_way, poor, surveyed
from tests.plugins.education_aid.running.support import JIA, SCHOOL, YEAR, County
from tests.support.hosts import loaded

AT = f"/u/{JIA}/p/education_aid"


@pytest.fixture
def jia(app: Flask, app_database: Database) -> Iterator[County]:
    """甲县 with a plan of surveys, needs, a pathway and databases; a poor child who was asked."""
    host = loaded()
    session = app_database.session(write=True)
    with tenant_scope(session, JIA):
        county = County(session, {unit.code: unit for unit in session.scalars(select(Unit))}, host)
        county.plan(SURVEY, NEED, PATHWAY, ROLL)
        home = county.household()
        poor(county, home)
        child = county.child(household_id=home.id)
        surveyed(county, child, "学业、生活", walk="一小时以上")
        on_the_way(county, child)
        session.commit()
        yield county
        session.rollback()
    session.close()


def person(county: County) -> uuid.UUID:
    return county.session.scalars(select(Survey.person_id)).first() or uuid.uuid4()


PAGES = {
    "surveys": ("测试汇总表", "一小时以上"), "pathways": ("共 15 年", "2025-09-01"), "rolls": ("困难学生", "无法判定"),
    "ledgers/surveys/": ("学业、生活",), "ledgers/measures/": ("测试补习",), "ledgers/pathways/": ("中职",),
    "ledgers/poor-pupils/": ("困难学生库",), "ledgers/poor-labour/": ("劳动力库",), "surveys.csv": ("合计,测试汇总表,1",),
    "pathways.csv": ("2025-09-01",), "rolls.csv": ("有当期就读记录",),
}


def test_every_page_opens_for_the_centre_and_is_404_next_door(jia: County, client_as: ClientAs) -> None:
    aid, neighbour = client_as("jia-aid"), client_as("yi-aid")
    for page, words in PAGES.items():
        answer = aid.get(f"{AT}/{page}")
        assert answer.status_code == 200, page
        assert all(said in answer.get_data(as_text=True) for said in words), page
        assert neighbour.get(f"{AT}/{page}").status_code == 404, page


def test_both_databases_are_given_out_as_a_workbook_too(jia: County, client_as: ClientAs) -> None:
    page = client_as("jia-aid").get(f"{AT}/rolls").get_data(as_text=True)
    assert f"{AT}/rolls.xlsx" in page and f"{AT}/rolls.csv" in page
    sheet = load_workbook(io.BytesIO(client_as("jia-aid").get(f"{AT}/rolls.xlsx").data)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert "导出，仅限工作使用" in str(rows[0][0]) and rows[1][3] == "姓名"
    assert any("有当期就读记录" in row for row in rows[2:])
    assert client_as("yi-aid").get(f"{AT}/rolls.xlsx").status_code == 404


def test_the_file_of_a_child_has_needs_measures_pathway_and_what_is_missing(jia: County, client_as: ClientAs) -> None:
    at = f"{AT}/persons/{person(jia)}/needs"
    page = client_as("jia-aid").get(at).get_data(as_text=True)
    for said in ("测试补习", "测试补报", "1 条没有责任人", "一小时以上", "2025-09-01", "一生一档", "困难学生调查表", "0 / 2"):
        assert said in page, said
    assert client_as("yi-aid").get(at.replace(JIA, "990102")).status_code == 404
    assert client_as("jia-aid").get(f"{AT}/persons/{uuid.uuid4()}/needs").status_code == 404


def test_the_page_of_a_person_leads_to_the_file(jia: County, client_as: ClientAs) -> None:
    page = client_as("jia-aid").get(f"/u/{JIA}/registry/persons/{person(jia)}").get_data(as_text=True)
    assert "填写困难学生调查表：学业、生活，措施 2 条，已落实 0 条" in page and "贯通培养：进入中职" in page
    assert f"/persons/{person(jia)}/needs" in page


def test_the_form_and_the_file_take_the_plans_own_questions(jia: County, client_as: ClientAs) -> None:
    aid, child = client_as("jia-aid"), jia.child(carded=False)
    jia.session.commit()
    sent = {"person_id": str(child.id), "school_year": str(YEAR), "unit_id": SCHOOL, "surveyed_on": "2019-10-08", "stage": "junior",
            "needs": "心情", "walk": "一小时内"}
    refused = aid.post(f"{AT}/ledgers/surveys/new", data=sent)
    assert refused.status_code in (409, 422) and "可填：学业、生活" in refused.get_data(as_text=True)
    assert aid.post(f"{AT}/ledgers/surveys/new", data={**sent, "needs": "学业"}).status_code == 302
    template = aid.get(f"{AT}/ledgers/surveys/template")
    assert template.status_code == 200 and template.data[:2] == b"PK"
    jia.session.rollback()
    assert jia.session.scalar(select(func.count()).select_from(Measure)) == 3
    assert jia.session.scalars(select(Survey).where(Survey.person_id == child.id)).one().extra == {"walk": "一小时内"}


def test_databases_are_counted_by_the_county_and_by_nobody_who_only_reads(jia: County, client_as: ClientAs) -> None:
    assert client_as("jia-discipline").post(f"{AT}/rolls/update").status_code == 403
    assert client_as("jia-aid").post(f"{AT}/rolls/update").status_code == 302
    jia.session.rollback()
    assert jia.session.scalars(select(RollEntry.kind)).all() == ["pupil"]
    page = client_as("jia-aid").get(f"{AT}/rolls").get_data(as_text=True)
    assert "库内 1 人" in page and "库内人数与登记不同" not in page


def test_a_pathway_is_compared_with_the_registry_from_its_page(jia: County, client_as: ClientAs) -> None:
    assert client_as("jia-discipline").post(f"{AT}/pathways/follow").status_code == 403
    answer = client_as("jia-aid").post(f"{AT}/pathways/follow", follow_redirects=True)
    assert "转段 0 人，完成 0 人，退出 0 人，待查" in answer.get_data(as_text=True)
    jia.session.rollback()
    assert jia.session.scalars(select(PathwayMember.state)).all() == ["active"]
