"""A gift's whole way in a browser: entered in a township, honoured by the county, shown to the public, objected to,
answered, and gone from the public page when its days are over. The clock is moved, nobody sleeps."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from core.extensions import Database, tenant_scope
from tests.core.documents.pictures import photo
from tests.factories.world import PASSWORD
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.pictures import pictured
from tests.plugins.donations.conftest import (  # noqa: F401  # fixtures of the plugin's own tests
    OnDay,
    county,
    county_template,
    donations_host,
    giving_app,
    giving_database,
    on_day,
)
from tests.plugins.donations.giving import JIA, TOWN, County, campaign

pytestmark = pytest.mark.journey
NOTICE = "扶贫日捐赠：捐赠款物公示"
Open = Callable[..., Page]


@dataclass(frozen=True)
class Office:
    """甲县 with a server in this process, whose clock a test may move."""

    url: str
    open_as: Open


@pytest.fixture
def office(giving_app: Flask, giving_database: Database, county: County, browser: Browser) -> Iterator[Office]:  # noqa: F811
    with giving_database.transaction() as session, tenant_scope(session, JIA):
        campaign(session, county.units[TOWN], starts_on=dt.date(2026, 1, 1), declared_on=dt.date(2026, 1, 1))
    server = make_server("127.0.0.1", 0, giving_app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url, contexts = f"http://127.0.0.1:{server.server_port}", []

    def open_as(login: str = "", *, phone: bool = False) -> Page:
        context = browser.new_context(viewport=PHONE if phone else DESKTOP, locale="zh-CN", has_touch=phone, is_mobile=phone)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        if login:
            page.goto(f"{url}/sign-in")
            page.get_by_label("登录名").fill(login)
            page.get_by_label("密码", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="登录", exact=True).click()
            page.wait_for_url("**/u/**")
        return page

    yield Office(url, open_as)
    for context in contexts:
        context.close()
    server.shutdown()


def enter_gift(page: Page, reference: str, kind: str, donor: str, amount: str) -> None:
    """A gift by the form of its ledger."""
    page.goto(re.sub(r"/u/[^/]+/.*$", f"/u/{TOWN}/p/donations/ledgers/gifts/new", page.url))
    page.locator("[name=reference]").fill(reference)
    page.locator("[name=campaign_code]").fill("日")
    page.locator("[name=given_on]").fill("2026-10-12")
    page.locator("[name=donor_kind]").select_option(kind)
    page.locator("[name=donor_name]").fill(donor)
    page.locator("[name=amount]").fill(amount)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text(reference).first).to_be_visible()


def confirm(page: Page) -> None:
    """Answer the question that a step asks."""
    page.get_by_role("dialog").get_by_role("button", name="确定").click()


def test_a_gift_is_honoured_published_objected_to_answered_and_withdrawn(
        office: Office, on_day: OnDay) -> None:  # noqa: F811
    on_day("2026-11-20")
    clerk = office.open_as("town-clerk")
    for reference, kind, donor, amount in (("G-1", "unit", "测试公司", "60000"), ("G-2", "person", "测试甲", "5001"),
                                           ("G-3", "person", "测试乙", "5000")):
        enter_gift(clerk, reference, kind, donor, amount)
    clerk.goto(f"{office.url}/u/{TOWN}/p/donations/certificates/due")
    expect(clerk.get_by_text("测试乙")).to_have_count(0)
    for box in clerk.locator("input[name=key]").all():
        box.check()
    pictured(clerk, "due")
    clerk.get_by_role("button", name="申报所选").click()
    expect(clerk.get_by_text("已申报 2 份")).to_be_visible()

    manager = office.open_as("county-one")
    for donor in ("测试公司", "测试甲"):
        manager.goto(f"{office.url}/u/{JIA}/p/donations/ledgers/certificates/?state=submitted")
        manager.get_by_role("row").filter(has_text=donor).get_by_role("link").first.click()
        if "/certificates/" in manager.url and "ledgers" in manager.url:
            manager.get_by_role("link", name="完整页面").click()
        manager.wait_for_load_state()
        pictured(manager, "certificate")
        manager.get_by_role("button", name="颁发").click()
        confirm(manager)
        expect(manager.get_by_text("已颁发").first).to_be_visible()
    expect(manager.get_by_text("〔2026〕0002号").first).to_be_visible()
    check = manager.get_by_role("link", name="公开查验页").get_attribute("href")

    outside = office.open_as(phone=True)
    outside.goto(f"{office.url}{check}")
    expect(outside.get_by_text("测**")).to_be_visible()
    expect(outside.get_by_text("测试甲")).to_have_count(0)
    pictured(outside, "check")

    ceremony(office)
    publish(office, manager)
    code = object_to(office, outside)
    manager.goto(f"{office.url}/u/{JIA}/p/donations/publicity")
    expect(manager.get_by_text("公示有 1 件异议没有答复")).to_be_visible()
    pictured(manager, "objected")
    answer(office)
    outside.goto(f"{office.url}/public/{JIA}/objections")
    outside.locator("[name=code]").fill(code)
    outside.get_by_role("button").last.click()
    expect(outside.get_by_text("银行回单已核对无误")).to_be_visible()

    on_day("2026-12-10")
    outside = office.open_as(phone=True)  # a browser that knows nothing of the moved clock keeps a page for a minute
    outside.goto(f"{office.url}/public/{JIA}/")
    expect(outside.get_by_text(NOTICE)).to_have_count(0)
    expect(outside.get_by_text("捐赠款物", exact=True)).to_be_visible()
    pictured(outside, "after")
    manager.goto(f"{office.url}/u/{JIA}/p/donations/publicity")
    expect(manager.get_by_text("公示期满")).to_be_visible()


def ceremony(office: Office) -> None:
    """From a phone: two photographs of handing over, with the guardians' consent; one is taken out again."""
    phone = office.open_as("town-clerk", phone=True)
    phone.goto(f"{office.url}/u/{TOWN}/p/donations/")
    phone.get_by_role("link", name="扶贫日捐赠").click()
    phone.get_by_role("link", name="上传照片").click()
    phone.locator("[name=files]").set_input_files([
        {"name": f"现场{number}.jpg", "mimeType": "image/jpeg", "buffer": photo(number)} for number in (1, 2)])
    phone.locator("[name=consent_on]").fill("2026-10-10")
    phone.locator("[name=wanted_public]").check()
    phone.get_by_role("button", name="归档", exact=True).click()
    expect(phone.get_by_text("已归档 2 张照片")).to_be_visible()
    pictured(phone, "photos-phone")
    phone.locator("a.bf-thumb").first.click()
    phone.wait_for_load_state()  # from then on the page asks before it takes anything out
    phone.locator("[name=reason]").fill("照片模糊")
    phone.get_by_role("button", name="撤出这张照片").click()
    confirm(phone)
    expect(phone.locator("a.bf-thumb")).to_have_count(1)


def publish(office: Office, manager: Page) -> None:
    """End the campaign, look at what will be public, publish it."""
    manager.goto(f"{office.url}/u/{JIA}/p/donations/")
    manager.get_by_role("link", name="扶贫日捐赠").click()
    manager.wait_for_load_state()
    manager.locator("[name=on]").fill("2026-11-02")
    manager.get_by_role("button", name="结束活动").click()
    confirm(manager)
    expect(manager.get_by_text("已结束").first).to_be_visible()
    manager.goto(f"{office.url}/u/{JIA}/p/donations/publicity")
    expect(manager.get_by_text("2026-12-14")).to_be_visible()
    pictured(manager, "publicity")
    manager.get_by_role("link", name="查看").click()
    expect(manager.get_by_text("60,000.00").first).to_be_visible()
    manager.wait_for_load_state()  # from then on the page asks before it publishes
    pictured(manager, "preview")
    manager.locator("[name=photos]").check()
    manager.get_by_role("button", name="公示", exact=True).click()
    confirm(manager)
    expect(manager.get_by_text("公示中")).to_be_visible()


def object_to(office: Office, outside: Page) -> str:
    """Read the notice as the public and object; gives the code by which the answer is found."""
    outside.goto(f"{office.url}/public/{JIA}/")
    pictured(outside, "home-phone")
    outside.get_by_role("link", name=NOTICE).click()
    expect(outside.get_by_text("测试公司")).to_be_visible()
    expect(outside.get_by_text("测试甲")).to_have_count(0)
    expect(outside.get_by_role("link", name="扶贫日捐赠发放仪式-01.jpg")).to_be_visible()
    pictured(outside, "notice-phone")
    outside.get_by_role("link", name="提出异议").click()
    outside.locator("[name=text]").fill("公示的金额与收据不一致，请核对。")
    outside.get_by_role("button", name="提交异议").click()
    return outside.locator("code").first.inner_text()


def answer(office: Office) -> None:
    """The county answers."""
    desk = office.open_as("jia-admin")
    desk.goto(f"{office.url}/u/{JIA}/publicity")
    desk.get_by_role("link", name=NOTICE).click()
    desk.locator("[name=outcome]").select_option("rejected")
    desk.locator("[name=answer]").fill("银行回单已核对无误，公示金额正确。")
    desk.get_by_role("button", name="答复", exact=True).click()
    expect(desk.get_by_text("异议不成立").first).to_be_visible()
