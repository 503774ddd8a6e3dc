"""What other systems are told of plans."""

from __future__ import annotations

from enum import StrEnum

from core.errors import N_
from core.host.contract import EventSpec


class Happened(StrEnum):
    """What happens to plans."""

    APPLIED = "core.plan.applied"


EVENTS = [
    EventSpec(Happened.APPLIED, N_("方案新版本执行"), {
        "plan": N_("方案版本的编号"),
        "version": N_("第几版"),
        "starts_on": N_("起执行日期"),
        "digest": N_("方案原文的 SHA-256"),
        "link": N_("接口地址"),
    }),
]
