"""Undoing a change of the tree while nothing has been built on it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import N_, Conflict
from core.extensions import Actor, utcnow
from core.extensions.phrases import phrase
from core.host.contract import UnitChange
from core.host.manager import PluginHost
from core.trail.models import PLATFORM
from core.trail.services import record
from core.units.events import emit_change
from core.units.models import Unit, UnitLink, UnitOperation, UnitVersion
from core.units.permissions import Action
from core.units.queries import get_operation, later_operations
from core.units.services.locks import lock_tree
from core.units.services.operations import tell
from core.units.services.paths import settle_path
from core.units.services.writing import KEPT

UNDONE = phrase(N_("撤回：%(sentence)s"))


def why_not_undo(session: Session, operation: UnitOperation) -> str:
    """What stands in the way of undoing, or nothing."""
    if operation.undone_at is not None:
        return f"已由{operation.undone_by}撤回"
    if operation.kind == "import":
        return "名单导入不能撤回，请导入更正后的名单"
    later = later_operations(session, operation)
    if later:
        listed = "；".join(one.sentence for one in later[:3])
        return f"以后又办理了 {len(later)} 项变更，请先撤回它们：{listed}"
    founded = [uuid.UUID(text) for text in _list(operation, "founded")]
    own = [uuid.UUID(key) for key in _dict(operation, "before")]
    child = session.scalar(select(Unit).where(Unit.parent_id.in_(founded), Unit.id.not_in(own)).limit(1))
    if child is not None:
        return f"新设的单位下面已有{child.name}"
    return ""


def undo_operation(session: Session, operation_id: uuid.UUID, actor: Actor, *,
                   hooks: PluginHost | None = None, tenant_id: str = PLATFORM) -> UnitOperation:
    """Put everything back as it was before the operation; it stays on the list as undone."""
    lock_tree(session)
    operation = get_operation(session, operation_id)
    reason = why_not_undo(session, operation)
    if reason:
        raise Conflict(N_("这次变更不能撤回：%(reason)s"), reason=reason)
    session.execute(delete(UnitLink).where(UnitLink.operation_id == operation.id))
    session.execute(delete(UnitVersion).where(UnitVersion.operation_id == operation.id))
    before = _dict(operation, "before")
    units = {key: session.get_one(Unit, uuid.UUID(key)) for key in before}
    for key, unit in units.items():
        _restore(unit, before[key])
    _flush(session)
    # The last to be moved goes back first: a parent is in its place before its children return to it.
    for key in reversed(_list(operation, "settled")):
        settle_path(session, units[key], before[key]["token"])
    for text in _list(operation, "founded"):
        session.delete(session.get_one(Unit, uuid.UUID(text)))
    operation.undone_at, operation.undone_by = utcnow(), actor.name
    _flush(session)
    record(session, actor, Action.MANAGE, UNDONE(sentence=operation.sentence), subject=f"operation:{operation.id}",
           tenant_id=tenant_id, unit_id=operation.unit_id)
    change = _change(operation)
    tell(session, hooks, "on_unit_restored", change, actor)
    emit_change(session, hooks, tenant_id, change, undone=True)
    return operation


def _restore(unit: Unit, kept: dict[str, Any]) -> None:
    for name in KEPT:
        value = kept[name]
        if value is not None and name == "parent_id":
            value = uuid.UUID(value)
        elif value is not None and name in ("since", "closed_on"):
            value = dt.date.fromisoformat(value)
        setattr(unit, name, value)


def _flush(session: Session) -> None:
    try:
        session.flush()  # a unit in use, or its code, stands in the way here and now
    except IntegrityError as error:
        raise Conflict(N_("这次变更不能撤回：相关单位或代码已被使用")) from error


def _change(operation: UnitOperation) -> UnitChange:
    kept = _dict(operation, "change")
    return UnitChange(
        operation.id, operation.kind, operation.on, tuple(uuid.UUID(text) for text in kept["unit_ids"]),
        {uuid.UUID(old): uuid.UUID(new) for old, new in kept["moved"].items()},
        tuple({**rule, "from": uuid.UUID(rule["from"]), "to": uuid.UUID(rule["to"])}
              for rule in kept["rules"]),
    )


def _dict(operation: UnitOperation, key: str) -> dict[str, Any]:
    found = operation.detail.get(key)
    return found if isinstance(found, dict) else {}


def _list(operation: UnitOperation, key: str) -> list[str]:
    found = operation.detail.get(key)
    return found if isinstance(found, list) else []
