"""Notices are opened, counted, ended and asked about as the plan and the law say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.config import ROOT
from core.documents.storage import Store
from core.errors import Conflict, InvalidInput, NotFound, ParameterError, RuleViolation, TenantScopeError
from core.extensions import Database, tenant_scope
from core.host.manager import PluginHost
from core.host.notices import ClockSpec, NoticeColumn, NoticeSpec, Term
from core.jobs.worker import begin_periodic, parts_of, run_due
from core.privacy.vault import vault_of
from core.publicity.models import MET, RUNNING, DutyClock, Notice, NoticePage, Objection
from core.publicity.queries import due_to_close, erased_rows, page_of, row_hashes, shown_notices
from core.publicity.rules.snapshots import digest
from core.publicity.services import (
    Attachment,
    LeakFound,
    answer_objection,
    close_due,
    drop_clock,
    finished,
    is_published,
    meet_clock,
    missing,
    object_to,
    start_clock,
    withdraw,
)
from core.registry.services import erase_person
from core.tenancy.services import apply_from_command_line
from core.trail.models import TrailEntry
from core.units.queries import get_unit_by_code
from tests.core.publicity import papers
from tests.core.publicity.conftest import ACTOR, DAY, GIFTS, JIA, YI, MoveTo, county_session, publish
from tests.factories.registry import made_up_id, make_person
from tests.factories.tenancy import days, profile_text

SUBJECT = "sample.gift:1"
LAST = dt.date(2026, 11, 30)


def test_only_the_columns_of_the_notice_are_kept_and_each_is_masked(county: Session, host: PluginHost) -> None:
    notice = publish(county, host)
    assert page_of(county, notice, 1) == [["测**", "100.00", "冬衣"], ["欧阳**", "12,300.50", ""]]
    assert [column[0] for column in notice.columns] == ["donor", "amount", "note"]
    kept = str(county.scalars(select(NoticePage)).one().rows)
    assert "从不读取" not in kept and "测试甲" not in kept


def test_the_hash_tells_every_change_of_what_is_public(county: Session, host: PluginHost) -> None:
    one = publish(county, host)
    same = publish(county, host, subject="sample.gift:2")
    other = publish(county, host, subject="sample.gift:3", rows=[{"donor": "测试甲", "amount": Decimal("100.01")}])
    assert one.sha256 == same.sha256 != other.sha256


@pytest.mark.clause("CO-048")
def test_a_plan_without_days_takes_five_working_days_of_the_layer_above_with_a_flag(county: Session, host: PluginHost) -> None:
    notice = publish(county, host)
    assert (notice.days, notice.day_unit, notice.opens_on, notice.closes_on) == (5, "工作日", DAY, LAST)
    assert notice.days_flag.startswith("甲县的方案没有写明公示天数，按") and notice.days_flag.endswith("的 5 个工作日公示")
    assert "公示期限" in notice.days_source


@pytest.mark.parametrize(("value", "unit", "last"), [
    (7, "工作日", dt.date(2026, 12, 2)), (7, "自然日", LAST), (10, "自然日", dt.date(2026, 12, 3)),
])
def test_a_plan_with_days_of_its_own_is_followed_without_a_flag(planned: Database, host: PluginHost, value: int, unit: str,
                                                               last: dt.date) -> None:
    text = profile_text(days(value, unit=unit))
    national = (ROOT / "tenants/national.toml").read_text().replace('mode = "floor"\nvalue = 5', 'mode = "open"\nvalue = 5')
    with planned.transaction() as session:
        apply_from_command_line(session, host, national.encode(), "national.toml")
        apply_from_command_line(session, host, text.encode(), "jia.toml")
    with county_session(planned) as session:
        notice = publish(session, host)
        assert (notice.days, notice.day_unit, notice.closes_on, notice.days_flag) == (value, unit, last, "")


def test_without_any_plan_nothing_is_published(app_database: Database, host: PluginHost) -> None:
    with pytest.raises(ParameterError, match=r"publicity\.days"), county_session(app_database) as session:
        publish(session, host)


def test_a_notice_that_starts_on_a_working_day_waits_for_one(county: Session, host: PluginHost, move_to: MoveTo) -> None:
    saturday = dt.date(2026, 11, 28)
    move_to(saturday)
    spec = NoticeSpec("sample.gifts", "捐赠公示", GIFTS.columns, "sample:visit:write", starts="next_working_day")
    notice = publish(county, host, spec=spec)
    assert (notice.opens_on, notice.closes_on) == (dt.date(2026, 11, 30), dt.date(2026, 12, 7))
    assert not is_published(county, SUBJECT)


@pytest.mark.parametrize(("more", "fault"), [
    ({"title": ""}, "标题"), ({"title": "长" * 201}, "标题"), ({"rows": []}, "没有可以公示的内容"),
    ({"rows": [{"donor": "测试甲", "amount": 1.5}]}, "第 1 行“金额（元）”的金额须是精确的数"),
    ({"rows": [{"donor": "测试甲", "amount": 1, "note": "字" * 501}]}, "第 1 行“备注”超过 500 字"),
    ({"on": DAY - dt.timedelta(days=1)}, "过去"),
])
def test_a_faulty_notice_is_refused_with_its_row_and_nothing_is_kept(county: Session, host: PluginHost, more: dict[str, object],
                                                                    fault: str) -> None:
    with pytest.raises(InvalidInput, match=fault):
        publish(county, host, **more)  # type: ignore[arg-type]
    assert county.scalar(select(func.count(Notice.id))) == 0


def test_the_same_subject_is_not_published_twice_at_once(county: Session, host: PluginHost) -> None:
    publish(county, host)
    with pytest.raises(Conflict, match="正在公示"):
        publish(county, host)


def test_a_leak_stops_the_notice_and_names_every_place(county: Session, host: PluginHost, tmp_path: object) -> None:
    number = made_up_id()
    rows = [{"donor": "测试甲", "amount": 1, "note": f"证件{number}"}, {"donor": "测试乙", "amount": 1, "note": "１９９００００００01"}]
    files = [Attachment("名单.pdf", papers.pdf(number)), Attachment("名单.xlsx", papers.workbook(hide="hidden", value=number)),
             Attachment("现场.jpg", papers.picture(place=True))]
    with pytest.raises(LeakFound) as stopped:
        publish(county, host, title=f"公示{number}", rows=rows, attachments=files)
    assert [(leak.place, leak.kind) for leak in stopped.value.leaks] == [
        ("标题", "id_number"), ("第 1 行“备注”", "id_number"), ("第 2 行“备注”", "phone"), ("附件“名单.pdf”第 1 页", "id_number"),
        ("附件“名单.xlsx”工作表“明细”B3", "id_number"), ("附件“名单.xlsx”工作表“明细”（2 个单元格）", "隐藏的工作表"),
        ("附件“现场.jpg”的拍摄信息（EXIF）", "拍摄地点（GPS）")]
    assert number not in stopped.value.text and stopped.value.clause == "教财厅函〔2017〕28号"
    assert county.scalar(select(func.count(Notice.id))) == 0


def test_a_clean_attachment_is_kept_encrypted_and_read_again(county: Session, host: PluginHost, tmp_path: object) -> None:
    from core.publicity.services.evidence import read_file

    store = Store.at("", tmp_path)  # type: ignore[arg-type]
    data = papers.pdf("gifts 100.00")
    notice = publish(county, host, rows=[], attachments=[Attachment("名单.pdf", data)], store=store)
    kept = next(path for path in (tmp_path / "files").rglob("*") if path.is_file())  # type: ignore[operator]
    assert b"%PDF" not in kept.read_bytes()
    assert read_file(county, store, notice, notice.attachments[0]["id"]) == data


def test_one_county_cannot_publish_for_another(planned: Database, host: PluginHost) -> None:
    with pytest.raises(TenantScopeError), county_session(planned) as session:
        publish(session, host, tenant_id=YI)


def test_a_process_is_told_what_is_missing_until_the_days_are_over(county: Session, host: PluginHost, move_to: MoveTo) -> None:
    assert missing(county, SUBJECT) == [("还没有公示", {})]
    notice = publish(county, host)
    assert is_published(county, SUBJECT) and finished(county, SUBJECT) is None
    move_to(LAST)
    assert missing(county, SUBJECT) == [("公示到 %(day)s 止，期满后才能办理", {"day": LAST})]
    move_to(LAST + dt.timedelta(days=1))
    assert not is_published(county, SUBJECT)
    found = finished(county, SUBJECT)
    assert found is not None and (found.notice_id, found.opens_on, found.closes_on, found.objections) == (notice.id, DAY, LAST, 0)


def test_an_open_objection_stops_the_process_until_it_is_answered(county: Session, host: PluginHost, move_to: MoveTo) -> None:
    notice = publish(county, host)
    objection, _ = object_to(county, host, notice, "第 2 行的金额与收据不符。", "", ACTOR)
    move_to(LAST + dt.timedelta(days=1))
    assert finished(county, SUBJECT) is None and missing(county, SUBJECT) == [("公示有 %(count)d 件异议没有答复", {"count": 1})]
    answer_objection(county, host, notice, objection, "rejected", "经核对收据，金额无误。", ACTOR)
    assert finished(county, SUBJECT) is not None


def test_an_upheld_objection_asks_for_a_new_notice(county: Session, host: PluginHost, move_to: MoveTo) -> None:
    notice = publish(county, host)
    objection, _ = object_to(county, host, notice, "第 2 行的金额与收据不符。", "", ACTOR)
    answer_objection(county, host, notice, objection, "upheld", "金额登记有误，撤下更正。", ACTOR)
    withdraw(county, host, notice, ACTOR, "更正金额后重新公示")
    assert missing(county, SUBJECT) == [("还没有公示", {})]
    publish(county, host)
    move_to(LAST + dt.timedelta(days=1))
    assert finished(county, SUBJECT) is not None


def test_an_upheld_objection_to_a_notice_that_ran_out_still_stops(county: Session, host: PluginHost, move_to: MoveTo) -> None:
    notice = publish(county, host)
    objection, _ = object_to(county, host, notice, "第 2 行的金额与收据不符。", "", ACTOR)
    move_to(LAST + dt.timedelta(days=1))
    answer_objection(county, host, notice, objection, "upheld", "金额登记有误，须更正。", ACTOR)
    assert missing(county, SUBJECT) == [("公示的异议成立，须更正后重新公示", {})]


def test_an_objection_has_the_days_of_the_plan_and_is_overdue_after_them(planned: Database, host: PluginHost, move_to: MoveTo) -> None:
    text = profile_text(days(3).replace("publicity.days", "objection.days"))
    with planned.transaction() as session:
        apply_from_command_line(session, host, text.encode(), "jia.toml")
    with county_session(planned) as session:
        objection, _ = object_to(session, host, publish(session, host), "金额与收据不符。", "", ACTOR)
        assert objection.due_on == dt.date(2026, 11, 26) and objection.due_source == "甲县方案　一"


def test_where_no_plan_says_how_long_an_objection_may_wait_nothing_is_guessed(county: Session, host: PluginHost) -> None:
    objection, _ = object_to(county, host, publish(county, host), "金额与收据不符。", "", ACTOR)
    assert objection.due_on is None and "objection.days" in objection.due_source


def test_numbers_in_an_objection_are_masked_and_the_original_sealed(county: Session, host: PluginHost) -> None:
    number = made_up_id()
    objection, _ = object_to(county, host, publish(county, host), f"证件 {number} 的人不困难。", "19900000001", ACTOR)
    assert number not in objection.text and f"{number[:4]}**********" in objection.text
    vault = vault_of(county)
    assert vault.open("notice_objections.text", objection.id, objection.text_sealed or b"") == f"证件 {number} 的人不困难。"
    assert vault.open("notice_objections.contact", objection.id, objection.contact_sealed or b"") == "19900000001"


def test_an_ended_notice_takes_no_objection(county: Session, host: PluginHost, move_to: MoveTo) -> None:
    notice = publish(county, host)
    move_to(LAST + dt.timedelta(days=1))
    with pytest.raises(NotFound):
        object_to(county, host, notice, "金额与收据不符。", "", ACTOR)


def test_an_objection_is_answered_once(county: Session, host: PluginHost) -> None:
    notice = publish(county, host)
    objection, _ = object_to(county, host, notice, "金额与收据不符。", "", ACTOR)
    with pytest.raises(InvalidInput, match="处理结果"):
        answer_objection(county, host, notice, objection, "", "经核对无误。", ACTOR)
    answer_objection(county, host, notice, objection, "noted", "经核对无误。", ACTOR)
    with pytest.raises(Conflict, match="测试经办"):
        answer_objection(county, host, notice, objection, "upheld", "经核对有误。", ACTOR)


def test_the_job_closes_what_has_withdrawn_itself(planned: Database, host: PluginHost, app: Flask, move_to: MoveTo) -> None:
    with county_session(planned) as session:
        notice = publish(session, host)
    move_to(LAST)
    with county_session(planned) as session:
        assert close_due(session, host, ACTOR) == 0 and len(shown_notices(session, JIA, LAST)) == 1
    move_to(LAST + dt.timedelta(days=1))
    with county_session(planned) as session:
        assert shown_notices(session, JIA, LAST + dt.timedelta(days=1)) == []
        assert [found.id for found in due_to_close(session, LAST + dt.timedelta(days=1))] == [notice.id]
    begin_periodic(parts_of(app))
    run_due(app)
    with county_session(planned) as session:
        closed = session.get_one(Notice, (JIA, notice.id))
        assert closed.state == "closed" and closed.ended_at is not None
        assert any("期满撤下" in sentence for sentence in session.scalars(select(TrailEntry.sentence)))


def test_a_withdrawal_needs_a_reason_and_happens_once(county: Session, host: PluginHost) -> None:
    notice = publish(county, host)
    with pytest.raises(InvalidInput, match="理由"):
        withdraw(county, host, notice, ACTOR, "  错 ")
    withdraw(county, host, notice, ACTOR, "名单有误，重新核对")
    assert not is_published(county, SUBJECT)
    with pytest.raises(Conflict):
        withdraw(county, host, notice, ACTOR, "名单有误，重新核对")


def test_a_person_is_erased_from_a_notice_that_has_ended_and_its_hash_still_proves_it(county: Session, host: PluginHost,
                                                                                     move_to: MoveTo) -> None:
    person = make_person(county, get_unit_by_code(county, "990101100001"), name="测试甲")
    spec = replace(GIFTS, person="whom")
    rows = [{"donor": "测试甲", "amount": 100, "note": "冬衣", "whom": person.id}, {"donor": "测试乙", "amount": 200}]
    notice = publish(county, host, spec=spec, rows=rows)
    with pytest.raises(RuleViolation, match="正在公示的名单"):
        erase_person(county, person, ACTOR, reason="本人申请抹去", hooks=host)
    move_to(LAST + dt.timedelta(days=1))
    erase_person(county, person, ACTOR, reason="本人申请抹去", hooks=host)
    assert page_of(county, notice, 1) == [["（已抹去）", "100.00", "（已抹去）"], ["测**", "200.00", ""]]
    assert digest(notice.title, notice.summary, notice.columns, row_hashes(county, notice), []) == notice.sha256
    assert list(erased_rows(county, notice)) == [1]


PLAN = Term(30, "工作日", "青川县方案 五（二）")
LAW = Term(3, "月", "慈善法：募捐期满后三个月内")
PUBLISH = ClockSpec("sample.publish", "捐赠公示", "活动结束", (LAW,))


def started(session: Session, event_on: dt.date, *terms: Term, spec: ClockSpec = PUBLISH) -> DutyClock:
    return start_clock(session, spec, JIA, get_unit_by_code(session, JIA), "捐赠活动公示", event_on, ACTOR, subject=SUBJECT,
                       terms=terms)


@pytest.mark.parametrize(("event_on", "plan", "law"), [
    (dt.date(2015, 10, 17), "2015-11-27", "2016-01-18"), (dt.date(2025, 9, 19), "2025-11-06", "2025-12-19"),
    (dt.date(2018, 10, 17), "2018-11-28", "2019-01-17"),
])
def test_the_stricter_of_plan_and_law_binds_and_both_are_kept(county: Session, event_on: dt.date, plan: str, law: str) -> None:
    clock = started(county, event_on, PLAN)
    assert clock.due_on.isoformat() == plan
    assert [(term["source"], term["due_on"], term["binding"]) for term in clock.terms] == [
        (PLAN.source, plan, True), (LAW.source, law, False)]


def test_where_the_law_is_stricter_it_binds(county: Session) -> None:
    clock = started(county, dt.date(2018, 10, 17), Term(200, "自然日", "方案"))
    assert clock.due_on == dt.date(2019, 1, 17) and [term["binding"] for term in clock.terms] == [False, True]


def test_a_duty_without_any_term_is_refused(county: Session) -> None:
    with pytest.raises(InvalidInput, match="没有期限"):
        started(county, DAY, spec=ClockSpec("sample.publish", "捐赠公示", "活动结束"))


def test_publishing_the_subject_meets_its_clock_and_withdrawing_makes_it_run_again(county: Session, host: PluginHost) -> None:
    clock = started(county, DAY, PLAN)
    notice = publish(county, host)
    assert (clock.state, clock.met_on, clock.notice_id) == (MET, DAY, notice.id)
    with pytest.raises(Conflict, match="不再重新计算"):
        started(county, DAY, PLAN)
    withdraw(county, host, notice, ACTOR, "名单有误，重新核对")
    assert (clock.state, clock.met_on, clock.notice_id) == (RUNNING, None, None)


def test_a_clock_started_again_counts_from_the_new_event(county: Session) -> None:
    first = started(county, dt.date(2025, 9, 19), PLAN)
    again = started(county, dt.date(2025, 9, 22), PLAN)
    assert again.id == first.id and again.due_on == dt.date(2025, 11, 7)


def test_a_duty_done_elsewhere_says_where_and_one_cancelled_says_why(county: Session) -> None:
    clock = started(county, DAY, PLAN)
    with pytest.raises(InvalidInput, match="哪里"):
        meet_clock(county, clock, ACTOR, how=" ")
    meet_clock(county, clock, ACTOR, how="张贴于村务公开栏")
    assert (clock.state, clock.met_by) == (MET, "张贴于村务公开栏")
    with pytest.raises(Conflict):
        drop_clock(county, clock, ACTOR, reason="活动取消")


def test_everything_that_happens_to_a_notice_is_on_the_trail(county: Session, host: PluginHost) -> None:
    notice = publish(county, host)
    objection, _ = object_to(county, host, notice, "金额与收据不符。", "19900000001", ACTOR)
    answer_objection(county, host, notice, objection, "rejected", "经核对无误。", ACTOR)
    withdraw(county, host, notice, ACTOR, "名单有误，重新核对")
    told = list(county.scalars(select(TrailEntry.sentence).where(TrailEntry.subject == SUBJECT).order_by(TrailEntry.id)))
    assert [sentence[:4] for sentence in told] == ["公示“冬", "收到对公", "答复对公", "撤下公示"]


def test_both_databases_keep_notices_pages_objections_and_clocks(database: Database, move_to: MoveTo) -> None:
    from core.publicity.services.stamping import stamp_of, touch_public
    from core.tenancy.models import Tenant
    from tests.factories.units import make_tree

    with database.transaction() as session:
        units = make_tree(session)
        session.add(Tenant(id=JIA, unit_id=units[JIA].id, founded_on=DAY))
        session.flush()
        with tenant_scope(session, JIA):
            spec = NoticeSpec("sample.gifts", "公示", (NoticeColumn("donor", "捐赠人"),), "sample:visit:write", days="")
            rows = [{"donor": f"测试{number}"} for number in range(120)]
            notice = publish(session, None, spec=spec, rows=rows)
            assert [len(page_of(session, notice, number)) for number in (1, 2, 3, 4)] == [50, 50, 20, 0]
            object_to(session, None, notice, "金额与收据不符。", "", ACTOR)
            clock = started(session, DAY, PLAN)
            assert (clock.due_on, clock.provisional) == (dt.date(2027, 1, 4), True)
            touch_public(session, JIA)
            assert stamp_of(session, JIA) == 2 and stamp_of(session, YI) == 0
            assert session.scalar(select(func.count(Objection.id))) == 1
