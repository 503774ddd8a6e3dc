"""The hooks of the plugin, each handed on to the module that does the work."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager

from flask import Blueprint
from sqlalchemy.orm import Session

from core.extensions import Actor
from core.host.checks import CheckSource
from core.host.contract import (
    ActionSpec,
    Card,
    Effect,
    FolderSpec,
    JobSpec,
    MenuItem,
    Place,
    Retained,
    RuleSpec,
    SectionSpec,
    Subject,
    TimelineEntry,
    UnitChange,
)
from core.host.ledgers import Ledger
from core.host.markers import hookimpl
from core.host.notices import NoticeSpec
from core.host.processes import Process
from core.registry.services.moving import count_followers, follow_change, take_back
from plugins.education_aid import (
    demo,
    demo_admission,
    demo_checking,
    demo_classes,
    demo_needs,
    demo_running,
    desk,
    entries,
    jobs,
    models,
    permissions,
)
from plugins.education_aid.checks import CHECKS
from plugins.education_aid.folders import FOLDERS
from plugins.education_aid.ledgers.admission import ADMISSION
from plugins.education_aid.ledgers.awards import AWARDS
from plugins.education_aid.ledgers.bands import VARIED
from plugins.education_aid.ledgers.needs import NEEDS
from plugins.education_aid.ledgers.running import PROCESSES, RUNNING
from plugins.education_aid.manifest import manifest
from plugins.education_aid.notices import NOTICES
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan import SECTIONS
from plugins.education_aid.plan.needs import NEEDS_SECTIONS
from plugins.education_aid.plan.running import RUNNING_SECTIONS
from plugins.education_aid.routes import blueprint
from plugins.education_aid.routes.cards import public_pages
from plugins.education_aid.services import following, previewing
from plugins.education_aid.services.following import FOLLOWERS

__all__ = ["manifest", "models"]


@hookimpl
def register_actions() -> list[ActionSpec]:
    return permissions.ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return permissions.RULES


@hookimpl
def register_sections() -> list[SectionSpec]:
    return [*SECTIONS, *RUNNING_SECTIONS, *NEEDS_SECTIONS]


@hookimpl
def register_folders() -> list[FolderSpec]:
    return FOLDERS


@hookimpl
def register_ledgers() -> list[Ledger]:
    return [AWARDS, VARIED, *RUNNING, *ADMISSION, *NEEDS]


@hookimpl
def register_processes() -> list[Process]:
    return PROCESSES


@hookimpl
def register_notices() -> list[NoticeSpec]:
    return NOTICES


@hookimpl
def register_checks() -> list[CheckSource]:
    return CHECKS


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_jobs() -> list[JobSpec]:
    return jobs.JOBS


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("学生资助", "education_aid.index", "school", Action.ITEM_READ, order=40)]


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
    following.follow_merge(session, tenant_id, merge_id, kept_id, merged_id)


@hookimpl
def on_persons_parted(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID,
                      merged_id: uuid.UUID, actor: Actor) -> None:
    following.take_back(session, tenant_id, merge_id, kept_id, merged_id)


@hookimpl
def collect_plan_effects(session: Session, tenant_id: str, starts_on: dt.date,
                         drafted: Callable[[], AbstractContextManager[None]]) -> list[Effect]:
    return previewing.plan_effects(session, tenant_id, starts_on, drafted)


@hookimpl
def collect_retained(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID]) -> list[Retained]:
    return following.retained(session, tenant_id, person_ids)


@hookimpl
def on_demo_loaded(session: Session, tenant_id: str, actor: Actor) -> None:
    demo.load(session, tenant_id, actor)
    demo_running.load(session, tenant_id, actor)
    demo_checking.load(session, tenant_id, actor)
    demo_admission.load(session, tenant_id, actor)
    demo_needs.load(session, tenant_id, actor)
    demo_classes.load(session, tenant_id)


@hookimpl
def register_public_pages() -> list[Blueprint]:
    return [public_pages]


@hookimpl
def collect_cards(session: Session, place: Place) -> list[Card]:
    return desk.cards(session, place)


@hookimpl
def collect_person_entries(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    return entries.of_person(session, place, person)


@hookimpl
def on_person_erased(session: Session, tenant_id: str, person_id: uuid.UUID, actor: Actor) -> None:
    entries.forget(session, tenant_id, person_id)
