"""How the entries about giving read in Chinese on the plan page; values come as JSON keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.tenancy.grammar.wording import day, spoken
from plugins.donations.rules import words

Value = Mapping[str, Any]
_DONORS = {"unit": "单位", "person": "个人", "pool": "集中收取的一笔"}
_BASES = {"single": "一次", "cumulative": "累计", "rolling_year": "一年内累计"}
_TABLES = {"own": "本单位", "area": "本辖区", "line": "按动员单位", "class": "按班级", "kind": "按方式"}
_WHEN = {"any": "任选", "designated_place": "指定到村的", "undesignated": "未指定的", "paired": "结对单位的", "unpaired": "其他单位的"}
_EVENTS = {"disburse": "发放", "report": "报送", "campaign_end": "捐赠活动结束后", "project_end": "项目结束后"}


def campaign(value: Value) -> str:
    """Who holds it, when it is concentrated, what the money is for."""
    parts = [words.label(words.CAMPAIGN_KINDS, value.get("kind", "internal"))]
    if value.get("holder"):
        parts.append(f"主办：{spoken(value['holder'])}")
    if value.get("concentrated_from") or value.get("concentrated_to"):
        first, last = value.get("concentrated_from"), value.get("concentrated_to")
        parts.append(f"集中捐赠 {day(first) if first else ''}—{day(last) if last else ''}")
    if value.get("closes"):
        parts.append(f"平时捐赠每年算到 {spoken(value['closes'])}")
    parts.append("用途另报方案，报来之前不能支出" if value.get("use") == "separate" else _uses(value))
    if value.get("household"):
        parts.append("每笔支出落实到户")
    if value.get("own_place"):
        parts.append("用于本单位帮扶的村、户")
    return "；".join(part for part in parts if part)


def _uses(value: Value) -> str:
    uses = value.get("uses")
    return "用于" + "、".join(words.label(words.USES, use) for use in uses) if isinstance(uses, list) and uses else ""


def threshold(value: Value) -> str:
    """From which amount, how, by whom."""
    than = "超过" if value.get("comparator") == "gt" else "达到"
    upper = f"、不到 {spoken(value['below'])} 元" if value.get("below") else ""
    who = _DONORS.get(str(value.get("donor")), "")
    by = f"，由{spoken(value['issuer'])}颁发" if value.get("issuer") else ""
    basis, amount = _BASES.get(str(value.get("basis", "single"))), spoken(value.get("amount"))
    return f"{who}{basis}{than} {amount} 元{upper}：{spoken(value.get('honour'))}{by}"


def route(value: Value) -> str:
    """To whom it applies, and through which accounts."""
    hops = value.get("hops")
    way = " → ".join(spoken(hop.get("title")) + (f"（{hop['days']} 个{hop.get('day_kind', '自然日')}内转出）" if hop.get("days") else "")
                     for hop in hops) if isinstance(hops, list) else spoken(hops)
    return f"{_WHEN.get(str(value.get('when', 'any')))}：{way}"


def pair(value: Value) -> str:
    """Whose money goes to whom."""
    return f"{spoken(value.get('donor'))} → {spoken(value.get('recipients'))}"


def use(value: Value) -> str:
    """What it may be used for, or not."""
    said = words.label(words.USES, str(value.get("use")))
    return said if value.get("allowed", True) else f"不得用于{said}"


def cost(value: Value) -> str:
    """What the work may cost: nothing."""
    by = f"，由{spoken(value['borne_by'])}承担" if value.get("borne_by") else ""
    return f"捐赠款中列支工作经费 {spoken(value.get('share'))}{by}"


def fund(value: Value) -> str:
    """A named fund."""
    return f"账户 {spoken(value.get('account'))} {_uses(value)}".strip()


def line(value: Value) -> str:
    """Who mobilises whom."""
    donors = f"动员{spoken(value['donors'])}" if value.get("donors") else "动员"
    return f"{spoken(value['body']) if value.get('body') else '没有责任单位'}{donors}"


def deadline(value: Value) -> str:
    """By when."""
    return f"{_EVENTS.get(str(value.get('event')))}：{day(value.get('due'))}"


def clock(value: Value) -> str:
    """Within how many days of what."""
    return f"{_EVENTS.get(str(value.get('event')))} {spoken(value.get('days'))} 个{spoken(value.get('day_kind'))}内公示"


def statistics(value: Value) -> str:
    """Since when gifts count, and which tables are made of them."""
    since = f"自 {day(value['since'])} 起统计" if value.get("since") else ""
    tables = value.get("tables")
    named = "统计表：" + "、".join(_TABLES.get(str(table), str(table)) for table in tables) if isinstance(tables, list) else ""
    return "；".join(part for part in (since, named) if part)


def library(value: Value) -> str:
    """How many each village may put into the library."""
    villages = f"{spoken(value['villages'])} 个村，" if value.get("villages") else ""
    return f"{villages}每村 {spoken(value.get('least', 0))}—{spoken(value.get('most'))} 个"
