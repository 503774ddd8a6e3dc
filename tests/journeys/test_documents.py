"""An archive folder in a real browser: filed, seen from above, taken out, brought back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.core.documents.pictures import photo
from tests.journeys.conftest import OpenAs, Site

pytestmark = pytest.mark.journey


def test_photographs_are_filed_seen_taken_out_and_brought_back(open_as: OpenAs, site: Site) -> None:
    page = open_as("guiding-aid")
    page.goto(f"{site.url}/u/522723/archive")
    expect(page.get_by_text("还缺 1 项必备材料")).to_be_visible()
    card = page.locator("#item-photo")
    card.get_by_text("归档", exact=True).first.click()
    card.locator("#f-files").set_input_files([
        {"name": "走访甲.jpg", "mimeType": "image/jpeg", "buffer": photo(1)},
        {"name": "坏文件.exe", "mimeType": "application/octet-stream", "buffer": b"MZ00"}])
    card.get_by_role("button", name="归档", exact=True).click()
    expect(page.get_by_text("“坏文件.exe”的类型不能存入")).to_be_visible()
    card.locator("#f-files").set_input_files([
        {"name": "走访甲.jpg", "mimeType": "image/jpeg", "buffer": photo(1)},
        {"name": "走访乙.jpg", "mimeType": "image/jpeg", "buffer": photo(8)}])
    card.get_by_role("button", name="归档", exact=True).click()
    expect(page.get_by_text("已归档 2 件")).to_be_visible()
    expect(card.locator(".bf-thumb img")).to_have_count(2)
    assert page.evaluate("[...document.querySelectorAll('.bf-thumb img')].length") == 2

    card.get_by_role("link", name="走访甲").click()
    expect(page.locator(".bf-picture")).to_be_visible()
    assert page.locator(".bf-picture").evaluate("img => img.decode().then(() => img.naturalWidth)") == 640
    expect(page.get_by_text("26.57,107.23")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载原件").click()
    assert download.value.suggested_filename == "走访甲.jpg"
    page.get_by_label("理由").fill("照片选错了")
    page.get_by_role("button", name="撤出", exact=True).click()
    page.locator("#confirm").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已撤出，30 天内可以恢复")).to_be_visible()
    page.get_by_role("button", name="恢复", exact=True).click()
    page.locator("#confirm").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已恢复")).to_be_visible()

    phone = open_as("guizhou-auditor", phone=True)
    phone.goto(f"{site.url}/u/522723/archive/newest")
    expect(phone.get_by_text(re.compile("走访乙"))).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    phone.goto(f"{site.url}/u/522723/trail?ledger=core:document")
    phone.goto(f"{site.url}/u/522723/archive")
    expect(phone.get_by_text("归档", exact=True)).to_have_count(0)
