"""The registry as a built-in plugin: its actions and lines, plan sections, jobs, and what it does when the tree
changes or a person is erased."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy.orm import Session

import core.privacy.models
import core.registry.models  # noqa: F401 - the tables are known once the registry is
from core.extensions import Actor
from core.host.contract import ActionSpec, Effect, JobSpec, Retained, RuleSpec, SectionSpec, UnitChange
from core.host.markers import hookimpl
from core.registry import exits, rotating, services
from core.registry.permissions import ACTIONS, RULES


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES


@hookimpl
def register_sections() -> list[SectionSpec]:
    return exits.SECTIONS


@hookimpl
def register_jobs() -> list[JobSpec]:
    return rotating.JOBS


@hookimpl
def collect_change_effects(session: Session, change: UnitChange, tenant_id: str) -> list[Effect]:
    found = services.count_followers(session, change, tenant_id)
    return [Effect(f"{count} {follower.label}随单位调整", count=count) for follower, count in found]


@hookimpl
def on_unit_changed(session: Session, change: UnitChange, actor: Actor) -> None:
    services.follow_change(session, change)


@hookimpl
def on_unit_restored(session: Session, change: UnitChange, actor: Actor) -> None:
    services.take_back(session, change)


@hookimpl
def collect_retained(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID]) -> list[Retained]:
    return services.retained_here(session, tenant_id, person_ids)


@hookimpl
def on_person_erased(session: Session, tenant_id: str, person_id: uuid.UUID, actor: Actor) -> None:
    services.forget(session, tenant_id, person_id)
