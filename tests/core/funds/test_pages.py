"""The pages of money: within one's scope, booked once, refused with reasons, given out with a trace."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import select, update

from core.extensions import Database, new_id, tenant_scope
from core.funds.models import FundAccount, FundMovement, FundTransfer
from core.funds.services import Wish, open_account, receive, send, spend
from core.trail.models import TrailEntry
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.funds.conftest import ACTOR, DAY, JIA, VILLAGE

Held = dict[str, uuid.UUID]
AT, TOWN = f"/u/{JIA}/funds", "/u/990101100/funds"


@pytest.fixture
def held(app_database: Database) -> Held:
    """甲县 with accounts at the county and in a village, 乙县 with one of its own; ids by code."""
    found: Held = {}
    with app_database.transaction() as session:
        with tenant_scope(session, JIA):
            county, village = get_unit_by_code(session, JIA), get_unit_by_code(session, VILLAGE)
            for code, unit, kind in (("love", county, "named"), ("via", county, "transit"), ("collected", county, "collected"),
                                     ("village", village, "own")):
                found[code] = open_account(session, JIA, unit, code, f"账户{code}", ACTOR, kind=kind, on=DAY,
                                           pass_on_days=10 if kind == "transit" else None).id
            love = session.get_one(FundAccount, (JIA, found["love"]))
            receive(session, love, Decimal("1234567.50"), DAY, ACTOR, key="in")
            receive(session, love, Decimal(800), DAY, ACTOR, key="wish", wish=Wish("东村助学", village.id, "助学"))
            for number in range(1, 61):
                spend(session, love, Decimal(number), DAY + dt.timedelta(number % 3), ACTOR, key=f"s{number}",
                      use="助学" if number % 2 else "济困", memo=f"=第{number}笔")
            send(session, None, love, Decimal(8000), dt.date(2016, 10, 20), ACTOR, key="t",
                 via=session.get_one(FundAccount, (JIA, found["via"])))
        with tenant_scope(session, "990102"):
            found["yi"] = open_account(session, "990102", get_unit_by_code(session, "990102"), "love", "乙县基金", ACTOR, on=DAY).id
    return found


def reading(database: Database, tenant: str = JIA) -> Callable[..., list[object]]:
    def read(model: type[object], *where: object) -> list[object]:
        with database.session() as session, tenant_scope(session, tenant):
            return list(session.scalars(select(model).where(*where)))  # type: ignore[arg-type]

    return read


def form(**values: str) -> dict[str, str]:
    return {"key": str(new_id()), "on": "2016-11-05", **values}


def test_accounts_show_their_balances_in_yuan_with_thousands(client_as: ClientAs, held: Held) -> None:
    page = client_as("jia-aid").get(AT).text
    assert "1,233,537.50 元" in page and "800.00 元" in page and "8,000.00 元" in page
    assert "账户village" in page and "乙县基金" not in page


def test_an_account_of_a_neighbour_or_above_is_not_there(client_as: ClientAs, held: Held) -> None:
    jia, town = client_as("jia-aid"), client_as("jia-central")
    assert jia.get(f"{AT}/{held['yi']}").status_code == 404
    assert jia.get("/u/990102/funds").status_code == 404
    assert town.get(f"{TOWN}/{held['love']}").status_code == 404
    assert town.get(f"{TOWN}/{held['village']}").status_code == 200
    assert town.post(f"{TOWN}/{held['love']}/receive", data=form(amount="1")).status_code == 404


def test_auditors_read_everything_and_change_nothing(client_as: ClientAs, held: Held, app_database: Database) -> None:
    auditor = client_as("city-auditor")
    here = f"{AT}/{held['love']}"
    for address in (AT, here, f"{AT}/transit", f"{AT}/alarms", f"{AT}/accounts.xlsx", f"{here}/movements.xlsx"):
        assert auditor.get(address).status_code == 200, address
    assert "登记支出" not in auditor.get(f"{AT}/{held['love']}").text
    (movement,) = reading(app_database)(FundMovement, FundMovement.key == "in")
    transfer = reading(app_database)(FundTransfer)[0]
    for address in (AT, f"{here}/receive", f"{here}/spend", f"{here}/send", f"{here}/pass-on", f"{here}/close-period",
                    f"{here}/reopen-period", f"{here}/close", f"{here}/recoveries", f"{here}/movements/{movement.id}/reverse",  # type: ignore[attr-defined]
                    f"{AT}/transit/{transfer.id}", f"{AT}/recount"):  # type: ignore[attr-defined]
        assert auditor.post(address, data=form(amount="1")).status_code == 403, address


def test_movements_come_page_by_page_with_their_running_balance(client_as: ClientAs, held: Held) -> None:
    browser, here = client_as("jia-aid"), f"{AT}/{held['love']}"
    first = browser.get(here).text
    numbers = [int(found) for found in re.findall(r'data-label="序号">(\d+)<', first)]
    assert numbers == list(range(62, 12, -1))
    assert "合计" in first and "62 笔" in first
    (link,) = set(re.findall(r'href="([^"]*before=13[^"]*)"', first))
    rest = browser.get(link.replace("&amp;", "&")).text
    assert [int(found) for found in re.findall(r'data-label="序号">(\d+)<', rest)] == list(range(12, 0, -1))
    assert "1,235,367.50 元" in rest


def test_movements_are_narrowed_by_kind_use_and_day(client_as: ClientAs, held: Held) -> None:
    browser, here = client_as("jia-aid"), f"{AT}/{held['love']}"
    page = browser.get(f"{here}?kind=spending&use=济困&since=2016-10-18&until=2016-10-18").text
    assert "10 笔" in page and "310.00 元" in page
    assert browser.get(f"{here}?kind=nonsense&since=soon&before=x").status_code == 200


def test_money_under_way_is_listed_with_its_days_and_arrives(client_as: ClientAs, held: Held, app_database: Database,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.extensions.clock._now", lambda: dt.datetime(2016, 11, 5, 12, tzinfo=dt.UTC))
    browser = client_as("jia-aid")
    page = browser.get(f"{AT}/transit").text
    assert "16 天" in page and "逾期" in page and "8,000.00 元" in page
    assert "在途超期" in browser.get(f"{AT}/alarms").text
    transfer = reading(app_database)(FundTransfer)[0]
    address = f"{AT}/transit/{transfer.id}"  # type: ignore[attr-defined]
    assert "不能登记到账" in browser.post(address, data=form(amount="8000.01")).text
    sent = form(amount="8000")
    assert [browser.post(address, data=sent).status_code for _ in range(2)] == [302, 302]
    assert "没有在途资金" in browser.get(f"{AT}/transit").text
    assert "16 天" in browser.get(f"{AT}/transit?which=all").text
    assert "没有预警" in browser.get(f"{AT}/alarms").text


def test_a_form_sent_twice_is_booked_once(client_as: ClientAs, held: Held, app_database: Database) -> None:
    browser, sent = client_as("jia-aid"), form(amount="1,000.50", memo="现金")
    for _ in range(2):
        assert browser.post(f"{AT}/{held['village']}/receive", data=sent).status_code == 302
    (movement,) = reading(app_database)(FundMovement, FundMovement.account_id == held["village"])
    assert movement.amount == Decimal("1000.50")  # type: ignore[attr-defined]


def test_what_is_refused_says_why_and_leaves_nothing(client_as: ClientAs, held: Held, app_database: Database) -> None:
    browser, here = client_as("jia-aid"), f"{AT}/{held['love']}"
    for address, sent, words, status in (
            ("spend", form(amount="99999999", use="助学"), "可用 1,232,737.50 元，要支出 99,999,999.00 元", 409),
            ("spend", form(amount="1", use=""), "支出须写明用途", 422),
            ("spend", form(amount="x", use="助学"), "请填写金额", 422),
            ("receive", form(amount="1", on="昨天"), "日期要写成", 422),
            ("receive", form(amount="1", on="2116-11-05"), "还没有到", 422),
            ("receive", {"amount": "1", "on": "2016-11-05"}, "表单不完整", 422),
            ("send", form(amount="1"), "请选择转入哪个账户", 422),
            ("close-period", form(until="2116-11-05"), "只能结账到昨天为止", 422),
            ("close", form(), "转出后才能销户", 409),
            ("recoveries", form(amount="1", reason="虚报人数"), "请选择由哪个单位退回", 422)):
        answer = browser.post(f"{here}/{address}", data=sent)
        assert (answer.status_code, words in answer.text) == (status, True), (address, words)
    assert len(reading(app_database)(FundMovement, FundMovement.account_id == held["love"])) == 62


def test_an_account_is_opened_used_closed_and_opened_again(client_as: ClientAs, held: Held, app_database: Database,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.extensions.clock._now", lambda: dt.datetime(2016, 11, 6, 12, tzinfo=dt.UTC))
    browser = client_as("jia-admin")
    made = browser.post(AT, data={"title": "改薄专账", "account_code": "repair", "kind": "own", "level": "county",
                                  "purposes": "改薄、校舍维修"})
    here = made.headers["Location"]
    monkeypatch.setattr("core.extensions.clock._now", lambda: dt.datetime(2016, 11, 9, 12, tzinfo=dt.UTC))
    assert browser.post(f"{here}/receive", data=form(amount="500", on="2016-11-06", wish="改薄", use="改薄")).status_code == 302
    assert "专款专用" in browser.post(f"{here}/spend", data=form(amount="1", on="2016-11-06", use="营养改善")).text
    ordered = form(amount="12000", on="2016-11-06", debtor="990101-S01", reason="挪用补助")
    assert browser.post(f"{here}/recoveries", data=ordered).status_code == 302
    page = browser.get(here).text
    order = re.search(r"/recoveries/([0-9a-f-]{36})", page)
    assert order is not None
    assert browser.post(f"{here}/recoveries/{order[1]}", data=form(amount="5000", on="2016-11-07")).status_code == 302
    assert "7,000.00 元" in browser.get(here).text
    assert browser.post(f"{here}/close-period", data=form(until="2016-11-07")).status_code == 302
    assert "已结账" in browser.post(f"{here}/receive", data=form(amount="1", on="2016-11-07")).text
    assert browser.post(f"{here}/reopen-period", data=form(reason="漏记收入")).status_code == 302
    (_, second) = reading(app_database)(FundMovement, FundMovement.account_id == uuid.UUID(here.rpartition("/")[2]))
    assert browser.post(f"{here}/movements/{second.id}/reverse", data={"reason": "重复登记"}).status_code == 302  # type: ignore[attr-defined]
    page = browser.get(here).text
    assert "已冲正" in page and "12,000.00 元" in page
    assert browser.post(AT, data={"title": "又一个", "account_code": "repair", "kind": "own", "level": "county"}).status_code == 409


def test_a_transfer_goes_from_the_page_through_the_transit_account(client_as: ClientAs, held: Held) -> None:
    browser, here = client_as("jia-aid"), f"{AT}/{held['love']}"
    sent = form(amount="100", target=str(held["village"]), via=str(held["via"]), due_on="2016-11-30")
    assert browser.post(f"{here}/send", data=sent).status_code == 302
    assert browser.get(f"{AT}/transit").text.count("账户village") == 1
    stranger = form(amount="100", target=str(held["yi"]))
    assert browser.post(f"{here}/send", data=stranger).status_code == 422


def test_collected_money_that_is_kept_back_raises_an_alarm(client_as: ClientAs, held: Held) -> None:
    browser, here = client_as("jia-aid"), f"{AT}/{held['collected']}"
    browser.post(f"{here}/receive", data=form(amount="3000"))
    browser.post(f"{here}/pass-on", data=form(amount="2900", to="县慈善协会"))
    assert "代收款被留存 100.00 元" in browser.get(here).text
    assert "代收款留存" in browser.get(f"{AT}/alarms").text
    assert "资金预警须处理" in browser.get(f"/u/{JIA}/").text


def test_a_difference_found_by_recounting_is_shown_where_it_is(client_as: ClientAs, held: Held, app_database: Database) -> None:
    browser = client_as("jia-admin")
    assert "余额与收支逐笔一致" in browser.post(f"{AT}/recount", follow_redirects=True).text
    with app_database.transaction() as session, tenant_scope(session, JIA):
        session.execute(update(FundMovement).where(FundMovement.key == "s1").values(amount=Decimal("-0.99")))
    assert "余额不符" in browser.post(f"{AT}/recount", follow_redirects=True).text
    page = browser.get(f"{AT}/{held['love']}").text
    assert "余额与收支不符" in page and "第 3 笔（2016-10-18）：本笔之后余额应为 1,235,366.51，账上为 1,235,366.50" in page


def workbook(data: bytes) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True))


def test_files_hold_what_is_in_scope_as_numbers_and_leave_a_trace(client_as: ClientAs, held: Held, app_database: Database) -> None:
    browser = client_as("jia-aid")
    lines = workbook(browser.get(f"{AT}/accounts.xlsx").data)
    assert {line[0] for line in lines[2:]} == {"love", "via", "collected", "village"}
    assert next(line for line in lines if line[0] == "love")[6] == 1233537.5
    lines = workbook(browser.get(f"{AT}/{held['love']}/movements.xlsx?use=济困").data)
    assert (len(lines), lines[2][0], lines[2][4], lines[2][9]) == (32, 4, 2, "=第2笔")
    with app_database.session() as session, tenant_scope(session, JIA):
        said = session.scalars(select(TrailEntry.sentence).where(TrailEntry.action == "core:fund:export").order_by(TrailEntry.id)).all()
    assert said == ["导出资金台账，4 个账户", "导出“账户love”收支明细，30 笔"]


def test_who_may_not_export_gets_no_file(client_as: ClientAs, held: Held) -> None:
    assert client_as("jia-central").get(f"{TOWN}/accounts.xlsx").status_code == 403


def test_accounts_and_movements_are_ledgers_to_read_with_sums_files_and_api(client_as: ClientAs, held: Held) -> None:
    browser = client_as("jia-aid")
    wanted = "kind=spending&use=济困&happened_on_from=2016-10-18&happened_on_to=2016-10-18"
    page = browser.get(f"/u/{JIA}/ledgers/fund_movements/?{wanted}").text
    assert page.count('data-label="账户"') == 10 and "账户love" in page
    assert "账户village" in browser.get(f"/u/{JIA}/ledgers/fund_accounts/").text
    assert "账户village" not in browser.get(f"/u/{JIA}/ledgers/fund_accounts/?kind=transit").text
    for plural in ("fund_accounts", "fund_movements"):
        assert browser.get(f"/u/{JIA}/ledgers/{plural}/new").status_code == 404
        assert browser.get(f"/u/{JIA}/ledgers/{plural}/export").status_code in (200, 302)
        assert "乙县基金" not in browser.get(f"/u/{JIA}/ledgers/{plural}/").text


def test_the_api_reads_movements_and_their_sums_and_books_none(client_as: ClientAs, held: Held) -> None:
    browser, address = client_as("jia-aid"), f"/api/v1/u/{JIA}/ledgers/fund_movements"
    (row,) = browser.get(f"{address}?kind=receipt&limit=50&amount_from=1000000").json["records"]
    assert (row["amount"], row["account_id"], row["happened_on"]) == ("1234567.50", str(held["love"]), "2016-10-17")
    totals = browser.get(f"{address}/totals?kind=spending").json["totals"]
    assert totals == {"count": 60, "sums": {"amount": "-1830.00"}}
    assert browser.post(address, json={}).status_code == 405
