"""Files as clerks send them: what is found, what is reported, and nothing guessed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.ledgers.imports.reading import read
from core.ledgers.imports.sheets import Sheet
from core.ledgers.workbooks import CODES
from tests.support.old_excel import OldBook, OldSheet, old_excel
from tests.support.workbooks import excel

PLAIN = [["姓名", "身份证号", "金额"], ["测试甲", "522701199001011234", "12.5"], ["测试乙", "522701199001011235", "7"]]
ID = "522701199001011234"


def texts(sheet: Sheet) -> list[list[str | None]]:
    return [list(row[1:]) for row in sheet.frame.iter_rows()]


def noted(sheet: Sheet) -> str:
    return "\n".join(note.text for note in sheet.notes)


def as_csv(rows: list[list[str]], separator: str = ",", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(separator.join(row) for row in rows).encode(encoding)


@pytest.mark.parametrize(("name", "content"), [
    ("a.xlsx", excel(PLAIN)),
    ("a.xls", old_excel(OldBook([OldSheet("名册", PLAIN)]))),
    ("a.csv", as_csv(PLAIN)),
    ("a.csv", as_csv(PLAIN, encoding="utf-8-sig")),
    ("a.csv", as_csv(PLAIN, encoding="gb18030")),
    ("a.txt", as_csv(PLAIN, "\t", "utf-16")),
    ("a.csv", as_csv(PLAIN, ";")),
    ("a.csv", as_csv(PLAIN, "\t", "gb18030")),
])
def test_every_kind_of_file_gives_the_same_list(name: str, content: bytes) -> None:
    sheet = read(content, name).best()
    assert [column.label for column in sheet.columns] == PLAIN[0]
    assert texts(sheet) == PLAIN[1:]
    assert sheet.frame["row"].to_list() == [2, 3]
    assert sheet.header_row == 1
    assert not sheet.faults


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_a_list_that_starts_in_the_middle_keeps_its_addresses(kind: str) -> None:
    rows = [[None, None, None, None]] * 3 + [[None, None, *row] for row in PLAIN]
    content = excel(rows) if kind == "xlsx" else old_excel(OldBook([OldSheet("名册", PLAIN, shift=(3, 2))]))
    sheet = read(content, f"a.{kind}").best()
    assert [column.letter for column in sheet.columns] == ["C", "D", "E"]
    assert sheet.frame["row"].to_list() == [5, 6]


def test_titles_notes_totals_and_repeated_headers_are_left_out_and_said() -> None:
    rows = [["测试县义务教育寄宿生名册", None, None], ["填报单位：测试小学", None, "2016年9月"], PLAIN[0], [1, 2, 3], *PLAIN[1:],
            ["小 计", None, 19.5], PLAIN[0], ["测试丙", "x", 1], ["合计", None, 20.5], [None, None, None],
            ["备注：本表一式两份", None, None], ["填表人：测试丁", "审核人：测试戊", None]]
    sheet = read(excel(rows, merged=["A1:C1"]), "a.xlsx").best()
    assert sheet.frame["row"].to_list() == [5, 6, 9]
    for said in ("上方有 2 行标题",
                 "合计、小计行没有导入：第 7、10 行",
                 "重复的表头或列号行没有导入：第 4、8 行",
                 "说明没有导入：第 12、13 行"):
        assert said in noted(sheet)


def test_a_header_merged_over_two_rows_joins_its_names() -> None:
    rows = [["测试县家庭名册", None, None, None, None], ["姓名", "家庭住址", None, "收入", None],
            [None, "乡镇", "村", "工资性", "转移性"], ["测试甲", "测试镇", "测试村", 1, 2]]
    content = excel(rows, merged=["A1:E1", "A2:A3", "B2:C2", "D2:E2"])
    sheet = read(content, "a.xlsx").best()
    assert [column.label for column in sheet.columns] == ["姓名", "家庭住址/乡镇", "家庭住址/村", "收入/工资性", "收入/转移性"]
    assert sheet.header_row == 3
    assert texts(sheet) == [["测试甲", "测试镇", "测试村", "1", "2"]]


def test_one_header_row_with_merged_data_below_stays_one_row() -> None:
    rows = [["姓名", "住址", None], ["测试甲", "测试镇一组", "1"], ["测试乙", "测试镇二组", "2"]]
    sheet = read(excel(rows, merged=["B1:C1"]), "a.xlsx").best()
    assert sheet.frame["row"].to_list()[-1] == 3


def test_blank_and_repeated_and_nameless_columns() -> None:
    rows = [["姓名", None, "电话", "电话", None], ["测试甲", None, "1", "2", "3"]]
    sheet = read(excel(rows), "a.xlsx").best()
    assert [column.label for column in sheet.columns] == ["姓名", "电话", "电话（2）", "（无标题 E 列）"]
    assert "出现不止一次（D 列）" in noted(sheet)
    assert "E 列有数据但没有表头" in noted(sheet)


def test_known_labels_tell_the_header_from_a_row_of_words() -> None:
    rows = [["甲类", "乙类", "丙类", "丁类"], ["姓名", "性别", "3", "4"], ["测试甲", "男", "a", "b"]]
    assert read(excel(rows), "a.xlsx", ["姓名", "性别"]).best().header_row == 2


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_hidden_rows_columns_and_sheets_are_reported(kind: str) -> None:
    if kind == "xls":
        content = old_excel(OldBook([OldSheet("藏", PLAIN, hidden=True),
                                     OldSheet("名册", PLAIN, hidden_rows=[2], hidden_columns=[2])]))
    else:
        def hide(book: object) -> None:
            sheet = book.active  # type: ignore[attr-defined]
            sheet.title = "名册"
            sheet.row_dimensions[3].hidden = True
            sheet.column_dimensions["C"].hidden = True
            other = book.create_sheet("藏", 0)  # type: ignore[attr-defined]
            other.append(["姓名", "号"])
            other.append(["测试", "1"])
            other.sheet_state = "hidden"
        content = excel(PLAIN, change=hide)
    book = read(content, f"a.{kind}")
    assert book.best().name == "名册"
    assert any("“藏”是隐藏的" in note.text for note in book.notes)
    assert "隐藏的行也会导入：第 3 行" in noted(book.best())
    assert "C 列是隐藏的" in noted(book.best())
    assert len(book.best().frame) == 2


def test_the_choices_our_own_template_hides_are_no_news() -> None:
    def choices(book: object) -> None:
        kept = book.create_sheet(CODES)  # type: ignore[attr-defined]
        kept.append(["是", "否"])
        kept.sheet_state = "veryHidden"
    assert read(excel(PLAIN, change=choices), "a.xlsx").notes == ()


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_a_long_number_is_a_fault_and_never_a_guess(kind: str) -> None:
    rows = [["姓名", "身份证号"], ["测试甲", ID], ["测试乙", int(ID)], ["测试丙", 15.5]]
    content = excel(rows) if kind == "xlsx" else old_excel(OldBook([OldSheet("名册", rows)]))
    fault, = read(content, f"a.{kind}").best().faults
    assert (fault.row, fault.column) == (3, "B")
    assert "数字已经丢失" in fault.message


def test_a_formula_gives_its_saved_result_or_a_fault() -> None:
    rows = [["姓名", "金额"], ["测试甲", "=3"], ["测试乙", "="]]
    sheet = read(old_excel(OldBook([OldSheet("名册", rows)])), "a.xls").best()
    assert texts(sheet) == [["测试甲", "3"], ["测试乙", None]]
    assert "1 格是公式" in noted(sheet)
    assert [(fault.row, fault.column) for fault in sheet.faults] == [(3, "B")]
    never = read(excel([["姓名", "金额"], ["测试甲", "=1+1"], ["测试乙", "#N/A"]]), "a.xlsx").best()
    assert [(fault.row, fault.value) for fault in never.faults] == [(2, ""), (3, "#N/A")]


def test_a_row_with_nothing_but_a_formula_without_result_is_not_dropped() -> None:
    sheet = read(excel([["姓名", "金额"], ["测试甲", 1], ["=A2", None]]), "a.xlsx").best()
    assert sheet.frame["row"].to_list() == [2, 3]
    assert [(fault.row, fault.column) for fault in sheet.faults] == [(3, "A")]


def test_a_text_that_keeps_digits_with_a_formula_is_read_and_other_formulas_in_text_are_faults() -> None:
    sheet = read('姓名,号\n测试甲,"=""0123"""\n测试乙,=cmd|\' /c calc\'!A0\n'.encode(), "a.csv").best()
    assert texts(sheet)[0] == ["测试甲", "0123"]
    assert [(fault.row, fault.column) for fault in sheet.faults] == [(3, "B")]


def test_strange_signs_are_tidied_and_counted() -> None:
    rows = [["姓 名\n", "号码＊", "说明"], ["\u3000测试甲 ", "５２２７０１Ａｂ\u200b", "第一行\n第二行（备注）"], ["测试乙", "1", "x"]]
    sheet = read(excel(rows), "a.xlsx").best()
    assert [column.label for column in sheet.columns] == ["姓名", "号码", "说明"]
    assert texts(sheet)[0] == ["测试甲", "522701Ab", "第一行 第二行（备注）"]
    assert "格去掉了多余的空格" in noted(sheet)


def test_real_dates_arrive_as_dates() -> None:
    sheet = read(excel([["姓名", "日期"], ["测试甲", dt.date(2015, 9, 1)]]), "a.xlsx").best()
    assert texts(sheet)[0][1] == "2015-09-01 00:00:00"


def test_the_extension_may_lie_and_is_named() -> None:
    book = read(excel(PLAIN), "名册.xls")
    assert book.kind == "xlsx"
    assert "内容其实是 .xlsx" in book.notes[0].text


def test_rows_that_are_only_formatted_do_not_count() -> None:
    def border(book: object) -> None:
        from openpyxl.styles import PatternFill
        book.active.cell(1_000_000, 3).fill = PatternFill("solid", fgColor="FFC7CE")  # type: ignore[attr-defined]
    assert len(read(excel(PLAIN, change=border), "a.xlsx").best().frame) == 2


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_merged_cells_of_the_list_are_named_and_those_over_rows_are_kept_in_mind(kind: str) -> None:
    rows = [["乡镇", "姓名", "金额"], ["测试镇", "测试甲", "5"], ["", "测试乙", ""], ["测试乡", "", "7"]]
    content = (excel(rows, merged=["A2:A3", "C2:C3", "A4:B4"]) if kind == "xlsx" else
               old_excel(OldBook([OldSheet("名册", rows, merged=[(1, 0, 2, 0), (1, 2, 2, 2), (3, 0, 3, 1)])])))
    found = read(content, f"a.{kind}").best()
    assert found.merged == ((2, 3, "A"), (2, 3, "C"))
    assert [note.text for note in found.notes] == [
        "有 3 处合并的单元格：A2:A3、C2:C3、A4:B4。内容只算在左上角的一格；核对列时可以选择用于合并的每一行"]


def test_ranges_that_lie_over_each_other_count_once() -> None:
    def overlay(book: Any) -> None:
        for place in ("A2:A4", "A3:A4", "A2:A1048576"):
            book.active.merged_cells.add(place)

    rows = [["乡镇", "姓名"], ["测试镇", "测试甲"], ["测试乡", "测试乙"], ["", "测试丙"]]
    assert read(excel(rows, change=overlay), "a.xlsx").best().merged == ((2, 4, "A"),)
