"""The workbench, the unit tree of the shell, and search."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for

from core.desk import queries
from core.desk.permissions import Action
from core.desk.providers import switches
from core.errors import N_, NotPermitted
from core.host.request import place_of, plugin_host
from core.tenancy.desk import overview
from core.web.markers import require, signed_in
from core.web.request import db, unit, viewer

blueprint = Blueprint("shell", __name__, template_folder="templates")

SUGGESTIONS = 8
HITS = 50


@blueprint.get("/")
@signed_in
def start() -> Any:
    """The workbench of the person's first unit."""
    home = viewer().home
    if home is None:
        raise NotPermitted(N_("您的账号还没有任职，请联系上级管理员分配角色与单位。"))
    return redirect(url_for("shell.workbench", code=home.code))


@blueprint.get("/u/<code>/")
@require(Action.UNIT_READ)
def workbench(code: str) -> str:
    """What waits for this person at this unit, and what has happened."""
    session, here = db(), place_of(unit())
    todos = plugin_host().collect_at("collect_todos", switches(session), session=session, place=here)
    cards = plugin_host().collect_at("collect_cards", switches(session), session=session, place=here)
    recent = queries.list_recent(session, viewer(), unit()) if viewer().allowed(Action.TRAIL_READ, unit()) else None
    return render_template(
        "shell/workbench.html", cards=cards, todos=sorted(todos, key=queries.by_due), recent=recent,
        plan=queries.plan_summary(session, unit()), below=overview(session, unit(), g.tenants),
    )


@blueprint.get("/u/<code>/tree")
@require(Action.UNIT_READ)
def tree(code: str) -> str:
    """One opened node of the shell's tree: the children of a unit, a page at a time."""
    after = request.args.get("after", "")
    nodes, more = queries.list_nodes(db(), unit(), after)
    return render_template("shell/tree.html", parent=unit(), nodes=nodes, more=more)


@blueprint.get("/search")
@signed_in
def search() -> str:
    """Everything found within the person's scope."""
    words = request.args.get("q", "").strip()
    return render_template("shell/search.html", words=words, hits=_hits(words, HITS))


@blueprint.get("/search/suggest")
@signed_in
def suggest() -> str:
    """The first few hits, while the person types."""
    words = request.args.get("q", "").strip()
    return render_template("shell/suggest.html", words=words, hits=_hits(words, SUGGESTIONS))


def _hits(words: str, limit: int) -> list[Any]:
    return queries.search(db(), plugin_host(), viewer(), words, limit) if words else []
