"""Photographs of a ceremony: filed from the page, stripped, public with consent alone, taken out."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from PIL import Image

from core.documents.models import Photo as Facts
from core.extensions import Database, tenant_scope
from plugins.donations.models import Campaign, Photo
from tests.core.documents.pictures import photo
from tests.plugins.donations.conftest import Browse, OnDay
from tests.plugins.donations.giving import JIA, TOWN, County, campaign

Sent = dict[str, object]


@pytest.fixture
def ended(giving_database: Database, county: County, on_day: OnDay) -> Campaign:
    on_day("2026-11-20")
    with giving_database.transaction() as session, tenant_scope(session, JIA):
        return campaign(session, county.units[TOWN], state="closed", closed_on=dt.date(2026, 10, 17))


def address(one: Campaign) -> str:
    return f"/u/{TOWN}/p/donations/campaigns/{one.id}/photos"


def form(*seeds: int, **more: str) -> Sent:
    return {"files": [(io.BytesIO(photo(seed)), f"现场{seed}.jpg") for seed in seeds], "title": "发放仪式", **more}


@pytest.mark.clause("DN-036")
def test_photographs_are_filed_together_by_the_day_of_the_camera_and_shown_stripped(
        browse: Browse, ended: Campaign, giving_database: Database) -> None:
    clerk = browse("town-clerk")
    assert "还没有照片" in clerk.get(address(ended)).text
    assert clerk.post(address(ended), data=form(1, 2)).status_code == 302
    page = clerk.get(address(ended)).text
    assert page.count("2016-10-17 · 不公开") == 2
    assert "发放仪式" in clerk.get(address(ended).removesuffix("/photos")).text
    shown = re.findall(r'src="([^"]+thumb\.jpg)"', page)[0].replace("thumb", "shown")
    answer = clerk.get(shown)
    with Image.open(io.BytesIO(answer.data)) as opened:
        assert not opened.getexif()
    with giving_database.session() as session, tenant_scope(session, JIA):
        assert all(one.place_sealed and one.taken_at for one in session.query(Facts))
        assert [one.public for one in session.query(Photo)] == [False, False]


@pytest.mark.parametrize(("more", "said"), [
    ({"wanted_public": "1"}, "监护人同意后才能公开"), ({"taken_on": "2026-11-21"}, "日期不能在今天之后"),
    ({"consent_on": "2026-11-21"}, "还没有到"), ({"title": ""}, "必填")])
def test_what_is_wrong_is_said_and_nothing_is_filed(browse: Browse, ended: Campaign, more: dict[str, str], said: str) -> None:
    clerk = browse("town-clerk")
    answer = clerk.post(address(ended), data=form(1, **more))
    assert (answer.status_code, said in answer.text) == (422, True)
    assert "还没有照片" in clerk.get(address(ended)).text


def test_of_several_files_one_that_is_no_photograph_stops_all(browse: Browse, ended: Campaign) -> None:
    sent = form(1)
    sent["files"] = [(io.BytesIO(photo(1)), "现场.jpg"), (io.BytesIO("签到表".encode()), "签到表.txt")]
    answer = browse("town-clerk").post(address(ended), data=sent)
    assert (answer.status_code, "“签到表.txt”不是照片" in answer.text) == (422, True)
    assert "还没有照片" in browse("town-clerk").get(address(ended)).text


@pytest.mark.clause("DN-036")
def test_with_consent_they_go_with_the_notice_and_what_was_taken_out_does_not(browse: Browse, ended: Campaign) -> None:
    clerk, manager = browse("town-clerk"), browse("county-one")
    assert clerk.post(address(ended), data=form(1, 2, wanted_public="1", consent_on="2026-10-01")).status_code == 302
    first = re.findall(r'href="([^"]+/photos/[0-9a-f-]+)"', clerk.get(address(ended)).text)[0]
    assert "可随捐赠公示公开" in clerk.get(first).text
    assert clerk.post(f"{first}/remove", data={"reason": "短"}).status_code == 422
    assert clerk.post(f"{first}/remove", data={"reason": "照片模糊"}).status_code == 302
    assert clerk.get(first).status_code == 404
    notice = f"/u/{JIA}/p/donations/publicity/campaigns/{ended.id}"
    assert "连同 1 张" in manager.get(notice).text
    assert manager.post(notice, data={"photos": "1"}).status_code == 302
    home = browse().get(f"/public/{JIA}/").text
    public = browse().get(re.findall(rf'href="(/public/{JIA}/notices/[^"]+)"', home)[0]).text
    assert "发放仪式-01.jpg" in public
    assert "发放仪式-02.jpg" not in public


def test_the_neighbour_and_who_may_only_read_file_nothing(browse: Browse, ended: Campaign) -> None:
    assert browse("yi-admin").get(address(ended)).status_code == 404
    assert browse("jia-discipline").post(address(ended).replace(TOWN, JIA), data=form(1)).status_code == 403
