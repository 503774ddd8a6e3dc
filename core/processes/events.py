"""What other systems may be told of processes."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_
from core.host.contract import EventSpec
from core.host.events import emit
from core.host.manager import PluginHost
from core.host.processes import Process, Step


class Happened(StrEnum):
    """What happens to a record in its process."""

    APPROVED = "core.record.approved"
    MOVED = "core.record.moved"
    RETURNED = "core.record.returned"


_DATA = {"process": N_("流程的代码"), "record": N_("记录的编号"), "step": N_("步骤的代码"), "from": N_("原来的状态"),
         "to": N_("现在的状态")}
EVENTS = [
    EventSpec(Happened.APPROVED, N_("记录已核准"), _DATA),
    EventSpec(Happened.RETURNED, N_("记录已退回"), _DATA),
    EventSpec(Happened.MOVED, N_("记录已办到下一步"), _DATA),
]


def kind_of(process: Process, step: Step, before: str) -> Happened:
    """What a step is to others: a record that becomes frozen has been approved, one that goes back is returned."""
    if step.back:
        return Happened.RETURNED
    froze = process.state(step.target).frozen and not process.state(before).frozen
    return Happened.APPROVED if froze else Happened.MOVED


def tell(session: Session, host: PluginHost | None, process: Process, record: Any, step: Step, before: str) -> None:
    """Tell of a step in the caller's transaction."""
    emit(session, host, record.tenant_id, kind_of(process, step, before),
         {"process": process.code, "record": str(record.id), "step": step.code, "from": before, "to": step.target},
         unit_id=record.unit_id)
