"""Publicity as a built-in plugin."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from flask import Blueprint, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor, today
from core.host.contract import (
    ActionSpec,
    Effect,
    Event,
    EventSpec,
    JobSpec,
    MenuItem,
    Place,
    Retained,
    RuleSpec,
    TimelineEntry,
    Todo,
    UnitChange,
)
from core.host.events import Happened
from core.host.markers import hookimpl
from core.host.notices import NoticeSpec, PublicPart
from core.publicity import desk, jobs, queries, yearly
from core.publicity.events import EVENTS
from core.publicity.permissions import ACTIONS, RULES, Action
from core.publicity.routes import blueprint
from core.publicity.services import erasing, touch_public
from core.publicity.site import robots
from core.publicity.site.routes import blueprint as site
from core.registry.services.moving import count_followers, follow_change, take_back


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
def register_notices() -> list[NoticeSpec]:
    return yearly.NOTICES


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint, robots.blueprint, site]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem(N_("公示"), "publicity.index", "world", Action.NOTICE_READ, order=50)]


@hookimpl
def collect_todos(session: Session, place: Place) -> list[Todo]:
    return desk.todos(session, place)


@hookimpl
def collect_unit_entries(session: Session, place: Place) -> list[TimelineEntry]:
    notices = queries.list_notices(session, place.scope(Action.NOTICE_READ))
    return [TimelineEntry(notice.opens_on, gettext("公示：%(title)s", title=notice.title),
                          url_for("publicity.show", code=place.code, notice_id=notice.id)) for notice in notices]


@hookimpl
def collect_public_parts(session: Session, tenant_id: str) -> list[PublicPart]:
    return desk.yearly_part(session, tenant_id)


@hookimpl
def collect_change_effects(session: Session, change: UnitChange, tenant_id: str) -> list[Effect]:
    return [Effect(f"{count} {follower.label}随单位调整", count=count)
            for follower, count in count_followers(session, change, tenant_id, desk.FOLLOWERS)]


@hookimpl
def on_unit_changed(session: Session, change: UnitChange, actor: Actor) -> None:
    follow_change(session, change, desk.FOLLOWERS)


@hookimpl
def on_unit_restored(session: Session, change: UnitChange, actor: Actor) -> None:
    take_back(session, change, desk.FOLLOWERS)


@hookimpl
def on_event_emitted(session: Session, tenant_id: str, event: Event) -> None:
    if event.code in (Happened.SWITCHED_ON, Happened.SWITCHED_OFF):
        touch_public(session, tenant_id)


@hookimpl
def on_plan_applied(session: Session, tenant_id: str, plan_id: uuid.UUID, actor: Actor) -> None:
    touch_public(session, tenant_id)


@hookimpl
def collect_retained(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID]) -> list[Retained]:
    return erasing.retained(session, tenant_id, person_ids)


@hookimpl
def on_person_erased(session: Session, tenant_id: str, person_id: uuid.UUID, actor: Actor) -> None:
    erasing.erase(session, tenant_id, person_id)


@hookimpl
def on_demo_loaded(session: Session, tenant_id: str, actor: Actor) -> None:
    desk.load_demo(session, tenant_id, today().year, actor)
