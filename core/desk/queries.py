"""What the desk's pages read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.access.scoping import scoped_page
from core.access.viewer import Viewer
from core.desk.permissions import Action
from core.host.contract import Found, Place, Todo
from core.host.manager import PluginHost
from core.host.queries import enabled_many
from core.tenancy.queries import running_plan, tenant_of
from core.trail.models import TrailEntry
from core.units.models import Unit
from core.units.queries import count_children, list_children, search_units

#: nodes of the tree shown at a time
NODES = 50
RECENT = 8


@dataclass(frozen=True)
class Node:
    """A node of the shell's tree."""

    code: str
    name: str
    kind: str
    level: str
    has_children: bool


def list_nodes(session: Session, unit: Unit, after: str) -> tuple[list[Node], str]:
    """One page of a unit's children, and the code to go on after (empty at the end)."""
    found = list_children(session, unit, after=after or None, limit=NODES + 1)
    page = found[:NODES]
    below = count_children(session, [child.id for child in page])
    nodes = [Node(child.code, child.name, child.kind, child.level, child.id in below) for child in page]
    return nodes, page[-1].code if len(found) > NODES else ""


def list_recent(session: Session, person: Viewer, unit: Unit) -> Sequence[TrailEntry]:
    """The newest entries of the trail about this unit and those beneath it."""
    return scoped_page(session, TrailEntry, person.scope(session, Action.TRAIL_READ, unit), limit=RECENT).rows


def by_due(todo: Todo) -> tuple[dt.date, str]:
    """To-do order: the earliest due first, those without a day last."""
    return (todo.due or dt.date.max, todo.title)


def plan_summary(session: Session, unit: Unit) -> dict[str, Any] | None:
    """The running plan at a unit: of its own tenant, or of the nearest above."""
    tenant = tenant_of(session, unit)
    plan = running_plan(session, tenant.id) if tenant else None
    if tenant is None or plan is None:
        return None
    head: dict[str, Any] = plan.head
    document: dict[str, Any] = next(iter(head.get("documents", [])), {})
    number = document.get("number", "")
    return {"tenant": tenant, "plan": plan, "own": tenant.unit.id == unit.id, "title": plan.title,
            "number": number.get("printed", "") if isinstance(number, dict) else number}


def search(session: Session, host: PluginHost, person: Viewer, words: str, limit: int) -> list[Found]:
    """Units and whatever the plugins find, within the person's scope."""
    paths = person.scope_paths(Action.UNIT_READ)
    units = search_units(session, words, within=paths, limit=limit) if paths else []
    found = [Found(unit.name, unit.code, f"/u/{unit.code}/") for unit in units]
    tenants = frozenset(tenant.id for tenant in person.tenants(session, Action.UNIT_READ))
    home = person.home
    if home is None or not tenants:
        return found
    place = Place(home.unit_id, home.code, home.name, home.path, tenants,
                  lambda action: person.scope(session, action).only(tenants))
    switches = enabled_many(session, host, tenants)
    return found + host.collect_at("collect_hits", switches, session=session, place=place, words=words, limit=limit)
