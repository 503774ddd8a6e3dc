"""A policy made known by four channels, text messages among them; a survey of 南昌市, its needs acted on, its summary read."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenAs, Site

pytestmark = pytest.mark.journey
PATIENCE = 60_000


def confirm(page: Page) -> None:
    """Answer the dialog that asks first."""
    page.locator("#confirm").get_by_role("button", name="确定").click()


def numbers_of(path: Path) -> list[str]:
    """The line numbers of a downloaded list, each with a telephone number beside it."""
    rows = list(openpyxl.load_workbook(path).active.iter_rows(min_row=2, values_only=True))
    assert rows and all(re.fullmatch(r"1\d{10}", str(row[1])) for row in rows)
    return [str(row[0]) for row in rows]


def test_a_campaign_goes_by_four_channels_once_its_messages_are_sent(open_as: OpenAs, site: Site, tmp_path: Path) -> None:
    page = open_as("guiding-aid")
    page.goto(f"{site.url}/u/522723/outreach")
    page.get_by_role("link", name="学生资助政策宣讲（演示）").click()
    expect(page.get_by_text("还差 1 种渠道")).to_be_visible()
    page.get_by_role("button", name="列出名单").click()
    confirm(page)
    expect(page.get_by_text("新列入：待发")).to_be_visible()
    campaign = page.url
    page.get_by_role("button", name="发送", exact=True).click()
    confirm(page)
    expect(page.get_by_text("请下载后由短信平台发送").first).to_be_visible(timeout=PATIENCE)
    page.goto(campaign)
    page.get_by_text("下载名单（含手机号）").click()
    page.get_by_label("理由").fill("测试发送宣讲短信")
    with page.expect_download() as given:
        page.get_by_role("button", name="下载", exact=True).click()
    given.value.save_as(tmp_path / "list.xlsx")
    numbers = numbers_of(tmp_path / "list.xlsx")
    said = io.StringIO()
    csv.writer(said).writerows([("名单编号", "结果"), *((number, "失败" if at == 0 else "成功") for at, number in enumerate(numbers))])
    (tmp_path / "results.csv").write_text(said.getvalue(), encoding="utf-8-sig")
    page.get_by_text("读入发送结果").click()
    page.get_by_label("结果文件").set_input_files(tmp_path / "results.csv")
    page.get_by_role("button", name="读入", exact=True).click()
    expect(page.get_by_text(f"已读入：已发 {len(numbers) - 1} 条，失败 1 条")).to_be_visible()
    expect(page.get_by_text("渠道齐全")).to_be_visible()
    page.get_by_role("link", name="逐条记录").click()
    assert not re.search(r"\b1[3-9]\d{9}\b", page.locator("main").inner_text())


def test_a_survey_of_nanchang_becomes_measures_and_a_summary(open_as: OpenAs, site: Site) -> None:
    page = open_as("nanchang-aid")
    aid = f"{site.url}/u/3601/p/education_aid"
    page.goto(f"{aid}/pathways")
    expect(page.get_by_role("heading", name="职业教育贯通班")).to_contain_text("共 15 年")
    link = page.get_by_role("table", name="贯通学生").get_by_role("link").first
    person = re.search(r"persons/([0-9a-f-]+)/needs", link.get_attribute("href") or "")
    assert person is not None
    page.goto(f"{aid}/surveys")
    before = int(page.locator(".bf-sum").first.locator("b").inner_text())
    page.goto(f"{aid}/ledgers/surveys/new?person_id={person[1]}")
    page.get_by_label("学年").fill("2016")
    page.get_by_label("调查日期").fill("2016-10-08")
    page.locator("[name=stage]").select_option("vocational", force=True)
    page.get_by_label("需求", exact=True).fill("学业＋生活")
    page.get_by_role("button", name="登记", exact=True).click()
    page.goto(f"{aid}/persons/{person[1]}/needs")
    expect(page.get_by_text("2 条没有责任人")).to_be_visible()
    page.get_by_role("link", name="登记进展").first.click()
    page.locator("[name=state]").select_option("done", force=True)
    page.get_by_label("落实日期").fill("2016-11-08")
    page.get_by_label("责任人").fill("测试教师")
    page.get_by_role("button", name="保存").click()
    page.goto(f"{aid}/persons/{person[1]}/needs")
    expect(page.get_by_text("1 / 2").first).to_be_visible()
    page.goto(f"{aid}/surveys")
    expect(page.locator(".bf-sum").first.locator("b")).to_have_text(str(before + 1))
    phone = open_as("nanchang-aid", phone=True)
    phone.goto(f"{aid}/surveys")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
