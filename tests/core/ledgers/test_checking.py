"""One declaration judges a form and a million rows alike, and says how to put each cell right."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from core.host.ledgers import Field, Ledger, ledger_faults
from core.ledgers.checking import check_frame, compile_schema, repeated
from core.ledgers.context import Context
from core.ledgers.kinds import AROUND, UNTIDY
from core.ledgers.repeats import LEAST
from core.ledgers.values import written
from tests.core.ledgers.conftest import GOOD
from tests.sample_plugin.ledgers import FAMILIES, GIFTS

SCHOOL = uuid.UUID(int=7)
KNOWN: dict[str, uuid.UUID | str] = {"甲": SCHOOL, "乙": "有两个单位叫这个名字"}
CONTEXT = Context({"unit": lambda texts: {text: KNOWN[text] for text in texts if text in KNOWN}})
FULL = {"unit_id": "甲", **GOOD}
#: texts near the edges of every kind
EDGES = [
    "", " ", "　甲 ", "甲", "乙", "丙", "JX001", "jx1", "12", "１２", "1,234.50", "12,34", "1.234", "-1", "+5", "1e3",
    "31", "0", "2015-09-01", "2015.9.1", "2015年9月1日", "20150901", "2015-02-30", "201509", "2015年9月",
    "2012-12-31", "1899-12-31", "测 试", "欧阳·测试", "张*", "李4", "低保户", "low", "因病、因学", "因病 因学;因灾",
    "因病、别的", "是", "√", "也许", "11010519491231002X", "11010519491231002x", "110105491231002",
    "110105194912310021", "110105194913310021", "13800000000", "+86 138-0000-0000", "0854-5220000",
    "6222 0000 0000 0000", "G110105194912310021", "5227**********1234", "2016-2017", "2016—2018", "2016学年", "上",
    "第二学期", "3", "\x07", "a\nb", "=1+1", "字" * 300, "36.5", "36.55555",
]
TEXT = st.one_of(st.sampled_from(EDGES), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12), st.none())
ROW = st.fixed_dictionaries({}, optional=dict.fromkeys([*FULL, "bank_card", "register_number", "left_on"], TEXT)).map(
    lambda changes: {**FULL, **changes})


def frame_of(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    names = [field.name for field in FAMILIES.fields]
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String))


def singly(row: dict[str, str | None]) -> tuple[dict[str, Any] | None, dict[str, str]]:
    try:
        return compile_schema(FAMILIES, CONTEXT)().load(row), {}
    except ValidationError as error:
        return None, {str(name): "；".join(texts) for name, texts in error.normalized_messages().items()}


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(ROW, min_size=1, max_size=8))
@example([{**FULL, "left_on": "2014-01-01"}, {**FULL, "number": None}, FULL])
def test_the_schema_and_the_columns_judge_the_same_rows_alike(rows: list[dict[str, str | None]]) -> None:
    checked = check_frame(FAMILIES, frame_of(rows), CONTEXT)
    good = {row.pop("row"): row for row in checked.rows.to_dicts()}
    wrong: dict[int, dict[str, str]] = {}
    for error in checked.errors.to_dicts():
        wrong.setdefault(error["row"], {})[error["field"]] = error["message"]
        assert error["value"] == rows[error["row"] - 1].get(error["field"])
    for at, row in enumerate(rows, start=1):
        values, messages = singly(row)
        assert messages == wrong.get(at, {})
        assert values == good.get(at)


def test_a_long_column_that_says_few_things_is_judged_like_a_short_one() -> None:
    texts = [*EDGES, None]
    names = [field.name for field in FAMILIES.fields]
    short = [{name: texts[(row + at) % len(texts)] for at, name in enumerate(names)} for row in range(len(texts))] + [FULL]
    times = -(-LEAST // len(short))

    once, often = (check_frame(FAMILIES, frame_of(rows), CONTEXT) for rows in (short, short * times))

    assert once.errors.height > len(short)
    for found, expected in ((often.errors, once.errors), (often.rows, once.rows)):
        copies = [expected.with_columns(pl.col("row") + copy * len(short)) for copy in range(times)]
        assert found.equals(pl.concat(copies))


@settings(max_examples=200)
@given(st.lists(st.one_of(TEXT, st.text(st.sampled_from([*AROUND, *"甲㐀·・０Ａ！～A9Xz-"]), max_size=4)), min_size=1, max_size=30))
def test_a_text_without_a_sign_of_being_untidy_is_tidy(texts: list[str | None]) -> None:
    column = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
    for tidy, sign in UNTIDY.items():
        plain = column.filter(~pl.col("text").str.contains(sign))
        assert plain.select(tidy(pl.col("text")))["text"].to_list() == plain["text"].to_list()


@settings(max_examples=60)
@given(st.fixed_dictionaries({
    "members": st.integers(1, 30), "area": st.decimals(0, 9999, places=4), "income": st.decimals(0, 10**8, places=2),
    "identified_on": st.dates(dt.date(2013, 1, 1), dt.date(2100, 12, 31)), "kind": st.sampled_from(["poor", "low", "other"]),
    "causes": st.lists(st.sampled_from(["illness", "schooling", "disaster"]), min_size=1, unique=True), "water": st.booleans(),
    "school_year": st.integers(1950, 2100), "term": st.sampled_from([1, 2])}))
def test_what_is_written_into_a_file_reads_back_as_the_same_value(values: dict[str, Any]) -> None:
    texts = {name: written(value, FAMILIES.field(name)) for name, value in values.items()}
    assert compile_schema(FAMILIES, CONTEXT)().load(texts, partial=True) == values


@pytest.mark.parametrize(("field", "text", "value"), [
    ("members", "１２", 12),
    ("members", "1.0", 1),
    ("income", "1,234.5", Decimal("1234.50")),
    ("identified_on", "2015.9.1", dt.date(2015, 9, 1)),
    ("identified_on", "2015-09-01 00:00:00", dt.date(2015, 9, 1)),
    ("paid_month", "2015年9月", "2015-09"),
    ("head", " 张　三 ", "张三"),
    ("head", "阿依·测试", "阿依·测试"),
    ("id_number", "110105491231002", "11010519491231002X"),
    ("phone", "+86 138 0000 0000", "13800000000"),
    ("school_year", "2016—2017学年", 2016),
    ("term", "秋季学期", 1),
    ("water", "×", False),
    ("causes", "因学，因病", ["schooling", "illness"]),
])
def test_ways_people_write_are_read(field: str, text: str, value: Any) -> None:
    assert compile_schema(FAMILIES, CONTEXT)().load({field: text}, partial=True) == {field: value}


@pytest.mark.parametrize(("field", "text", "message"), [
    ("identified_on", "201509", "识别日期须是日期并写到日，如 2015-09-01"),
    ("identified_on", "2015-02-30", "识别日期须是日期并写到日，如 2015-09-01"),
    ("members", "12,34", "人口数须是整数，如 12"),
    ("members", "31", "人口数不能大于 30"),
    ("income", "1.234", "人均纯收入须是数字，最多 2 位小数，如 1234.50"),
    ("id_number", "110105194912310021", "身份证号的校验码不对，请逐位核对"),
    ("id_number", "1101**********002X", "身份证号须是 18 位（或旧的 15 位）号码；带星号的掩码不能填"),
    ("unit_id", "乙", "有两个单位叫这个名字"),
    ("unit_id", "丙", "没有找到这个所属单位，或者它不在您的范围内"),
    ("school_year", "2016-2018", "学年须写作 2016-2017 或 2016"),
    ("head", "张*", "户主姓名里不能有数字、星号或标点"),
    ("number", "", "户编号必填"),
    ("note", "\x07", "备注含有不能保存的字符，请删去后重填"),
])
def test_what_could_mean_two_things_is_refused_with_what_to_write(field: str, text: str, message: str) -> None:
    found = check_frame(FAMILIES, frame_of([{**FULL, field: text}]), CONTEXT).errors.to_dicts()
    assert found == [{"row": 1, "field": field, "value": text, "message": message}]


def test_json_that_is_no_value_is_refused() -> None:
    for value in ({"a": 1}, [[1]], "\0", "\ud800"):
        with pytest.raises(ValidationError) as refused:
            compile_schema(GIFTS)().load({"title": value, "value": 1, "given_on": "2016-01-01"})
        assert refused.value.normalized_messages() == {"title": ["这一项不是可以填写的内容"]}


def test_a_row_that_repeats_an_earlier_one_is_named() -> None:
    rows = check_frame(FAMILIES, frame_of([FULL, {**FULL, "number": "JX002"}, FULL]), CONTEXT).rows
    assert repeated(FAMILIES, rows).to_dicts() == [
        {"row": 3, "field": "number", "value": "JX001", "message": "与第 1 行的户编号相同，一个文件里只能有一行"}]


@pytest.mark.parametrize(("field", "message"), [
    (Field("nowhere", "没有"), "的表缺少列 nowhere"), (Field("note", "备注", "note", sort=True), "要排序"),
    (Field("number", "编号", "choice"), "没有写明选项"), (Field("number", "编号", "colour"), "类型、筛选方式有误")])
def test_a_declaration_at_fault_is_named(field: Field, message: str) -> None:
    bad = Ledger("sample.bad", "坏台账", "坏", FAMILIES.model, (field,), "a", "b", "c")
    assert any(message in text % params for text, params in ledger_faults(bad))
