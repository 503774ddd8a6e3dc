"""Days that arrive as bare numbers, in workbooks that count them from 1900 and from 1904."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from core.ledgers.context import Context
from core.ledgers.imports import returning, services
from core.ledgers.imports.judging import judge
from core.ledgers.imports.reading import read
from core.ledgers.imports.serials import as_days
from core.ledgers.imports.sheets import Workbook
from core.ledgers.imports.staging import packed_sheet, sheet_of
from core.matching import fields as matching_fields
from tests.core.ledgers.imports.conftest import HEADS, Office, household
from tests.sample_plugin.ledgers import FAMILIES
from tests.support.old_excel import OldBook, OldSheet, old_excel
from tests.support.workbooks import excel, opened, repacked

DAY = dt.date(2015, 9, 1)
FIELDS = [FAMILIES.field("number"), FAMILIES.field("identified_on")]
KINDS = pytest.mark.parametrize("kind", ["xlsx", "xls"])
NOTE = "这个工作簿用的是 1904 日期系统（早年 Mac 版 Excel 的设置），日期序号从 1904 年 1 月 1 日起算"


def serial(day: dt.date, from_1904: bool = True) -> int:
    """The number by which a workbook keeps a day."""
    return (day - (dt.date(1904, 1, 1) if from_1904 else dt.date(1899, 12, 30))).days


def written(rows: Any, kind: str, from_1904: bool = True) -> bytes:
    """A real workbook of either kind in either system; days keep their format, numbers have none."""
    if kind == "xls":
        return old_excel(OldBook([OldSheet("名册", rows)], from_1904=from_1904))

    def system(book: Any) -> None:
        if from_1904:  # days become numbers when it is saved
            book.epoch = CALENDAR_MAC_1904
    return excel(rows, change=system)


def days_of(book: Workbook) -> tuple[list[Any], list[str]]:
    """The days of identification as an import would store them, and what it says on the way."""
    sheet = sheet_of(packed_sheet(book.best()))
    judged = judge(FAMILIES, FIELDS, sheet, {"A": "number", "B": "identified_on"}, Context())
    assert judged.errors.is_empty(), judged.errors.rows()
    return judged.rows["identified_on"].to_list(), [note.text for note in (*book.notes, *judged.notes)]


@KINDS
@pytest.mark.parametrize("from_1904", [True, False])
def test_a_bare_number_and_a_formatted_day_are_the_same_day(kind: str, from_1904: bool) -> None:
    rows = [["户编号", "识别日期"], ["JX1", DAY], ["JX2", serial(DAY, from_1904)], ["JX3", "2015.9.1"]]
    days, said = days_of(read(written(rows, kind, from_1904), f"a.{kind}"))
    assert days == [DAY, DAY, DAY]
    assert said == ([NOTE, "“识别日期”有 1 格是 Excel 的日期序号，已按 1904 日期系统换成日期"] if from_1904 else
                    ["“识别日期”有 1 格是 Excel 的日期序号，已换成日期"])


@given(st.dates(dt.date(1930, 1, 1), dt.date(2100, 12, 31)), st.booleans(), st.sampled_from(["xlsx", "xls"]))
def test_every_day_of_the_range_comes_back(day: dt.date, from_1904: bool, kind: str) -> None:
    rows = [["户编号", "识别日期"], ["JX1", serial(day, from_1904)]]
    sheet = read(written(rows, kind, from_1904), f"a.{kind}").best()
    frame, notes = as_days(sheet.frame.select(identified_on="B"), FIELDS[1:], sheet.from_1904)
    assert frame["identified_on"].to_list() == [day.isoformat()]
    assert notes[0].params["count"] == 1


def test_numbers_that_are_no_days_stay_what_they_are() -> None:
    rows = [["户编号", "识别日期", "金额"], ["JX1", DAY, 40000], ["JX2", 2016, 9500]]
    sheet = read(written(rows, "xlsx"), "a.xlsx").best()
    judged = judge(FAMILIES, FIELDS, sheet, {"B": "identified_on"}, Context())
    assert sheet.frame["C"].to_list() == ["40000", "9500"]
    assert judged.errors["value"].to_list() == ["2016"]


@pytest.mark.parametrize(("tag", "expected"), [
    (b'<workbookPr date1904="1"/>', True), (b"<workbookPr defaultThemeVersion='1' date1904='true'/>", True),
    (b'<workbookPr date1904="0"/>', False), (b'<workbookPr date1904="false"/>', False), (b"<workbookPr/>", False)])
def test_the_system_is_read_as_it_is_written(tag: bytes, expected: bool) -> None:
    plain = excel([["户编号", "识别日期"], ["JX1", serial(DAY, expected)]])
    content = repacked(plain, {"xl/workbook.xml": lambda part: part.replace(b"<workbookPr/>", tag)})
    book = read(content, "a.xlsx")
    assert book.best().from_1904 is expected
    assert days_of(book)[0] == [DAY]


@KINDS
def test_a_returned_workbook_still_means_the_same_days(office: Office, kind: str) -> None:
    rows = [HEADS, household(1, 识别日期=serial(DAY)), household(2, 身份证号="990101199001011234", 识别日期=serial(DAY))]
    found = office.checked(written(rows, kind), name=f"名册.{kind}")
    assert (found.counts["good"], found.counts["bad"]) == (1, 1)
    assert NOTE in [message for message, _ in found.notes]
    content, name = office.do(services.returned, number=found.id)
    assert returning.import_of(content) == found.id
    page = opened(content).worksheets[0]
    assert page["E3"].value in (serial(DAY), str(serial(DAY)))
    again = read(content, name).best()
    assert again.from_1904
    judged = judge(FAMILIES, FIELDS, again, {"A": "number", "E": "identified_on"}, Context())
    assert judged.rows["identified_on"].to_list() == [DAY, DAY]


@KINDS
def test_a_list_to_compare_reads_birthdays_by_the_system(kind: str) -> None:
    rows = [["姓名", "出生日期", "村"], ["测试甲", serial(DAY), "测试村"], ["测试乙", "2015-09-01", "测试村"]]
    sheet = read(written(rows, kind), f"a.{kind}").best()
    found = matching_fields.read_rows(sheet, {"A": "name", "B": "birth_on", "C": "village"})
    assert found["birth_on"].to_list() == [DAY, DAY]
