"""People in a real browser: an original for a reason, two records made one and parted again, and who is due erased."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core import privacy
from core.config import ROOT
from core.extensions import Database, tenant_scope
from core.registry.services import end_enrolment
from core.units.queries import get_unit_by_code
from tests.conftest import SAMPLE, settings_for
from tests.factories.registry import ACTOR, made_up_id, make_enrolment, make_household, make_person
from tests.factories.tenancy import apply_plan, days, profile_text
from tests.factories.world import PASSWORD

pytestmark = pytest.mark.journey
JIA, PATIENCE = "990101", 120
NUMBER = made_up_id(1)


@dataclass(frozen=True)
class Place:
    """A running platform with a child who was entered twice."""

    url: str
    child: uuid.UUID
    double: uuid.UUID


@pytest.fixture(scope="module")
def place(world_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("place")
    shutil.copy(world_template, path := folder / "world.sqlite3")
    database = Database(f"sqlite:///{path}")
    privacy.install(database, settings_for(database.url, folder))
    with database.transaction() as session, tenant_scope(session, JIA):
        village, school = (get_unit_by_code(session, code) for code in ("990101101", "990101-S01"))
        home = make_household(session, village)
        child = make_person(session, village, name="测试小", household_id=home.id, relation="之子", id_number=NUMBER)
        make_enrolment(session, child, school)
        double = make_person(session, school, name="测试小", birth_on=dt.date(2009, 5, 1))
        make_enrolment(session, double, school, 2015, "preschool")
        ids = child.id, double.id
        for name in ("测试离甲", "测试离乙"):
            gone = make_enrolment(session, make_person(session, village, name=name), school, 2011)
            end_enrolment(session, gone, dt.date(2012, 7, 1), "graduated", ACTOR)
    with database.transaction() as session:
        apply_plan(session, profile_text(days(10, unit="年").replace("publicity.days", "retention.pupils"), starts="2010-01-01"))
    database.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    environment = {**os.environ, "BANGFU_DATA_DIR": str(folder), "BANGFU_DATABASE_URL": f"sqlite:///{path}",
                   "BANGFU_SECRET_KEY": "test-key", "BANGFU_EXTRA_PLUGINS": SAMPLE, "BANGFU_ACCOUNT_SECOND_FACTOR": "optional"}
    command = [sys.executable, "-m", "gunicorn", "--bind", url.removeprefix("http://"), "--worker-class", "gthread", "--threads", "8",
               "core.app:create_app()"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait(url, process)
        yield Place(url, *ids)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/sign-in", timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError("the platform did not start")


@pytest.fixture
def open_as(place: Place, browser: Browser) -> Iterator[Callable[[str], Page]]:
    contexts = []

    def open_window(login: str) -> Page:
        contexts.append(browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768}))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{place.url}/sign-in")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url("**/u/**")
        return page

    yield open_window
    for context in contexts:
        context.close()


def test_an_original_is_seen_for_a_reason_and_the_trail_tells_of_it(place: Place, open_as: Callable[[str], Page]) -> None:
    page = open_as("jia-aid")
    page.get_by_role("link", name="人口与学籍").click()
    page.get_by_label("找人或找户").fill("测试小")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("row", name="9901**********").get_by_role("link").click()
    expect(page.get_by_role("heading", name="测试小")).to_be_visible()
    assert NUMBER not in page.content()
    page.get_by_text("看原文").first.click()
    page.get_by_label("理由").first.fill("核对银行退款")
    page.get_by_role("button", name="查看并留痕").first.click()
    expect(page.get_by_text(NUMBER)).to_be_visible()
    auditor = open_as("city-auditor")
    auditor.goto(f"{place.url}/u/{JIA}/trail")
    auditor.get_by_role("link", name="查看证件号原文").click()
    expect(auditor.get_by_text("核对银行退款")).to_be_visible()
    assert NUMBER not in auditor.content()
    auditor.goto(f"{place.url}/u/{JIA}/registry/persons/{place.child}/looked")
    expect(auditor.get_by_role("row", name="核对银行退款")).to_be_visible()


def test_two_records_are_made_one_and_parted_again(place: Place, open_as: Callable[[str], Page]) -> None:
    page = open_as("jia-aid")
    page.goto(f"{place.url}/u/{JIA}/registry/merge")
    page.get_by_label("找出第一条").fill("测试小")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("row", name="9901**********").get_by_role("link", name="选这一条").click()
    page.get_by_label("找出另一条").fill("测试小")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="选这一条").click()
    expect(page.get_by_role("heading", name="并排核对")).to_be_visible()
    page.get_by_label("凭什么认定是同一人").fill("户口簿核对为同一人")
    page.get_by_role("button", name="归并", exact=True).click()
    expect(page.get_by_text("2015—2016 学年")).to_be_visible()
    page.get_by_role("link", name="查看与撤回").click()
    page.get_by_text("撤回", exact=True).first.click()
    page.get_by_label("理由").fill("查明是两个人")
    page.get_by_role("button", name="分为两人").click()
    expect(page.get_by_text("已撤回", exact=True)).to_be_visible()
    page.goto(f"{place.url}/u/{JIA}/registry/persons/{place.child}")
    expect(page.get_by_text("2016—2017 学年")).to_be_visible()
    expect(page.get_by_text("2015—2016 学年")).to_have_count(0)


def test_all_of_a_page_are_chosen_at_once_and_all_who_are_due_erased(place: Place, open_as: Callable[[str], Page]) -> None:
    page = open_as("jia-admin")
    page.goto(f"{place.url}/u/{JIA}/registry/due")
    everybody, each = page.get_by_label("选择列出的全部"), page.get_by_label("选择测试离")
    everybody.check()
    assert [each.nth(at).is_checked() for at in range(2)] == [True, True]
    each.first.uncheck()
    assert everybody.evaluate("box => box.indeterminate") and not everybody.is_checked()
    everybody.check()
    everybody.uncheck()
    assert [each.nth(at).is_checked() for at in range(2)] == [False, False]
    page.get_by_role("link", name="抹去全部到期的").click()
    expect(page.get_by_text("现有 2 人保存到期")).to_be_visible()
    page.get_by_label("抹去的依据").fill("保存到期清理，局务会议纪要")
    page.get_by_role("button", name="抹去这 2 人").click()
    expect(page.get_by_text("确定抹去这 2 人？")).to_be_visible()
    page.locator("#confirm").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已抹去 2 人的个人信息")).to_be_visible()
    expect(page.get_by_text("没有保存到期的人员").first).to_be_visible()
