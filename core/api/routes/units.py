"""Units: as they are, as they were, what stands beneath them; founding and renaming."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import current_app, g

from core.api import answers
from core.api.blueprint import core_api
from core.api.permissions import Action
from core.api.queries import page_of_children
from core.api.rules import write_cursor
from core.api.schemas import (
    Asked,
    ChildOut,
    ChildrenQuery,
    DayQuery,
    FoundIn,
    HitOut,
    RenameIn,
    Rows,
    SearchQuery,
    StateOut,
    UnitOut,
)
from core.desk.queries import search
from core.errors import N_, NotFound, NotPermitted
from core.host.request import plugin_host
from core.units.models import Kind, Unit
from core.units.queries import (
    UnitState,
    ancestors,
    ancestors_as_of,
    get_unit,
    list_children,
    search_units,
    states_of,
    unit_as_of,
)
from core.units.services import Create, Rename, do_operation
from core.web.request import actor, db, place, unit, viewer

api = core_api("units", __name__, "单位与区划")
#: search gives the best hits, not all of them
MOST_HITS = 200


@api.read("/units/<code>", Action.UNIT_READ, one=("unit", UnitOut), query=DayQuery, title="一个单位")
def get_one(code: str, asked: Asked) -> dict[str, Any]:
    """One unit, today or on a day, with the names above it."""
    day: dt.date | None = asked["as_of"]
    return _today(unit()) if day is None else _then(unit(), day)


@api.read("/units/<code>/children", Action.UNIT_READ, many=("units", ChildOut), query=ChildrenQuery, title="下级单位")
def children(code: str, asked: Asked) -> Rows:
    """The units directly beneath, by code; with `as_of` those of that day."""
    last = asked.cursor()
    after, limit = last[0] if last else None, asked.limit + 1
    if asked["as_of"] is not None:
        states = list_children(db(), unit(), as_of=asked["as_of"], after=after, limit=limit)
        found: Sequence[dict[str, Any]] = [_row(one) for one in states]
    else:
        found = page_of_children(db(), place().id, after=after, limit=limit, closed=asked["closed"])
    page = found[: asked.limit]
    return Rows(page, write_cursor(page[-1]["code"]) if len(found) > len(page) else "")


@api.read("/units/<code>/states", Action.UNIT_READ, many=("states", StateOut), title="单位的历次状态")
def states(code: str, asked: Asked) -> Rows:
    """Every state of the unit, newest first."""
    start = asked.number() or 0
    found = states_of(db(), unit().id)
    rows = [{"code": one.code, "name": one.name, "kind": one.kind, "level": one.level, "since": day(one.since),
             "until": day(one.until), "current": one.current} for one in found[start : start + asked.limit]]
    end = start + asked.limit
    return Rows(rows, write_cursor(str(end)) if end < len(found) else "")


@api.read("/units", None, many=("units", ChildOut), query=SearchQuery, title="查找单位")
def find(asked: Asked) -> Rows:
    """Units within the caller's scope by name, code or pinyin, best first."""
    paths = viewer().scope_paths(Action.UNIT_READ)
    found = search_units(db(), asked["q"].strip(), within=paths, limit=asked.limit) if paths else []
    return Rows([_row(one) for one in found])


@api.read("/search", None, many=("hits", HitOut), query=SearchQuery, title="搜索单位与记录")
def hits(asked: Asked) -> Rows:
    """Units and whatever the plugins find, within the caller's scope."""
    found = search(db(), plugin_host(), viewer(), asked["q"].strip(), min(asked.limit, MOST_HITS))
    return Rows([{"title": hit.title, "hint": hit.hint, "url": hit.url} for hit in found])


@api.write("PATCH", "/units/<code>", Action.UNIT_WRITE, body=RenameIn, one=("unit", UnitOut), title="单位更名")
def rename(code: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Give the unit a new name from a day on. What a unit is called is for the unit above it to say."""
    here: Unit = unit()
    answers.check_tag(_today(here))
    above = ancestors(db(), here)
    action = Action.UNIT_MANAGE if here.kind == Kind.DIVISION else Action.UNIT_WRITE
    if not above or not viewer().allowed(action, above[-1]):
        raise NotPermitted(N_("%(unit)s的变更由它的上级单位办理"), unit=here.name)
    _do(Rename(on=sent["on"], document=sent["document"], unit=here.id, name=sent["name"]))
    db().refresh(here)
    return _today(here)


@api.write("POST", "/units/<code>/children", Action.UNIT_WRITE, body=FoundIn, one=("unit", UnitOut), status=201, title="新建下级单位")
def found_child(code: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Found a unit beneath this one; a division needs the right to manage divisions."""
    if sent["kind"] == Kind.DIVISION and not viewer().allowed(Action.UNIT_MANAGE, unit()):
        raise NotPermitted(N_("新建行政区划要有管理区划的权限"))
    made = _do(Create(on=sent["on"], document=sent["document"], parent=unit().id, name=sent["name"],
                      kind=sent["kind"], code=sent["code"], level=sent["level"]))
    return _today(get_unit(db(), made.unit_id))


def _do(order: Create | Rename) -> Any:
    tenants = current_app.extensions["bangfu.tenant_units"]
    return do_operation(db(), order, actor(), hooks=plugin_host(), protected=frozenset(tenants(db())),
                        tenant_id=g.tenant_id)


def _today(here: Unit) -> dict[str, Any]:
    return {**_row(here), "above": [above.name for above in ancestors(db(), here) if above.depth > 0]}


def _then(here: Unit, on: dt.date) -> dict[str, Any]:
    state = unit_as_of(db(), here.id, on)
    if state is None:
        raise NotFound(N_("%(unit)s在 %(day)s 还不存在或已撤销"), unit=here.name, day=on)
    chain = [above.name for above in ancestors_as_of(db(), here.id, on) if above.parent_id is not None]
    return {**_row(state), "above": chain}


def _row(one: Unit | UnitState) -> dict[str, Any]:
    until = one.closed_on if isinstance(one, Unit) else one.until
    return {"id": str(one.id), "code": one.code, "name": one.name, "kind": one.kind, "level": one.level,
            "since": day(one.since), "closed_on": day(until)}


def day(value: dt.date | None) -> str | None:
    """A day as JSON has it."""
    return value.isoformat() if value else None
