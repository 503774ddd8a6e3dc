"""What the entries about giving must satisfy together; each function gives the problems of one section."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from typing import Any

from core.host.contract import Problem
from plugins.donations.rules import words
from plugins.donations.rules.voluntary import LAW, apportioned

Entries = list[dict[str, Any]]


def _problem(entry: dict[str, Any], key: str, rule: str, message: str) -> Problem:
    return Problem(f"{entry['key']}.{key}", rule, message, clause=entry.get("clause", ""))


def voluntary(entries: Entries) -> list[Problem]:
    """No words ask a fixed sum of anybody (每人100元), and none name who has not given."""
    return [_problem(entry, key, "apportionment", f"“{said}”是摊派或者变相摊派：捐赠应当自愿（{LAW}）")
            for entry in entries for key, text in _texts(entry) if (said := apportioned(text))]


def _texts(entry: dict[str, Any]) -> list[tuple[str, str]]:
    return [(key, text) for key, value in entry.items() if key not in ("key", "clause", "code")
            for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]


def campaigns(entries: Entries) -> list[Problem]:
    """Public fund-raising needs a qualified body; uses are known ones."""
    found = voluntary(entries)
    for entry in entries:
        if entry.get("kind") == "public" and entry.get("holder_kind") not in (None, *words.QUALIFIED):
            found.append(_problem(entry, "holder_kind", "donations-holder",
                                  "公开募捐须由取得公开募捐资格的组织开展（《中华人民共和国慈善法》第二十二条）"))
        found += _known_uses(entry)
    return found


def _known_uses(entry: dict[str, Any]) -> list[Problem]:
    uses = entry.get("uses")
    wrong = [use for use in uses if use not in words.codes(words.USES) or use == words.COSTS] if isinstance(uses, list) else []
    known = "、".join(code for code, _ in words.USES if code != words.COSTS)
    return [_problem(entry, "uses", "donations-use", f"“{use}”不是可用的用途；可用：{known}") for use in wrong]


def thresholds(entries: Entries) -> list[Problem]:
    """Bands of one kind of donor do not overlap, and none ends before it begins."""
    found = voluntary(entries)
    known = [entry for entry in entries if isinstance(entry.get("amount"), Decimal)]
    for entry in known:
        below = entry.get("below")
        if isinstance(below, Decimal) and below <= entry["amount"]:
            found.append(_problem(entry, "below", "donations-band", f"上限 {below} 不高于起点 {entry['amount']}"))
    for one, other in combinations(known, 2):
        if _same_scale(one, other) and _overlap(one, other):
            found.append(_problem(other, "amount", "donations-band", f"与“{one['name']}”的金额段重叠，一笔捐赠只能落在一段"))
    return found


def _same_scale(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one.get(name) == other.get(name) for name in ("donor", "basis", "honour", "from"))


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    first, second = sorted((one, other), key=lambda entry: entry["amount"])
    top = first.get("below")
    return not isinstance(top, Decimal) or top > second["amount"]


def routes(entries: Entries) -> list[Problem]:
    """A route has at least one account, and passes through none twice."""
    found = voluntary(entries)
    for entry in entries:
        hops = entry.get("hops")
        if not isinstance(hops, list):
            continue
        accounts = [hop.get("account") for hop in hops if isinstance(hop, dict)]
        if not accounts or len(set(map(str, accounts))) != len(accounts):
            found.append(_problem(entry, "hops", "donations-route", "去向至少写一个账户，同一账户不能经过两次"))
    return found


def costs(entries: Entries) -> list[Problem]:
    """Work costs are never charged to gifts."""
    return [_problem(entry, "share", "management-cost", "工作经费不得在捐赠款中列支，只能写 0") for entry in entries
            if entry.get("share") != 0 and isinstance(entry.get("share"), int)] + voluntary(entries)


def lines(entries: Entries) -> list[Problem]:
    """A line with no responsible body is a gap."""
    return voluntary(entries) + [
        _problem(entry, "body", "duty-without-body", f"“{entry['name']}”没有责任单位，列入缺口")
        for entry in entries if "body" not in entry]


def library(entries: Entries) -> list[Problem]:
    """The least is no more than the most."""
    return voluntary(entries) + [
        _problem(entry, "least", "donations-library", f"最少 {entry['least']} 个多于最多 {entry['most']} 个") for entry in entries
        if isinstance(entry.get("most"), int) and entry.get("least", 0) > entry["most"]]
