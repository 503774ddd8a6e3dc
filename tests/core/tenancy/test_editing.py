"""Changing one value in the text: comments stay, kinds stay, identity cannot be touched."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from core.errors import InvalidInput, NotFound
from core.tenancy.services.editing import Change, change_value, editable_values, entry_table

TEXT = """# 甲县的方案
schema = 1
[[value]] # 参数
code = "publicity.days"
name = "公示天数"
clause = "一"
value = 7 # 个工作日
flag = true
[[aid.item]]
code = "meal"
clause = "一"
from = 2016-09-01
amount = { fixed = "100.00", per = "year" }
share = { state = "unspecified", printed = "按相关比例" }
[[milestone]]
code = "m"
clause = "一"
due = 2017-12-31
[[stage]]
label = "完小"
code = "primary"
"""


def change(section: str, code: str, key: str, value: str, from_day: dt.date | None = None, position: int = 0) -> str:
    return change_value(TEXT, Change(section, code, position, key, value, from_day))


@pytest.mark.parametrize(("section", "code", "key", "value", "line"), [
    ("value", "publicity.days", "value", "9", "value = 9 # 个工作日"),
    ("value", "publicity.days", "flag", "是", "flag = true"),
    ("value", "publicity.days", "name", "公示", 'name = "公示"'),
    ("aid.item", "meal", "amount.fixed", "120.00", 'amount = { fixed = "120.00", per = "year" }'),
    ("aid.item", "meal", "share", "3:4:3", 'share = "3:4:3"'),
    ("milestone", "m", "due", "2018-06-30", "due = 2018-06-30"),
    ("milestone", "m", "due", "2018", "due = 2018"),
    ("milestone", "m", "to", "2019-01-01", "to = 2019-01-01"),
    ("stage", "完小", "label", "完小", 'label = "完小"'),
])
def test_one_value_changes_and_all_else_stays(section: str, code: str, key: str, value: str, line: str) -> None:
    if key == "label":
        with pytest.raises(InvalidInput):
            change(section, code, key, value)
        return
    found = change(section, code, key, value)
    assert line in found.split("\n")
    before, after = TEXT.split("\n"), found.split("\n")
    assert sum(one != other for one, other in zip(before, after, strict=False)) <= max(1, len(after) - len(before) + 5)
    assert "# 甲县的方案" in found


def test_a_value_from_a_day_ends_the_old_and_adds_a_new_entry() -> None:
    found = change("aid.item", "meal", "amount.fixed", "150.00", dt.date(2018, 3, 1))
    assert entry_table(found, "aid.item", "meal", 0)["to"] == dt.date(2018, 2, 28)
    new = entry_table(found, "aid.item", "meal", 1)
    assert (new["from"], new["amount"]["fixed"]) == (dt.date(2018, 3, 1), "150.00")
    assert "to" not in new
    with pytest.raises(InvalidInput):
        change("aid.item", "meal", "amount.fixed", "150.00", dt.date(2016, 9, 1))
    assert "from = 2018-03-01" in change("value", "publicity.days", "value", "9", dt.date(2018, 3, 1))


@pytest.mark.parametrize(("section", "code", "key", "value", "error"), [
    ("value", "publicity.days", "nothing", "1", InvalidInput),
    ("value", "publicity.days", "value.deep", "1", InvalidInput),
    ("value", "publicity.days", "code", "other", InvalidInput),
    ("value", "publicity.days", "value", "  ", InvalidInput),
    ("milestone", "m", "due", "2018-02-30", InvalidInput),
    ("value", "other", "value", "1", NotFound),
    ("nowhere", "a", "value", "1", NotFound),
    ("nowhere.item", "a", "value", "1", NotFound),
])
def test_what_is_not_there_or_not_a_value_is_refused(
    section: str, code: str, key: str, value: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        change(section, code, key, value)


def test_a_position_past_the_section_is_not_found() -> None:
    with pytest.raises(NotFound):
        change("value", "publicity.days", "value", "1", position=4)


def test_the_form_lists_values_and_states_but_not_identity() -> None:
    found = {item.key: (item.value, item.state) for item in editable_values(entry_table(TEXT, "aid.item", "meal", 0))}
    assert found == {"from": ("2016-09-01", ""), "amount.fixed": ("100.00", ""), "amount.per": ("year", ""),
                     "share": ("按相关比例", "unspecified")}
    assert [item.value for item in editable_values({"on": True, "rate": Decimal("0.5"), "list": [1]})] == ["true", "0.5"]


def test_a_bom_survives_editing() -> None:
    found = change_value("\ufeff" + TEXT, Change("value", "publicity.days", 0, "value", "9"))
    assert found.startswith("\ufeff# 甲县")
