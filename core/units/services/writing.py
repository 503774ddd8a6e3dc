"""Writing a thought-through change: the states, their versions, the links and the paths."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.extensions import new_id
from core.units.models import Unit, UnitLink, UnitVersion
from core.units.rules.levels import wanted_token
from core.units.rules.pinyin import pinyin_keys
from core.units.services.drafts import Draft
from core.units.services.paths import free_path, settle_path

#: what a snapshot holds; path and depth follow from them, apart from the unit's own token
KEPT = ("code", "name", "kind", "level", "parent_id", "since", "closed_on", "pinyin", "initials")


def found_units(session: Session, draft: Draft) -> None:
    """Add the units the change brings into being."""
    for new in draft.founded:
        parent = session.get_one(Unit, new.parent_id)
        full, initials = pinyin_keys(new.name)
        path = free_path(session, new.id, parent.path, wanted_token(new.kind, new.code, parent.code, new.id))
        session.add(Unit(id=new.id, code=new.code, name=new.name, kind=new.kind, level=new.level,
                         parent_id=new.parent_id, path=path, depth=path.count("/") - 1, since=draft.on,
                         pinyin=full, initials=initials))
        session.flush()  # the next path must see this one


def write_changes(session: Session, draft: Draft, units: dict[uuid.UUID, Unit]) -> None:
    """Write the new states of these units with versions of the old ones, links and paths."""
    versions = [row for unit_id, unit in units.items()
                if (row := _version(unit, draft, draft.changes[unit_id]))]
    if versions:
        session.execute(insert(UnitVersion), versions)
    for unit_id, unit in units.items():
        _apply(unit, draft.changes[unit_id], draft)
    session.flush()  # paths follow from what has been written
    if draft.links:
        session.execute(insert(UnitLink), [
            {"id": new_id(), "from_id": old, "to_id": new, "kind": draft.kind, "on": draft.on,
             "operation_id": draft.id} for old, new in draft.links])
    for unit_id in draft.settle:
        settle_path(session, units[unit_id])


def _version(unit: Unit, draft: Draft, values: dict[str, Any]) -> dict[str, Any] | None:
    """The state that ends by the change. An end writes none, the state stays on the unit; nor does a change
    on the very first day of a state, which replaces it."""
    ending = values.get("closed_on") is not None
    until = unit.closed_on or draft.on
    if ending or unit.since >= until:
        return None
    return {"unit_id": unit.id, "since": unit.since, "until": until, "code": unit.code, "name": unit.name,
            "kind": unit.kind, "level": unit.level, "parent_id": unit.parent_id, "operation_id": draft.id}


def _apply(unit: Unit, values: dict[str, Any], draft: Draft) -> None:
    for name, value in values.items():
        setattr(unit, name, value)
    if "name" in values:
        unit.pinyin, unit.initials = pinyin_keys(unit.name)
    if values.get("closed_on") is None:
        unit.since = draft.on


def snapshot(unit: Unit) -> dict[str, Any]:
    """The unit's state in plain values, as the operation keeps it for undoing."""
    kept: dict[str, Any] = {"token": unit.path.split("/")[-2]}
    for name in KEPT:
        value = getattr(unit, name)
        if isinstance(value, uuid.UUID):
            value = value.hex
        elif value is not None:
            value = str(value)
        kept[name] = value
    return kept
