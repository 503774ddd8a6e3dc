"""What other systems are told of access rules."""

from __future__ import annotations

from enum import StrEnum

from core.errors import N_
from core.host.contract import EventSpec


class Happened(StrEnum):
    """What happens to access rules."""

    CHANGED = "core.access.changed"


EVENTS = [
    EventSpec(Happened.CHANGED, N_("访问规则变更"), {
        "version": N_("规则的新版本"),
        "added": N_("增加的条数"),
        "ended": N_("终止的条数"),
    }),
]
