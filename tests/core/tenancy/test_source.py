"""Text, positions and the faults of the text itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tenancy.grammar import check, grammar
from core.tenancy.grammar.source import decode, read

NESTED = """schema = 1
a.b = 2
where = { stage = ["x", "y"], deep = { z = 1 } }
[[plug.item]]
v = 1
[plug.item.sub]
"quoted key" = 2
[[plug.item]]
list = [
  { n = 1 }, # a remark
  { n = 2 },
]
"""


def test_every_key_knows_its_line() -> None:
    source = read(NESTED)
    assert source.line(("schema",)) == 1
    assert source.line(("a", "b")) == 2
    assert source.line(("where", "deep", "z")) == 3
    assert source.line(("plug", "item", 0)) == 4
    assert source.line(("plug", "item", 0, "sub", "quoted key")) == 7
    assert source.line(("plug", "item", 1, "list", 1, "n")) == 11
    assert source.values["plug"]["item"][1]["list"][1]["n"] == 2


def test_a_missing_key_stands_at_its_table_and_an_unknown_one_at_the_top() -> None:
    source = read(NESTED)
    assert source.line(("plug", "item", 0, "missing")) == 4
    assert source.line(("nowhere", "at", "all")) == 1


def test_utf8_is_read_with_and_without_bom() -> None:
    assert decode("名 = 1".encode()) == ("名 = 1", None)
    assert decode("\ufeff名 = 1".encode()) == ("名 = 1", None)


@pytest.mark.parametrize(("data", "hint"), [("schema = 1\n# 方案".encode("gb18030"), "GB18030"), (b"a\n\n\xff\xff\xff", "UTF-8")])
def test_another_encoding_is_refused_with_its_line(data: bytes, hint: str) -> None:
    checked = check(data, "旧.toml", grammar())
    assert [problem.rule for problem in checked.problems] == ["encoding"]
    assert hint in checked.problems[0].message
    assert checked.problems[0].line == data[: data.find(data[data.rfind(b"\n") + 1 :])].count(b"\n") + 1


def test_every_repeated_key_is_named_with_the_line_of_the_first() -> None:
    source = read('schema = 1\n[[phase]]\nclause = "四"\ncode = "a"\ncode = "b"\n[tenant]\nname = "甲"\n[tenant]\nunit = "1"\n')
    assert [(fault.line, fault.key, fault.rule) for fault in source.faults] == [
        (5, "phase[1].code", "duplicate-key"), (8, "tenant", "duplicate-key")]
    assert source.faults[0].clause == "四"
    assert "第 4 行" in source.faults[0].message


def test_value_faults_do_not_hide_each_other() -> None:
    source = read("""[[phase]]
clause = "四"
from = 2016-02-30
to = 2016-13-01
[[value]]
value = 20xx元
""")
    assert [(fault.line, fault.key, fault.rule, fault.clause) for fault in source.faults] == [
        (3, "phase.from", "impossible-date", "四"),
        (4, "phase.to", "impossible-date", "四"),
        (6, "value.value", "bare-mask", ""),
    ]


@pytest.mark.parametrize(("text", "line", "key"), [
    ("[tenant]\nunit = \"5\nname = 1\n", 2, "tenant.unit"),
    ("[tenant\nunit = 1\n", 1, ""),
    ("schema = 1\n= 3\n", 2, ""),
    ("a = [1,\n2\n", 2, ""),
])
def test_a_fault_of_syntax_is_named_with_its_line(text: str, line: int, key: str) -> None:
    fault = read(text).faults[0]
    assert (fault.line, fault.rule) == (line, "syntax")
    assert fault.key == key or not key


def test_reading_gives_up_after_a_hundred_faults() -> None:
    source = read("".join(f"k{number} = 2016-02-30\n" for number in range(120)))
    assert len(source.faults) == 100
    assert source.values == {}


def test_windows_line_ends_are_read() -> None:
    source = read("schema = 1\r\n[tenant]\r\nunit = \"52\"\r\n")
    assert source.values == {"schema": 1, "tenant": {"unit": "52"}}
    assert source.line(("tenant", "unit")) == 3


def test_the_nul_character_is_refused_before_it_reaches_a_database() -> None:
    for written in ("\\u0000", "\\U00000000", "\x00"):
        fault = read(f'[[duty]]\nclause = "一"\nname = "甲{written}"\n').faults[0]
        assert (fault.line, fault.key, fault.clause, fault.rule) == (3, "duty", "一", "syntax")


def test_a_half_written_pair_and_a_line_that_shifts_are_still_placed() -> None:
    assert read("[tenant]\nunit =\n").faults[0].line == 2
    assert read('[[a]]\nx = 20xx\n[[b]]\nclause = "一"\n').faults[0].clause == ""
    assert read("a = { b = 1, = 2 }\n").faults[0].rule == "syntax"


PIECES = st.sampled_from(["schema = 1", "[tenant]", "[[phase]]", "[[value]]", "[[plug.item]]", "[a.b.c]", "code = ", '"甲"', "=",
                          "{", "}", "[", "]", ",", "\n", "\r\n", "from = 2016-09-01", "2016-02-30", "20xx元", "state", "#",
                          "'", '"""', "x.y.z = 1", "clause = { state = 5 }", "\ufeff", "\x00", "\t", "é", "1e9", "true"])


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_no_text_whatever_breaks_the_checker(text: str) -> None:
    checked = check(text, "f", grammar())
    assert checked.profile is None
    assert checked.errors
    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in checked.problems)
