"""Files to the bank and back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.errors import InvalidInput
from plugins.education_aid.rules import bank_files
from plugins.education_aid.rules.bank_files import Column, Format

FORM = Format(
    "test-bank", "测试银行",
    (Column("批次", "batch"), Column("序号", "line"), Column("户名", "name"), Column("账号", "card"), Column("金额", "amount")),
    (Column("批次", "batch"), Column("序号", "line"), Column("金额", "amount"), Column("结果", "code"), Column("说明", "reason")),
    frozenset({"00"}), {"14": "账号不存在"})
CARD = "6222020000000000000"


def lines(count: int) -> list[dict[str, Any]]:
    return [{"batch": "P1", "line": number, "name": "测试甲", "card": CARD, "amount": Decimal(625)} for number in range(1, count + 1)]


def returned(rows: list[list[str]], form: Format = FORM) -> bytes:
    text = "\r\n".join(",".join(row) for row in [["批次", "序号", "金额", "结果", "说明"], *rows])
    return text.encode(form.encoding)


def test_the_file_has_the_columns_of_the_plan_in_the_words_of_the_bank() -> None:
    text = bank_files.write(FORM, lines(2)).decode("gb18030")
    assert text.splitlines() == ["批次,序号,户名,账号,金额", f"P1,1,测试甲,{CARD},625.00", f"P1,2,测试甲,{CARD},625.00"]


def test_a_workbook_keeps_long_numbers_as_text() -> None:
    form = replace(FORM, kind="xlsx", returned=(*FORM.sent, Column("结果", "code")))
    rows = bank_files._rows(form, bank_files.write(form, lines(1)))
    assert rows[1][3] == CARD


def test_a_name_is_never_a_formula() -> None:
    assert "'=1+1" in bank_files.write(FORM, [{**lines(1)[0], "name": "=1+1"}]).decode("gb18030")


@pytest.mark.clause("EA-049")
def test_of_fifty_two_cards_are_returned() -> None:
    rows = [["P1", str(number), "625.00", "14" if number in (7, 9) else "00", ""] for number in range(1, 51)]
    found = bank_files.judge(FORM, "P1", dict.fromkeys(range(1, 51), Decimal(625)), bank_files.read(FORM, returned(rows)))
    assert len(found.credited) == 48
    assert found.returned == {7: ("14", "账号不存在"), 9: ("14", "账号不存在")}
    assert found.silent == ()


@pytest.mark.parametrize(("row", "said"), [
    (["P2", "1", "625.00", "00", ""], "属于批次 P2"),
    (["P1", "9", "625.00", "00", ""], "不在本批次"),
    (["P1", "1", "624.99", "00", ""], "本批次为 625.00 元"),
])
def test_a_file_of_another_batch_is_refused_whole(row: list[str], said: str) -> None:
    rows = bank_files.read(FORM, returned([["P1", "2", "625.00", "00", ""], row]))
    with pytest.raises(InvalidInput) as raised:
        bank_files.judge(FORM, "P1", dict.fromkeys((1, 2), Decimal(625)), rows)
    assert said in raised.value.text
    assert "没有入账" in raised.value.text


def test_a_line_twice_is_refused() -> None:
    rows = bank_files.read(FORM, returned([["P1", "1", "625.00", "00", ""], ["P1", "1", "625.00", "14", ""]]))
    with pytest.raises(InvalidInput) as raised:
        bank_files.judge(FORM, "P1", {1: Decimal(625)}, rows)
    assert "重复" in raised.value.text


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", returned([]), returned([["P1", "x", "1", "00", ""]]),
                                  returned([["P1", "1", "NaN", "00", ""]]), "别的,列\n1,2\n".encode("gb18030")])
def test_what_is_no_return_file_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        bank_files.read(FORM, data)


def test_a_file_that_was_saved_again_as_utf_8_is_read_as_well() -> None:
    rows = [["P1", "1", "625.00", "00", "成功"]]
    assert bank_files.read(FORM, returned(rows, replace(FORM, encoding="utf-8-sig"))) == bank_files.read(FORM, returned(rows))


def test_another_encoding_than_the_plans_is_named() -> None:
    form = replace(FORM, encoding="utf-8-sig")
    with pytest.raises(InvalidInput, match="utf-8-sig"):
        bank_files.read(form, returned([["P1", "1", "625.00", "00", ""]]))


@pytest.mark.parametrize(("number", "good"), [(CARD, True), ("6222 0200 0000 0000 000", True), ("6222020000000000009", False),
                                              ("", False), ("62220200", False), ("622202000000000000X", False)])
def test_a_card_is_checked_by_its_last_digit(number: str, good: bool) -> None:
    assert (bank_files.card_fault(number) == "") is good


def test_a_format_says_what_it_lacks() -> None:
    assert FORM.faults() == []
    assert replace(FORM, sent=FORM.sent[:2], success=frozenset()).faults() == ["发送列缺少 card", "发送列缺少 amount", "没有写明成功代码"]
