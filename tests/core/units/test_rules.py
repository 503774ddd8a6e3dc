"""What holds for units without a database."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from core.units.rules import levels
from core.units.rules.orders import AssignRule, assign
from core.units.rules.pinyin import pinyin_keys
from core.units.rules.positions import History, Span, boundaries, position

A, B, C = (uuid.UUID(int=number) for number in (1, 2, 3))


@pytest.mark.parametrize(("name", "full", "initials"), [
    ("贵定县", "guidingxian", "gdx"), ("重庆市", "chongqingshi", "cqs"), ("乐清市", "yueqingshi", "yqs"),
    ("六安市", "luanshi", "las"), ("蚌埠市", "bengbushi", "bbs"), ("厦门市", "xiamenshi", "xms"),
    ("都匀市", "duyunshi", "dys"), ("长子县", "zhangzixian", "zzx"), ("单县", "shanxian", "sx"),
    ("吕梁市", "lvliangshi", "lls"), ("大王庄村", "dawangzhuangcun", "dwzc"), ("六合区", "luhequ", "lhq"),
    ("第1社区（筹）", "di1shequchou", "d1sqc"), ("A区０号", "aqu0hao", "aq0h"), ("", "", ""),
])
def test_pinyin_reads_as_places_are_read(name: str, full: str, initials: str) -> None:
    assert pinyin_keys(name) == (full, initials)


def test_pinyin_fits_its_columns() -> None:
    full, initials = pinyin_keys("庄" * 120)
    assert (len(full), len(initials)) == (260, 60)


@pytest.mark.parametrize(("kind", "level", "parent_kind", "parent_level", "fits"), [
    ("division", "county", "division", "city", True), ("division", "county", "division", "province", True),
    ("division", "township", "division", "city", True), ("division", "county", "division", "county", False),
    ("division", "county", "division", "village", False), ("division", "village", "school", "township", False),
    ("school", "county", "station", "county", True), ("office", "county", "division", "township", False),
])
def test_nesting(kind: str, level: str, parent_kind: str, parent_level: str, fits: bool) -> None:
    assert (levels.nesting_fault(kind, level, parent_kind, parent_level) is None) == fits


@pytest.mark.parametrize(("kind", "level", "code", "good"), [
    ("division", "county", "522723", True), ("division", "county", "52272", False),
    ("division", "county", "五二二七二三", False), ("division", "village", "522723108001", True),
    ("school", "county", "2152000123", True), ("office", "county", "522723-O01", True),
    ("office", "county", "a/b", False), ("office", "county", "", False), ("office", "county", "-a", False),
])
def test_codes(kind: str, level: str, code: str, good: bool) -> None:
    assert (levels.code_fault(kind, level, code) is None) == good


def test_tokens_are_the_tail_below_the_parent() -> None:
    assert levels.wanted_token("division", "522723", "5227", A) == "23"
    assert levels.wanted_token("division", "522723", "5201", A) == "522723"
    assert levels.wanted_token("division", "5227", "5227", A) == "5227"
    assert levels.wanted_token("school", "522723-S01", "522723", A) == "x00000001"


def test_a_subtree_is_a_half_open_range() -> None:
    low, high = levels.subtree("00/52/")
    assert low <= "00/52/" < high and low <= "00/52/27/" < high
    assert not low <= "00/53/" < high and not low <= "00/520/" < high and not low <= "00/52-a/" < high


def day(number: int) -> dt.date:
    return dt.date(2020, 1, number)


def test_position_follows_states_then_successors_then_predecessors() -> None:
    moved = History("p/", [Span(day(5), day(10), A), Span(day(10), None, B)])
    assert [position(moved, day(n)) for n in (1, 5, 9, 10)] == [A, A, A, B]
    merged = History("p/", [Span(day(5), day(10), A)], successors=[(day(10), C)])
    assert [position(merged, day(n)) for n in (9, 10, 20)] == [A, C, C]
    split = History("p/", [Span(day(5), day(10), A)], successors=[(day(10), B), (day(10), C)])
    assert position(split, day(10)) == A
    returned = History("p/", [Span(day(1), day(5), A), Span(day(9), None, B)], successors=[(day(5), C)])
    assert [position(returned, day(n)) for n in (4, 5, 8, 9)] == [A, C, C, B]
    made = History("p/", [Span(day(5), None, A)], predecessors=[(day(5), B)])
    assert [position(made, day(n)) for n in (4, 5)] == [B, A]


def test_the_innermost_boundary_decides() -> None:
    moved = {A: ("r/a/b/", C), B: ("r/a/b/c/", A)}
    taken_in, taken_out = boundaries("r/a/", moved, {C: "r/x/", A: "r/a/"})
    assert (taken_in, taken_out) == (["r/a/", "r/a/b/c/"], ["r/a/b/"])
    assert boundaries("r/a/", {A: ("r/x/a/", B)}, {B: "r/a/y/"}) == (["r/a/", "r/x/a/"], [])
    assert boundaries("r/a/", {A: ("r/a/", B)}, {B: "r/q/"}) == (["r/a/"], [])


def test_units_in_a_circle_are_noticed() -> None:
    with pytest.raises(ValueError, match="circle"):
        boundaries("r/a/", {A: ("r/x/", B), B: ("r/y/", A)}, {A: "r/x/", B: "r/y/"})


def test_the_first_rule_that_fits_decides() -> None:
    rules = (AssignRule("1", where={"title": "x"}), AssignRule("2", children=("01",)),
             AssignRule("3", name_starts="东"), AssignRule("4", code_from="05"), AssignRule("5"))
    children = [("01", "东村"), ("02", "东村"), ("05", "西村"), ("03", "西村")]
    assert assign(children, rules, "9") == {"01": ("2", 2), "02": ("3", 3), "05": ("4", 4), "03": ("9", None)}
