"""Needs on the desk: registered, put forward, listed, taken on; the library against the plan."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.extensions import Database, tenant_scope
from plugins.donations.models import Need
from tests.plugins.donations.conftest import Browse
from tests.plugins.donations.giving import JIA, TOWN, VILLAGE

ENTERED = {"code": "A-1", "unit_id": VILLAGE, "kind": "project", "summary": "村小学缺一台净水机", "amount": "20000",
           "consent_on": "2026-01-01", "consent_by": "测试村委会", "consent_proof": "同意书第1号"}


def the_need(database: Database) -> Need:
    with database.session() as session, tenant_scope(session, JIA):
        return session.scalars(select(Need)).one()


def step(client: FlaskClient, need: Need, code: str) -> int:
    return client.post(f"/u/{JIA}/p/donations/processes/need/{need.id}/{code}", data={}).status_code


@pytest.mark.clause("DN-023")
def test_a_need_goes_from_the_form_to_the_public_page_and_is_taken_on(giving_database: Database, browse: Browse) -> None:
    clerk, manager = browse("town-clerk"), browse("county-one")
    made = clerk.post(f"/u/{TOWN}/p/donations/ledgers/needs/new", data=ENTERED)
    assert made.status_code == 302, made.text
    need = the_need(giving_database)
    assert clerk.post(f"/u/{TOWN}/p/donations/processes/need/{need.id}/submit", data={}).status_code == 302
    assert clerk.post(f"/u/{TOWN}/p/donations/processes/need/{need.id}/list", data={}).status_code == 403
    assert step(manager, need, "list") == 302
    assert "A-1" in browse().get(f"/public/{JIA}/donations/needs/").text
    page = f"/u/{JIA}/p/donations/needs/{need.id}"
    given = {"donor_kind": "unit", "donor_name": "测试公司", "consent": "named", "amount": "12,000"}
    assert manager.post(f"{page}/pledges", data=given).status_code == 302
    refused = manager.post(f"{page}/pledges", data={**given, "amount": "8000.01"})
    assert refused.status_code == 409
    assert "还差 8,000.00 元" in refused.text
    assert manager.post(f"{page}/pledges", data={**given, "amount": "8000"}).status_code == 302
    shown = manager.get(page).text
    assert "已认领满" in shown
    assert "测试公司" in shown


@pytest.mark.parametrize("amount", ["", "x", "1.234", "1e12", "NaN"])
def test_an_amount_that_is_none_is_told_at_its_field(giving_database: Database, browse: Browse, amount: str) -> None:
    clerk = browse("county-one")
    clerk.post(f"/u/{JIA}/p/donations/ledgers/needs/new", data=ENTERED)
    need = the_need(giving_database)
    answer = clerk.post(f"/u/{JIA}/p/donations/needs/{need.id}/pledges", data={"donor_kind": "unit", "donor_name": "测试公司",
                                                                              "amount": amount})
    assert answer.status_code == 422
    assert "最多两位小数" in answer.text


@pytest.mark.clause("DN-018")
def test_the_library_shows_each_village_against_the_plan(giving_database: Database, browse: Browse) -> None:
    clerk = browse("town-clerk")
    clerk.post(f"/u/{TOWN}/p/donations/ledgers/needs/new", data=ENTERED)
    clerk.post(f"/u/{TOWN}/p/donations/processes/need/{the_need(giving_database).id}/submit", data={})
    page = browse("county-one").get(f"/u/{JIA}/p/donations/library").text
    for shown in ("甲一东村", "1—2", "符合"):
        assert shown in page
    assert "还是空的" in browse("county-one").get("/u/990101101/p/donations/library").text


def test_a_neighbour_county_finds_no_need(giving_database: Database, browse: Browse) -> None:
    clerk = browse("town-clerk")
    clerk.post(f"/u/{TOWN}/p/donations/ledgers/needs/new", data=ENTERED)
    need = the_need(giving_database)
    assert browse("yi-admin").get(f"/u/990102/p/donations/needs/{need.id}").status_code == 404
