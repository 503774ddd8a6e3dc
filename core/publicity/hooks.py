"""Publicity as a built-in plugin."""

from __future__ import annotations

import uuid

from flask import Blueprint
from sqlalchemy.orm import Session

from core.extensions import Actor
from core.host.contract import ActionSpec, Event, EventSpec, JobSpec, RuleSpec
from core.host.events import Happened
from core.host.markers import hookimpl
from core.publicity import jobs
from core.publicity.events import EVENTS
from core.publicity.permissions import ACTIONS, RULES
from core.publicity.services import touch_public
from core.publicity.site import robots
from core.publicity.site.routes import blueprint as site


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES


@hookimpl
def register_events() -> list[EventSpec]:
    return EVENTS


@hookimpl
def register_jobs() -> list[JobSpec]:
    return jobs.JOBS


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [robots.blueprint, site]


@hookimpl
def on_event_emitted(session: Session, tenant_id: str, event: Event) -> None:
    if event.code in (Happened.SWITCHED_ON, Happened.SWITCHED_OFF):
        touch_public(session, tenant_id)


@hookimpl
def on_plan_applied(session: Session, tenant_id: str, plan_id: uuid.UUID, actor: Actor) -> None:
    touch_public(session, tenant_id)
