"""Two lists brought in and compared, a pair decided and taken back, in a real browser."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from core.extensions import Database, tenant_scope
from core.units.queries import get_unit_by_code
from tests.conftest import SAMPLE, settings_for
from tests.factories.registry import JIA, made_up_id, make_person
from tests.factories.world import PASSWORD
from tests.journeys.conftest import DESKTOP, PHONE
from tests.support.apps import lent_app
from tests.support.workbooks import excel

pytestmark = pytest.mark.journey
HEAD = ["姓名", "身份证号", "村", "困难类型"]


@dataclass(frozen=True)
class Site:
    """The small province with three people of 甲县, served."""

    url: str
    folder: Path


@pytest.fixture
def county(world_template: Path, tmp_path: Path) -> Iterator[Site]:
    path = tmp_path / "world.sqlite3"
    shutil.copy(world_template, path)
    if (kept := world_template.parent / "keys").exists():
        shutil.copytree(kept, tmp_path / "keys", dirs_exist_ok=True)
    with lent_app(settings_for(f"sqlite:///{path}", tmp_path, SAMPLE)) as app:
        yield from _served(app, tmp_path)


def _served(app: Flask, folder: Path) -> Iterator[Site]:
    database: Database = app.extensions["bangfu.database"]
    with database.transaction() as session, tenant_scope(session, JIA):
        east, west = (get_unit_by_code(session, code) for code in ("990101100001", "990101100002"))
        make_person(session, east, name="测试甲", id_number=made_up_id(1))
        make_person(session, west, name="测试甲", birth_on=dt.date(2009, 5, 1))
        make_person(session, east, name="测试乙", id_number=made_up_id(2))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    worker = threading.Thread(target=server.serve_forever)
    worker.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", folder)
    server.shutdown()
    worker.join()
    server.server_close()


def signed_in(browser: Browser, site: Site, *, phone: bool = False) -> Page:
    page = browser.new_context(viewport=PHONE if phone else DESKTOP, locale="zh-CN", is_mobile=phone, has_touch=phone).new_page()
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("登录名").fill("jia-aid")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/u/**")
    return page


def bring(page: Page, site: Site, kind: str, title: str, rows: list[list[str]]) -> None:
    file = site.folder / f"{title}.xlsx"
    file.write_bytes(excel([HEAD, *rows]))
    page.goto(f"{site.url}/u/{JIA}/sources")
    page.locator("#f-kind").select_option(kind)
    page.locator("#f-as_on").fill("2016-09-01")
    page.locator("#f-title").fill(title)
    page.locator("#f-file").set_input_files(file)
    page.get_by_role("button", name="上传并核对列").click()
    page.get_by_role("button", name="导入并与本库比对").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def test_lists_are_compared_and_a_pair_is_decided_and_taken_back(county: Site, browser: Browser) -> None:
    page = signed_in(browser, county)
    one, two = ["测试甲", made_up_id(1), "甲一东村", "建档立卡"], ["测试丁", made_up_id(2), "甲一东村", "低保"]
    bring(page, county, "school", "学校名单", [one, two])
    bring(page, county, "national_aid", "全国系统", [one])
    page.goto(f"{county.url}/u/{JIA}/sources")
    for title in ("学校名单", "全国系统"):
        page.get_by_label(f"选择 {title}").check()
    page.get_by_role("button", name="比对所选名单").click()
    page.get_by_role("link", name="这里没有 1").click()
    expect(page.get_by_text("缺：全国系统")).to_be_visible()
    expect(page.get_by_text("测试丁")).to_be_visible()

    page.goto(f"{county.url}/u/{JIA}/matching")
    page.get_by_role("link", name="测试乙").click()
    expect(page.get_by_text("证件号一致；姓名不同")).to_be_visible()
    page.get_by_role("button", name="不是同一人").click()
    expect(page.get_by_text("已记为“不是同一人”")).to_be_visible()
    page.goto(f"{county.url}/u/{JIA}/matching")
    page.get_by_role("button", name="查找重复").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已查找一遍")).to_be_visible()
    page.get_by_role("link", name="测试甲").click()
    page.get_by_label("依据").fill("户口簿核对为同一人")
    page.get_by_role("button", name="同一人，归并").click()
    page.goto(f"{county.url}/u/{JIA}/matching?state=match")
    page.get_by_role("link", name="测试甲").click()
    page.get_by_label("撤回的原因").fill("查明是两人")
    page.get_by_role("button", name="撤回认定").click()
    expect(page.get_by_text("已撤回，这一对重新待核")).to_be_visible()

    phone = signed_in(browser, county, phone=True)
    for address in ("sources", "matching"):
        phone.goto(f"{county.url}/u/{JIA}/{address}")
        assert phone.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
