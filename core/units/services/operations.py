"""Previewing, doing and undoing a change of the tree; each is one transaction of its caller."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.extensions import Actor, all_tenants, clock, current_scope, tenant_scope
from core.host.contract import Effect, UnitChange
from core.host.manager import PluginHost
from core.trail.models import PLATFORM
from core.trail.services import record
from core.units.events import emit_change
from core.units.models import Unit, UnitOperation, UnitTouch
from core.units.permissions import Action
from core.units.rules.orders import OPERATION_NAMES, Close, Create, Merge, Move, Order, Recode, Rename, Split
from core.units.services.drafts import Draft, Transfer
from core.units.services.joint import draft_merge, draft_move, draft_split
from core.units.services.locks import lock_tree
from core.units.services.single import draft_close, draft_create, draft_recode, draft_rename, draft_reopen
from core.units.services.writing import found_units, snapshot, write_changes

Protected = frozenset[uuid.UUID]


@dataclass(frozen=True)
class Preview:
    """What a change would do, before anything is written."""

    kind: str
    title: str
    on: dt.date
    sentence: str
    transfers: tuple[Transfer, ...]
    effects: tuple[Effect, ...]

    @property
    def moving(self) -> int:
        """How many units go elsewhere, with all beneath them."""
        return sum(1 + line.beneath for line in self.transfers)


def plan_operation(session: Session, order: Order, *, hooks: PluginHost | None = None,
                   tenants: Collection[str] = (), protected: Protected = frozenset(),
                   today: dt.date | None = None) -> Preview:
    """Think a change through and list its effects: on units, and on the records of these tenants as the
    plugins count them. Whatever would be refused is refused here already."""
    draft = _draft(session, order, protected, today)
    effects = list(draft.effects)
    if hooks is not None:
        plugins = frozenset(found.slug for found in hooks.plugins)
        for tenant_id in sorted(tenants):
            opened: AbstractContextManager[Any] = (
                nullcontext() if current_scope(session) else tenant_scope(session, tenant_id))
            with opened:
                effects += hooks.collect("collect_change_effects", plugins, session=session,
                                         change=draft.change(), tenant_id=tenant_id)
    return Preview(draft.kind, OPERATION_NAMES[draft.kind], draft.on, draft.sentence, tuple(draft.transfers),
                   tuple(effects))


def do_operation(session: Session, order: Order, actor: Actor, *, hooks: PluginHost | None = None,
                 protected: Protected = frozenset(), tenant_id: str = PLATFORM,
                 today: dt.date | None = None) -> UnitOperation:
    """Make a change of the tree, with its versions, links, trail entry and the plugins' own part in it."""
    lock_tree(session)
    draft = _draft(session, order, protected, today)
    change = draft.change()
    tell(session, hooks, "before_unit_changed", change, actor)
    operation = UnitOperation(id=draft.id, kind=draft.kind, on=draft.on, unit_id=draft.unit_id,
                              sentence=draft.sentence[:400], document=draft.document[:200], done_by=actor.name)
    units = {unit_id: session.get_one(Unit, unit_id) for unit_id in draft.changes}
    before = {unit_id.hex: snapshot(unit) for unit_id, unit in units.items()}
    operation.detail = {"before": before, "founded": [unit.id.hex for unit in draft.founded],
                        "settled": [unit_id.hex for unit_id in draft.settle], "change": _stored(change)}
    session.add(operation)
    session.flush()  # versions, links and touches refer to it
    found_units(session, draft)
    write_changes(session, draft, units)
    touches = [{"unit_id": unit_id, "operation_id": draft.id, "changed": unit_id in draft.own}
               for unit_id in draft.own | draft.leaned]
    session.execute(insert(UnitTouch), touches)
    record(session, actor, Action.MANAGE, draft.sentence, subject=f"operation:{draft.id}",
           tenant_id=tenant_id, unit_id=draft.unit_id, reason=draft.document, before={"units": before},
           after={"units": {unit_id.hex: _plain(values) for unit_id, values in draft.changes.items()},
                  "founded": [unit.code for unit in draft.founded]})
    session.flush()  # plugins are told when all units are written
    tell(session, hooks, "on_unit_changed", change, actor)
    emit_change(session, hooks, tenant_id, change)
    return operation


def _draft(session: Session, order: Order, protected: Protected, today: dt.date | None) -> Draft:
    day = today or clock.today()
    match order:
        case Create():
            return draft_create(session, order, day)
        case Rename():
            return draft_rename(session, order, day)
        case Recode():
            return draft_recode(session, order, day)
        case Move():
            return draft_move(session, order, day, protected)
        case Merge():
            return draft_merge(session, order, day, protected)
        case Split():
            return draft_split(session, order, day, protected)
        case Close():
            return draft_close(session, order, day, protected)
        case _:
            return draft_reopen(session, order, day)


def tell(session: Session, hooks: PluginHost | None, hook: str, change: UnitChange, actor: Actor) -> None:
    """Tell every installed plugin; where no scope is open, as on the command line, every tenant is."""
    if hooks is None:
        return
    opened: AbstractContextManager[Any] = (
        nullcontext() if current_scope(session) else all_tenants(session, "区划变更"))
    with opened:
        hooks.notify(hook, session=session, change=change, actor=actor)


def _stored(change: UnitChange) -> dict[str, Any]:
    return {"unit_ids": [unit_id.hex for unit_id in change.unit_ids],
            "moved": {old.hex: new.hex for old, new in change.moved.items()},
            "rules": [{**rule, "from": rule["from"].hex, "to": rule["to"].hex} for rule in change.rules]}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value if value is None else str(value) for name, value in values.items()}
