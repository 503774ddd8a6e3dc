"""The parameters of core that a plan may set with `[[value]]`, by registered code.

The amounts of a programme are sections of its plugin; here stand only the few values that every programme
shares. National defaults live in tenants/national.toml, never here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields

from core.errors import N_
from core.tenancy.grammar.fields import Count, MonthDay, RuleText


@dataclass(frozen=True)
class ValueSpec:
    """One registered parameter: its kind of value, the units it may be written in, what it governs."""

    code: str
    title: str
    field: fields.Field[Any]
    units: tuple[str, ...]
    summary: str

    def fault(self, value: object) -> RuleText | None:
        """What is wrong with a value, or None."""
        try:
            self.field.deserialize(value)
        except ValidationError as error:
            return next(text for text in error.messages if isinstance(text, RuleText))
        return None


def _registry(*specs: ValueSpec) -> Mapping[str, ValueSpec]:
    return {spec.code: spec for spec in specs}


VALUES: Mapping[str, ValueSpec] = _registry(
    ValueSpec(
        "publicity.days",
        N_("公示天数"),
        Count(least=1, most=365),
        ("工作日", "自然日", "教学日"),
        N_("名单公示的最短天数，按所写的日期种类计算"),
    ),
    ValueSpec(
        "objection.days",
        N_("异议答复天数"),
        Count(least=1, most=365),
        ("工作日", "自然日"),
        N_("收到异议后答复的期限"),
    ),
    ValueSpec(
        "retention.accounts",
        N_("会计资料保管年限"),
        Count(least=1, most=100),
        ("年",),
        N_("收支与发放的记录，从会计年度终了起至少保管多少年"),
    ),
    ValueSpec(
        "retention.pupils",
        N_("学生档案保存年限"),
        Count(least=1, most=100),
        ("年",),
        N_("学生离校后，连同姓名的档案至少保存多少年；上下级都写的，以最长的为准；都没有写的，不会到期"),
    ),
    ValueSpec(
        "retention.aid",
        N_("资助档案保存年限"),
        Count(least=1, most=100),
        ("年",),
        N_("最后一次资助发放后，连同姓名的资助档案至少保存多少年；上下级都写的，以最长的为准；都没有写的，受过资助的学生不会到期"),
    ),
    ValueSpec("school_year.start", N_("学年开始"), MonthDay(), ("月-日",), N_("学年的第一天")),
    ValueSpec(
        "school_year.days",
        N_("学年在校天数"),
        Count(least=1, most=366),
        ("教学日",),
        N_("按天计发的补助用以折算的学年天数"),
    ),
    ValueSpec("term.autumn.start", N_("秋季学期开始"), MonthDay(), ("月-日",), N_("秋季学期的第一天")),
    ValueSpec("term.autumn.end", N_("秋季学期结束"), MonthDay(), ("月-日",), N_("秋季学期的最后一天")),
    ValueSpec("term.spring.start", N_("春季学期开始"), MonthDay(), ("月-日",), N_("春季学期的第一天")),
    ValueSpec("term.spring.end", N_("春季学期结束"), MonthDay(), ("月-日",), N_("春季学期的最后一天")),
)


def comparable(entry: Mapping[str, Any]) -> tuple[str, int] | None:
    """What floor and ceiling compare: a number with its unit; days of the year have no order."""
    value = entry.get("value")
    return (str(entry.get("unit", "")), value) if isinstance(value, int) else None


def describe(entry: Mapping[str, Any]) -> str:
    """The value in Chinese, as the plan page shows it."""
    unit = entry.get("unit", "")
    return f"每年 {entry['value']}" if unit == "月-日" else f"{entry['value']} {unit}"
