"""A message that a rule has filled in is known again, with what stands in its places."""

from __future__ import annotations

import pytest

from core.extensions import phrases
from core.extensions.phrases import phrase, taken_apart


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other phrases than those of the test."""
    monkeypatch.setattr(phrases, "_KNOWN", {})


def test_a_filled_in_message_is_taken_apart() -> None:
    made = phrase("%(label)s最多 %(most)s 个字")
    text = made(label="最多的人数（人）", most=20)
    assert text == "最多的人数（人）最多 20 个字"
    assert taken_apart(text) == (made.message, {"label": "最多的人数（人）", "most": "20"})


def test_what_touches_the_next_place_is_a_number() -> None:
    phrase("%(label)s不能小于 %(least)s")
    more = phrase("%(label)s不能小于 %(least)s%(measure)s")
    assert taken_apart("面积不能小于 10.5平方米") == (more.message, {"label": "面积", "least": "10.5", "measure": "平方米"})
    assert taken_apart("日期不能小于 2015") == ("%(label)s不能小于 %(least)s", {"label": "日期", "least": "2015"})


def test_the_message_that_fixes_more_is_the_one() -> None:
    for message in ("%(label)s须是其中之一：%(named)s", "%(label)s须是其中之一：%(named)s等"):
        phrase(message)
    assert taken_apart("类别须是其中之一：甲、乙等") == ("%(label)s须是其中之一：%(named)s等", {"label": "类别", "named": "甲、乙"})
    assert taken_apart("类别须是其中之一：甲、乙") == ("%(label)s须是其中之一：%(named)s", {"label": "类别", "named": "甲、乙"})


def test_any_other_text_is_left_alone() -> None:
    phrase("%(label)s必填")
    assert taken_apart("必填") is None
    assert taken_apart("测试甲必填的事项") is None


def test_a_message_within_another_is_no_beginning_of_its_own() -> None:
    outer, inner = phrase("第 %(row)s 行：%(what)s"), phrase("%(level)s区划代码应为 %(length)s 位数字")
    text = outer(row=4, what=inner(level="县级", length=6))
    assert taken_apart(text) == (outer.message, {"row": "4", "what": "县级区划代码应为 6 位数字"})
    assert taken_apart("县级区划代码应为 6 位数字") == (inner.message, {"level": "县级", "length": "6"})
