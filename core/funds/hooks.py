"""Money as a built-in plugin: its actions, lines, plan section and job, and what it does when the tree changes, two
persons turn out to be one, or somebody is erased."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from flask import Blueprint, url_for
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor, today
from core.funds import alarms, demo, jobs, persons
from core.funds.ledgers import LEDGERS
from core.funds.models import FundAccount, FundDesignation, FundMovement, FundPeriod, FundRecovery, FundTransfer
from core.funds.permissions import ACTIONS, RULES, Action
from core.funds.plan import SECTIONS
from core.funds.routes import blueprint
from core.host.contract import (
    ActionSpec,
    Effect,
    JobSpec,
    MenuItem,
    Place,
    Retained,
    RuleSpec,
    SectionSpec,
    Todo,
    UnitChange,
)
from core.host.ledgers import Ledger
from core.host.markers import hookimpl
from core.registry.services.moving import Follower, count_followers, follow_change, take_back

FOLLOWERS = (
    Follower(FundAccount, "个资金账户", ("code", "title", "kind", "fund")),
    Follower(FundMovement, "笔资金收支", parent="account_id"),
    Follower(FundDesignation, "项指定用途", parent="account_id"),
    Follower(FundTransfer, "笔拨付", parent="from_id"),
    Follower(FundRecovery, "份追回通知", parent="account_id"),
    Follower(FundPeriod, "次结账", parent="account_id"),
)


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
def register_ledgers() -> list[Ledger]:
    return LEDGERS


@hookimpl
def register_jobs() -> list[JobSpec]:
    return jobs.JOBS


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem(N_("资金台账"), "funds.index", "report-money", Action.READ, order=43)]


@hookimpl
def collect_todos(session: Session, place: Place) -> list[Todo]:
    count = alarms.count_alarms(session, place.scope(Action.WRITE), today())
    return [Todo(N_("资金预警须处理"), url_for("funds.alarm_list", code=place.code), count=count)] if count else []


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
def collect_retained(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID]) -> list[Retained]:
    return persons.retained(session, tenant_id, person_ids)


@hookimpl
def on_person_erased(session: Session, tenant_id: str, person_id: uuid.UUID, actor: Actor) -> None:
    persons.erase(session, tenant_id, person_id)


@hookimpl
def on_demo_loaded(session: Session, tenant_id: str, actor: Actor) -> None:
    demo.load(session, tenant_id, actor)
