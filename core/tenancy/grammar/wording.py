"""How the value of an entry reads in Chinese on the plan page; values come as JSON keeps them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from core.tenancy.grammar.dates import inclusive_days, inclusive_months
from core.tenancy.grammar.masks import is_state
from core.tenancy.stages import STAGES

PERIOD_NAMES = {"week": "每周", "month": "每月", "quarter": "每季度", "term": "每学期", "year": "每年"}
LEVEL_NAMES = {
    "province": "省",
    "city": "市",
    "county": "县",
    "township": "乡镇",
    "village": "村",
    "school": "学校",
    "person": "学生",
    "unit": "单位",
}
#: the keys of a profile as an official names them
KEY_NAMES = {"number": "文号", "issuer": "印发单位", "date": "成文日期", "source": "来源", "from": "开始", "to": "结束",
             "due": "期限", "target": "目标", "body": "责任部门", "every": "周期", "by": "报送或召集单位", "seats": "席位",
             "post": "职务", "count": "人数", "standing": "常务人数", "holder": "担任者", "members": "成员名单",
             "office": "办公室", "office_unit": "办公室单位", "office_head": "办公室负责人", "total": "合计", "per": "每个单位",
             "units": "名单", "value": "数值", "unit": "计量单位", "form": "报送形式", "name": "名称", "note": "说明"}
STATE_NAMES = {"masked": "原文遮盖", "pending": "待定", "unspecified": "原文未写明"}


def key_words(key: str) -> str:
    """`seats[2].count` as 席位第 2 项的人数; keys of plugins stay as the profile writes them."""
    words: list[str] = []
    for part in key.split("."):
        name, _, number = part.rstrip("]").partition("[")
        words.append(KEY_NAMES.get(name, name) + (f"第 {number} 项" if number else ""))
    return "的".join(words)


def spoken(value: Any) -> str:
    """Any value in words; a state says what stands in print."""
    if is_state(value):
        printed = value.get("printed", "")
        return f"{STATE_NAMES[value['state']]}（“{printed}”）" if printed else STATE_NAMES[value["state"]]
    if isinstance(value, list):
        return "、".join(spoken(item) for item in value)
    if isinstance(value, Mapping):
        return "，".join(f"{key} {spoken(inner)}" for key, inner in value.items())
    return str(value)


def day(value: Any) -> str:
    """A day, a day of every year, a rhythm or a distance in words."""
    if is_state(value):
        return spoken(value)
    if isinstance(value, Mapping):
        if "months" in value:
            return f"起始后 {value['months']} 个月"
        return PERIOD_NAMES[value["every"]] + (f" {value['day']} 日前" if "day" in value else "")
    text = str(value)
    return f"每年 {text}" if len(text) == 5 else text


def programme(value: Mapping[str, Any]) -> str:
    """The programme's title and what it covers."""
    return "：".join(str(value[key]) for key in ("title", "summary") if key in value)


def stage(value: Mapping[str, Any]) -> str:
    """The plan's word and the shared code."""
    return f"“{value['label']}”即{STAGES.get(value['code'], value['code'])}（{value['code']}）"


def phase(value: Mapping[str, Any]) -> str:
    """From when to when, and how long."""
    start, end = value.get("from"), value.get("to")
    text = f"{day(start)} 至 {day(end)}"
    if is_state(start) or is_state(end) or not isinstance(start, str) or not isinstance(end, str):
        return text
    first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    length = f"{inclusive_days(first, last)} 天"
    if value.get("precision") == "month":
        length = f"{inclusive_months(first, last)} 个月"
    return f"{text}（{length}）"


def milestone(value: Mapping[str, Any]) -> str:
    """What is due when."""
    target = f"{value['target']}；" if "target" in value else ""
    return f"{spoken(target)}期限 {day(value['due'])}"


def duty(value: Mapping[str, Any]) -> str:
    """Who answers for it."""
    body = spoken(value["body"]) if "body" in value else "没有责任部门（缺口）"
    level = f"{LEVEL_NAMES[value['level']]}级：" if "level" in value else ""
    return f"{level}{body}{'（配合）' if value.get('part') == 'support' else ''}"


def report(value: Mapping[str, Any]) -> str:
    """Who reports to whom by when."""
    form = f"，{spoken(value['form'])}" if "form" in value else ""
    return f"{spoken(value['by'])} 报 {spoken(value['to'])}，期限 {day(value['due'])}{form}"


def meeting(value: Mapping[str, Any]) -> str:
    """How often, by whom."""
    every = value["every"]
    by = f"，由{spoken(value['by'])}召集" if "by" in value else ""
    return (spoken(every) if is_state(every) else PERIOD_NAMES[every]) + by


def committee(value: Mapping[str, Any]) -> str:
    """The seats, their sum, and where the office sits."""
    seats = value["seats"]
    if is_state(seats):
        text = f"席位{spoken(seats)}"
    else:
        counts = [seat["count"] for seat in seats]
        text = "、".join(_seat(seat) for seat in seats)
        if all(isinstance(count, int) for count in counts):
            text += f"，共 {sum(counts)} 人"
    if "office" in value:
        text += f"；办公室设在{spoken(value['office'])}"
    return text + (f"；名单{spoken(value['members'])}" if "members" in value else "")


def _seat(seat: Mapping[str, Any]) -> str:
    standing = seat.get("standing", 0)
    among = f"（其中常务 {standing} 人）" if isinstance(standing, int) and standing else ""
    count = f"人数{spoken(seat['count'])}" if is_state(seat["count"]) else f"{seat['count']} 人"
    return f"{spoken(seat['post'])} {count}{among}"


def contact(value: Mapping[str, Any]) -> str:
    """Which units name a contact, and how many have."""
    per = value["per"]
    named = len(value.get("named", []))
    return (spoken(per) if is_state(per) else f"每个{LEVEL_NAMES[per]}一名") + (
        f"，已报 {named} 个" if named else ""
    )


def tag(value: Mapping[str, Any]) -> str:
    """How many units the list has."""
    units = value.get("units")
    if isinstance(units, list):
        return f"共 {len(units)} 个单位"
    if units is not None:
        return spoken(units)
    return f"共 {spoken(value['count'])} 个单位，名单未列" if "count" in value else "名单未列"
