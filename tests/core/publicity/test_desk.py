"""The desk of publicity: what staff see and do, and what a neighbour does not."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.errors import InvalidInput, PlatformError
from core.extensions import Database
from core.host.manager import PluginHost
from core.host.notices import ClockSpec, Term
from core.publicity.desk import load_demo
from core.publicity.models import DutyClock, Notice, NoticePage, Objection
from core.publicity.services import object_to, start_clock
from core.publicity.yearly import read_rows
from core.units.queries import get_unit_by_code
from tests.core.publicity.conftest import ACTOR, DAY, JIA, MoveTo, county_session, publish
from tests.factories.registry import made_up_id

ClientAs = Callable[[str], FlaskClient]
DESK = f"/u/{JIA}/publicity"
WORDS = "第 2 行的金额与收据不符。"


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status)
    return answer.get_data(as_text=True)


@pytest.fixture
def objected(shown: Notice, planned: Database, host: PluginHost) -> Objection:
    """An objection to the notice, with a contact and a number in its words."""
    with county_session(planned) as session:
        notice = session.get_one(Notice, (JIA, shown.id))
        found, _ = object_to(session, host, notice, f"{WORDS}证件 {made_up_id()}", "19900000001", ACTOR)
    return found


@pytest.fixture
def clock(planned: Database, host: PluginHost) -> DutyClock:
    """A duty to publish within 30 working days of 2018-10-17."""
    spec = ClockSpec("sample.publish", "捐赠公示", "项目结束")
    with county_session(planned) as session:
        found = start_clock(session, spec, JIA, get_unit_by_code(session, JIA), "冬衣项目使用情况公示", dt.date(2018, 10, 17), ACTOR,
                            subject="sample.gift:9", terms=[Term(30, "工作日", "青川县方案 五（二）")])
        session.flush()
    return found


def test_the_list_tells_state_and_days_left(shown: Notice, client_as: ClientAs, move_to: MoveTo) -> None:
    text = page(client_as("jia-aid"), DESK)
    assert "冬衣捐赠公示" in text and "还有 7 天" in text and "天数沿用上级" in text
    move_to(dt.date(2026, 12, 1))
    assert "冬衣捐赠公示" not in page(client_as("jia-aid"), DESK)
    assert "期满撤下" in page(client_as("jia-aid"), f"{DESK}?state=closed")  # whether or not the job ran


def test_a_notice_is_withdrawn_with_a_reason(shown: Notice, client_as: ClientAs) -> None:
    client, address = client_as("jia-aid"), f"{DESK}/notices/{shown.id}"
    answer = client.post(f"{address}/withdraw", data={"reason": "错"})
    assert answer.status_code == 422 and "至少 4 个字" in answer.get_data(as_text=True)
    assert client.post(f"{address}/withdraw", data={"reason": "名单有误，重新核对"}).status_code == 302
    assert "名单有误，重新核对" in page(client, address)
    assert client_as("").get(f"/public/{JIA}/notices/{shown.id}").status_code == 410
    assert client.post(f"{address}/withdraw", data={"reason": "名单有误，重新核对"}).status_code == 409


def test_an_objection_waits_on_the_workbench_and_is_answered(objected: Objection, shown: Notice, client_as: ClientAs) -> None:
    client = client_as("jia-aid")
    assert "答复公示异议" in page(client, f"/u/{JIA}/")
    assert WORDS in page(client, f"{DESK}/objections")
    address = f"{DESK}/objections/{objected.id}/answer"
    answer = client.post(address, data={"outcome": "rejected", "answer": "短"})
    assert answer.status_code == 422 and "5 到 1000 字" in answer.get_data(as_text=True)
    assert client.post(address, data={"outcome": "rejected", "answer": "经核对收据，金额无误。"}).status_code == 302
    text = page(client, f"{DESK}/notices/{shown.id}")
    assert "异议不成立" in text and "经核对收据，金额无误。" in text
    assert "没有待答复的异议" in page(client, f"{DESK}/objections")


def test_contact_and_original_words_are_shown_for_a_reason_alone(objected: Objection, shown: Notice, client_as: ClientAs) -> None:
    client, address = client_as("jia-aid"), f"{DESK}/objections/{objected.id}/reveal"
    assert "19900000001" not in page(client, f"{DESK}/notices/{shown.id}")
    assert client.post(address, data={"field": "contact", "reason": ""}).status_code == 422
    shown_page = client.post(address, data={"field": "contact", "reason": "联系当事人核实"}).get_data(as_text=True)
    assert "19900000001" in shown_page and made_up_id() not in shown_page
    assert made_up_id() in client.post(address, data={"field": "text", "reason": "核对是哪一行"}).get_data(as_text=True)


def test_who_may_only_read_sees_no_buttons_and_is_refused(objected: Objection, shown: Notice, client_as: ClientAs) -> None:
    auditor = client_as("jia-discipline")
    text = page(auditor, f"{DESK}/notices/{shown.id}")
    assert "撤下公示</h2>" not in text and 'name="outcome"' not in text and "下载证据包" in text
    for path in (f"notices/{shown.id}/withdraw", f"objections/{objected.id}/answer", f"objections/{objected.id}/reveal"):
        assert auditor.post(f"{DESK}/{path}", data={"reason": "理由充分"}).status_code == 403


def test_a_neighbour_finds_nothing_at_any_address(objected: Objection, shown: Notice, clock: DutyClock, client_as: ClientAs) -> None:
    neighbour = client_as("yi-aid")
    own = "/u/990102/publicity"
    for base in (DESK, own):
        for path in (f"notices/{shown.id}", f"notices/{shown.id}/evidence.zip"):
            assert neighbour.get(f"{base}/{path}").status_code == 404
        for path in (f"notices/{shown.id}/withdraw", f"objections/{objected.id}/answer", f"objections/{objected.id}/reveal",
                     f"clocks/{clock.id}/meet"):
            assert neighbour.post(f"{base}/{path}", data={"reason": "理由充分", "how": "公告栏"}).status_code == 404
    for path in ("", "?state=closed", "/objections", "/clocks"):
        text = page(neighbour, own + path)
        assert "冬衣" not in text and WORDS not in text
    assert "答复公示异议" not in page(neighbour, "/u/990102/") and "逾期未公示" not in page(neighbour, "/u/990102/")


def evidence(client: FlaskClient, notice: Notice) -> zipfile.ZipFile:
    with client.get(f"{DESK}/notices/{notice.id}/evidence.zip") as answer:
        assert answer.status_code == 200 and answer.mimetype == "application/zip"
        return zipfile.ZipFile(io.BytesIO(answer.data))


def test_the_evidence_proves_what_was_public_when_and_where(objected: Objection, shown: Notice, client_as: ClientAs,
                                                           move_to: MoveTo) -> None:
    move_to(dt.date(2026, 12, 1))
    packed = evidence(client_as("jia-discipline"), shown)
    kept = json.loads(packed.read("公示记录.json"))
    assert (kept["opens_on"], kept["closes_on"], kept["days"], kept["objections"]) == ("2026-11-23", "2026-11-30", 5, 1)
    assert kept["address"].endswith(f"/public/{JIA}/notices/{shown.id}") and kept["unit"] == "甲县"
    rows = list(csv.reader(io.StringIO(packed.read("公示名单.csv").decode("utf-8-sig"))))
    assert rows == [["捐赠人", "金额（元）", "备注"], ["测**", "100.00", "冬衣"], ["欧阳**", "12,300.50", ""]]
    lines = [[kept["title"], "接受监督。", kept["columns"]], *rows[1:]]
    marks = [hashlib.sha256(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest() for line in lines]
    assert hashlib.sha256("".join(f"{mark}\n" for mark in marks).encode()).hexdigest() == kept["sha256"] == shown.sha256
    for line in packed.read("SHA256SUMS.txt").decode().splitlines():
        mark, name = line.split("  ")
        assert hashlib.sha256(packed.read(name)).hexdigest() == mark
    assert "欧阳**" in packed.read("公示页面.html").decode()


def test_the_evidence_holds_objections_without_contacts(objected: Objection, shown: Notice, client_as: ClientAs) -> None:
    packed = evidence(client_as("jia-aid"), shown)
    everything = b"".join(packed.read(name) for name in packed.namelist())
    assert WORDS.encode() in everything and b"19900000001" not in everything and made_up_id().encode() not in everything


def test_rows_that_were_changed_behind_the_platform_are_no_evidence(shown: Notice, planned: Database, host: PluginHost,
                                                                   client_as: ClientAs) -> None:
    with county_session(planned) as session:
        session.scalars(select(NoticePage)).one().rows = [["测**", "999.00", "冬衣"]]
    answer = client_as("jia-aid").get(f"{DESK}/notices/{shown.id}/evidence.zip")
    assert answer.status_code == PlatformError.status and "校验码不符" in answer.get_data(as_text=True)


def test_a_duty_is_overdue_by_working_days_the_day_after_its_last(clock: DutyClock, client_as: ClientAs, move_to: MoveTo) -> None:
    move_to(dt.date(2018, 11, 28))
    assert "2018-11-28" in page(client_as("jia-aid"), f"{DESK}/clocks") and "逾期" not in page(client_as("jia-aid"), f"/u/{JIA}/")
    move_to(dt.date(2018, 11, 29))
    assert "逾期 1 个工作日" in page(client_as("jia-aid"), f"{DESK}/clocks")
    assert "逾期未公示" in page(client_as("jia-aid"), f"/u/{JIA}/")
    move_to(dt.date(2018, 12, 3))
    assert "逾期 3 个工作日" in page(client_as("jia-aid"), f"{DESK}/clocks")


def test_a_duty_done_elsewhere_is_noted_with_the_place(clock: DutyClock, client_as: ClientAs) -> None:
    client, address = client_as("jia-aid"), f"{DESK}/clocks/{clock.id}/meet"
    assert client.post(address, data={"how": ""}).status_code == 422
    assert client.post(address, data={"how": "张贴于村务公开栏"}).status_code == 302
    assert "没有在计的公示时限" in page(client, f"{DESK}/clocks")


FUNDS = ("寄宿生生活补助\t1260000\t已发放\n学前教育资助，348000，公示中\n高中国家助学金,512000\n中职免学费 ,226,500\n"
         "营养餐\t1,875,000.50\t按学期\n乡村教师\t690000元")


@pytest.mark.clause("CO-018")
def test_the_yearly_funds_page_lists_six_projects_and_sums_and_no_id_number(planned: Database, host: PluginHost,
                                                                           client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    assert client.post(f"{DESK}/funds/new", data={"year": "2026", "rows": FUNDS}).status_code == 302
    outside = client_as("")
    home = page(outside, f"/public/{JIA}/")
    address = home.partition('<h2><a href="')[2].partition('"')[0]
    for text in (home, page(outside, address)):
        for name, amount in (("寄宿生生活补助", "1,260,000.00"), ("学前教育资助", "348,000.00"), ("高中国家助学金", "512,000.00"),
                             ("中职免学费", "226,500.00"), ("营养餐", "1,875,000.50"), ("乡村教师", "690,000.00")):
            assert name in text and amount in text
    assert "长期公开" in page(outside, address) and page(outside, address).count("<tr>") == 7


@pytest.mark.clause("CO-018")
def test_an_id_number_never_reaches_the_yearly_funds_page(planned: Database, host: PluginHost, client_as: ClientAs) -> None:
    answer = client_as("jia-admin").post(f"{DESK}/funds/new", data={"year": "2026", "rows": f"测试甲 {made_up_id()}\t1000"})
    assert answer.status_code == 409 and "第 1 行“项目”" in answer.get_data(as_text=True)
    assert made_up_id() not in page(client_as(""), f"/public/{JIA}/")


@pytest.mark.parametrize(("text", "fault"), [
    ("", "每行写一个项目"), ("营养餐", "第 1 行"), ("营养餐\t很多\n学前\t100", "第 1 行"),
    ("甲\t1\n乙\t0\n丙\t1.234", "第 2、3 行"), ("甲\t-5", "第 1 行"),
])
def test_a_faulty_line_is_named(text: str, fault: str) -> None:
    with pytest.raises(InvalidInput, match=fault):
        read_rows(text)


def test_amounts_are_read_with_their_thousands() -> None:
    assert [row["amount"] for row in read_rows(FUNDS)] == [Decimal("1260000"), Decimal("348000"), Decimal("512000"), Decimal("226500"),
                                                         Decimal("1875000.50"), Decimal("690000")]


def test_the_demo_publishes_made_up_funds_once(planned: Database) -> None:
    for _ in range(2):
        with county_session(planned) as session:
            load_demo(session, JIA, 2026, ACTOR)
    with county_session(planned) as session:
        assert [notice.title for notice in session.scalars(select(Notice))] == ["2026 年教育帮扶资金安排与工作进展"]


def test_a_notice_and_its_objections_follow_a_merged_township(planned: Database, host: PluginHost) -> None:
    from core.units.rules.orders import Merge
    from core.units.services import do_operation, undo_operation

    with county_session(planned) as session:
        notice = publish(session, host, unit="990101101")
        object_to(session, host, notice, "金额与收据不符。", "", ACTOR)
    with planned.transaction() as session:
        first, second = (get_unit_by_code(session, code).id for code in ("990101101", "990101102"))
        done = do_operation(session, Merge(units=(first,), into=second, on=DAY, document="测府发〔2026〕1号"), ACTOR, hooks=host)
        done_id = done.id
    assert where(planned) == [second, second]
    with planned.transaction() as session:
        undo_operation(session, done_id, ACTOR, hooks=host)
    assert where(planned) == [first, first]


def where(database: Database) -> list[object]:
    with county_session(database) as session:
        return [*session.scalars(select(Notice.unit_id)), *session.scalars(select(Objection.unit_id))]
