"""A county's term from roster to archive; a missed child found, asked about next door, answered and closed; and a draft of a
plan costed, and refused by the floor of the province; in a browser."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from core.access.catalogue import catalogue
from core.accounts.passwords import hash_password
from core.accounts.services import assign, store_account
from core.extensions import CHINA, Database, clock, tenant_scope
from core.host.models import PluginSwitch
from core.units.models import Unit
from plugins.education_aid.models import AidRun, Batch
from plugins.education_aid.services import applying
from plugins.education_aid.services.entitling import begin_run, run_term
from plugins.education_aid.services.what_if import run_what_if
from tests.conftest import SAMPLE, settings_for
from tests.factories.tenancy import apply_plan, profile_text
from tests.factories.world import ACTOR, PASSWORD, SINCE
from tests.journeys.conftest import DESKTOP, PHONE
from tests.plugins.education_aid.running.support import CENTRE, JIA, PLUGIN, SCHOOL, TERM, YEAR, YI, County, returned
from tests.support.apps import lent_app

pytestmark = pytest.mark.journey
ARGS = f"school_year={YEAR}&term={TERM}"
#: further people: login → role and unit
MORE = {"jia-teacher": ("school_clerk", SCHOOL), "jia-head": ("school_clerk", SCHOOL), "jia-chief": ("aid_centre", JIA)}
LIVING = """
[[education_aid.item]]
code = "living"
name = "生活补助"
clause = "一"
{mode}
where = {{ stage = "junior" }}
amount = {{ fixed = "{yuan}" }}
"""


@dataclass(frozen=True)
class Site:
    """甲县 with its plan and children, served; `database` is behind it."""

    url: str
    folder: Path
    database: Database
    county: Callable[[], County]

    def at(self, path: str, unit: str = JIA) -> str:
        """An address of the plugin."""
        return f"{self.url}/u/{unit}/p/education_aid/{path}"


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let it be this day."""
    def to(text: str) -> None:
        monkeypatch.setattr(clock, "_now", lambda: dt.datetime.combine(dt.date.fromisoformat(text), dt.time(9), CHINA))

    to("2019-10-08")
    return to


@pytest.fixture
def site(world_template: Path, tmp_path: Path, day: Callable[[str], None]) -> Iterator[Site]:
    path = tmp_path / "world.sqlite3"
    shutil.copy(world_template, path)
    if (kept := world_template.parent / "keys").exists():
        shutil.copytree(kept, tmp_path / "keys", dirs_exist_ok=True)
    with lent_app(settings_for(f"sqlite:///{path}", tmp_path, SAMPLE)) as app:
        yield from _served(app, tmp_path)


def _served(app: Flask, folder: Path) -> Iterator[Site]:
    database: Database = app.extensions["bangfu.database"]
    host = app.extensions["bangfu.host"]
    with database.transaction() as session, tenant_scope(session, JIA):
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        county = County(session, units, host)
        session.merge(PluginSwitch(tenant_id=YI, plugin="education_aid", on=True, changed_by="测试"))
        session.flush()
        county.plan()
        county.money()
        for number, (login, (role, code)) in enumerate(MORE.items(), 31):
            account = store_account(session, login, f"测试{number}", hash_password(PASSWORD), ACTOR)
            assign(session, account, role, units[code], ACTOR, known=catalogue(host), since=SINCE)
        for _ in range(2):
            county.award(county.child())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    worker = threading.Thread(target=server.serve_forever)
    worker.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", folder, database, lambda: county)
    server.shutdown()
    worker.join()
    server.server_close()


def signed_in(browser: Browser, site: Site, login: str, *, phone: bool = False) -> Page:
    page = browser.new_context(viewport=PHONE if phone else DESKTOP, locale="zh-CN", accept_downloads=True).new_page()
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/u/**")
    return page


def agree(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="确定").click()


def all_go(page: Page, site: Site, step: str, unit: str = SCHOOL, *, asked: bool = False) -> None:
    """Every application that waits for this person goes a step, from the to-do list."""
    page.goto(f"{site.url}/u/{unit}/todos")
    card = page.locator(".card", has=page.get_by_role("button", name=f"对所选“{step}”"))
    for box in card.get_by_role("checkbox").all():
        box.check()
    card.get_by_role("button", name=f"对所选“{step}”").click()
    if asked:
        agree(page)
    expect(page.get_by_text(f"已{step} 2 条")).to_be_visible()


def test_a_term_from_the_roster_to_the_archive(site: Site, browser: Browser, day: Callable[[str], None]) -> None:
    clerk, teacher, head = (signed_in(browser, site, login) for login in ("jia-school", "jia-teacher", "jia-head"))
    clerk.goto(site.at(f"board?{ARGS}", SCHOOL))
    clerk.get_by_role("button", name="生成申请").click()
    agree(clerk)
    expect(clerk.get_by_text("已生成 2 份申请")).to_be_visible()
    all_go(clerk, site, "提交班级评议")
    all_go(teacher, site, "评议通过")
    all_go(head, site, "学校审核通过")
    head.goto(site.at(f"publicity?{ARGS}", SCHOOL))
    head.get_by_role("button", name="公示这 2 行").click()
    agree(head)
    expect(head.get_by_text("已公示 2 行")).to_be_visible()
    day("2019-10-15")
    all_go(signed_in(browser, site, "jia-head"), site, "报县审批")
    chief, centre = signed_in(browser, site, "jia-chief"), signed_in(browser, site, "jia-aid")
    all_go(chief, site, "批准", JIA, asked=True)

    centre.goto(site.at(f"pay?{ARGS}"))
    centre.get_by_role("button", name="编制批次").click()
    expect(centre.get_by_role("heading", name="批次 2019-0001")).to_be_visible()
    chief.goto(centre.url)
    chief.get_by_role("button", name="批准发放").click()
    agree(chief)
    centre.reload()
    with centre.expect_download() as download:
        centre.get_by_role("button", name="下载银行文件").click()
    assert len(Path(download.value.path()).read_text("utf-8-sig").splitlines()) == 3
    centre.get_by_role("button", name="送银行并记账").click()
    agree(centre)
    with site.database.session() as session, tenant_scope(session, JIA):
        file = site.folder / "回盘.csv"
        file.write_bytes(returned(session.scalars(select(Batch)).one(), {1: "00", 2: "00"}))
    centre.locator("#f-file").set_input_files(file)
    centre.get_by_role("button", name="读入").click()
    expect(centre.get_by_text("到账 2 笔，退回 0 笔")).to_be_visible()

    with site.database.transaction() as session, tenant_scope(session, JIA):
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        County(session, units, site.county().host).file_parts()
    all_go(signed_in(browser, site, "jia-school"), site, "归档")
    centre.goto(site.at(f"board?{ARGS}"))
    expect(centre.get_by_text("100.00%").first).to_be_visible()
    phone = signed_in(browser, site, "jia-aid", phone=True)
    phone.goto(site.at(f"board?{ARGS}"))
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_missed_child_is_found_asked_about_next_door_and_closed(site: Site, browser: Browser) -> None:
    with site.database.transaction() as session, tenant_scope(session, JIA):
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        county = County(session, units, site.county().host)
        child = county.child(school=JIA, elsewhere_place=YI, elsewhere_school="乙县实验小学", number=5)
        county.award(child, "1250.00", school=JIA)
        from plugins.education_aid.services import cases

        cases.look(session, JIA, YEAR, TERM, CENTRE)
        assert applying.draft_from_awards(session, JIA, YEAR, TERM, CENTRE) == 3
    clerk, chief = signed_in(browser, site, "jia-aid"), signed_in(browser, site, "jia-chief")
    clerk.goto(site.at(f"check?{ARGS}"))
    expect(clerk.get_by_text("乙县实验小学")).to_be_visible()
    clerk.get_by_role("button", name="为所选联合发函").click()
    expect(clerk.get_by_text("已草拟 1 份函")).to_be_visible()
    chief.goto(site.at("letters").replace("/p/education_aid/letters", "/todos"))
    chief.get_by_role("link", name="甲教助函〔2019〕1号").click()
    chief.get_by_role("button", name="签发").click()
    expect(chief.get_by_text("已在平台送达")).to_be_visible()

    neighbour = signed_in(browser, site, "yi-aid")
    neighbour.goto(f"{site.url}/u/{YI}/todos")
    neighbour.get_by_role("link", name="甲教助函〔2019〕1号").click()
    neighbour.locator("#f-reply-1").select_option("paid")
    neighbour.locator("#f-amount-1").fill("1250")
    neighbour.get_by_role("button", name="答复", exact=True).click()
    expect(neighbour.get_by_text("已答复").first).to_be_visible()

    clerk.reload()
    clerk.goto(site.at(f"check?{ARGS}"))
    expect(clerk.get_by_text("在外县就读、没有发放信息的")).to_have_count(0)
    clerk.goto(site.url + f"/u/{JIA}/p/education_aid/check?{ARGS}")
    clerk.get_by_role("link", name="应享未享", exact=True).last.click()
    expect(clerk.get_by_role("cell", name="已销号").first).to_be_visible()


def test_a_draft_is_costed_cited_and_refused_by_the_floor_of_the_province(site: Site, browser: Browser) -> None:
    host = site.county().host
    with site.database.transaction() as session, tenant_scope(session, {JIA, "99"}):
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        apply_plan(session, profile_text(PLUGIN, LIVING.format(mode='mode = "floor"', yuan="1000.00"), unit="99", name=units["99"].name,
                                         title="省方案", starts="2010-01-01"), host)
        County(session, units, host).plan(LIVING.format(mode="", yuan="1000.00"))
        run_term(session, begin_run(session, JIA, units[JIA].id, YEAR, TERM, dt.date(YEAR, 9, 1), CENTRE), CENTRE)
    clerk = signed_in(browser, site, "jia-aid")
    _try(clerk, site, "提标 200 元", "1200.00")
    with site.database.transaction() as session, tenant_scope(session, JIA):
        run_what_if(session, host, session.scalars(select(AidRun).where(AidRun.kind == "what_if")).one(), CENTRE)
    clerk.reload()
    expect(clerk.get_by_text("+200.00 元").first).to_be_visible()
    clerk.get_by_label("引用的文件或报告").fill("测试常务会议材料")
    clerk.get_by_role("button", name="记录引用").click()
    expect(clerk.get_by_text("已记录引用，这次试算不能再删除")).to_be_visible()
    expect(clerk.get_by_role("button", name="删除")).to_have_count(0)
    _try(clerk, site, "降标", "800.00")
    expect(clerk.get_by_text("800.00 低于").first).to_be_visible()
    expect(clerk.get_by_text("1000.00").first).to_be_visible()


def _try(page: Page, site: Site, title: str, yuan: str) -> None:
    """Send the running plan with another amount."""
    page.goto(site.at("what-if"))
    page.get_by_label("名称").fill(title)
    page.locator("select[name=snapshot]").select_option(index=1)
    text = page.locator("textarea[name=text]")
    text.fill(text.input_value().replace("1000.00", yuan))
    page.get_by_role("button", name="开始试算").click()
