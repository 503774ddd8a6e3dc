"""Numbers of passports, passes and permits are found before they become public, and codes of offices are left alone."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from docx import Document
from hypothesis import assume, given
from hypothesis import strategies as st

from core.publicity.rules.files import Attachment, scan_attachment
from core.publicity.rules.leaks import ID, cover, scan_rows, scan_text
from core.registry.rules.documents import CITIZEN, FORMS, NONE, normal_document, read_document
from core.registry.rules.words import ID_KINDS
from tests.core.publicity.test_leaks import PLAIN, full_width
from tests.support.workbooks import excel

WORDS = {kind: word for kind, word in ID_KINDS if kind not in (NONE, "other")}


def kinds(text: str) -> list[str]:
    return [leak.kind for leak in scan_text(text, "正文")]


@st.composite
def numbered(draw: st.DrawFn) -> tuple[str, str]:
    """A kind of document and a number right for it, long enough to be told from a word."""
    kind = draw(st.sampled_from(sorted(WORDS)))
    number = draw(st.from_regex(FORMS[kind].pattern, fullmatch=True))
    assume(len(number) >= 7 and sum(map(str.isdigit, number)) >= 4 and number.isascii())
    assume(not read_document(kind, number).message or kind == CITIZEN or FORMS[kind].strict)
    return kind, number


@given(numbered(), st.sampled_from(["号码：", "号", "：", " ", "号码 ", "（", "号是"]), PLAIN, PLAIN, st.booleans())
def test_a_number_behind_its_word_is_found_and_covered(
        document: tuple[str, str], between: str, before: str, after: str, wide: bool) -> None:
    kind, number = document
    day = re.fullmatch(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", number)
    assume(day is None or "号" in between)
    written = f"{full_width(number) if wide else number.lower()}，"
    text = f"{before}。{WORDS[kind]}{between}{written}{after}"
    assert kinds(text), text
    covered = cover(text)
    assert kinds(covered) == [] and number not in normal_document(covered)


@given(st.from_regex("|".join((
    "[HM][0-9]{8}", "[EGDSPK][0-9]{8}", "E[A-HJ-NP-Z][0-9]{7}", "[DSP]E[0-9]{7}", "KJ[0-9]{7}", "M[AB][0-9]{7}",
    "[A-Z]{3}[0-9]{12}", r"[A-Z]{1,2}[0-9]{6}\([0-9A]\)")), fullmatch=True), PLAIN, PLAIN, st.booleans())
def test_a_form_that_is_nobody_elses_needs_no_word(number: str, before: str, after: str, wide: bool) -> None:
    digits = re.sub("[^0-9]", "", number)
    assume(not 1980 <= int(digits[:4]) <= 2039)
    text = f"{before}、{full_width(number) if wide else number}、{after}"
    assert ID in kinds(text), text
    assert ID not in kinds(cover(text))


@pytest.mark.parametrize("written", [
    "E12345678", "e 1234-5678", "E-12345678", "E\u200b12345678", "Ｅ１２３４５６７８", "H1234567801", "H12345678-01", "MA1234567",
    "A123456(7)", "A123456（A）", "e一二三四五六七八", "USA123456789012", "usa 123456789012", "EA1234567/E12345678"])
def test_such_a_number_is_found_however_it_is_written(written: str) -> None:
    assert ID in kinds(f"测试甲（{written}）获助")


@pytest.mark.parametrize("text", [
    "台胞证01234567", "台湾居民来往大陆通行证（号码01234567）", "台胞证 0123 4567 已核", "通行证号：20100302", "护照号码为 A1234567",
    "护照 E 1 2 3 4 5 6 7 8", "身份证A123456(7)", "护照ab1234567本人持有", "证件编号：E12345678", "身份证号 52272320099901001x",
    "外国人永久居留身份证911840200905010011", "台胞证０１２３４５６７"])
def test_a_word_in_front_tells_what_the_number_is(text: str) -> None:
    assert kinds(f"经核查，{text}。") == [ID]


YEARS, SERIALS = st.integers(1980, 2039), st.integers(1, 999)
CODES = st.one_of(
    st.builds(lambda place, year, serial: f"{place}府发〔{year}〕{serial}号", st.sampled_from(["黔", "测", "黔南"]), YEARS, SERIALS),
    st.from_regex("99[0-9]{4}([0-9]{3}){0,2}(-[SO][0-9]{2})?", fullmatch=True),
    st.builds(lambda fen: f"{fen / 100:,.2f} 元", st.integers(1, 10**11)), st.builds(lambda yuan: f"￥{yuan}", st.integers(1, 10**9)),
    st.builds(lambda day: f"{day:%Y-%m-%d}", st.dates(dt.date(1980, 1, 1), dt.date(2039, 12, 31))),
    st.builds(lambda day: f"{day:%Y%m%d}", st.dates(dt.date(1980, 1, 1), dt.date(2039, 12, 31))),
    st.builds(lambda letters, year, serial: f"{letters}{year}{serial:05d}", st.from_regex("[A-Z]{1,6}", fullmatch=True), YEARS, SERIALS),
    st.builds(lambda code, serial, year: f"{code} {serial}—{year}", st.sampled_from(["GB/T", "DB52/T", "JR/T"]), SERIALS, YEARS),
    st.builds(lambda number: f"0{number:03d}-8{number:07d}", st.integers(100, 999)),
    st.from_regex("JX[0-9]{1,6}", fullmatch=True), st.from_regex("贵[A-Z][A-Z0-9]{5}", fullmatch=True),
    st.from_regex("第[A-Z][0-9]{1,6}号", fullmatch=True), st.from_regex("单号：[EGHM][0-9]{8}", fullmatch=True),
    st.from_regex("[0-9A-F]{8}-[0-9A-F]{4}", fullmatch=True), st.sampled_from(["NO.12345678", "№12345678", "TEL 12345678"]),
    st.builds(lambda grade: f"{grade}年级({grade})班", st.integers(1, 9)))


@given(st.lists(CODES, min_size=1, max_size=4), st.lists(PLAIN, min_size=5, max_size=5))
def test_codes_of_offices_in_ordinary_words_are_left_alone(codes: list[str], words: list[str]) -> None:
    text = "；".join(part for pair in zip(words, codes, strict=False) for part in (re.sub("[a-zA-Z]", "", pair[0]), pair[1]))
    assert kinds(text) == []


@pytest.mark.parametrize("text", [
    "请带身份证、户口簿原件及复印件，于20160901前到校", "凭居住证 2016-09-01 起办理", "发放居住证 1234567 张", "护照 12345678.00 元",
    "证件齐全的 1234567 人", "身份证号后四位 1234", "持护照的 12 名学生", "黔教助发〔2016〕12号、身份证复印件 3 份", "证件类型：护照",
    "捐赠项目 M10000000-2 期", "型号E12345678", "统一社会信用代码 91520000MA6DXXXX0Y", "合同号：H12345678", "MATCH E1234",
    "一等奖 A1234567", "网址 www.example.cn/e12345678-1", "身份证 5227**********1234", "护照 *******78"])
def test_ordinary_sentences_of_notices_are_no_finds(text: str) -> None:
    assert kinds(text) == []


@given(st.text(st.characters(whitelist_categories=("Lo", "Lu", "Ll", "Po", "Zs", "Nd")), max_size=120))
def test_a_text_with_fewer_than_four_digits_is_never_a_find(text: str) -> None:
    assume(sum(sign.isnumeric() for sign in text) < 4)
    assert kinds(text) == []


def test_a_heading_that_promises_numbers_makes_a_cell_one_and_one_of_codes_does_not() -> None:
    labels = ("姓名", "证件号", "单号", "证件类型", "金额")
    found = list(scan_rows(labels, [["测试甲", "01234567", "E12345678", "A-护照", "01234567"], ["测试乙", "*******78", "1", "其他", "1"],
                                    ["测试丙", "军字第1234567号", "2", "其他", "2"]]))
    assert [leak.place for leak in found] == ["第 1 行“证件号”", "第 3 行“证件号”"]
    assert found[0].sentence == "第 1 行“证件号”：证件号 ******67"


HEADS = ["姓名", "护照/通行证号", "金额"]
ROWS = [["测试甲", "01234567", "12345678"], ["测试乙", "无", "7654321"]]


def pages(kind: str) -> bytes:
    """The same list as a workbook, a Word file and a text."""
    if kind == "xlsx":
        return excel([["受助名单"], HEADS, *ROWS])
    if kind == "txt":
        return "\n".join(",".join(row) for row in [HEADS, *ROWS]).encode("gb18030")
    paper, out = Document(), io.BytesIO()
    table = paper.add_table(rows=0, cols=3)
    for row in [HEADS, *ROWS]:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    paper.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "place"), [("xlsx", "B3"), ("docx", "正文表 1第 2 行第 2 列"), ("txt", "第 2 行第 2 列")])
def test_a_list_in_a_file_is_read_under_its_headings(kind: str, place: str) -> None:
    found = scan_attachment(Attachment(f"名单.{kind}", pages(kind)))
    numbers = [leak for leak in found if leak.kind == ID]
    assert [leak.shown for leak in numbers] == ["******67"]
    assert numbers[0].place.endswith(place)


def test_a_second_list_below_the_first_stands_under_its_own_headings() -> None:
    rows = [["姓名", "证件号"], ["测试甲", "01234567"], [None, None], ["项目", "金额"], ["冬衣", "01234567"]]
    found = scan_attachment(Attachment("名单.xlsx", excel(rows)))
    assert [leak.place.rpartition("”")[2] for leak in found if leak.kind == ID] == ["B2"]
