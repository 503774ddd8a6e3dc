"""What marshmallow says of wrong input, in our words: its own are English, and say too little."""

from __future__ import annotations

import re

from core.errors import N_

_TEXTS = {
    "Missing data for required field.": N_("必填"), "Field may not be null.": N_("不能为空"), "Unknown field.": N_("没有这一项"),
    "Invalid input type.": N_("须是一个对象 { … }"), "Invalid type.": N_("须是列表 [ … ]"), "Not a valid list.": N_("须是列表 [ … ]"),
    "Not a valid mapping type.": N_("须是一个对象 { … }"), "Not a valid string.": N_("须是文字"),
    "Not a valid integer.": N_("须是整数"), "Not a valid number.": N_("须是数字"), "Number too large.": N_("数字太大"),
    "Special numeric values (nan or infinity) are not permitted.": N_("须是数字"),
    "Not a valid boolean.": N_("须是 true 或 false"), "Not a valid date.": N_("日期须写作 2026-11-21"),
    "Not a valid datetime.": N_("时间须写作 2026-11-21T08:30:00"), "Not a valid UUID.": N_("须是 UUID 样式的编号"),
    "String does not match expected pattern.": N_("写法不对"), "Invalid value.": N_("填写有误"),
}
_FORMS = (
    (re.compile(r"Must be greater than or equal to (?P<least>\S+) and less than or equal to (?P<most>\S+)\."),
     N_("须在 %(least)s 到 %(most)s 之间")),
    (re.compile(r"Must be greater than or equal to (?P<least>\S+)\."), N_("不能小于 %(least)s")),
    (re.compile(r"Must be less than or equal to (?P<most>\S+)\."), N_("不能大于 %(most)s")),
    (re.compile(r"Length must be between (?P<least>\d+) and (?P<most>\d+)\."), N_("长度须在 %(least)s 到 %(most)s 之间")),
    (re.compile(r"Longer than maximum length (?P<most>\d+)\."), N_("长度最多 %(most)s")),
    (re.compile(r"Shorter than minimum length (?P<least>\d+)\."), N_("长度至少 %(least)s")),
    (re.compile(r"Must be one of: (?P<choices>.*)\."), N_("须是其中之一：%(choices)s")),
)


def worded(text: str) -> tuple[str, dict[str, str]]:
    """Our message for one of marshmallow's, with its parameters; any other text is its own."""
    for form, message in _FORMS:
        found = form.fullmatch(text)
        if found:
            return message, found.groupdict()
    return _TEXTS.get(text, text), {}


def in_chinese(text: str) -> str:
    """The same filled in."""
    message, values = worded(text)
    return message % values if values else message
