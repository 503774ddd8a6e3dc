"""What the two ledgers of dated statuses have in common."""

from __future__ import annotations

import datetime as dt

from core.errors import N_
from core.host.ledgers import Check, Field
from core.people.ledgers.common import HOUSEHOLD, NOTE, PERSON, named, unit
from core.registry.rules.statuses import HOUSEHOLD as OF_HOUSEHOLD
from core.registry.rules.statuses import KINDS
from core.registry.rules.statuses import PERSON as OF_PERSON

CHECKS = (Check(("since", "until"), "until", N_("结束日期须晚于开始日期"), lambda row: row["until"] <= row["since"]),)


def _fields(subject: Field, whose: str) -> tuple[Field, ...]:
    kinds = tuple((kind.code, kind.label) for kind in KINDS.values() if whose in kind.subjects)
    return (
        subject,
        Field("kind", N_("身份类别"), "choice", required=True, key=True, choices=kinds, filter="choice",
              aliases=("类别", "困难类型", "身份", "贫困类型", "认定类别", "户类别")),
        Field("since", N_("开始日期"), "date", required=True, key=True, filter="range", sort=True, least=dt.date(1990, 1, 1),
              aliases=("认定日期", "认定时间", "起始日期", "自", "识别日期", "纳入日期")),
        Field("until", N_("结束日期"), "date", aliases=("终止日期", "截止日期", "止", "退出日期"),
              help=N_("从这一天起不再是；仍然是的不填")),
        Field("source", N_("依据"), most=120, aliases=("来源", "认定依据", "数据来源")),
        NOTE,
        unit(N_("登记单位")),
    )


def person_fields() -> tuple[Field, ...]:
    """Of persons."""
    return _fields(named(PERSON, N_("人员"), name="subject_id", key=True), OF_PERSON)


def household_fields() -> tuple[Field, ...]:
    """Of households."""
    return _fields(named(HOUSEHOLD, N_("户"), name="subject_id", required=True, key=True), OF_HOUSEHOLD)
