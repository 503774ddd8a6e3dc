"""Numbers that identify somebody are found however they are written, and other numbers are left alone."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from core.publicity.rules.leaks import CARD, ID, PHONE, cover, scan_rows, scan_text
from tests.factories.registry import made_up_id

#: no real person's: the region 99 does not exist, the phone's series is not given out
NUMBER = made_up_id()
MOBILE = "19900000001"
CARD_NUMBER = "622202000000000000" + luhn.calc_check_digit("622202000000000000")


def kinds(text: str) -> list[str]:
    return [leak.kind for leak in scan_text(text, "正文")]


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


@pytest.mark.parametrize("written", [
    NUMBER, full_width(NUMBER), " ".join(NUMBER), "-".join(NUMBER), f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}",
    f"身份证：{NUMBER}。", f"学籍号 G{NUMBER}", "\u200b".join(NUMBER), NUMBER[:9] + "\n" + NUMBER[9:],
    f"编号8{NUMBER}7", f"1.{NUMBER}", f"{NUMBER}X光", f"{NUMBER[:17]} {NUMBER[17]}X光",
])
def test_an_identity_number_is_found_however_it_is_written(written: str) -> None:
    assert ID in kinds(f"甲乡南村{written}王")


def test_a_mistyped_identity_number_still_points_at_a_person() -> None:
    assert kinds("52272320090501001" + "0") == [ID]


def test_an_identity_number_of_fifteen_digits_is_found() -> None:
    assert kinds("证号522723650501001") == [ID]


def test_an_identity_number_that_ends_in_x_is_found() -> None:
    number = next(found for n in range(1, 400) if (found := made_up_id(n)).endswith("X"))
    for written in (number, number.lower(), number[:17] + "×", number[:17] + "Ｘ", " ".join(number)):
        assert kinds(written) == [ID], written


@pytest.mark.parametrize("written", [
    MOBILE, full_width(MOBILE), "199 0000 0001", "199-0000-0001", "+86 19900000001", "8619900000001", "1 9 9 0 0 0 0 0 0 0 1",
    "一九九〇〇〇〇〇〇〇一", "199.0000.0001", "（199）00000001", "电话199 00 00 00 01",
])
def test_a_mobile_number_is_found_however_it_is_written(written: str) -> None:
    assert kinds(f"联系人{written}转告") == [PHONE]


@pytest.mark.parametrize("written", [
    CARD_NUMBER, f"6222 0200 0000 0000 {CARD_NUMBER[16:]}", full_width(CARD_NUMBER), "-".join(CARD_NUMBER)])
def test_a_bank_card_is_found_however_it_is_written(written: str) -> None:
    assert kinds(f"卡号{written}") == [CARD]


@pytest.mark.parametrize("text", [
    "捐赠 1,234,567.00 元，共 12,300 人次", "2015-10-17 至 2015-11-27", "教财厅函〔2017〕28号", "0851-85280000", "拨付 138,001,234.56 元",
    "单号 20151017000123456", "金额 138,001.00 138,002.00 5,000.00",
    "第 1 行 2 行 3 行 4 行 5 行 6 行 7 行 8 行 9 行 10 行 11 行 12 行",
    "二〇一五年十月十七日，一二三四五六七八九十", "统一社会信用代码 91520000MA6DXXXX0Y",
    CARD_NUMBER[:-1] + str((int(CARD_NUMBER[-1]) + 1) % 10),
    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
])
def test_other_numbers_are_left_alone(text: str) -> None:
    assert kinds(text) == []


def test_a_find_names_its_place_and_never_repeats_the_number() -> None:
    (leak,) = scan_rows(("姓名", "备注"), [["测试甲", "无"], ["测试乙", f"证件{NUMBER}"]])
    assert leak.place == "第 2 行“备注”"
    assert NUMBER not in leak.sentence and leak.sentence == f"第 2 行“备注”：证件号 {NUMBER[:4]}**********{NUMBER[-4:]}"


def test_what_a_stranger_writes_is_covered_and_the_rest_stays() -> None:
    text = f"测试甲（{NUMBER}）家有车，电话 199 0000 0001，请核实。"
    assert cover(text) == f"测试甲（{NUMBER[:4]}**********{NUMBER[-4:]}）家有车，电话 199****0001，请核实。"
    assert cover("没有号码") == "没有号码"


PLAIN = st.text("甲乙丙县乡村测试人，。（）：年月abcXx", max_size=12)
GAP = st.sampled_from(["", " ", "-", "—", ".", "·", "\u3000", "\u200b", "  ", "\n"])
NUMBERS = st.builds(lambda n, born: made_up_id(n, born), st.integers(1, 900),
                    st.dates(dt.date(1950, 1, 1), dt.date(2020, 12, 31)))


@given(NUMBERS, st.tuples(*[GAP] * 17), st.booleans(), PLAIN, PLAIN)
def test_an_identity_number_with_any_gaps_in_any_text_is_found_and_covered(
        number: str, gaps: tuple[str, ...], wide: bool, before: str, after: str) -> None:
    written = "".join(sign + gap for sign, gap in zip(number, [*gaps, ""], strict=True))
    text = before + (full_width(written) if wide else written) + after
    assert ID in kinds(text)
    assert ID not in kinds(cover(text))


@given(st.text(st.characters(whitelist_categories=("Lo", "Po", "Zs", "Nd")), max_size=200))
def test_covering_any_text_ends_and_leaves_no_find(text: str) -> None:
    assert kinds(cover(text)) == []


@given(st.text(max_size=60))
def test_a_text_with_fewer_than_eleven_digits_is_never_a_find(text: str) -> None:
    import unicodedata

    if sum(unicodedata.decimal(sign, None) is not None or sign in "〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖" for sign in text) < 11:
        assert kinds(text) == []
