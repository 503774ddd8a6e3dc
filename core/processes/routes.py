"""The person's own list of what waits (待办), and what is overdue, at the working unit."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from core.host.request import place_of, plugin_host
from core.processes import waiting
from core.processes.scopes import scopes_at
from core.processes.showing import processes_of
from core.web.markers import require, unit_blueprint
from core.web.request import db, unit, viewer

READ_UNITS = "core:unit:read"
blueprint: Blueprint = unit_blueprint("processes", __name__, template_folder="templates")


@blueprint.get("/todos")
@require(READ_UNITS)
def todos(code: str) -> str:
    """What waits for this person, grouped by process and step; one step alone where the address names it."""
    scopes = scopes_at(db(), plugin_host(), place_of(unit()))
    chosen = (request.args.get("process", ""), request.args.get("step", ""))
    groups = waiting.waiting_groups(db(), processes_of(plugin_host()), viewer(), unit(), scopes)
    alone = [group for group in groups if (group.process.code, group.step.code) == chosen]
    many = not alone and len(groups) > waiting.FEW
    limit = waiting.MOST if alone else waiting.BESIDE if many else waiting.SHOWN
    shown = [waiting.waiting_lines(db(), group, viewer(), unit(), scopes, limit) for group in alone or groups]
    return render_template("processes/todos.html", unit=unit(), groups=shown, alone=bool(alone), many=many)


@blueprint.get("/overdue")
@require(READ_UNITS)
def overdue(code: str) -> str:
    """What is past its due day among the records this person may see, in working days."""
    scopes = scopes_at(db(), plugin_host(), place_of(unit()))
    late = waiting.late_steps(db(), processes_of(plugin_host()), scopes)
    return render_template("processes/overdue.html", unit=unit(), late=late, most=waiting.MOST)
