"""What the entries about aid must satisfy; each function gives the problems of one section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.conditions import parse
from core.host.contract import Problem
from core.tenancy.grammar.masks import State
from plugins.education_aid.plan.vocabulary import VOCABULARY
from plugins.education_aid.rules.items import Item
from plugins.education_aid.rules.steps import in_ring

Entries = list[dict[str, Any]]
#: ways to say how much, of which an item has exactly one
_MEASURES = ("fixed", "cases", "average", "actual", "cap", "pool")
_COMPUTED = ("cash", "waiver", "reimbursement")


def _problem(entry: Mapping[str, Any], key: str, rule: str, message: str) -> Problem:
    return Problem(f"{entry['key']}.{key}".rstrip("."), rule, message, clause=entry.get("clause", ""))


def items(entries: Entries) -> list[Problem]:
    """Conditions can be read, amounts are said in one way, and items that others build on are there or above."""
    found = [problem for entry in entries for problem in (*conditions(entry, "where"), *_amount(entry), *_share(entry))]
    return [*found, *_rings(entries)]


def exclusives(entries: Entries) -> list[Problem]:
    """At least two items exclude each other, and no item stands in two groups at one time."""
    found, held = [], list[tuple[str, dict[str, Any]]]()
    for entry in entries:
        named = entry["items"] if isinstance(entry.get("items"), list) else []
        if len(set(named)) < len(named) or len(named) == 1:
            found.append(_problem(entry, "items", "aid-exclusive", "须写明两个以上不同的项目编码"))
        twice = [code for code, other in held if code in named and other["code"] != entry["code"]]
        if twice:
            found.append(_problem(entry, "items", "aid-exclusive", f"项目 {'、'.join(twice)} 已在另一组里，一个项目只能在一组"))
        held += [(code, entry) for code in named]
    return found


def _rings(entries: Entries) -> Iterator[Problem]:
    """Items that wait for each other can never be judged; those of other layers are looked at when a plan is read."""
    readable = {entry["code"]: entry for entry in entries if not isinstance(entry.get("where"), State)}
    items = [Item(code, "", "", parse(entry.get("where") or {}, VOCABULARY)[0], adds_to=str(entry.get("adds_to") or ""),
                  replaces=tuple(_texts(entry.get("replaces")))) for code, entry in readable.items()]
    for code in in_ring(items):
        yield _problem(readable[code], "", "aid-ring", "与别的项目互相依赖（在其上增加、取代或以其结果为条件），判定不了")


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def conditions(entry: Mapping[str, Any], key: str) -> Iterator[Problem]:
    """The faults of one condition of an entry."""
    if isinstance(entry.get(key), dict):
        for fault in parse(entry[key], VOCABULARY)[1]:
            yield _problem(entry, f"{key}.{fault.key}".rstrip("."), fault.rule, fault.message)


def _amount(entry: Mapping[str, Any]) -> Iterator[Problem]:
    amount, kind = entry.get("amount"), entry.get("kind", "cash")
    if isinstance(amount, State):
        return
    if not isinstance(amount, dict):
        if kind in _COMPUTED and not entry.get("universal"):
            yield _problem(entry, "amount", "missing-key", "须写明 amount：金额、实际收费，或者照录未写明的状态")
        return
    if kind == "discretionary" or entry.get("universal"):
        yield _problem(entry, "amount", "aid-amount", "酌情减免和普惠免费不预定金额，请删去 amount")
    said = [name for name in _MEASURES if name in amount]
    if len(said) != 1:
        yield _problem(entry, "amount", "aid-amount", f"金额须写且只写一种：{'、'.join(_MEASURES)}")
    if amount.get("per") == "day" and "days" not in amount:
        yield _problem(entry, "amount.days", "aid-days",
                       "按天计发的须写明一年的天数 days（如 200），随学年参数的写 \"school_year\"，原文没有的写成状态")
    if amount.get("per") == "month" and "months" not in amount:
        yield _problem(entry, "amount.months", "aid-days", "按月计发的须写明一年的月数 months，原文没有的写成状态")
    yield from _band(entry, amount)
    cases = amount.get("cases")
    for number, case in enumerate(cases if isinstance(cases, list) else [], 1):
        for fault in parse(case.get("where"), VOCABULARY)[1]:
            yield _problem(entry, f"amount.cases[{number}].where", fault.rule, fault.message)


def _band(entry: Mapping[str, Any], amount: Mapping[str, Any]) -> Iterator[Problem]:
    values = [amount[name] for name in ("least", "average", "most") if name in amount and not isinstance(amount[name], State)]
    if values != sorted(values) or (("least" in amount or "most" in amount) and "average" not in amount):
        yield _problem(entry, "amount", "aid-band", "档次须 least ≤ average ≤ most，并写明平均标准 average")


def _share(entry: Mapping[str, Any]) -> Iterator[Problem]:
    share = entry.get("share")
    parts = share.get("parts") if isinstance(share, dict) else None
    if not isinstance(parts, list):
        return
    for part in parts:
        said = [name for name in ("part", "amount", "rest") if part.get(name)]
        if len(said) != 1:
            yield _problem(entry, "share", "aid-share", "每一级写且只写一种：份数 part、金额 amount 或其余 rest")
    owners = [part.get("owner") for part in parts if part.get("rest")]
    if len(set(owners)) != len(owners):
        yield _problem(entry, "share", "aid-share", "只能有一级承担其余部分")


def preferences(entries: Entries) -> list[Problem]:
    """Each kind says what it needs."""
    needed = {"offset": "points", "tier": "tier", "pool": "share"}
    found = []
    for entry in entries:
        found += list(conditions(entry, "where"))
        want = needed.get(str(entry.get("kind")))
        if want and want not in entry:
            found.append(_problem(entry, want, "missing-key", f"须写明 {want}，原文没有的写成状态"))
    return found


def targets(entries: Entries) -> list[Problem]:
    """Parts printed beside a whole add up to it; "about" waits for a tolerance."""
    found = []
    for entry in entries:
        parts, wanted = entry.get("parts"), entry.get("wanted")
        if isinstance(parts, list) and isinstance(wanted, int) and sum(parts) != wanted:
            found.append(_problem(entry, "parts", "aid-parts", f"分项之和 {sum(parts)} 与总数 {wanted} 不符"))
        if entry.get("comparator") == "about" and "tolerance" not in entry:
            found.append(_problem(entry, "tolerance", "missing-key", "“大体相当”“左右”须写明允许的差距 tolerance，原文没有的写成状态"))
    return found
