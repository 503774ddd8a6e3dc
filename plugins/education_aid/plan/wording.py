"""What an entry about aid says, in Chinese, as the plan page shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core.conditions import parse
from core.funds.rules.sharing import PAYERS
from core.registry.rules.words import OWNER_LEVELS, label
from core.tenancy.grammar.masks import is_state
from plugins.education_aid.plan.vocabulary import FEES, TIERS, VOCABULARY

Value = Mapping[str, Any]
KINDS = {"cash": "发放", "waiver": "免", "reimbursement": "免（补）", "in_kind": "实物", "discretionary": "酌情减免", "loan": "贷款"}
KEEPS = {"highest": "同一学期只给金额最高的一项", "order": "同一学期按次序只给第一项"}
PERIODS = {"year": "年", "term": "学期", "month": "月", "day": "天", "once": "次"}
_FEES, _TIERS = dict(FEES), dict(TIERS)


def where(value: Any) -> str:
    """A condition in words."""
    return "条件待核实" if is_state(value) else parse(value or {}, VOCABULARY)[0].describe()


def named(text: str, names: Mapping[str, str]) -> str:
    """A sentence with the names of units and items in the place of their codes."""
    if not names:
        return text
    codes = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.sub(rf"(?<![\w-])({codes})(?![\w-])", lambda found: names[found[1]], text, flags=re.ASCII)


def amount(value: Any) -> str:
    """How much, in words."""
    if value is None:
        return "不计金额"
    if is_state(value):
        return f"金额待核实（原文“{value.get('printed', '')}”）"
    per = f"元/生/{PERIODS[value.get('per', 'year')]}"
    if "actual" in value:
        return f"按实际{'、'.join(_FEES[one] for one in value['actual'])}"
    if "cases" in value:
        return "；".join(f"{where(case['where'])} {_yuan(case['fixed'])} {per}" for case in value["cases"])
    if "average" in value:
        band = f"（{_yuan(value['least'])} 至 {_yuan(value['most'])}）" if "least" in value and "most" in value else ""
        return f"平均 {_yuan(value['average'])} {per}{band}"
    if "cap" in value:
        return f"不超过 {_yuan(value['cap'])} {per}"
    if "pool" in value:
        return f"按{value['pool']}筹得的款项分配"
    return f"{_yuan(value.get('fixed'))} {per}"


def _yuan(value: Any) -> str:
    return "待核实" if is_state(value) or value is None else str(value)


def share(value: Any) -> str:
    """Who pays, in words."""
    if not value or is_state(value):
        return "分担比例未写明" if value else ""
    said = []
    for part in value["parts"]:
        name = PAYERS[part["payer"]] + (f"（{label(OWNER_LEVELS, part['owner'])}属学校）" if part.get("owner") else "")
        said.append(name + _part(part, value["parts"]))
    return "分担：" + "，".join(said)


def _part(part: Value, parts: list[Value]) -> str:
    if part.get("rest"):
        return "其余" if any(other is not part and other.get("owner") == part.get("owner") for other in parts) else "全额"
    return f" {part['amount']} 元" if part.get("amount") else f" {part['part']} 份"


def item(value: Value) -> str:
    """One item of aid."""
    said = [KINDS[value.get("kind", "cash")], where(value.get("where")), amount(value.get("amount"))]
    said += [f"资金：{value['fund']}"] if value.get("fund") else []
    said += [share(value["share"])] if value.get("share") else []
    return "；".join(said)


def exclusive(value: Value) -> str:
    """Items of which one is given."""
    named = value.get("items")
    if is_state(named) or not named:
        return "项目待核实"
    return f"{'、'.join(named)}：{KEEPS[value.get('keep', 'highest')]}"


def fee(value: Value) -> str:
    """What a school takes."""
    return f"{_FEES[value['fee']]} {_yuan(value.get('amount'))} 元/年：{'、'.join(value['schools'])}"


def forbidden(value: Value) -> str:
    """What no school may take."""
    return "不得收取：" + "、".join(value["words"])


def preference(value: Value) -> str:
    """Who is favoured, and how."""
    points, kind = value.get("points"), value["kind"]
    how = {"offset": f"降 {points} 分录取" if isinstance(points, int) else "降分录取，分值未写明", "priority": "优先安排",
           "tie_break": "同等条件下优先", "tier": f"按“{_TIERS.get(str(value.get('tier')), '')}”认定",
           "pool": f"单列计划 {value.get('share')}%"}[kind]
    return f"{where(value.get('where'))}：{how}" + (f"（{value['destination']}）" if value.get("destination") else "")


def target(value: Value) -> str:
    """A number to be reached."""
    word = {"at_least": "不低于", "at_most": "不超过", "about": "约"}[value.get("comparator", "at_least")]
    wanted = value.get("wanted")
    number = "待核实" if wanted is None or is_state(wanted) else f"{wanted}{'%' if value['measure'] == 'share' else ''}"
    return "两者大体相当" if value["measure"] == "balance" else f"{word} {number}"


def payer(code: str) -> str:
    """Who bears a part of an award, as it is kept: "province", "origin_county:620822", "" for nobody yet."""
    name, _, place = code.partition(":")
    return (PAYERS.get(name, name) if name else "未落实") + (f"（{place}）" if place else "")
