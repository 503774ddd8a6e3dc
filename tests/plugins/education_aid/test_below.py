"""An upper level costs a draft over its counties: counts and sums of each, and by name those that were not counted."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import Database, tenant_scope
from core.jobs.worker import run_due
from core.tenancy.queries import get_tenant
from core.trail.models import TrailEntry
from core.units.models import Unit
from plugins.education_aid.models.awards import AidRun, Award
from plugins.education_aid.rules.below import DONE, NONE, OFF, total
from plugins.education_aid.rules.words import term_title
from plugins.education_aid.services.entitling import begin_run, run_term
from tests.conftest import ClientAs
from tests.factories.tenancy import apply_plan, profile_text
from tests.plugins.education_aid.conftest import ACTOR, AUTUMN_2016, County
from tests.support.hosts import loaded

PROVINCE, JIA, YI, BING = "99", "990101", "990102", "990201"
AT = f"/u/{PROVINCE}/p/education_aid/what-if/below"
PLUGIN = '\n[[plugin]]\ncode = "education_aid"\nclause = "一"\n'
ITEM = """
[[education_aid.item]]
code = "living"
name = "生活补助"
clause = "一"
where = {{ boarding = true }}
amount = {{ fixed = "{yuan}" }}
fund = "省级资金"
share = {{ parts = [{{ payer = "province", part = 6 }}, {{ payer = "county", part = 4 }}] }}
"""


TERMS = "".join(f'\n[[value]]\ncode = "term.autumn.{edge}"\nname = "秋季学期"\nclause = "一"\nvalue = "{day}"\nunit = "月-日"\n'
                for edge, day in (("start", "09-01"), ("end", "11-30")))


def of_province(yuan: str, *more: str) -> str:
    return profile_text(PLUGIN, ITEM.format(yuan=yuan), *more, unit=PROVINCE, name="测试省", title="测试省方案", starts="2015-01-01")


@pytest.fixture
def province(app: Flask, app_database: Database) -> Iterator[Session]:
    """测试省 with one item; 甲县 with two boarders and a run, 丙县 without a run, 乙县 without the plugin."""
    host = loaded()
    session = app_database.session(write=True)
    apply_plan(session, of_province("1000.00"), host)
    for code, name in ((JIA, "甲县"), (BING, "丙县")):
        apply_plan(session, profile_text(PLUGIN, TERMS, unit=code, name=name, title=f"{name}方案", starts="2015-01-01"), host)
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    with tenant_scope(session, JIA):
        named = {"village": units["990101100001"], "town": units["990101100"], "county": units[JIA]}
        county = County(session, get_tenant(session, JIA), named, schools={"测试小学": units["990101-S02"]})
        for _ in range(2):
            county.child("primary", boarding=True)
        run_term(session, begin_run(session, JIA, units[JIA].id, 2016, 1, AUTUMN_2016, ACTOR), ACTOR)
        session.flush()
    session.commit()
    yield session
    session.rollback()
    session.close()


def kept(session: Session) -> AidRun:
    session.rollback()
    with tenant_scope(session, PROVINCE):
        found = session.scalars(select(AidRun).execution_options(populate_existing=True)).one()
        session.expunge(found)
    return found


def test_a_draft_is_costed_county_by_county(province: Session, client_as: ClientAs, app: Flask) -> None:
    bureau = client_as("province-bureau")
    shown = bureau.get(AT).get_data(as_text=True)
    assert "甲县、乙县、丙县" in shown
    sent = bureau.post(AT, data={"text": of_province("1201.00"), "title": "提标", "school_year": "2016", "term": "1"})
    assert sent.status_code == 302
    run_due(app)
    run = kept(province)
    assert {code: (one["state"], one["name"]) for code, one in run.counts["counties"].items()} == {
        JIA: (DONE, "甲县"), YI: (OFF, "乙县"), BING: (NONE, "丙县")}
    found: dict[str, Any] = run.counts["total"]
    assert (found["counties"], found["gainers"], found["losers"], found["difference"]) == (1, 2, 0, "201.00")
    assert found["items"] == {"living": ["生活补助", 2, "1000.00", 2, "1201.00"]} and found["funds"] == {"省级资金": "201.00"}
    assert found["payers"] == {"province": "120.60", "county": "80.40"}
    assert found["months"] == {"2016-09": "67.00", "2016-10": "67.00", "2016-11": "67.00"}
    page = bureau.get(f"{AT}/{run.id}").get_data(as_text=True)
    assert "乙县" in page and "没有开启学生资助" in page and "这个学期还没有完成过应享测算" in page
    assert "2016-10" in page and "测试甲" not in page
    assert "乙县" in bureau.get(f"{AT}/{run.id}/counties.csv").get_data(as_text=True)


def test_nothing_of_a_county_is_changed_and_its_trail_says_who_looked(province: Session, client_as: ClientAs, app: Flask) -> None:
    client_as("province-bureau").post(AT, data={"text": of_province("1201.00"), "title": "提标", "school_year": "2016", "term": "1"})
    run_due(app)
    assert "sample" not in kept(province).counts["counties"][JIA]
    with tenant_scope(province, JIA):
        assert set(province.scalars(select(Award.amount))) == {Decimal("500.00")}
        entries = [one for one in province.scalars(select(TrailEntry.sentence)) if "提标" in one]
    assert entries == [f"测试省用本县{term_title(2016, 1)}的学生情况试算方案草稿“提标”，只取人数和金额"]


def test_a_city_costs_nothing_beyond_its_scope_and_a_clerk_nothing_at_all(province: Session, client_as: ClientAs) -> None:
    data = {"text": of_province("1201.00"), "school_year": "2016", "term": "1"}
    assert client_as("city-bureau").post(AT, data=data).status_code in (403, 404)
    assert client_as("province-auditor").post(AT, data=data).status_code == 403
    assert client_as("jia-aid").get(f"/u/{JIA}/p/education_aid/what-if/below").status_code == 200
    refused = client_as("province-bureau").post(AT, data={**data, "text": of_province("20xx")})
    assert refused.status_code == 422


def test_a_trial_over_counties_is_cited_and_then_kept(province: Session, client_as: ClientAs, app: Flask) -> None:
    bureau = client_as("province-bureau")
    bureau.post(AT, data={"text": of_province("1201.00"), "school_year": "2016", "term": "1"})
    run_due(app)
    run = kept(province)
    assert bureau.post(f"{AT}/{run.id}/cite", data={"cited_in": "厅务会材料"}).status_code == 302
    assert bureau.post(f"{AT}/{run.id}/delete").status_code in (409, 422)
    assert kept(province).cited_in == "厅务会材料"


def test_counties_add_up_and_places_fold_into_their_level() -> None:
    one = {"state": DONE, "name": "一", "children": 3, "gainers": 1, "losers": 0, "difference": "10.00", "funds": {"f": "10.00"},
           "items": {"a": ["甲", 1, "5.00", 2, "15.00"]}, "months": {"2016-10": "10.00"},
           "payers": {"origin_county:620822": "4.00", "origin_county:620823": "6.00"}}
    two = {**one, "difference": "-2.50", "items": {"b": ["乙", 4, "9.00", 3, "6.50"]}, "funds": {"g": "-2.50"}, "payers": {"": "-2.50"},
           "months": {"2016-09": "-2.50"}}
    found = total([one, two, {"state": NONE, "name": "三"}])
    assert (found["counties"], found["children"], found["difference"]) == (2, 6, "7.50")
    assert found["payers"] == {"origin_county": "10.00", "": "-2.50"} and list(found["months"]) == ["2016-09", "2016-10"]
    assert found["items"] == {"a": ["甲", 1, "5.00", 2, "15.00"], "b": ["乙", 4, "9.00", 3, "6.50"]}
