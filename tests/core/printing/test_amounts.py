"""Amounts in capital characters."""

from __future__ import annotations

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.printing import uppercase


@pytest.mark.parametrize(("amount", "said"), [
    ("0.00", "零元整"),
    ("0.01", "壹分"),
    ("0.10", "壹角"),
    ("10.00", "壹拾元整"),
    ("100.05", "壹佰元零伍分"),
    ("5001", "伍仟零壹元整"),
    ("50000.01", "伍万元零壹分"),
    ("16037.50", "壹万陆仟零叁拾柒元伍角"),
    ("107000.53", "壹拾万柒仟元伍角叁分"),
    ("1000005.60", "壹佰万零伍元陆角"),
    ("100000001.00", "壹亿零壹元整"),
    ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
])
def test_an_amount_is_written_in_capitals(amount: str, said: str) -> None:
    assert uppercase(Decimal(amount)) == said


@pytest.mark.parametrize("amount", ["-0.01", "0.001", "1000000000000.01", "NaN", "Infinity"])
def test_what_no_receipt_can_say_is_refused(amount: str) -> None:
    with pytest.raises(InvalidInput, match="大写"):
        uppercase(Decimal(amount))


@given(st.decimals(min_value=0, max_value=10**11, places=2))
def test_every_amount_reads_back_to_itself(amount: Decimal) -> None:
    yuan, _, rest = uppercase(amount).partition("元")
    if not rest:
        yuan, rest = "", yuan
    whole = cn2an.cn2an(yuan, "strict") if yuan else 0
    digits = "零壹贰叁肆伍陆柒捌玖"
    fen = sum(digits.index(rest[rest.index(unit) - 1]) * worth for unit, worth in (("角", 10), ("分", 1)) if unit in rest)
    assert Decimal(whole) + Decimal(fen) / 100 == amount
