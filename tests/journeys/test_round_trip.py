"""A list is taken home as a workbook while a colleague goes on in the browser; both their work is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenAs, Site
from tests.journeys.pictures import pictured
from tests.support.workbooks import opened, saved

pytestmark = pytest.mark.journey
LEDGER = "/u/522723/ledgers/households"


def entered(page: Page, site: Site, number: str, head: str) -> str:
    """A household through its form; gives the address of its form."""
    page.goto(f"{site.url}{LEDGER}/new")
    page.get_by_label("户编号").fill(number)
    page.get_by_label("户主姓名").fill(head)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记")).to_be_visible()
    return f"{page.url}/edit"


def test_an_edited_export_comes_back_with_one_change_merged_and_one_conflict_decided(
        open_as: OpenAs, site: Site, tmp_path: Path) -> None:
    page = open_as("guiding-aid")
    entered(page, site, "LX0001", "测试甲")
    form = entered(page, site, "LX0002", "测试乙")

    page.goto(f"{site.url}{LEDGER}/export?sort=number&number=LX")
    page.get_by_label("全部列").check()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出", exact=True).click()
    waiting.value.save_as(tmp_path / "export.xlsx")
    book = opened((tmp_path / "export.xlsx").read_bytes())
    sheet = book.worksheets[0]
    at = {cell.value: cell.column for cell in sheet[2]}
    assert [sheet.cell(row, at["户编号"]).value for row in (3, 4)] == ["LX0001", "LX0002"]
    sheet.cell(3, at["帮扶单位"]).value = "测试局"
    sheet.cell(4, at["家庭住址"]).value = "测试村一组"

    colleague = open_as("guiding-aid")
    colleague.goto(form)
    colleague.get_by_label("家庭住址").fill("测试村二组")
    colleague.get_by_role("button", name="保存").click()
    expect(colleague.get_by_text("已保存")).to_be_visible()

    page.goto(f"{site.url}{LEDGER}/round-trip")
    pictured(page, "round-trip")
    page.get_by_label("从户台账导出、改过的文件").set_input_files(
        files=[{"name": "户台账.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": saved(book)}])
    page.get_by_role("button", name="看差别").click()
    expect(page.get_by_role("heading", name="文件与台账的差别")).to_be_visible()
    conflict, merged = (page.get_by_role("row").filter(has_text=text) for text in ("测试乙", "测试甲"))
    expect(conflict).to_contain_text("测试村二组")
    expect(conflict).to_contain_text("测试村一组")
    expect(merged).to_contain_text("合并")
    pictured(page, "differences")
    page.set_viewport_size({"width": 390, "height": 844})
    pictured(page, "differences-phone")
    page.set_viewport_size({"width": 1366, "height": 768})
    conflict.get_by_label("用文件里的").check()
    page.get_by_role("button", name="合并", exact=True).click()
    expect(page.get_by_text("已合并，修改 2 条")).to_be_visible()
    pictured(page, "merged")

    page.goto(form.removesuffix("/edit"))
    expect(page.get_by_text("测试村一组").first).to_be_visible()
    pictured(page, "record")
    page.goto(f"{site.url}{LEDGER}/?columns=number,helper_unit&number=LX")
    expect(page.get_by_role("row").filter(has_text="LX0001")).to_contain_text("测试局")
