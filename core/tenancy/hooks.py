"""Tenants and plans as a built-in plugin: actions, rules, pages, menu, cards and what waits for approval."""

from __future__ import annotations

from flask import Blueprint, url_for
from sqlalchemy.orm import Session

from core.host.contract import ActionSpec, Card, EventSpec, JobSpec, MenuItem, Place, RuleSpec, SectionSpec, Todo
from core.host.markers import hookimpl
from core.host.permissions import Action as HostAction
from core.tenancy import desk, jobs
from core.tenancy.events import EVENTS
from core.tenancy.grammar import CORE
from core.tenancy.permissions import ACTIONS, RULES, Action
from core.tenancy.routes import blueprint


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES


@hookimpl
def register_sections() -> list[SectionSpec]:
    return list(CORE)


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_events() -> list[EventSpec]:
    return EVENTS


@hookimpl
def register_menus() -> list[MenuItem]:
    return [
        MenuItem("方案", "tenancy.plan", "file-certificate", Action.PLAN_READ, order=20),
        MenuItem("插件开关", "tenancy.switchboard", "toggle-right", HostAction.SWITCH_READ, order=80),
    ]


@hookimpl
def collect_cards(session: Session, place: Place) -> list[Card]:
    return desk.cards(session, place, url_for("tenancy.plan", code=place.code))


@hookimpl
def collect_todos(session: Session, place: Place) -> list[Todo]:
    return desk.todos(session, place)


@hookimpl
def register_jobs() -> list[JobSpec]:
    return jobs.JOBS
