"""政策宣讲 as a built-in plugin."""

from __future__ import annotations

import uuid

from flask import Blueprint
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor
from core.host.contract import (
    ActionSpec,
    Effect,
    FolderSpec,
    JobSpec,
    MenuItem,
    Place,
    RuleSpec,
    SectionSpec,
    Subject,
    TimelineEntry,
    UnitChange,
)
from core.host.ledgers import Ledger
from core.host.markers import hookimpl
from core.outreach import demo, persons
from core.outreach.folders import OUTREACH
from core.outreach.jobs import JOBS
from core.outreach.ledgers import LEDGERS
from core.outreach.permissions import ACTIONS, RULES, Action
from core.outreach.plan import SECTIONS
from core.outreach.routes import blueprint
from core.registry.services.moving import count_followers, follow_change, take_back


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES


@hookimpl
def register_sections() -> list[SectionSpec]:
    return SECTIONS


@hookimpl
def register_folders() -> list[FolderSpec]:
    return [OUTREACH]


@hookimpl
def register_ledgers() -> list[Ledger]:
    return LEDGERS


@hookimpl
def register_jobs() -> list[JobSpec]:
    return JOBS


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem(N_("政策宣讲"), "outreach.index", "speakerphone", Action.CAMPAIGN_READ, order=55)]


@hookimpl
def collect_person_entries(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    return persons.entries(session, place, person)


@hookimpl
def collect_change_effects(session: Session, change: UnitChange, tenant_id: str) -> list[Effect]:
    return [Effect(f"{count} {follower.label}随单位调整", count=count)
            for follower, count in count_followers(session, change, tenant_id, persons.FOLLOWERS)]


@hookimpl
def on_unit_changed(session: Session, change: UnitChange, actor: Actor) -> None:
    follow_change(session, change, persons.FOLLOWERS)


@hookimpl
def on_unit_restored(session: Session, change: UnitChange, actor: Actor) -> None:
    take_back(session, change, persons.FOLLOWERS)


@hookimpl
def on_persons_merged(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID,
                      merged_id: uuid.UUID, actor: Actor) -> None:
    persons.follow(session, tenant_id, kept_id, merged_id)


@hookimpl
def on_persons_parted(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID,
                      merged_id: uuid.UUID, actor: Actor) -> None:
    persons.take_back(session, tenant_id, kept_id, merged_id)


@hookimpl
def on_person_erased(session: Session, tenant_id: str, person_id: uuid.UUID, actor: Actor) -> None:
    persons.forget(session, tenant_id, person_id)


@hookimpl
def on_demo_loaded(session: Session, tenant_id: str, actor: Actor) -> None:
    demo.load(session, tenant_id, actor)
