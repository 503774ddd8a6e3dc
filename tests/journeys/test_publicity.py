"""A notice in a real browser: seen by a passer-by on a phone, objected to, answered, and gone when its days are over."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from core.config import ROOT
from core.extensions import CHINA, Actor, Database, clock, tenant_scope
from core.host.manager import PluginHost
from core.publicity.models import Notice
from core.publicity.services import finished, missing
from core.tenancy.services import apply_from_command_line
from core.units.queries import get_unit_by_code
from tests.conftest import SAMPLE, settings_for
from tests.factories.registry import JIA
from tests.factories.world import PASSWORD
from tests.journeys.conftest import DESKTOP, PHONE
from tests.sample_plugin.notices import publish
from tests.sample_plugin.services import note_visit
from tests.support.apps import lent_app

pytestmark = pytest.mark.journey
ACTOR = Actor(None, "测试经办")
FIRST, LAST = dt.date(2026, 11, 23), dt.date(2026, 11, 30)


@dataclass(frozen=True)
class Site:
    """甲县 with a notice of two visits, served; and the clock that all of it goes by."""

    url: str
    database: Database
    moment: list[dt.datetime]

    def move_to(self, day: dt.date, time: dt.time = dt.time(9)) -> None:
        self.moment[:] = [dt.datetime.combine(day, time, CHINA)]


@pytest.fixture
def site(world_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    path = tmp_path / "world.sqlite3"
    shutil.copy(world_template, path)
    if (kept := world_template.parent / "keys").exists():
        shutil.copytree(kept, tmp_path / "keys", dirs_exist_ok=True)
    with lent_app(settings_for(f"sqlite:///{path}", tmp_path, SAMPLE)) as app:
        yield from _served(app, monkeypatch)


def _served(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    database: Database = app.extensions["bangfu.database"]
    host: PluginHost = app.extensions["bangfu.host"]
    moment: list[dt.datetime] = []
    server = make_server("127.0.0.1", 0, app, threaded=True)
    found = Site(f"http://127.0.0.1:{server.server_port}", database, moment)
    found.move_to(FIRST)
    monkeypatch.setattr(clock, "_now", lambda: moment[0])
    with database.transaction() as session:
        apply_from_command_line(session, host, (ROOT / "tenants/national.toml").read_bytes(), "national.toml")
        with tenant_scope(session, JIA):
            county = get_unit_by_code(session, JIA)
            visits = [note_visit(session, JIA, county.id, title, Decimal(amount), FIRST, ACTOR)
                      for title, amount in (("冬衣送到南村", "200"), ("慰问金送到北村", "12300.50"))]
            publish(session, host, JIA, county, visits, ACTOR, {"冬衣送到南村": "测试甲", "慰问金送到北村": "欧阳测试"})
    worker = threading.Thread(target=server.serve_forever)
    worker.start()
    yield found
    server.shutdown()
    worker.join()
    server.server_close()


def window(browser: Browser, *, phone: bool) -> Page:
    return browser.new_context(viewport=PHONE if phone else DESKTOP, locale="zh-CN", is_mobile=phone, has_touch=phone).new_page()


def signed_in(browser: Browser, site: Site) -> Page:
    page = window(browser, phone=False)
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("登录名").fill("jia-aid")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/u/**")
    return page


def test_an_objection_stops_a_notice_is_answered_and_the_notice_withdraws_itself(site: Site, browser: Browser) -> None:
    passer = window(browser, phone=True)
    passer.goto(f"{site.url}/public/{JIA}/")
    passer.get_by_role("link", name="走访慰问公示").click()
    expect(passer.get_by_role("cell", name="测**", exact=True)).to_be_visible()
    expect(passer.get_by_text("甲县的方案没有写明公示天数")).to_be_visible()
    assert passer.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    passer.get_by_role("link", name="提出异议").click()
    passer.get_by_label("异议内容").fill("第 2 行的金额与收据不符，请核对。")
    passer.get_by_label("联系方式（可不填）").fill("199 0000 0001")
    passer.get_by_role("button", name="提交异议").click()
    code = passer.locator(".code code").inner_text()
    assert len(code) == 14

    clerk = signed_in(browser, site)
    clerk.get_by_role("link", name="答复公示异议").click()
    clerk.get_by_role("link", name="走访慰问公示").click()
    expect(clerk.get_by_text("第 2 行的金额与收据不符，请核对。")).to_be_visible()
    assert "0000 0001" not in clerk.content()
    site.move_to(LAST + dt.timedelta(days=1))
    with site.database.session() as session, tenant_scope(session, JIA):
        subject = session.scalars(select(Notice.subject)).one()
        assert missing(session, subject) == [("公示有 %(count)d 件异议没有答复", {"count": 1})]
    site.move_to(LAST)
    clerk.locator("#f-outcome").select_option("rejected")
    clerk.locator("#f-answer").fill("经核对收据，第 2 行金额无误。")
    clerk.get_by_role("button", name="答复", exact=True).click()
    expect(clerk.get_by_text("异议不成立").first).to_be_visible()

    passer.get_by_role("link", name="凭查询码查看答复").click()
    passer.get_by_label("查询码").fill(code)
    passer.get_by_role("button", name="查看答复").click()
    expect(passer.get_by_text("经核对收据，第 2 行金额无误。")).to_be_visible()

    other = window(browser, phone=True)  # a browser keeps a page until midnight at most, and its own clock stands still
    other.goto(f"{site.url}/public/{JIA}/")
    expect(other.get_by_text("今天最后一天")).to_be_visible()
    address = other.get_by_role("link", name="走访慰问公示").get_attribute("href")
    site.move_to(LAST + dt.timedelta(days=1), dt.time(0, 0, 1))
    gone = other.goto(f"{site.url}{address}")
    assert gone is not None and gone.status == 410
    expect(other.get_by_text("内容不再公开")).to_be_visible()
    with site.database.session() as session, tenant_scope(session, JIA):
        found = finished(session, subject)
        assert found is not None and found.closes_on == LAST and found.objections == 1
    clerk.goto(f"{site.url}/u/{JIA}/publicity?state=closed")
    expect(clerk.get_by_text("期满撤下")).to_be_visible()
    for opened in (passer, other, clerk):
        opened.context.close()
