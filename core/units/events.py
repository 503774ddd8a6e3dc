"""What other systems are told of units."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_
from core.host.contract import EventSpec, UnitChange
from core.host.events import emit
from core.host.manager import PluginHost
from core.units.models import Unit


class Happened(StrEnum):
    """What happens to units."""

    CHANGED = "core.unit.changed"


EVENTS = [
    EventSpec(Happened.CHANGED, N_("单位变更（新建、更名、划转、撤并、拆分、撤销）"), {
        "operation": N_("变更的编号"),
        "kind": N_("变更种类：create、rename、recode、move、merge、split、close、reopen"),
        "undone": N_("是否为撤回这次变更"),
        "on": N_("生效日期"),
        "units": N_("有关单位的编号、代码"),
        "moved": N_("消失的单位与承接单位的编号"),
    }),
]


def emit_change(session: Session, host: PluginHost | None, tenant_id: str, change: UnitChange, *,
                undone: bool = False) -> None:
    """Tell of a change of the tree, or of its undoing, to the tenants of every unit in it."""
    named = dict.fromkeys([*change.unit_ids, *change.moved, *change.moved.values()])
    units = [unit for unit_id in named if (unit := session.get(Unit, unit_id)) is not None]
    data: dict[str, Any] = {
        "operation": str(change.operation_id), "kind": change.kind, "undone": undone, "on": change.on.isoformat(),
        "units": [{"id": str(unit.id), "code": unit.code} for unit in units],
        "moved": {str(old): str(new) for old, new in change.moved.items()},
    }
    emit(session, host, tenant_id, Happened.CHANGED, data, unit_ids=[unit.id for unit in units])
