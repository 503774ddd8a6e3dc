"""The plugin's pages as people of a county, of its neighbour and of the supervisors meet them."""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader

from core.access.catalogue import catalogue
from core.access.services import sync_defaults
from core.accounts.passwords import hash_password
from core.accounts.services import assign, store_account
from core.extensions import Database, tenant_scope, today
from core.funds.models import FundAccount, FundMovement
from core.host.models import PluginSwitch
from core.units.queries import get_unit_by_code
from plugins.donations.models import Campaign, Gift, Order, Spending
from tests.conftest import ClientAs
from tests.core.ledgers.test_round_trip import edited
from tests.factories.world import ACTOR, PASSWORD, SINCE

JIA, YI = "990101", "990102"
PEOPLE = {"jia-giving": ("donations_clerk", JIA), "jia-manager": ("donations_manager", JIA),
          "town-giving": ("donations_clerk", "990101100"), "yi-giving": ("donations_manager", YI)}
At = Callable[[str, str], str]


@pytest.fixture
def people(app: Flask, app_database: Database) -> None:
    """Clerks of both counties, with the plugin on in both."""
    host = app.extensions["bangfu.host"]
    known = catalogue(host)
    hashed = hash_password(PASSWORD)
    with app_database.transaction() as session:
        if session.get(PluginSwitch, (YI, "donations")) is None:
            session.add(PluginSwitch(tenant_id=YI, plugin="donations", on=True, changed_by="测试甲"))
        sync_defaults(session, known)
        for number, (login, (role, code)) in enumerate(PEOPLE.items()):
            account = store_account(session, login, f"测试{number:02d}", hashed, ACTOR)
            assign(session, account, role, get_unit_by_code(session, code), ACTOR, known=known, since=SINCE)


def base(code: str = JIA) -> str:
    return f"/u/{code}/p/donations"


def start(clerk: FlaskClient, manager: FlaskClient, code: str = JIA, campaign: str = "c1") -> str:
    """A campaign from form to opening; gives its address."""
    sent = {"code": campaign, "title": "测试捐赠活动", "kind": "internal", "holder": "测试教育局", "holder_kind": "office",
            "starts_on": "2010-01-01", "use_plan": "助学"}
    answer = clerk.post(f"{base(code)}/campaigns/new", data=sent)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    address = answer.headers["Location"]
    refused = manager.post(f"{address}/open")
    assert refused.status_code == 409
    assert "没有合规承诺，不能开启" in refused.get_data(as_text=True)
    assert clerk.post(f"{address}/declare", data={"agreed": "1"}).status_code == 302
    assert manager.post(f"{address}/open").status_code == 302
    return str(address)


def give(client: FlaskClient, code: str = JIA, reference: str = "R1", amount: str = "1000.50", **more: str) -> str:
    """A gift by the form of the ledger; gives its address on the plugin's own page."""
    sent = {"reference": reference, "campaign_code": "c1", "given_on": "2015-10-16", "donor_kind": "unit", "donor_name": "测试公司",
            "form": "money", "amount": amount, "consent": "named", "designation": "none", **more}
    answer = client.post(f"{base(code)}/ledgers/gifts/new", data=sent)
    assert answer.status_code == 302, re.findall("</svg>([^<]+)</div>", answer.get_data(as_text=True))
    return f"{base(code)}/gifts/{answer.headers['Location'].rpartition('/')[2]}"


@pytest.mark.usefixtures("people")
def test_a_campaign_is_entered_declared_opened_extended_and_closed(client_as: ClientAs, app_database: Database) -> None:
    clerk, manager = client_as("jia-giving"), client_as("jia-manager")
    assert "还没有捐赠活动" in clerk.get(f"{base()}/").get_data(as_text=True)
    address = start(clerk, manager)
    assert clerk.post(f"{address}/close", data={"on": "2015-10-17"}).status_code == 403
    assert manager.post(f"{address}/extend", data={"until": "2030-12-31", "reason": "继续接收"}).status_code == 302
    assert manager.post(f"{address}/close", data={"on": "2015-10-17"}).status_code == 302
    with app_database.session() as session, tenant_scope(session, JIA):
        row = session.query(Campaign).one()
        assert (row.state, str(row.closed_on)) == ("closed", "2015-10-17")
    late = clerk.post(f"{base()}/ledgers/gifts/new", data={
        "reference": "R9", "campaign_code": "c1", "given_on": "2015-10-18", "donor_kind": "unit", "donor_name": "测试公司", "form": "money",
        "amount": "5", "consent": "named", "designation": "none"})
    assert late.status_code == 422
    assert "捐赠日期晚于活动结束日" in late.get_data(as_text=True)


@pytest.mark.usefixtures("people")
@pytest.mark.clause("DN-006", "DN-031")
def test_the_form_refuses_a_hundred_of_each_and_no_page_says_who_has_not_given(client_as: ClientAs, app: Flask) -> None:
    clerk = client_as("jia-giving")
    sent = {"code": "c9", "title": "扶贫捐款", "kind": "internal", "holder": "测试教育局", "holder_kind": "office",
            "starts_on": "2015-10-01", "note": "请各单位按在职人数每人100元组织捐款"}
    answer = clerk.post(f"{base()}/campaigns/new", data=sent)
    assert answer.status_code == 422
    assert "公益事业捐赠法" in answer.get_data(as_text=True)
    form = clerk.get(f"{base()}/campaigns/new").get_data(as_text=True)
    names = set(re.findall(r'name="([a-z_]+)"', form))
    assert not names & {"amount", "target", "per_head", "quota", "minimum"}
    endpoints = [rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("donations.")]
    assert not [name for name in endpoints if re.search("rank|missing|absent|unpaid|not_given|target|quota", name)]


@pytest.mark.usefixtures("people")
def test_a_gift_has_its_page_receipt_and_refund(client_as: ClientAs, app_database: Database) -> None:
    clerk, manager = client_as("jia-giving"), client_as("jia-manager")
    start(clerk, manager)
    address = give(clerk)
    assert "1,000.50" in clerk.get(address).get_data(as_text=True)
    assert clerk.get(f"{address}/receipt.pdf").status_code == 409
    assert clerk.post(f"{address}/receipt", data={"number": "黔财票1"}).status_code == 422
    assert clerk.post(f"{address}/receipt", data={"number": "0012345"}).status_code == 302
    second = clerk.post(f"{address}/receipt", data={"number": "0012346"})
    assert second.status_code == 409
    assert "已开票据 0012345" in second.get_data(as_text=True)
    other = give(clerk, reference="R2")
    taken = clerk.post(f"{other}/receipt", data={"number": "0012345"})
    assert taken.status_code == 409
    assert "凭据号 R1" in taken.get_data(as_text=True)
    pdf = clerk.get(f"{address}/receipt.pdf")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.data)).pages).replace(" ", "")
    for part in ("公益事业捐赠票据", "0012345", "测试公司", "1000.50", "壹仟元伍角"):
        assert part in text, part
    assert clerk.post(f"{address}/refund", data={"on": "2015-11-01", "reason": "捐赠人撤回"}).status_code == 302
    with app_database.session() as session, tenant_scope(session, JIA):
        assert session.query(FundAccount).one().balance == Decimal("1000.50")


@pytest.mark.usefixtures("people")
def test_an_anonymous_giver_is_recorded_and_shown_nowhere(client_as: ClientAs, app_database: Database) -> None:
    clerk, manager = client_as("jia-giving"), client_as("jia-manager")
    start(clerk, manager)
    address = give(clerk, donor_kind="anonymous", donor_name="", secret_name="测试隐名")
    record_id = address.rpartition("/")[2]
    pages = [address, *(f"{base()}/{page}" for page in ("", "ledgers/gifts/", f"ledgers/gifts/{record_id}", "statistics"))]
    for page in pages:
        assert "测试隐名" not in clerk.get(page).get_data(as_text=True), page
    with app_database.session() as session, tenant_scope(session, JIA):
        row = session.query(Gift).one()
        assert row.secret_name_sealed
        assert set(row.secret_name_mask) == {"*"}


@pytest.mark.usefixtures("people")
def test_money_is_spent_once_by_its_form_and_a_refusal_keeps_what_was_entered(client_as: ClientAs, app_database: Database) -> None:
    clerk, manager = client_as("jia-giving"), client_as("jia-manager")
    start(clerk, manager)
    give(clerk, amount="1000.00")
    form = clerk.get(f"{base()}/spendings/new").get_data(as_text=True)
    key = re.search(r'name="key" value="([0-9a-f-]{36})"', form)
    assert key is not None
    with app_database.session() as session, tenant_scope(session, JIA):
        account = session.query(FundAccount).one()
    sent = {"key": key[1], "account_id": str(account.id), "use": "study", "amount": "1000.01", "spent_on": "2016-03-01", "memo": "助学金"}
    beyond = clerk.post(f"{base()}/spendings/new", data=sent)
    assert beyond.status_code == 409
    assert "可用 1,000.00 元，要支出 1,000.01 元" in beyond.get_data(as_text=True)
    assert 'value="助学金"' in beyond.get_data(as_text=True)
    for _ in range(2):
        assert clerk.post(f"{base()}/spendings/new", data={**sent, "amount": "400"}).status_code == 302
    assert clerk.post(f"{base()}/spendings/new", data={**sent, "amount": "500"}).status_code == 409
    assert clerk.post(f"{base()}/spendings/new", data={**sent, "key": "", "amount": "5", "use": "costs"}).status_code == 409
    wide = clerk.post(f"{base()}/spendings/new", data={**sent, "amount": "１００"})
    assert wide.status_code == 422
    assert "半角数字" in wide.get_data(as_text=True)
    with app_database.session() as session, tenant_scope(session, JIA):
        (paid,) = session.query(Spending).all()
        assert session.query(FundAccount).one().balance == Decimal("600.00")
    assert clerk.post(f"{base()}/spendings/{paid.id}/undo", data={"reason": "登记错误"}).status_code == 403
    assert manager.post(f"{base()}/spendings/{paid.id}/undo", data={"reason": "登记错误"}).status_code == 302
    assert clerk.get(f"{base()}/spendings").status_code == 200


@pytest.mark.usefixtures("people")
@pytest.mark.clause("DN-011")
def test_the_discipline_body_reads_changes_nothing_and_orders_a_correction_due_today(client_as: ClientAs, app_database: Database) -> None:
    clerk, manager, supervisor = client_as("jia-giving"), client_as("jia-manager"), client_as("jia-discipline")
    start(clerk, manager)
    address = give(clerk)
    assert supervisor.get(address).status_code == 200
    assert supervisor.get(f"{base()}/spendings").status_code == 200
    record_id = address.rpartition("/")[2]
    assert supervisor.post(f"{base()}/ledgers/gifts/{record_id}/edit", data={"amount": "1", "version": "1"}).status_code == 403
    assert supervisor.post(f"{address}/refund", data={"reason": "不应收取"}).status_code == 403
    assert supervisor.post(f"{base()}/spendings/new", data={}).status_code == 403
    assert clerk.post(f"{base()}/orders/gift/{record_id}", data={"demand": "金额与凭证不符"}).status_code == 403
    order = supervisor.post(f"{base()}/orders/gift/{record_id}", data={"demand": "金额与凭证不符，立即更正"}).headers["Location"]
    with app_database.session() as session, tenant_scope(session, JIA):
        row = session.query(Order).one()
        assert (row.due_on, row.state) == (today(), "open")
    assert supervisor.post(f"{order}/close").status_code == 409
    assert clerk.post(f"{order}/answer", data={"answer": "已按凭证更正"}).status_code == 302
    assert supervisor.post(f"{order}/close").status_code == 302
    assert "已销号" in supervisor.get(f"{base()}/orders").get_data(as_text=True)


@pytest.mark.usefixtures("people")
@pytest.mark.clause("DN-017")
def test_the_audit_export_equals_the_ledgers_to_the_fen(client_as: ClientAs, app_database: Database) -> None:
    clerk, manager, auditor = client_as("jia-giving"), client_as("jia-manager"), client_as("jia-discipline")
    start(clerk, manager)
    for number, amount in enumerate(("1000.50", "0.01", "333.33", "=1+1".replace("=1+1", "20")), 1):
        give(clerk, reference=f"R{number}", amount=amount)
    with app_database.session() as session, tenant_scope(session, JIA):
        account = session.query(FundAccount).one()
    assert clerk.post(f"{base()}/spendings/new", data={"account_id": str(account.id), "use": "study", "amount": "100.10",
                                                       "spent_on": "2016-03-01", "memo": "=HYPERLINK(1)"}).status_code == 302
    answer = auditor.get(f"{base()}/audit.xlsx")
    assert answer.status_code == 200
    book = load_workbook(io.BytesIO(answer.data))
    sums = {row[0]: (row[1], Decimal(str(row[2])).quantize(Decimal("0.01"))) for row in book["合计"].iter_rows(min_row=2, values_only=True)}
    with app_database.session() as session, tenant_scope(session, JIA):
        movements = session.query(FundMovement).all()
        assert sums["捐赠"] == (4, sum((gift.amount for gift in session.query(Gift)), Decimal(0)))
        assert sums["支出"] == (1, Decimal("100.10"))
        assert sums["账户"] == (1, session.query(FundAccount).one().balance) == (1, Decimal("1253.74"))
        assert sums["收支"] == (len(movements), sum((one.amount for one in movements), Decimal(0)))
    assert "=HYPERLINK" not in [cell.value for cell in book["支出"]["F"]]
    assert not [name for name in zipfile.ZipFile(io.BytesIO(answer.data)).namelist() if "external" in name]


SURFACES = ("/", "/spendings", "/projects", "/statistics", "/orders")


@pytest.mark.usefixtures("people")
def test_nothing_of_a_county_is_seen_by_its_neighbour(client_as: ClientAs, app_database: Database) -> None:
    clerk, manager, neighbour = client_as("jia-giving"), client_as("jia-manager"), client_as("yi-giving")
    campaign = start(clerk, manager)
    address = give(clerk, donor_name="甲县独有公司", amount="7777.77")
    with app_database.session() as session, tenant_scope(session, JIA):
        account = session.query(FundAccount).one()
    spent = clerk.post(f"{base()}/spendings/new", data={"account_id": str(account.id), "use": "study", "amount": "77.70",
                                                        "spent_on": "2016-03-01", "memo": "甲县独有支出"}).headers["Location"]
    project = clerk.post(f"{base()}/projects/new", data={"code": "p1", "title": "甲县独有项目", "use": "study",
                                                         "starts_on": "2016-01-01"}).headers["Location"]
    for page in (address, campaign, spent, project, f"{address}/receipt.pdf"):
        assert clerk.get(page).status_code in (200, 409), page
        assert neighbour.get(page).status_code == 404, page
        assert neighbour.get(page.replace(f"/u/{JIA}/", f"/u/{YI}/")).status_code == 404, page
    for surface in SURFACES:
        text = neighbour.get(f"{base(YI)}{surface}").get_data(as_text=True)
        assert not [part for part in ("甲县独有", "7,777.77", "77.70", "测试捐赠活动") if part in text], surface
        assert neighbour.get(f"{base(JIA)}{surface}").status_code == 404
    for file in ("/audit.xlsx", "/statistics.csv", "/spendings.csv"):
        assert neighbour.get(f"{base(JIA)}{file}").status_code == 404
        assert "甲县独有".encode() not in neighbour.get(f"{base(YI)}{file}").data
    book = load_workbook(io.BytesIO(neighbour.get(f"{base(YI)}/audit.xlsx").data))
    assert [row[1] for row in book["合计"].iter_rows(min_row=2, values_only=True)] == [0, 0, 0, 0]
    record_id = address.rpartition("/")[2]
    for post in (f"/gifts/{record_id}/refund", f"/gifts/{record_id}/receipt", f"/orders/gift/{record_id}",
                 f"/spendings/{spent.rpartition('/')[2]}/undo"):
        sent = {"reason": "越界测试", "demand": "越界测试", "number": "9"}
        assert neighbour.post(f"{base(YI)}{post}", data=sent).status_code in (403, 404)
    foreign = neighbour.post(f"{base(YI)}/spendings/new", data={"account_id": str(account.id), "use": "study", "amount": "1",
                                                               "spent_on": "2016-03-01"})
    assert foreign.status_code == 404
    with app_database.session() as session, tenant_scope(session, JIA):
        assert session.query(FundAccount).one().balance == Decimal("7700.07")


@pytest.mark.usefixtures("people")
def test_a_township_sees_its_own_gifts_and_not_the_countys(client_as: ClientAs) -> None:
    clerk, manager, town = client_as("jia-giving"), client_as("jia-manager"), client_as("town-giving")
    start(clerk, manager)
    whole = give(clerk, donor_name="县里的公司")
    own = give(town, "990101100", reference="T1", donor_name="镇里的公司")
    assert town.get(own).status_code == 200
    assert town.get(whole.replace(f"/u/{JIA}/", "/u/990101100/")).status_code == 404
    assert clerk.get(own.replace("/u/990101100/", f"/u/{JIA}/")).status_code == 200
    text = town.get(f"{base('990101100')}/").get_data(as_text=True)
    assert "上级的活动" in text
    assert "1,000.50" in text


@pytest.mark.usefixtures("people")
def test_a_township_pays_nothing_out_of_the_countys_account(client_as: ClientAs, app_database: Database) -> None:
    clerk, manager, town = client_as("jia-giving"), client_as("jia-manager"), client_as("town-giving")
    start(clerk, manager)
    give(clerk)
    give(town, "990101100", reference="T1", amount="50")
    with app_database.session() as session, tenant_scope(session, JIA):
        accounts = {account.code: account.id for account in session.query(FundAccount)}
    sent = {"use": "study", "amount": "10", "spent_on": "2016-03-01"}
    for code, status in (("donations.donations", 404), ("donations.donations:990101100", 302)):
        answer = town.post(f"{base('990101100')}/spendings/new", data={**sent, "account_id": str(accounts[code])})
        assert answer.status_code == status, code
    shared = town.post(f"{base('990101100')}/spendings/share", data={"account_id": str(accounts["donations.donations"]), "persons": "x"})
    assert shared.status_code == 404
    with app_database.session() as session, tenant_scope(session, JIA):
        assert {account.code: account.balance for account in session.query(FundAccount)} == {
            "donations.donations": Decimal("1000.50"), "donations.donations:990101100": Decimal("40.00")}


def test_an_id_of_nobody_is_not_found(client_as: ClientAs, people: None) -> None:
    clerk = client_as("jia-giving")
    for part in ("campaigns", "gifts", "spendings", "projects", "orders"):
        assert clerk.get(f"{base()}/{part}/{uuid.uuid4()}").status_code == 404


@pytest.mark.usefixtures("people")
def test_a_file_taken_back_with_a_day_before_the_campaign_keeps_its_other_changes(client_as: ClientAs, app_database: Database) -> None:
    clerk, manager = client_as("jia-giving"), client_as("jia-manager")
    start(clerk, manager)
    give(clerk, reference="R1")
    give(clerk, reference="R2")
    ledger = f"{base()}/ledgers/gifts"
    content = clerk.post(f"{ledger}/export", data={"all_columns": "1"}).get_data()

    def change(sheet: Any, at: dict[str, int]) -> None:
        for row in (3, 4):
            late = sheet.cell(row, at["凭据号"]).value == "R2"
            sheet.cell(row, at["捐赠日期"]).value = "2009-12-31" if late else "2015-10-20"

    sent = {"file": (io.BytesIO(edited(content, change)), "改过.xlsx")}
    page = clerk.post(f"{ledger}/round-trip", data=sent).get_data(as_text=True)
    assert "捐赠日期早于活动开始日" in page
    packed = re.search(r'name="changes" value="([^"]+)"', page)
    assert packed
    assert clerk.post(f"{ledger}/round-trip/merge", data={"changes": packed[1], "mine": []}).status_code == 302
    with app_database.session() as session, tenant_scope(session, JIA):
        assert {row.reference: str(row.given_on) for row in session.query(Gift)} == {"R1": "2015-10-20", "R2": "2015-10-16"}
