"""What a newcomer, a province, a county clerk and an auditor do on the first day."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenAs, Site

pytestmark = pytest.mark.journey


def choose(page: Page, label: str, words: str, option: str) -> None:
    """Pick from a box that searches on the server."""
    box = page.get_by_label(label, exact=False).first
    box.click()
    page.keyboard.type(words)
    page.get_by_role("option", name=re.compile(option)).first.click()
    page.keyboard.press("Tab")


def test_first_start_prints_the_way_in_and_a_newcomer_walks_through(site: Site, open_as: OpenAs) -> None:
    assert site.url in site.printed
    assert "guiding-aid" in site.printed and "bangfu-demo" in site.printed
    page = open_as()
    expect(page).to_have_title(re.compile("登录"))
    page.get_by_text("贵定县", exact=False).first.click()
    page.get_by_role("link", name="guiding-aid").click()
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()
    expect(page.get_by_text("贵定县教育局教育精准扶贫工作实施方案").first).to_be_visible()
    page.get_by_role("link", name="方案", exact=True).first.click()
    expect(page.get_by_text("落实教育资助政策").first).to_be_visible()


def test_province_administrator_compares_two_counties(open_as: OpenAs, site: Site) -> None:
    page = open_as("sichuan-admin")
    page.goto(f"{site.url}/u/51/switchboard")
    for county in ("旺苍县", "青川县", "武胜县"):
        expect(page.get_by_role("link", name=county).first).to_be_visible()
    page.goto(f"{site.url}/u/510821/plan/compare?with=510822")
    expect(page.get_by_text("旺苍县").first).to_be_visible()
    expect(page.get_by_text("青川县").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"共 \d+ 处不同"))).to_be_visible()
    expect(page.get_by_text("没有规定").first).to_be_visible()


def test_county_clerk_cannot_see_the_neighbour(open_as: OpenAs, site: Site) -> None:
    page = open_as("guiding-aid")
    assert page.request.get(f"{site.url}/u/341721/").status == 404
    page.goto(f"{site.url}/u/341721/plan")
    expect(page.get_by_text("东至县")).to_have_count(0)
    page.goto(f"{site.url}/search?q=东至")
    expect(page.get_by_text("没有找到“东至”")).to_be_visible()
    assert page.request.get(f"{site.url}/api/v1/units/341721").status == 404
    assert page.request.get(f"{site.url}/api/v1/search?q=东至").json()["hits"] == []
    assert page.request.get(f"{site.url}/api/v1/units/522723").json()["unit"]["name"] == "贵定县"


def test_auditor_reads_and_cannot_write(open_as: OpenAs, site: Site) -> None:
    page = open_as("guizhou-auditor")
    page.goto(f"{site.url}/u/522723/plan")
    expect(page.get_by_text("落实教育资助政策").first).to_be_visible()
    expect(page.get_by_role("link", name="提出修改")).to_have_count(0)
    answer = page.goto(f"{site.url}/u/522723/plan/propose")
    assert answer is not None and answer.status == 403
    expect(page.locator("main").get_by_text("督查审计").first).to_be_visible()
    page.goto(f"{site.url}/u/522723/units")
    expect(page.get_by_role("link", name="新建下级单位")).to_have_count(0)


def test_two_townships_are_merged_seen_as_they_were_and_parted_again(open_as: OpenAs, site: Site) -> None:
    page = open_as("guizhou-admin")
    page.goto(f"{site.url}/u/522723/units/merge")
    choose(page, "哪些单位要撤并", "新巴", "新巴镇")
    choose(page, "承接单位", "德新", "德新镇")
    page.get_by_label("生效日期").fill("2020-07-01")
    page.get_by_label("依据文件").fill("测试〔2020〕1号")
    page.get_by_role("button", name="下一步：看看有什么影响").click()
    expect(page.get_by_role("heading", name=re.compile("影响预览"))).to_be_visible()
    expect(page.get_by_text("德新镇").first).to_be_visible()
    page.get_by_role("button", name="确认办理").click()
    expect(page.get_by_role("button", name="撤回").first).to_be_visible()
    operation = page.url

    page.goto(f"{site.url}/u/522723/units")
    expect(page.locator("main").get_by_role("link", name="新巴镇")).to_have_count(0)
    page.goto(f"{site.url}/u/522723/units?as_of=2020-06-30")
    expect(page.locator("main").get_by_role("link", name="新巴镇")).to_be_visible()
    page.goto(f"{site.url}/u/522723108/units")
    expect(page.locator("main")).to_contain_text("新巴镇")

    page.goto(operation)
    page.get_by_role("button", name="撤回").first.click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已撤回：").first).to_be_visible()
    page.goto(f"{site.url}/u/522723/units")
    expect(page.locator("main").get_by_role("link", name="新巴镇")).to_be_visible()


def test_a_plan_is_proposed_by_one_and_approved_by_another(open_as: OpenAs, site: Site) -> None:
    page = open_as("guiding-admin")
    page.goto(f"{site.url}/u/522723/plan/propose")
    text = page.get_by_label("方案全文")
    source = text.input_value()
    text.fill(source.replace('[[plugin]]', '[[plugins]]', 1))
    page.get_by_role("button", name="检查并预览").last.click()
    expect(page.get_by_text("plugins").first).to_be_visible()

    page.goto(f"{site.url}/u/522723/plan/propose")
    page.get_by_label("方案全文").fill(source.replace("乡镇扶贫日活动方案汇编", "乡镇扶贫日活动方案的汇编", 1))
    page.get_by_role("button", name="检查并预览").last.click()
    expect(page.get_by_role("heading", name="预览改动")).to_be_visible()
    page.get_by_label("说明").fill("测试：改一处来源")
    page.get_by_role("button", name="提交审批").click()
    expect(page.get_by_text("待审批").first).to_be_visible()
    waiting = page.url
    expect(page.get_by_role("button", name="审批通过")).to_have_count(0)

    second = open_as("guiding-approver")
    expect(second.get_by_text(re.compile("第 2 版方案待审批"))).to_be_visible()
    second.goto(waiting)
    second.get_by_role("button", name="审批通过").click()
    second.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(second.get_by_text(re.compile("第 2 版方案自.*起执行"))).to_be_visible()


def test_the_language_can_be_changed_and_nothing_stays_chinese_in_the_frame(open_as: OpenAs, site: Site) -> None:
    page = open_as("guiding-aid")
    page.get_by_role("button", name="语言与外观").click()
    page.get_by_role("button", name="English").click()
    page.goto(f"{site.url}/u/522723/")
    expect(page.get_by_role("heading", name="Workbench")).to_be_visible()
    frame = page.locator(".bf-side, aside").first.get_by_role("navigation").first.inner_text()
    assert not re.search("[\u4e00-\u9fff]", frame), frame


def test_a_phone_shows_the_same_pages_without_sideways_scrolling(open_as: OpenAs, site: Site) -> None:
    page = open_as("guiding-aid", phone=True)
    for path in ("/u/522723/", "/u/522723/plan", "/u/522723/units", "/u/522723/plan/layers", "/me"):
        page.goto(f"{site.url}{path}")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 391, (path, width)
