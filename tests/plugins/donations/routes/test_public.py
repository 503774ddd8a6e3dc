"""The county's public site: sums, projects, needs; and what must never stand there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from core.extensions import Database, new_id, tenant_scope
from plugins.donations.models import Need, Project, Spending
from tests.factories.registry import make_household, make_person
from tests.plugins.donations.conftest import Browse
from tests.plugins.donations.giving import JIA, TOWN, VILLAGE, County, give

NEEDS = f"/public/{JIA}/donations/needs/"


def add(database: Database, *records: Any) -> None:
    with database.transaction() as session, tenant_scope(session, JIA):
        session.add_all(records)


def need(county: County, **more: Any) -> Need:
    return Need(**{"tenant_id": JIA, "id": new_id(), "unit_id": county.units[VILLAGE].id, "code": "A-1", "kind": "project",
                   "summary": "村小学缺一台净水机", "amount": Decimal("20000"), "pledged": Decimal("12000"), "state": "listed",
                   "consent_on": dt.date(2026, 1, 1), "consent_by": "测试丁", "consent_proof": "同意书第1号", **more})


@pytest.mark.clause("DN-019", "DN-040", "CO-047")
def test_of_a_need_the_public_reads_code_text_and_amount_alone(
        giving_database: Database, county: County, browse: Browse) -> None:
    with giving_database.transaction() as session, tenant_scope(session, JIA):
        household = make_household(session, county.units[VILLAGE])
        person = make_person(session, county.units[VILLAGE], household_id=household.id)
        session.add(need(county, kind="child", person_id=person.id, household_id=household.id, note="内部备注"))
    page = browse().get(NEEDS).text
    for shown in ("A-1", "村小学缺一台净水机", "20,000.00", "8,000.00"):
        assert shown in page
    for hidden in ("测试乙", "测试甲", "测试丁", "内部备注", "甲一东村", "<img"):
        assert hidden not in page


@pytest.mark.clause("DN-040", "CO-047")
@pytest.mark.parametrize("more", [{"consent_on": None}, {"state": "submitted"}, {"state": "draft"}, {"state": "closed"}])
def test_without_consent_or_before_it_is_listed_it_is_not_published(
        giving_database: Database, county: County, browse: Browse, more: dict[str, Any]) -> None:
    add(giving_database, need(county, **more))
    page = browse().get(NEEDS).text
    assert "A-1" not in page
    assert "现在没有等待认领的需求" in page


def test_the_front_page_sums_up_gifts_projects_and_needs(
        giving_database: Database, county: County, browse: Browse) -> None:
    town = county.units[TOWN]
    with giving_database.transaction() as session, tenant_scope(session, JIA):
        give(session, town, "60000", donor="测试公司")
        give(session, town, "500", donor="测试隐名", kind="person", form="goods")
        give(session, town, "900", state="refunded")
        session.add_all([
            Project(tenant_id=JIA, unit_id=town.id, code="水", title="饮水项目", use="project", starts_on=dt.date(2026, 1, 1),
                    ends_on=dt.date(2026, 2, 1)),
            Spending(tenant_id=JIA, unit_id=town.id, account_id=new_id(), project_code="水", use="project",
                     amount=Decimal("3000"), spent_on=dt.date(2026, 1, 9)), need(county)])
    page = browse().get(f"/public/{JIA}/").text
    for shown in ("60,000.00", "500.00", "2 笔", "3,000.00", "饮水项目", "已结束", "1 项", "12,000.00"):
        assert shown in page
    assert "测试公司" not in page
    assert "测试隐名" not in page
    assert len(page.encode()) < 60 * 1024


def test_a_county_without_gifts_shows_nothing_of_giving(browse: Browse) -> None:
    page = browse().get(f"/public/{JIA}/").text
    assert "捐赠款物" not in page
    assert "认领需求" not in page


def test_a_county_where_the_plugin_is_off_has_no_such_pages(browse: Browse) -> None:
    assert browse().get("/public/990102/donations/needs/").status_code == 404
    assert browse().get("/public/990102/donations/certificates/").status_code == 404
