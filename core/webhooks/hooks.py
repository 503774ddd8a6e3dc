"""Webhooks as a built-in plugin: actions, lines, pages, jobs, what waits, and the ear for events."""

from __future__ import annotations

from flask import Blueprint, url_for
from sqlalchemy.orm import Session

from core.errors import N_
from core.host.contract import ActionSpec, Event, EventSpec, JobSpec, MenuItem, Place, RuleSpec, Todo
from core.host.markers import hookimpl
from core.webhooks import delivering, intake, queries
from core.webhooks.permissions import ACTIONS, RULES, Action
from core.webhooks.routes import blueprint


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("事件推送", "webhooks.overview", "webhook", Action.MANAGE, order=88)]


@hookimpl
def register_jobs() -> list[JobSpec]:
    return delivering.JOBS


@hookimpl
def register_events() -> list[EventSpec]:
    return intake.EVENTS


@hookimpl
def on_event_emitted(session: Session, event: Event) -> None:
    intake.take(session, event)


@hookimpl
def collect_todos(session: Session, place: Place) -> list[Todo]:
    count = queries.count_halted(session, place.scope(Action.MANAGE))
    return [Todo(N_("事件推送已自动暂停，请检查对方系统后恢复并补发"), url_for("webhooks.overview", code=place.code),
                 count=count)] if count else []
