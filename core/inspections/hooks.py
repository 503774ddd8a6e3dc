"""Checks and problems as a built-in plugin."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor
from core.host.checks import CheckSource
from core.host.contract import (
    ActionSpec,
    Card,
    Effect,
    FolderSpec,
    MenuItem,
    Place,
    RuleSpec,
    SectionSpec,
    TimelineEntry,
    Todo,
    UnitChange,
)
from core.host.ledgers import Ledger
from core.host.markers import hookimpl
from core.host.processes import Process
from core.inspections import demo, desk, permissions
from core.inspections.ledgers import LEDGERS
from core.inspections.permissions import Action
from core.inspections.plan import SECTIONS
from core.inspections.process import FINDING
from core.inspections.routes import blueprint
from core.inspections.services.rectifying import FOLDER
from core.inspections.sources import CHECKS
from core.registry.services.moving import count_followers, follow_change, take_back


@hookimpl
def register_actions() -> list[ActionSpec]:
    return permissions.ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return permissions.RULES


@hookimpl
def register_sections() -> list[SectionSpec]:
    return SECTIONS


@hookimpl
def register_folders() -> list[FolderSpec]:
    return [FOLDER]


@hookimpl
def register_ledgers() -> list[Ledger]:
    return LEDGERS


@hookimpl
def register_processes() -> list[Process]:
    return [FINDING]


@hookimpl
def register_checks() -> list[CheckSource]:
    return CHECKS


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem(N_("督查整改"), "inspections.findings", "clipboard-list", Action.FINDING_READ, order=48)]


@hookimpl
def collect_cards(session: Session, place: Place) -> list[Card]:
    return desk.cards(session, place)


@hookimpl
def collect_todos(session: Session, place: Place) -> list[Todo]:
    return desk.todos(session, place)


@hookimpl
def collect_unit_entries(session: Session, place: Place) -> list[TimelineEntry]:
    return desk.entries(session, place)


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
def on_demo_loaded(session: Session, tenant_id: str, actor: Actor) -> None:
    demo.load(session, tenant_id, actor)
