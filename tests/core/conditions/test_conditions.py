"""The language of conditions: one record, columns and tables judge alike, and say what is missing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Date, Integer, MetaData, String, Table, create_engine, insert, select

from core.conditions import CHOICE, DATE, FLAG, NUMBER, SET, Fact, member, parse, vocabulary
from core.conditions.columns import columns_of, to_polars
from core.conditions.parsing import DEEPEST
from core.conditions.sql import to_sql
from core.conditions.tree import Condition

STAGE = Fact("stage", "学段", CHOICE, (("primary", "小学"), ("junior", "初中"), ("senior", "普高")),
             {"compulsory": ("primary", "junior")})
CATEGORY = Fact("category", "身份类别", SET, (("filing_card", "建档立卡"), ("orphan", "孤儿")))
KNOWN = vocabulary([STAGE, CATEGORY, Fact("boarding", "寄宿", FLAG), Fact("age", "年龄", NUMBER, measure="岁"),
                    Fact("born", "出生日期", DATE), Fact("home", "户籍地", SET)])


def read(where: Any) -> Condition:
    condition, faults = parse(where, KNOWN)
    assert faults == []
    return condition


def test_a_table_joins_its_keys_by_and() -> None:
    condition = read({"stage": ["primary", "初中"], "boarding": True, "category": "建档立卡"})
    whole = {"stage": "junior", "boarding": True, "category": {"filing_card"}}
    assert condition.holds(whole) is True
    assert condition.holds({**whole, "boarding": False}) is False
    assert condition.holds({**whole, "category": set()}) is False


def test_a_word_may_stand_for_several_codes() -> None:
    condition = read({"stage": "compulsory"})
    assert [condition.holds({"stage": stage}) for stage in ("primary", "junior", "senior")] == [True, True, False]


@pytest.mark.parametrize(("sign", "held"), [("gt", [False, False, True]), ("gte", [False, True, True]),
                                            ("lt", [True, False, False]), ("lte", [True, True, False]),
                                            ("eq", [False, True, False])])
def test_comparisons_include_the_number_or_not_as_they_say(sign: str, held: list[bool]) -> None:
    condition = read({"age": {sign: 6}})
    assert [condition.holds({"age": age}) for age in (5, 6, 7)] == held


def test_a_cohort_has_two_days() -> None:
    condition = read({"born": {"gte": dt.date(2003, 9, 1), "lte": "2013-08-31"}})
    days = [dt.date(2003, 8, 31), dt.date(2003, 9, 1), dt.date(2013, 8, 31), dt.date(2013, 9, 1)]
    assert [condition.holds({"born": day}) for day in days] == [False, True, True, False]


def test_what_nobody_knows_leaves_open_only_what_depends_on_it() -> None:
    condition = read({"stage": "primary", "boarding": True})
    assert condition.holds({"stage": "primary"}) is None and condition.missing({"stage": "primary"}) == ["boarding"]
    assert condition.holds({"stage": "senior"}) is False and condition.missing({"stage": "senior"}) == []
    either = read({"any": [{"boarding": True}, {"category": "orphan"}]})
    assert either.holds({"category": {"orphan"}}) is True
    assert either.missing({"category": set()}) == ["boarding"]


def test_all_of_a_set_and_none_of_it_can_be_asked() -> None:
    both = read({"category": {"all": ["filing_card", "orphan"]}})
    assert both.holds({"category": {"filing_card"}}) is False and both.holds({"category": {"filing_card", "orphan"}})
    neither = read({"category": {"not": ["filing_card", "orphan"]}})
    assert neither.holds({"category": set()}) is True and neither.holds({"category": {"orphan"}}) is False


def test_it_says_itself_in_chinese() -> None:
    assert read({"stage": ["primary", "junior"], "boarding": True, "age": {"gte": 6, "lt": 16}}).describe() == (
        "学段为小学、初中；寄宿；（年龄不低于 6 岁；年龄不满 16 岁）")
    assert read({"not": {"boarding": False}}).describe() == "不是：不寄宿"
    assert read({"any": [{"born": {"gt": "2010-01-01"}}, {"age": 7}]}).describe() == "出生日期晚于 2010-01-01，或者年龄为 7 岁"
    assert read({}).describe() == "不限" and read({}).holds({}) is True


@pytest.mark.parametrize(("where", "key", "rule"), [
    ({"sage": 1}, "sage", "condition-fact"), ({"stage": "大学堂"}, "stage", "condition-word"),
    ({"boarding": "yes"}, "boarding", "condition-word"), ({"age": "20xx"}, "age", "condition-word"),
    ({"born": "2010-02-30"}, "born", "condition-word"), ({"age": {"over": 6}}, "age.over", "condition-shape"),
    ({"boarding": {"gt": True}}, "boarding.gt", "condition-shape"), ({"any": []}, "any", "condition-shape"),
    ({"any": [{"stage": "x"}]}, "any[1].stage", "condition-word"), ("stage", "", "condition-shape"),
    ({"stage": []}, "stage", "condition-shape"), ({"age": []}, "age", "condition-shape"), ({"age": {}}, "age", "condition-shape"),
    ({"age": "NaN"}, "age", "condition-word"), ({"age": True}, "age", "condition-word"),
])
def test_a_fault_names_its_key_and_rule(where: Any, key: str, rule: str) -> None:
    _, faults = parse(where, KNOWN)
    assert [(fault.key, fault.rule) for fault in faults] == [(key, rule)]


def test_nesting_has_an_end() -> None:
    where: dict[str, Any] = {"boarding": True}
    for _ in range(DEEPEST + 3):
        where = {"not": where}
    _, faults = parse(where, KNOWN)
    assert [fault.rule for fault in faults] == ["condition-depth"]


def test_a_fact_is_declared_once_and_of_a_known_kind() -> None:
    with pytest.raises(ValueError, match="stage"):
        vocabulary([STAGE, STAGE])
    with pytest.raises(ValueError, match="shape"):
        vocabulary([Fact("odd", "", "shape")])


LEAVES = st.one_of(
    st.builds(lambda words: {"stage": words}, st.lists(st.sampled_from(["primary", "junior", "senior"]), min_size=1)),
    st.builds(lambda words: {"category": words}, st.lists(st.sampled_from(["filing_card", "orphan"]), min_size=1)),
    st.builds(lambda flag: {"boarding": flag}, st.booleans()),
    st.builds(lambda sign, age: {"age": {sign: age}}, st.sampled_from(["gt", "gte", "lt", "lte", "eq", "not"]), st.integers(0, 20)),
    st.builds(lambda sign, half: {"age": {sign: Decimal(half) / 2}}, st.sampled_from(["gt", "lte"]), st.integers(0, 40)),
    st.builds(lambda sign, day: {"born": {sign: day}}, st.sampled_from(["gte", "lt"]),
              st.dates(dt.date(2005, 1, 1), dt.date(2015, 1, 1))),
)
TREES = st.recursive(LEAVES, lambda inner: st.one_of(
    st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
    st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
    st.builds(lambda part: {"not": part}, inner)), max_leaves=6)
RECORDS = st.fixed_dictionaries({
    "stage": st.none() | st.sampled_from(["primary", "junior", "senior"]),
    "category": st.none() | st.frozensets(st.sampled_from(["filing_card", "orphan"])),
    "boarding": st.none() | st.booleans(), "age": st.none() | st.integers(0, 20),
    "born": st.none() | st.dates(dt.date(2005, 1, 1), dt.date(2015, 1, 1))})


FAMILY = vocabulary([Fact("days_since", "{}起的天数", NUMBER, (("orphan", "孤儿"), ("moved", "搬迁")), measure="天", family=True),
                     Fact("had", "{}的次数", NUMBER, family=True, fits=str.isalpha), CATEGORY])


def test_a_fact_of_a_family_is_asked_by_its_code() -> None:
    condition, faults = parse({"days_since": {"孤儿": {"lt": 30}, "moved": {"gte": 5}}, "had": {"x": 2}}, FAMILY)
    assert faults == [] and condition.facts == ["days_since.orphan", "days_since.moved", "had.x"]
    assert condition.describe() == "（孤儿起的天数不满 30 天；搬迁起的天数不低于 5 天）；x的次数为 2"
    facts = {"days_since.orphan": 3, "days_since.moved": 9, "had.x": 2}
    assert condition.holds(facts) is True and condition.missing({**facts, "had.x": None}) == ["had.x"]


@pytest.mark.parametrize(("where", "rule"), [
    ({"days_since": 3}, "condition-shape"), ({"days_since": {}}, "condition-shape"), ({"days_since": {"born": 3}}, "condition-word"),
    ({"had": {"x1": 3}}, "condition-word")])
def test_a_family_without_a_known_code_is_a_fault(where: dict[str, Any], rule: str) -> None:
    assert [fault.rule for fault in parse(where, FAMILY)[1]] == [rule]


def test_a_set_known_in_part_leaves_open_what_is_not_known_of_it() -> None:
    condition = read({"category": ["filing_card", "orphan"]})
    assert condition.holds({"category": {"filing_card": None, "orphan": True}}) is True
    assert condition.holds({"category": {"filing_card": None}}) is None
    assert condition.holds({"category": {"filing_card": False}}) is False


def test_an_expression_may_stand_for_a_column() -> None:
    condition = read({"not": {"category": ["filing_card", "orphan"]}})
    frame = pl.DataFrame({"category=orphan": [False, False, True], "other": [True, None, None]})
    given_instead = {member("category", "filing_card"): pl.col("other")}
    assert frame.select(to_polars(condition, given_instead).alias("held"))["held"].to_list() == [False, None, False]


def _columns(records: list[dict[str, Any]]) -> dict[str, list[Any]]:
    plain = {name: [record[name] for record in records] for name in ("stage", "boarding", "age", "born")}
    sets = {member("category", code): [None if record["category"] is None else code in record["category"] for record in records]
            for code in ("filing_card", "orphan")}
    return plain | sets


@given(TREES, st.lists(RECORDS, min_size=1, max_size=12))
def test_one_record_columns_and_tables_judge_alike(where: dict[str, Any], records: list[dict[str, Any]]) -> None:
    condition = read(where)
    wanted = [condition.holds(record) for record in records]
    columns = _columns(records)
    types = {"stage": pl.String, "boarding": pl.Boolean, "age": pl.Int64, "born": pl.Date}
    frame = pl.DataFrame({name: pl.Series(name, values, types.get(name, pl.Boolean)) for name, values in columns.items()})
    assert set(columns_of(condition)) <= set(frame.columns)
    assert frame.select(to_polars(condition).alias("held"))["held"].to_list() == wanted
    table = Table("records", MetaData(), Column("id", Integer, primary_key=True), Column("stage", String),
                  Column("boarding", Boolean), Column("age", Integer), Column("born", Date),
                  *(Column(name, Boolean) for name in columns if "=" in name))
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"id": at} | {name: values[at] for name, values in columns.items()}
                                           for at in range(len(records))])
        found = connection.execute(select(to_sql(condition, dict(table.c))).order_by(table.c.id)).scalars().all()
    engine.dispose()
    assert [None if one is None else bool(one) for one in found] == wanted
    assert all((condition.missing(record) == []) == (held is not None) for record, held in zip(records, wanted, strict=True))
