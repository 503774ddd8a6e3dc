"""The kinds of dated status a person or a household may have, and which cannot stand together.

Before 2021 the household file (建档立卡) decides; after it 脱贫户 and the three kinds of 监测对象, each with its risk
eliminated or not. A status is a fact at a date: a child's category is asked for on the day of the award.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import N_

PERSON, HOUSEHOLD = "person", "household"
_BOTH = (PERSON, HOUSEHOLD)


@dataclass(frozen=True)
class StatusKind:
    """A kind of status. `excludes`: kinds of one such group never stand together on one day."""

    code: str
    label: str
    subjects: tuple[str, ...] = _BOTH
    group: str = ""


_ALL = (
    StatusKind("filing_card", N_("建档立卡")),
    StatusKind("allowance", N_("最低生活保障")),
    StatusKind("extreme_hardship", N_("特困供养")),
    StatusKind("low_income", N_("低收入（低保边缘）")),
    StatusKind("orphan", N_("孤儿"), (PERSON,)),
    StatusKind("unsupported_child", N_("事实无人抚养儿童"), (PERSON,)),
    StatusKind("disabled", N_("残疾"), (PERSON,)),
    StatusKind("disabled_child", N_("残疾人子女"), (PERSON,)),
    StatusKind("martyr_child", N_("烈士子女"), (PERSON,)),
    StatusKind("special_care_child", N_("优抚对象子女"), (PERSON,)),
    StatusKind("left_behind", N_("留守儿童"), (PERSON,)),
    StatusKind("in_distress", N_("困境儿童"), (PERSON,)),
    StatusKind("migrant_child", N_("随迁子女"), (PERSON,)),
    StatusKind("single_parent", N_("单亲家庭"), (PERSON,)),
    StatusKind("only_child", N_("农村独生子女"), (PERSON,)),
    StatusKind("out_of_poverty", N_("脱贫户"), _BOTH, "exit"),
    StatusKind("out_of_poverty_no_policy", N_("脱贫不享受政策户"), _BOTH, "exit"),
    StatusKind("monitored_unstable", N_("监测对象：脱贫不稳定户"), _BOTH, "monitored"),
    StatusKind("monitored_marginal", N_("监测对象：边缘易致贫户"), _BOTH, "monitored"),
    StatusKind("monitored_sudden", N_("监测对象：突发严重困难户"), _BOTH, "monitored"),
    StatusKind("risk_open", N_("风险未消除"), _BOTH, "risk"),
    StatusKind("risk_eliminated", N_("风险已消除"), _BOTH, "risk"),
    StatusKind("disaster", N_("受灾"), _BOTH),
    StatusKind("serious_illness", N_("重病"), _BOTH),
    StatusKind("minority", N_("少数民族困难家庭"), _BOTH),
    StatusKind("hardship_special", N_("家庭经济特别困难"), (PERSON,), "tier"),
    StatusKind("hardship", N_("家庭经济困难"), (PERSON,), "tier"),
    StatusKind("hardship_general", N_("家庭经济一般困难"), (PERSON,), "tier"),
)
KINDS = {kind.code: kind for kind in _ALL}


@dataclass(frozen=True)
class Span:
    """A kind from a day up to but not including another; None: still true."""

    kind: str
    since: dt.date
    until: dt.date | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is true on a day."""
        return self.since <= day and (self.until is None or day < self.until)

    def meets(self, other: Span) -> bool:
        """Whether the two share a day."""
        return (other.until is None or self.since < other.until) and (self.until is None or other.since < self.until)


def status_label(code: str) -> str:
    """What officials call a kind."""
    kind = KINDS.get(code)
    return kind.label if kind else code


def against(new: Span, others: Iterable[Span]) -> Span | None:
    """The first status that the new one cannot stand beside: of its own kind, or of its group, sharing a day."""
    group = KINDS[new.kind].group if new.kind in KINDS else ""
    for other in others:
        same = other.kind == new.kind or (group and other.kind in KINDS and KINDS[other.kind].group == group)
        if same and new.meets(other):
            return other
    return None
