"""Publishing donors and use: by when, how late, and what is shown."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.documents.storage import Store
from core.errors import Conflict
from core.extensions import new_id
from core.publicity.queries import all_rows
from core.publicity.rules.periods import days_overdue
from core.publicity.services import Attachment, LeakFound
from plugins.donations.models import Project, Spending
from plugins.donations.queries import publishing as queries
from plugins.donations.services import campaigns
from plugins.donations.services.ending import begin_missing, close_over
from plugins.donations.services.publishing import begin_clock, publish, subject_of
from tests.core.publicity import papers
from tests.factories.registry import made_up_id
from tests.plugins.donations.conftest import OnDay
from tests.plugins.donations.giving import JIA, TOWN, VILLAGE, County, campaign, days, give, give_plan

MANAGER = "county-one"


def project(session: Session, county: County, ends: str = "2018-10-17", **more: Any) -> Project:
    made = Project(**{"tenant_id": JIA, "id": new_id(), "unit_id": county.units[TOWN].id, "code": "水", "title": "饮水项目",
                      "use": "project", "starts_on": dt.date(2018, 1, 1), "ends_on": dt.date.fromisoformat(ends), **more})
    session.add(made)
    session.flush()
    return made


def spend(session: Session, county: County, amount: str, **more: Any) -> None:
    session.add(Spending(**{"tenant_id": JIA, "unit_id": county.units[TOWN].id, "account_id": new_id(), "project_code": "水",
                            "use": "project", "amount": Decimal(amount), "spent_on": dt.date(2018, 9, 1), **more}))
    session.flush()


@pytest.mark.clause("DN-004")
@pytest.mark.parametrize(("end", "due"), [("2015-10-17", "2015-11-27"), ("2025-09-19", "2025-11-06")])
def test_donors_are_published_within_thirty_working_days_of_the_end(
        jia: Session, county: County, on_day: OnDay, end: str, due: str) -> None:
    on_day(end)
    one = campaign(jia, county.units[TOWN])
    campaigns.close(jia, one, dt.date.fromisoformat(end), county.people[MANAGER])
    clock = queries.clocks_for(jia, [subject_of(one)])[subject_of(one)]
    assert clock.due_on == dt.date.fromisoformat(due)
    assert not clock.provisional


@pytest.mark.clause("DN-004")
def test_the_stricter_of_plan_and_law_binds_and_both_are_kept(jia: Session, county: County, on_day: OnDay) -> None:
    on_day("2025-09-19")
    one = campaign(jia, county.units[TOWN], state="closed", closed_on=dt.date(2025, 9, 19))
    clock = begin_clock(jia, one, county.people[MANAGER])
    assert clock is not None
    assert [(term["due_on"], term["binding"]) for term in clock.terms] == [("2025-11-06", True), ("2025-12-19", False)]


def test_where_the_plan_is_silent_the_law_alone_counts(jia: Session, county: County, on_day: OnDay) -> None:
    give_plan(jia, county.host, days(7))
    on_day("2027-03-01")
    one = campaign(jia, county.units[TOWN], state="closed", closed_on=dt.date(2027, 2, 26))
    clock = begin_clock(jia, one, county.people[MANAGER])
    assert clock is not None
    assert [term["due_on"] for term in clock.terms] == ["2027-05-26"]


@pytest.mark.clause("DN-005")
def test_use_is_published_within_thirty_working_days_and_late_days_are_counted(
        jia: Session, county: County, on_day: OnDay) -> None:
    on_day("2018-10-17")
    one = project(jia, county)
    clock = begin_clock(jia, one, county.people[MANAGER])
    assert clock is not None
    assert clock.due_on == dt.date(2018, 11, 28)
    assert days_overdue(clock.due_on, dt.date(2018, 11, 28)) == 0
    assert days_overdue(clock.due_on, dt.date(2018, 11, 29)) == 1


@pytest.mark.clause("DN-004")
def test_a_notice_meets_the_clock_and_shows_donors_as_they_agreed(jia: Session, county: County, on_day: OnDay) -> None:
    on_day("2026-11-20")
    one = campaign(jia, county.units[TOWN], state="closed", closed_on=dt.date(2026, 10, 17))
    about = {"campaign_id": one.id}
    give(jia, county.units[TOWN], "60000", donor="测试公司", consent="named", on="2026-10-01", **about)
    give(jia, county.units[TOWN], "5001", donor="测试甲", kind="person", on="2026-10-02", **about)
    give(jia, county.units[TOWN], "200", donor="测试乙", kind="person", consent="unnamed", on="2026-10-03", **about)
    for amount in ("10", "20"):
        give(jia, county.units["990101-S02"], amount, donor="", kind="pupils", class_name="三年级（2）班", on="2026-10-09", **about)
        give(jia, county.units[TOWN], amount, donor="", kind="anonymous", on="2026-10-10", **about)
    give(jia, county.units[TOWN], "900", donor="测试丙", kind="person", state="refunded", **about)
    give(jia, county.units[TOWN], "700", donor="他处公司", campaign_id=new_id())
    notice = publish(jia, county.host, one, county.people[MANAGER])
    assert list(all_rows(jia, notice)) == [
        ["测试公司", "捐款", "", "60,000.00", "2026-10-01"], ["测**", "捐款", "", "5,001.00", "2026-10-02"],
        ["按意愿不公开", "捐款", "", "200.00", "2026-10-03"],
        ["甲一镇中心小学 三年级（2）班", "捐款", "", "30.00", "2026-10-09"], ["匿名捐赠", "捐款", "", "30.00", "2026-10-10"]]
    clock = queries.clocks_for(jia, [subject_of(one)])[subject_of(one)]
    assert (clock.state, clock.met_on) == ("met", dt.date(2026, 11, 20))


def test_goods_are_shown_with_what_was_given(jia: Session, county: County, on_day: OnDay) -> None:
    on_day("2026-11-20")
    one = campaign(jia, county.units[TOWN], state="closed", closed_on=dt.date(2026, 10, 17))
    give(jia, county.units[TOWN], "12000", form="goods", item="棉被", quantity=Decimal("100.00"), measure="床", campaign_id=one.id)
    assert next(iter(all_rows(jia, publish(jia, county.host, one, county.people[MANAGER]))))[:4] == [
        "测试公司", "捐物", "棉被 100床", "12,000.00"]


@pytest.mark.clause("DN-005")
def test_the_use_is_shown_by_use_and_place_without_households(jia: Session, county: County, on_day: OnDay) -> None:
    on_day("2018-10-20")
    one = project(jia, county)
    spend(jia, county, "3000", place_id=county.units[VILLAGE].id, household_id=new_id())
    spend(jia, county, "2000", place_id=county.units[VILLAGE].id, household_id=new_id(), spent_on=dt.date(2018, 10, 1))
    spend(jia, county, "500", use="study")
    spend(jia, county, "800", state="reversed")
    notice = publish(jia, county.host, one, county.people[MANAGER])
    assert sorted(all_rows(jia, notice)) == [["助学", "甲一镇", "1", "500.00", "2018-09-01"],
                                             ["村级公益项目", "甲一东村", "2", "5,000.00", "2018-10-01"]]


@pytest.mark.parametrize("more", [{"state": "open"}, {"state": "closed", "closed_on": dt.date(2030, 1, 1)}])
def test_what_goes_on_is_not_published(jia: Session, county: County, on_day: OnDay, more: dict[str, Any]) -> None:
    on_day("2026-11-20")
    with pytest.raises(Conflict, match="还没有结束"):
        publish(jia, county.host, campaign(jia, county.units[TOWN], **more), county.people[MANAGER])


def test_clocks_of_what_ended_by_its_own_day_are_started_by_themselves(jia: Session, county: County, on_day: OnDay) -> None:
    on_day("2018-10-20")
    one = project(jia, county)
    project(jia, county, "2018-12-31", code="路", title="修路项目")
    assert begin_missing(jia, county.people[MANAGER]) == 1
    assert begin_missing(jia, county.people[MANAGER]) == 0
    assert subject_of(one) in queries.clocks_for(jia, [subject_of(one)])


def test_a_campaign_is_closed_on_its_last_day_by_itself(jia: Session, county: County, on_day: OnDay) -> None:
    one = campaign(jia, county.units[TOWN], ends_on=dt.date(2018, 10, 17))
    goes_on = campaign(jia, county.units[TOWN], code="常", title="常年捐赠")
    on_day("2018-10-17")
    assert close_over(jia, county.people[MANAGER]) == 0
    on_day("2018-10-18")
    assert close_over(jia, county.people[MANAGER]) == 1
    assert (one.state, one.closed_on, goes_on.state) == ("closed", dt.date(2018, 10, 17), "open")
    assert queries.clocks_for(jia, [subject_of(one)])[subject_of(one)].due_on == dt.date(2018, 11, 28)


NUMBER = made_up_id()
LEAKY = (
    (Attachment("说明.txt", f"测试甲 {NUMBER}".encode()), "附件“说明.txt”"),
    (Attachment("名单.pdf", papers.pdf("nothing", "#pagebreak()", f"ID {NUMBER}")), "附件“名单.pdf”第 2 页"),
    (Attachment("名单.xlsx", papers.workbook(hide="hidden", value=NUMBER)), "附件“名单.xlsx”工作表“明细”B3"),
    (Attachment("现场.jpg", papers.picture(comment=f"ID {NUMBER}")), "附件“现场.jpg”"),
)


@pytest.mark.parametrize(("file", "place"), LEAKY)
def test_an_attachment_with_an_identity_number_is_stopped_with_its_place(
        jia: Session, county: County, on_day: OnDay, tmp_path: Path, file: Attachment, place: str) -> None:
    on_day("2026-11-20")
    one = campaign(jia, county.units[TOWN], state="closed", closed_on=dt.date(2026, 10, 17))
    give(jia, county.units[TOWN], "60000", campaign_id=one.id)
    with pytest.raises(LeakFound) as caught:
        publish(jia, county.host, one, county.people[MANAGER], attachments=[file], store=Store.at("", tmp_path))
    assert place in str(caught.value)
    assert NUMBER not in str(caught.value)
    assert queries.notices_for(jia, [subject_of(one)]) == {}


def test_a_donors_name_with_a_number_in_it_is_stopped(jia: Session, county: County, on_day: OnDay) -> None:
    on_day("2026-11-20")
    one = campaign(jia, county.units[TOWN], state="closed", closed_on=dt.date(2026, 10, 17))
    give(jia, county.units[TOWN], "60000", donor=f"测试公司{NUMBER}", campaign_id=one.id)
    with pytest.raises(LeakFound, match="第 1 行“捐赠人”"):
        publish(jia, county.host, one, county.people[MANAGER])


def test_a_harmless_attachment_is_published(jia: Session, county: County, on_day: OnDay, tmp_path: Path) -> None:
    on_day("2026-11-20")
    one = campaign(jia, county.units[TOWN], state="closed", closed_on=dt.date(2026, 10, 17))
    give(jia, county.units[TOWN], "60000", campaign_id=one.id)
    notice = publish(jia, county.host, one, county.people[MANAGER], attachments=[Attachment("说明.txt", "谢谢各位".encode())],
                     store=Store.at("", tmp_path))
    assert [file["name"] for file in notice.attachments] == ["说明.txt"]
