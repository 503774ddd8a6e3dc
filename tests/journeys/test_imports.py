"""A clerk brings in the workbook the county really has: columns, two bad cells put right in the returned file, done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from tests.factories.world import PASSWORD
from tests.journeys.conftest import OpenAs, Site
from tests.support.workbooks import excel, opened, saved

pytestmark = pytest.mark.journey
LEDGER = "/u/990101/p/sample/ledgers/families"
HEADS = ["序号", "户 编号", "户主", "身份证号码", "家庭人口", None, "识别日期"]
SUB = [None, None, None, None, "人口数", "人均纯收入（元）", None]


def messy() -> bytes:
    """Two title rows, a header of two rows, text dates, full-width digits, a hidden row, a total and a signature."""
    rows = [
        ["测试县受访家庭名册（2016年）"], ["填报单位：测试县", None, None, "单位：元"], HEADS, SUB,
        [1, "JX０００１", " 测试甲 ", "11010519491231002X", 4, "3,200.50", "2015.9.1"],
        [2, "JX0002", "测试\u200b乙", "11010519491231002", 3, 2900, "2015年9月2日"],
        [3, "JX0003", "测试丙", None, "五", 3100, 42248],
        [4, "JX0004", "测试丁", None, 2, 2700, "20150903"],
        ["合计", None, None, None, 14, 11900.5, None],
        ["填表人：测试戊", None, None, "审核人：测试己"],
    ]

    def hide(book: object) -> None:
        book.active.row_dimensions[8].hidden = True  # type: ignore[attr-defined]

    return excel(rows, merged=["A1:G1", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:F3", "G3:G4"], change=hide)


@pytest.fixture
def site(app: Flask, tmp_path: Path) -> Iterator[Site]:
    """The small province with the sample plugin, served to a real browser."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.port}", "", tmp_path)
    server.shutdown()
    thread.join()


def signed_in(open_as: OpenAs, login: str, *, phone: bool = False) -> Page:
    page = open_as(phone=phone)
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/u/**")
    return page


def test_a_messy_workbook_is_mapped_put_right_in_the_returned_file_and_confirmed(
        open_as: OpenAs, site: Site, tmp_path: Path) -> None:
    page = signed_in(open_as, "jia-aid")
    page.goto(f"{site.url}{LEDGER}/imports")
    page.get_by_label("选择文件，或把文件拖到这里").set_input_files(
        files=[{"name": "名册.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": messy()}])
    page.get_by_role("button", name="上传").click()

    expect(page.get_by_role("heading", name="核对列")).to_be_visible()
    expect(page.get_by_label("家庭人口/人口数 对应的字段")).to_have_value("members")
    expect(page.get_by_label("身份证号码 对应的字段")).to_have_value("id_number")
    expect(page.get_by_text("合计、小计行没有导入：第 9 行")).to_be_visible()
    expect(page.get_by_text("隐藏的行也会导入：第 8 行")).to_be_visible()
    page.get_by_label("户主 对应的字段").select_option("head")
    page.get_by_role("button", name="下一步：核对内容").click()

    expect(page.get_by_text("将新增 2 条、修改 0 条")).to_be_visible()
    expect(page.get_by_label("第 7 行家庭人口/人口数")).to_have_value("五")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载标注的表格").click()
    waiting.value.save_as(tmp_path / "returned.xlsx")
    book = opened((tmp_path / "returned.xlsx").read_bytes())
    sheet = book.worksheets[0]
    assert sheet["A1"].value == "测试县受访家庭名册（2016年）" and sheet["D6"].comment and sheet["E7"].comment
    sheet["D6"].value, sheet["E7"].value = None, 5

    page.goto(f"{site.url}{LEDGER}/imports")
    page.get_by_label("选择文件，或把文件拖到这里").set_input_files(
        files=[{"name": "名册（待改正）.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": saved(book)}])
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_text("将新增 4 条、修改 0 条")).to_be_visible()
    page.get_by_role("button", name="确认存入 4 行").click()
    expect(page.get_by_text("新增 4 条，修改 0 条，未变 0 条").first).to_be_visible()

    page.goto(f"{site.url}{LEDGER}/imports")
    expect(page.locator("#import-rows tr")).to_have_count(1)
    expect(page.get_by_text("已导入")).to_be_visible()
    page.goto(f"{site.url}{LEDGER}/")
    for name in ("测试甲", "测试乙", "测试丙", "测试丁"):
        expect(page.get_by_role("link", name=name)).to_be_visible()


def test_the_pages_of_an_import_fit_a_phone(open_as: OpenAs, site: Site) -> None:
    page = signed_in(open_as, "jia-aid", phone=True)
    page.goto(f"{site.url}{LEDGER}/imports")
    page.get_by_label("选择文件，或把文件拖到这里").set_input_files(
        files=[{"name": "名册.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": messy()}])
    page.get_by_role("button", name="上传").click()
    page.get_by_label("户主 对应的字段").select_option("head")
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    assert page.evaluate(fits)
    page.get_by_role("button", name="下一步：核对内容").click()
    page.get_by_label("第 7 行家庭人口/人口数").fill("5")
    page.get_by_label("丢弃第 6 行").check()
    assert page.evaluate(fits)
    page.get_by_role("button", name="保存改正并重新核对").click()
    expect(page.get_by_text("将新增 3 条、修改 0 条")).to_be_visible()
