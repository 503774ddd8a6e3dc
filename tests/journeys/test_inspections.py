"""An auditor of the city raises a problem on a county; it is put right with evidence, and the auditor closes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenAs, Site

pytestmark = pytest.mark.journey
COUNTY, CITY = "522723", "5227"
TITLE = "资助公示栏缺九月名单"


def counts(page: Page) -> tuple[int, int]:
    """Closed and raised, as the page of problems says them."""
    found = re.search(r"销 (\d+) / 立 (\d+)", page.locator(".bf-stats").inner_text())
    assert found is not None
    return int(found[1]), int(found[2])


def test_a_problem_goes_from_the_city_to_the_county_and_back_until_it_is_closed(site: Site, open_as: OpenAs, tmp_path: Path) -> None:
    auditor = open_as("qiannanbuyizumiaozu-auditor")
    auditor.goto(f"{site.url}/u/{COUNTY}/findings")
    closed, raised = counts(auditor)
    auditor.get_by_role("link", name="提出问题").click()
    auditor.get_by_label("问题").fill(TITLE)
    auditor.get_by_label("整改方式").select_option("at_once")
    auditor.get_by_role("button", name="提出", exact=True).click()
    expect(auditor.get_by_text("待整改").first).to_be_visible()
    auditor.goto(f"{site.url}/u/{CITY}/findings")
    assert counts(auditor) == (closed, raised + 1)

    county = open_as("guiding-admin", phone=True)
    county.goto(f"{site.url}/u/{COUNTY}/todos")
    county.get_by_role("link", name=TITLE).click()
    assert county.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    county.get_by_label("措施").fill("当天补齐并公示")
    county.get_by_label("责任人").fill("资助中心负责人")
    county.get_by_label("完成日期").fill(auditor.evaluate("new Date().toLocaleDateString('sv', {timeZone: 'Asia/Shanghai'})"))
    county.get_by_role("button", name="提出整改措施").click()
    expect(county.get_by_text("还没有佐证材料；没有佐证不能销号。")).to_be_visible()
    proof = tmp_path / "proof.txt"
    proof.write_text("公示栏已补齐，照片另存。", encoding="utf-8")
    county.get_by_label("佐证材料").set_input_files(proof)
    county.get_by_role("button", name="归档佐证").click()
    expect(county.get_by_role("link", name="proof.txt")).to_be_visible()
    county.get_by_label("整改结果").fill("已补齐九月名单")
    county.get_by_role("button", name="报送整改结果").click()
    expect(county.get_by_text("由黔南布依族苗族自治州或其上级复核销号。")).to_be_visible()
    assert county.get_by_role("button", name="复核销号").count() == 0

    auditor.goto(f"{site.url}/u/{CITY}/todos")
    auditor.get_by_role("link", name=TITLE).click()
    auditor.get_by_role("link", name="proof.txt").click()
    expect(auditor.get_by_text("36 字节")).to_be_visible()
    auditor.go_back()
    auditor.get_by_role("button", name="复核销号").click()
    expect(auditor.get_by_text("已销号").first).to_be_visible()
    auditor.goto(f"{site.url}/u/{CITY}/findings")
    assert counts(auditor) == (closed + 1, raised + 1)
