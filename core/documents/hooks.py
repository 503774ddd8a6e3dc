"""Files and archive folders as a built-in plugin."""

from __future__ import annotations

import uuid

from flask import Blueprint, url_for
from sqlalchemy.orm import Session

from core.documents import demo, persons, tidying
from core.documents.folders import BUILTIN
from core.documents.models import Document
from core.documents.permissions import ACTIONS, RULES, Action
from core.documents.queries import FILED, list_newest
from core.documents.routes import blueprint
from core.documents.schemas import SECTIONS
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
    TimelineEntry,
    UnitChange,
)
from core.host.markers import hookimpl
from core.registry.services.moving import Follower, count_followers, follow_change, take_back

FOLLOWERS = (Follower(Document, "件档案材料", ("folder", "item", "title")),)


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
    return BUILTIN


@hookimpl
def register_jobs() -> list[JobSpec]:
    return [JobSpec("documents.tidy", "销毁已撤出材料的文件", tidying.tidy, every=86_400, visible=False)]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("档案", "documents.overview", "folders", Action.READ, order=45)]


@hookimpl
def collect_unit_entries(session: Session, place: Place) -> list[TimelineEntry]:
    found = list_newest(session, place.scope(Action.READ), "core.unit")
    return [TimelineEntry(document.happened_on, FILED(title=document.title),
                          url_for("documents.show", code=place.code, document_id=document.id)) for document in found]


@hookimpl
def collect_change_effects(session: Session, change: UnitChange, tenant_id: str) -> list[Effect]:
    return [Effect(f"{count} {follower.label}随单位调整", count=count)
            for follower, count in count_followers(session, change, tenant_id, FOLLOWERS)]


@hookimpl
def on_unit_changed(session: Session, change: UnitChange, actor: Actor) -> None:
    follow_change(session, change, FOLLOWERS)


@hookimpl
def on_unit_restored(session: Session, change: UnitChange, actor: Actor) -> None:
    take_back(session, change, FOLLOWERS)


@hookimpl
def on_persons_merged(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID,
                      merged_id: uuid.UUID, actor: Actor) -> None:
    persons.follow_merge(session, tenant_id, merge_id, kept_id, merged_id)


@hookimpl
def on_persons_parted(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID,
                      merged_id: uuid.UUID, actor: Actor) -> None:
    persons.take_back(session, tenant_id, merge_id, kept_id, merged_id)


@hookimpl
def on_person_erased(session: Session, tenant_id: str, person_id: uuid.UUID, actor: Actor) -> None:
    persons.erase(session, tenant_id, person_id, actor)


@hookimpl
def on_demo_loaded(session: Session, tenant_id: str, actor: Actor) -> None:
    demo.load(session, tenant_id, actor)
