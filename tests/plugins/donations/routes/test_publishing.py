"""Publishing from the desk: looked at, stopped where it leaks, shown to the public, withdrawn by its clock."""

from __future__ import annotations

import datetime as dt
import io

import pytest

from core.extensions import Database, tenant_scope
from plugins.donations.models import Campaign
from tests.core.publicity import papers
from tests.factories.registry import made_up_id
from tests.plugins.donations.conftest import Browse, OnDay
from tests.plugins.donations.giving import JIA, TOWN, County, campaign, give

NUMBER = made_up_id()


@pytest.fixture
def ended(giving_database: Database, county: County, on_day: OnDay) -> Campaign:
    on_day("2026-11-20")
    with giving_database.transaction() as session, tenant_scope(session, JIA):
        made = campaign(session, county.units[TOWN], state="closed", closed_on=dt.date(2026, 9, 25))
        give(session, county.units[TOWN], "60000", campaign_id=made.id)
        give(session, county.units[TOWN], "300", kind="anonymous", donor="", campaign_id=made.id)
    return made


def test_a_late_campaign_says_by_how_many_working_days(browse: Browse, ended: Campaign) -> None:
    page = browse("county-one").get(f"/u/{JIA}/p/donations/publicity").text
    assert "尚未起算" in page
    browse("county-one").post(f"/u/{JIA}/p/donations/publicity/campaigns/{ended.id}", data={})
    assert "公示中" in browse("county-one").get(f"/u/{JIA}/p/donations/publicity").text


def test_what_is_public_leads_to_its_notice(browse: Browse, ended: Campaign) -> None:
    address = f"/u/{JIA}/p/donations/publicity/campaigns/{ended.id}"
    browse("county-one").post(address, data={})
    answer = browse("jia-admin").get(address)
    assert answer.status_code == 200 and f'href="/u/{JIA}/publicity/notices/' in answer.text


def test_what_was_looked_at_becomes_public_and_goes_by_itself(browse: Browse, ended: Campaign, on_day: OnDay) -> None:
    address = f"/u/{JIA}/p/donations/publicity/campaigns/{ended.id}"
    preview = browse("county-one").get(address).text
    assert "60,000.00" in preview
    assert browse("county-one").post(address, data={}).status_code == 302
    assert browse("county-one").post(address, data={}).status_code == 409
    home = browse().get(f"/public/{JIA}/").text
    assert "扶贫日捐赠：捐赠款物公示" in home
    on_day("2026-12-10")
    assert "扶贫日捐赠：捐赠款物公示" not in browse().get(f"/public/{JIA}/").text


@pytest.mark.parametrize(("name", "data", "place"), [
    ("说明.txt", NUMBER.encode(), "附件“说明.txt”"),
    ("名单.pdf", papers.pdf(f"ID {NUMBER}"), "附件“名单.pdf”第 1 页"),
    ("名单.xlsx", papers.workbook(hide="hidden", value=NUMBER), "附件“名单.xlsx”工作表“明细”B3"),
    ("现场.jpg", papers.picture(comment=f"ID {NUMBER}"), "附件“现场.jpg”"),
])
def test_a_leaking_attachment_is_stopped_with_its_place_on_the_page(
        browse: Browse, ended: Campaign, name: str, data: bytes, place: str) -> None:
    answer = browse("county-one").post(f"/u/{JIA}/p/donations/publicity/campaigns/{ended.id}",
                                       data={"files": (io.BytesIO(data), name)})
    assert answer.status_code == 409
    assert place in answer.text
    assert NUMBER not in answer.text
    assert "扶贫日捐赠" not in browse().get(f"/public/{JIA}/").text


def test_a_clerk_may_look_and_not_publish(browse: Browse, ended: Campaign) -> None:
    address = f"/u/{TOWN}/p/donations/publicity/campaigns/{ended.id}"
    assert browse("town-clerk").get(address).status_code == 200
    assert browse("town-clerk").post(address, data={}).status_code == 403
    assert browse("town-clerk").get(f"/u/{TOWN}/p/donations/publicity/others/{ended.id}").status_code == 404
