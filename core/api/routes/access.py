"""Access: what the caller may do at a unit, and why another may or may not."""

from __future__ import annotations

from typing import Any

from core.access.guard import access_catalogue
from core.access.viewer import Viewer, load_viewer
from core.access.words import line_in_words, unit_names
from core.api import queries
from core.api.blueprint import core_api
from core.api.permissions import Action
from core.api.rules import write_cursor
from core.api.schemas import Asked, RightOut, Rows, WhyQuery
from core.errors import N_, InvalidInput, NotFound
from core.web.request import db, unit, viewer

api = core_api("access", __name__, "访问权限")


@api.read("/units/<code>/access", Action.UNIT_READ, many=("rights", RightOut), title="我在这里能做什么")
def mine(code: str, asked: Asked) -> Rows:
    """Every action, whether the caller may do it at the unit, and by which line."""
    last = asked.cursor()
    actions = [action for action in sorted(access_catalogue().actions) if not last or action > last[0]]
    page = actions[: asked.limit]
    rows = [_right(viewer(), action) for action in page]
    return Rows(rows, write_cursor(page[-1]) if len(actions) > len(page) else "")


@api.read("/units/<code>/access/why", Action.ACCESS_READ, one=("right", RightOut), query=WhyQuery, title="某人为什么能或不能")
def why(code: str, asked: Asked) -> dict[str, Any]:
    """Whether an account with a post within the caller's scope may do an action at the unit, and why."""
    if asked["action"] not in access_catalogue().actions:
        raise InvalidInput(fields={"action": N_("没有这个权限动作")})
    reach = viewer().reach(Action.ACCESS_READ).within(unit().path)
    found = queries.find_account_in(db(), reach, asked["login"].strip().lower())
    if found is None:
        raise NotFound(N_("没有登录名为“%(login)s”的账号，或者它不在您的范围内"), login=asked["login"])
    return _right(load_viewer(db(), found.id, found.name), asked["action"])


def _right(person: Viewer, action: str) -> dict[str, Any]:
    known, decision = access_catalogue(), person.decide(action, unit().path)
    line = decision.line
    words = line_in_words(line, known, unit_names(db(), [line.tenant])) if line and line.obj != "*" else ""
    return {"action": action, "title": known.action_title(action), "allowed": decision.allowed,
            "roles": sorted(decision.roles), "because": words or (line.source if line else "")}
