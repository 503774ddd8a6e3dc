"""Every extension point of the platform.

Names follow one grammar: `register_<plurals>` once at start, with no tenant; `collect_<plurals>` for the
tenants in a place, returning a list; `on_<noun>_<past participle>` told inside the transaction of the
change; `before_<…>` may veto by raising `RuleViolation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.host.contract import (
    ActionSpec,
    Card,
    Effect,
    Found,
    Manifest,
    MenuItem,
    Place,
    RoleSpec,
    RuleSpec,
    SectionSpec,
    TimelineEntry,
    Todo,
    UnitChange,
)
from core.host.markers import hookspec

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy.orm import Session

    from core.extensions import Actor


@hookspec
def register_actions() -> list[ActionSpec]: ...


@hookspec
def register_roles() -> list[RoleSpec]: ...


@hookspec
def register_rules() -> list[RuleSpec]: ...


@hookspec
def register_sections() -> list[SectionSpec]: ...


@hookspec
def register_blueprints() -> list[Blueprint]: ...


@hookspec
def register_menus() -> list[MenuItem]: ...


@hookspec
def collect_cards(session: Session, place: Place) -> list[Card]: ...


@hookspec
def collect_todos(session: Session, place: Place) -> list[Todo]: ...


@hookspec
def collect_unit_entries(session: Session, place: Place) -> list[TimelineEntry]: ...


@hookspec
def collect_hits(session: Session, place: Place, words: str, limit: int) -> list[Found]: ...


@hookspec
def collect_change_effects(session: Session, change: UnitChange, tenant_id: str) -> list[Effect]: ...


@hookspec
def collect_switch_effects(session: Session, tenant_id: str, on: bool) -> list[Effect]: ...


@hookspec
def before_unit_changed(session: Session, change: UnitChange, actor: Actor) -> None: ...


@hookspec
def on_unit_changed(session: Session, change: UnitChange, actor: Actor) -> None: ...


@hookspec
def on_unit_restored(session: Session, change: UnitChange, actor: Actor) -> None: ...


@hookspec
def before_plugin_disabled(session: Session, tenant_id: str, actor: Actor) -> None: ...


@hookspec
def on_plugin_enabled(session: Session, tenant_id: str, actor: Actor) -> None: ...


@hookspec
def on_plugin_disabled(session: Session, tenant_id: str, actor: Actor) -> None: ...


@hookspec
def on_plan_applied(session: Session, tenant_id: str, plan_id: object, actor: Actor) -> None: ...


@hookspec
def on_demo_loaded(session: Session, tenant_id: str, actor: Actor) -> None: ...
