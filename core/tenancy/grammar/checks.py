"""What the entries of a section must satisfy together. Each function takes the entries of one section as
plain dictionaries, the way a plugin's own `SectionSpec.check` does, and returns the problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from core.host.contract import Problem
from core.tenancy.grammar import dates
from core.tenancy.grammar.masks import State
from core.tenancy.values import VALUES

Entries = list[dict[str, Any]]


def problem(entry: dict[str, Any], key: str, rule: str, message: str) -> Problem:
    """A problem at a key of an entry, with the entry's clause."""
    return Problem(f"{entry['key']}.{key}", rule, message, clause=entry.get("clause", ""))


def _series(entries: Entries) -> Iterator[Entries]:
    names = dict.fromkeys(entry.get("series", "") for entry in entries)
    for name in names:
        yield [entry for entry in entries if entry.get("series", "") == name]


def phases(entries: Entries) -> list[Problem]:
    """Phases of a series follow each other day by day; one with a masked date binds none of its neighbours."""
    found: list[Problem] = []
    for entry in entries:
        found += _phase_edges(entry)
    for series in _series(entries):
        known = [entry for entry in series if _known(entry)]
        known.sort(key=lambda entry: (entry["from"], entry["to"]))
        between = {id(entry) for entry in known}
        for before, after in pairwise(known):
            if _masked_between(series, before, after, between):
                continue
            found += _join(before, after)
    return found


def _known(entry: dict[str, Any]) -> bool:
    return isinstance(entry["from"], dt.date) and isinstance(entry["to"], dt.date)


def _masked_between(series: Entries, before: dict[str, Any], after: dict[str, Any], known: set[int]) -> bool:
    """Whether the plan prints, between these two, a phase whose dates it masks."""
    first, last = sorted((series.index(before), series.index(after)))
    return any(id(entry) not in known for entry in series[first + 1 : last])


def _join(before: dict[str, Any], after: dict[str, Any]) -> list[Problem]:
    expected = before["to"] + dates.DAY
    if after["from"] < expected:
        message = f"与“{before['name']}”重叠：上一阶段止于 {before['to']}，本阶段却始于 {after['from']}"
        return [problem(after, "from", "phase-overlap", message)]
    if after["from"] > expected:
        message = f"与“{before['name']}”之间空了 {(after['from'] - expected).days} 天：应始于 {expected}"
        return [problem(after, "from", "phase-gap", message)]
    return []


def _phase_edges(entry: dict[str, Any]) -> list[Problem]:
    precision = entry.get("precision", "day")
    if precision == "day" or not _known(entry):
        return []
    fits = dates.month_edges if precision == "month" else dates.year_edges
    if fits(entry["from"], entry["to"]):
        return []
    unit = "月" if precision == "month" else "年"
    message = f"按{unit}的阶段须起于{unit}初、止于{unit}末，现为 {entry['from']} 至 {entry['to']}"
    return [problem(entry, "precision", "phase-precision", message)]


def milestones(entries: Entries) -> list[Problem]:
    """Milestones of a series stand in the order of their dates, each later than the one before."""
    found: list[Problem] = []
    for series in _series(entries):
        last: tuple[dt.date, str] | None = None
        for entry in series:
            start = entry["from"]
            due = dates.due_day(entry["due"], start, start.year) if isinstance(start, dt.date) else None
            if due is None:
                continue
            if due < start:
                found.append(problem(entry, "due", "milestone-order", f"期限 {due} 早于起始日 {start}"))
            elif last and due <= last[0]:
                message = f"期限 {due} 不晚于上一节点“{last[1]}”的 {last[0]}"
                found.append(problem(entry, "due", "milestone-order", message))
            last = (due, entry["name"])
    return found


def duties(entries: Entries) -> list[Problem]:
    """A duty with no body is a gap."""
    return [
        problem(entry, "body", "duty-without-body", f"任务“{entry['name']}”没有责任部门，列入缺口")
        for entry in entries
        if "body" not in entry
    ]


def reports(entries: Entries) -> list[Problem]:
    """A masked due date is no date: it loads, and no reminder is made of it."""
    return [
        problem(
            entry,
            "due",
            "report-due-masked",
            f"“{entry['name']}”的报送期限原文为“{entry['due'].printed}”：核实前不生成提醒",
        )
        for entry in entries
        if isinstance(entry["due"], State)
    ]


def committees(entries: Entries) -> list[Problem]:
    """Seats name a post once each; the standing ones are among them; the total agrees."""
    found: list[Problem] = []
    for entry in entries:
        seats = entry["seats"]
        if isinstance(seats, State):
            continue
        if not seats:
            found.append(problem(entry, "seats", "committee-seats", "没有写明任何席位"))
        for number, seat in enumerate(seats, 1):
            found += _seat(entry, number, seat, [other["post"] for other in seats[: number - 1]])
        counts = [seat["count"] for seat in seats]
        total = entry.get("total")
        if (
            isinstance(total, int)
            and all(isinstance(count, int) for count in counts)
            and sum(counts) != total
        ):
            message = f"席位合计 {sum(counts)} 人，total 写的是 {total} 人"
            found.append(problem(entry, "total", "committee-total", message))
    return found


def _seat(entry: dict[str, Any], number: int, seat: dict[str, Any], earlier: list[str]) -> list[Problem]:
    key = f"seats[{number}]"
    if seat["post"] in earlier:
        return [problem(entry, f"{key}.post", "committee-seats", f"职务“{seat['post']}”写了两次，请合并人数")]
    count, standing = seat["count"], seat["standing"]
    if isinstance(count, int) and isinstance(standing, int) and standing > count:
        message = f"“{seat['post']}”共 {count} 人，其中常务却有 {standing} 人"
        return [problem(entry, f"{key}.standing", "committee-seats", message)]
    return []


def tags(entries: Entries) -> list[Problem]:
    """A list of units has as many as the plan says, each once."""
    found: list[Problem] = []
    for entry in entries:
        units, count = entry.get("units"), entry.get("count")
        if not isinstance(units, list):
            continue
        repeated = sorted({code for code in units if isinstance(code, str) and units.count(code) > 1})
        if repeated:
            found.append(problem(entry, "units", "tag-count", f"单位重复列出：{'、'.join(repeated)}"))
        elif isinstance(count, int) and len(units) != count:
            found.append(
                problem(entry, "units", "tag-count", f"列出 {len(units)} 个，count 写的是 {count} 个")
            )
    return found


def values(entries: Entries) -> list[Problem]:
    """Core's own parameters: a registered code, a unit that goes with it, a value of its kind."""
    found: list[Problem] = []
    for entry in entries:
        spec = VALUES.get(entry["code"])
        if spec is None:
            known = "、".join(VALUES)
            found.append(
                problem(entry, "code", "unknown-value", f"参数“{entry['code']}”没有登记；已登记：{known}")
            )
            continue
        if entry.get("unit") not in spec.units:
            units = "、".join(spec.units)
            written = entry.get("unit")
            message = f"计量单位“{written}”不适用" if written else "没有写计量单位"
            found.append(problem(entry, "unit", "value-unit", f"{message}；“{spec.title}”用：{units}"))
        if not isinstance(entry["value"], State) and (fault := spec.fault(entry["value"])) is not None:
            found.append(problem(entry, "value", fault.rule, fault))
    return found
