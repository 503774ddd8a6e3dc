"""The hooks of the plugin, each handed on to the module that does the work."""

from __future__ import annotations

import uuid

from flask import Blueprint
from sqlalchemy.orm import Session

from core.extensions import Actor
from core.host.contract import (
    ActionSpec,
    Card,
    Effect,
    FolderSpec,
    Found,
    JobSpec,
    MenuItem,
    Place,
    RoleSpec,
    RuleSpec,
    SectionSpec,
    Subject,
    TimelineEntry,
    Todo,
    UnitChange,
)
from core.host.ledgers import Ledger
from core.host.markers import hookimpl
from core.host.notices import ClockSpec, NoticeSpec, PublicPart
from core.host.processes import Process
from core.registry.services.moving import count_followers, follow_change, take_back
from plugins.donations import desk, notices, permissions, public_parts
from plugins.donations.ledgers import LEDGERS
from plugins.donations.manifest import manifest
from plugins.donations.permissions import Action
from plugins.donations.plan import SECTIONS
from plugins.donations.processes import PROCESSES
from plugins.donations.routes import blueprint, public_pages
from plugins.donations.services import demo, ending, following, papers, photos

__all__ = ["manifest"]


@hookimpl
def register_actions() -> list[ActionSpec]:
    return permissions.ACTIONS


@hookimpl
def register_roles() -> list[RoleSpec]:
    return permissions.ROLES


@hookimpl
def register_rules() -> list[RuleSpec]:
    return permissions.RULES


@hookimpl
def register_sections() -> list[SectionSpec]:
    return SECTIONS


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_folders() -> list[FolderSpec]:
    return [photos.FOLDER]


@hookimpl
def register_ledgers() -> list[Ledger]:
    return LEDGERS


@hookimpl
def register_processes() -> list[Process]:
    return PROCESSES


@hookimpl
def register_jobs() -> list[JobSpec]:
    return [*papers.JOBS, *ending.JOBS]


@hookimpl
def register_notices() -> list[NoticeSpec]:
    return notices.NOTICES


@hookimpl
def register_clocks() -> list[ClockSpec]:
    return notices.CLOCKS


@hookimpl
def register_public_pages() -> list[Blueprint]:
    return [public_pages]


@hookimpl
def collect_public_parts(session: Session, tenant_id: str) -> list[PublicPart]:
    return public_parts.parts(session, tenant_id)


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("捐赠", "donations.index", "heart-handshake", Action.CAMPAIGN_READ, order=50)]


@hookimpl
def collect_cards(session: Session, place: Place) -> list[Card]:
    return desk.cards(session, place)


@hookimpl
def collect_todos(session: Session, place: Place) -> list[Todo]:
    return desk.todos(session, place)


@hookimpl
def collect_unit_entries(session: Session, place: Place) -> list[TimelineEntry]:
    return desk.of_unit(session, place)


@hookimpl
def collect_person_entries(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    return desk.of_person(session, place, person)


@hookimpl
def collect_household_entries(session: Session, place: Place, household: Subject) -> list[TimelineEntry]:
    return desk.of_household(session, place, household)


@hookimpl
def collect_hits(session: Session, place: Place, words: str, limit: int) -> list[Found]:
    return desk.hits(session, place, words, limit)


@hookimpl
def collect_change_effects(session: Session, change: UnitChange, tenant_id: str) -> list[Effect]:
    return [Effect(f"{count} {follower.label}随单位调整", count=count)
            for follower, count in count_followers(session, change, tenant_id, following.FOLLOWERS)]


@hookimpl
def on_unit_changed(session: Session, change: UnitChange, actor: Actor) -> None:
    follow_change(session, change, following.FOLLOWERS)


@hookimpl
def on_unit_restored(session: Session, change: UnitChange, actor: Actor) -> None:
    take_back(session, change, following.FOLLOWERS)


@hookimpl
def on_persons_merged(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID,
                      merged_id: uuid.UUID, actor: Actor) -> None:
    following.hand_over(session, tenant_id, merge_id, kept_id, merged_id)


@hookimpl
def on_persons_parted(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID,
                      merged_id: uuid.UUID, actor: Actor) -> None:
    following.hand_back(session, tenant_id, merge_id)


@hookimpl
def on_person_erased(session: Session, tenant_id: str, person_id: uuid.UUID, actor: Actor) -> None:
    following.forget(session, tenant_id, person_id)


@hookimpl
def on_demo_loaded(session: Session, tenant_id: str, actor: Actor) -> None:
    demo.load(session, tenant_id, actor)
