"""The JSON interface: units, their plan, and search, behind the same guard as the pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from core.desk import queries
from core.desk.permissions import Action
from core.errors import N_, InvalidInput, NotFound
from core.host.request import plugin_host
from core.tenancy.queries import list_entries
from core.units.models import Unit
from core.units.queries import ancestors
from core.web.markers import require, signed_in
from core.web.request import db, unit, viewer

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

MOST = 200


@blueprint.get("/units/<code>")
@require(Action.UNIT_READ)
def get_unit(code: str) -> ResponseReturnValue:
    """One unit with the names above it."""
    chain = [above.name for above in ancestors(db(), unit()) if above.depth > 0]
    return jsonify(ok=True, unit={**_unit(unit()), "above": chain})


@blueprint.get("/units/<code>/children")
@require(Action.UNIT_READ)
def list_children(code: str) -> ResponseReturnValue:
    """A page of the units directly beneath; `next` goes into `after`."""
    nodes, more = queries.list_nodes(db(), unit(), request.args.get("after", ""))
    rows = [{"code": node.code, "name": node.name, "kind": node.kind, "level": node.level} for node in nodes]
    return jsonify(ok=True, units=rows, next=more or None)


@blueprint.get("/units/<code>/plan")
@require(Action.PLAN_READ)
def get_plan(code: str) -> ResponseReturnValue:
    """The running plan at a unit, entry by entry with clause and dates."""
    found = queries.plan_summary(db(), unit())
    if found is None:
        raise NotFound(N_("%(name)s还没有正在执行的方案"), name=unit().name)
    plan = found["plan"]
    rows = [
        {"section": entry.section, "code": entry.code, "name": entry.name, "clause": entry.clause,
         "from": _day(entry.valid_from), "to": _day(entry.valid_to), "state": entry.state, "mode": entry.mode,
         "value": entry.value}
        for entry in list_entries(db(), plan)
    ]
    return jsonify(ok=True, tenant=found["tenant"].id, version=plan.version, starts=_day(plan.starts_on), entries=rows)


@blueprint.get("/search")
@signed_in
def search() -> ResponseReturnValue:
    """What `q` finds within the caller's scope."""
    words = request.args.get("q", "").strip()
    if not words:
        raise InvalidInput(N_("请用 q 写明要找什么"), fields={"q": N_("不能为空")})
    hits = queries.search(db(), plugin_host(), viewer(), words, MOST)
    return jsonify(ok=True, hits=[{"title": hit.title, "hint": hit.hint, "url": hit.url} for hit in hits])


def _unit(found: Unit) -> dict[str, Any]:
    return {"code": found.code, "name": found.name, "kind": found.kind, "level": found.level,
            "since": _day(found.since), "closed_on": _day(found.closed_on)}


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None
