"""Processes as a built-in plugin: pages, events, the clock's work, and what waits on the workbench."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from core.errors import N_
from core.host.contract import EventSpec, JobSpec, MenuItem, Place, Todo
from core.host.markers import hookimpl
from core.host.request import plugin_host
from core.processes import routes, waiting
from core.processes.events import EVENTS
from core.processes.jobs import JOBS
from core.processes.scopes import scopes_at
from core.processes.showing import processes_of
from core.web.request import unit, viewer


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [routes.blueprint]


@hookimpl
def register_events() -> list[EventSpec]:
    return EVENTS


@hookimpl
def register_jobs() -> list[JobSpec]:
    return JOBS


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem(N_("待办"), "processes.todos", "list-check", routes.READ_UNITS, order=1)]


@hookimpl
def collect_todos(session: Session, place: Place) -> list[Todo]:
    host = plugin_host()
    groups = waiting.waiting_groups(session, processes_of(host), viewer(), unit(), scopes_at(session, host, place))
    return [Todo(f"{gettext(group.process.title)}：{gettext(group.step.title)}",
                 url_for("processes.todos", code=place.code, process=group.process.code, step=group.step.code),
                 group.due_on, group.count) for group in groups]
