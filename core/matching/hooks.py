"""Outside lists and pairs as a built-in plugin."""

from __future__ import annotations

import uuid

from flask import Blueprint, url_for
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor
from core.host.contract import ActionSpec, Effect, JobSpec, MenuItem, Place, RuleSpec, Todo, UnitChange
from core.host.markers import hookimpl
from core.matching import following, jobs, queries
from core.matching.following import FOLLOWERS
from core.matching.permissions import ACTIONS, RULES, Action
from core.matching.routes import bench, lists
from core.registry.services import count_followers, follow_change
from core.registry.services import take_back as take_back_units


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [lists.blueprint, bench.blueprint]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem(N_("名单比对"), "sources.index", "git-compare", Action.SOURCE_READ, order=46),
            MenuItem(N_("疑似重复"), "matching.index", "users", Action.MATCH_READ, order=47)]


@hookimpl
def register_jobs() -> list[JobSpec]:
    return jobs.JOBS


@hookimpl
def collect_todos(session: Session, place: Place) -> list[Todo]:
    count, _ = queries.count_cases(session, place.scope(Action.MATCH_WRITE))
    return [Todo(N_("疑似重复、名单与本库不一致待核"), url_for("matching.index", code=place.code), count=count)] if count else []


@hookimpl
def collect_change_effects(session: Session, change: UnitChange, tenant_id: str) -> list[Effect]:
    return [Effect(f"{count} {follower.label}随单位调整", count=count)
            for follower, count in count_followers(session, change, tenant_id, FOLLOWERS)]


@hookimpl
def on_unit_changed(session: Session, change: UnitChange, actor: Actor) -> None:
    follow_change(session, change, FOLLOWERS)


@hookimpl
def on_unit_restored(session: Session, change: UnitChange, actor: Actor) -> None:
    take_back_units(session, change, FOLLOWERS)


@hookimpl
def on_persons_merged(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID, merged_id: uuid.UUID,
                      actor: Actor) -> None:
    following.follow_merge(session, tenant_id, merge_id, kept_id, merged_id)


@hookimpl
def on_persons_parted(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID, merged_id: uuid.UUID,
                      actor: Actor) -> None:
    following.take_back(session, tenant_id, merge_id, kept_id, merged_id)


@hookimpl
def on_person_erased(session: Session, tenant_id: str, person_id: uuid.UUID, actor: Actor) -> None:
    following.erase(session, tenant_id, person_id)
