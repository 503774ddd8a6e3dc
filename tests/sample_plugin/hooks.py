"""Every hook of the platform, each handed on to the module that does the work."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager

from flask import Blueprint, url_for
from sqlalchemy.orm import Session

from core.errors import RuleViolation
from core.extensions import Actor
from core.host.checks import CheckSource
from core.host.contract import (
    ActionSpec,
    Card,
    Effect,
    Event,
    EventSpec,
    FolderItem,
    FolderSpec,
    Found,
    JobSpec,
    MenuItem,
    Place,
    Retained,
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
from core.trail.services import record
from core.units.queries import find_unit_by_code
from tests.sample_plugin import checks, jobs, notices, permissions, queries, schemas, services
from tests.sample_plugin.api import api
from tests.sample_plugin.ledgers import LEDGERS
from tests.sample_plugin.manifest import manifest
from tests.sample_plugin.permissions import Action
from tests.sample_plugin.processes import PROCESSES
from tests.sample_plugin.public_pages import public_pages
from tests.sample_plugin.routes import blueprint

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
    return schemas.SECTIONS


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_apis() -> list[Blueprint]:
    return [api]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("示例走访", "sample.index", "heart-handshake", Action.VISIT_READ, order=60)]


@hookimpl
def register_jobs() -> list[JobSpec]:
    return jobs.JOBS


@hookimpl
def register_events() -> list[EventSpec]:
    return [EventSpec("sample.visit.noted", "登记了走访", {"visit": "走访的编号"})]


@hookimpl
def register_folders() -> list[FolderSpec]:
    return [FolderSpec("sample.proofs", "走访凭据", "unit", (FolderItem("receipt", "签收单"),))]


@hookimpl
def register_ledgers() -> list[Ledger]:
    return LEDGERS


@hookimpl
def register_processes() -> list[Process]:
    return PROCESSES


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
def register_checks() -> list[CheckSource]:
    return checks.CHECKS


@hookimpl
def collect_cards(session: Session, place: Place) -> list[Card]:
    count = queries.count_visits(session, place.scope(Action.VISIT_READ))
    return [Card("示例走访", str(count), "次", url_for("sample.index", code=place.code))]


@hookimpl
def collect_todos(session: Session, place: Place) -> list[Todo]:
    count = queries.count_submitted(session, place.scope(Action.PAYMENT_APPROVE))
    return [Todo("审批慰问金", url_for("sample.payments", code=place.code), count=count)] if count else []


@hookimpl
def collect_unit_entries(session: Session, place: Place) -> list[TimelineEntry]:
    visits = queries.list_visits(session, place.scope(Action.VISIT_READ), limit=50)
    return [TimelineEntry(visit.happened_on, f"示例走访：{visit.title}", _page(place, visit.id)) for visit in visits]


@hookimpl
def collect_person_entries(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    visits = queries.list_visits_seen(session, place.scope(Action.VISIT_READ), person.id)
    return [TimelineEntry(visit.happened_on, f"示例走访：{visit.title}", _page(place, visit.id)) for visit in visits]


@hookimpl
def collect_household_entries(session: Session, place: Place, household: Subject) -> list[TimelineEntry]:
    visits = queries.list_visits_at(session, place.scope(Action.VISIT_READ), household.unit_id)
    return [TimelineEntry(visit.happened_on, f"示例走访到村：{visit.title}", _page(place, visit.id)) for visit in visits]


@hookimpl
def collect_hits(session: Session, place: Place, words: str, limit: int) -> list[Found]:
    visits = queries.search_visits(session, place.scope(Action.VISIT_READ), words, limit)
    return [Found(visit.title, f"示例走访 {visit.happened_on}", _page(place, visit.id)) for visit in visits]


@hookimpl
def collect_public_parts(session: Session, tenant_id: str) -> list[PublicPart]:
    return notices.parts(session, tenant_id)


@hookimpl
def collect_change_effects(session: Session, change: UnitChange, tenant_id: str) -> list[Effect]:
    count = services.count_followers(session, change, tenant_id)
    return [Effect(f"示例走访有 {count} 条记录随单位调整", count=count)] if count else []


@hookimpl
def collect_switch_effects(session: Session, tenant_id: str, on: bool) -> list[Effect]:
    count = queries.count_in_tenant(session, tenant_id)
    return [Effect(f"已有 {count} 条走访{'重新可用' if on else '不再显示'}", count=count)] if count else []


@hookimpl
def collect_plan_effects(session: Session, tenant_id: str, starts_on: dt.date,
                         drafted: Callable[[], AbstractContextManager[None]]) -> list[Effect]:
    before = queries.planned_yuan(session, tenant_id, starts_on)
    with drafted():
        after = queries.planned_yuan(session, tenant_id, starts_on)
    count = queries.count_in_tenant(session, tenant_id)
    return [Effect(f"每次走访由 {before} 元改为 {after} 元", count=count)] if before != after else []


@hookimpl
def collect_retained(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID]) -> list[Retained]:
    waiting = queries.count_waiting(session, tenant_id, person_ids)
    return [Retained(person_id, "待审批的慰问金", "示例方案（二）", identity=True, count=count) for person_id, count in waiting.items()]


@hookimpl
def before_unit_changed(session: Session, change: UnitChange, actor: Actor) -> None:
    if change.kind == "close" and queries.list_records_at(session, change.unit_ids):
        raise RuleViolation("还有走访记录挂在这个单位，请先并入其他单位", rule="sample-records-left")


@hookimpl
def on_unit_changed(session: Session, change: UnitChange, actor: Actor) -> None:
    services.follow_change(session, change)


@hookimpl
def on_unit_restored(session: Session, change: UnitChange, actor: Actor) -> None:
    services.take_back(session, change)


@hookimpl
def before_plugin_disabled(session: Session, tenant_id: str, actor: Actor) -> None:
    if queries.count_in_tenant(session, tenant_id, submitted=True):
        raise RuleViolation("还有待审批的慰问金，审批完再关闭", rule="sample-money-under-way")


@hookimpl
def on_plugin_enabled(session: Session, tenant_id: str, actor: Actor) -> None:
    record(session, actor, Action.VISIT_WRITE, "示例走访可以登记了", subject="plugin:sample", tenant_id=tenant_id)


@hookimpl
def on_plugin_disabled(session: Session, tenant_id: str, actor: Actor) -> None:
    record(session, actor, Action.VISIT_WRITE, "示例走访停止登记", subject="plugin:sample", tenant_id=tenant_id)


@hookimpl
def on_plan_applied(session: Session, tenant_id: str, plan_id: uuid.UUID, actor: Actor) -> None:
    record(session, actor, Action.VISIT_WRITE, "示例走访按新方案执行", subject=f"plan:{plan_id}", tenant_id=tenant_id)


@hookimpl
def on_event_emitted(session: Session, tenant_id: str, event: Event) -> None:
    if event.code == "sample.visit.noted":
        record(session, Actor(None, "示例"), Action.VISIT_WRITE, "示例走访已告知订阅的系统",
               subject=f"visit:{event.data['visit']}", tenant_id=tenant_id)


@hookimpl
def on_persons_merged(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID,
                      merged_id: uuid.UUID, actor: Actor) -> None:
    services.hand_over(session, tenant_id, merge_id, kept_id, merged_id)


@hookimpl
def on_persons_parted(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID,
                      merged_id: uuid.UUID, actor: Actor) -> None:
    services.hand_back(session, merge_id)


@hookimpl
def on_person_erased(session: Session, tenant_id: str, person_id: uuid.UUID, actor: Actor) -> None:
    services.forget(session, tenant_id, person_id)


@hookimpl
def on_demo_loaded(session: Session, tenant_id: str, actor: Actor) -> None:
    unit = find_unit_by_code(session, tenant_id)
    if unit is not None:
        services.load_demo(session, tenant_id, unit.id, actor)


def _page(place: Place, visit_id: uuid.UUID) -> str:
    return url_for("sample.detail", code=place.code, visit_id=visit_id)
