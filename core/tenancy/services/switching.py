"""The switchboard: tenants by plugins, and one switch at a time with its effect listed first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.extensions import Actor
from core.host.contract import Effect
from core.host.manager import PluginHost
from core.host.queries import enabled_many
from core.host.services import set_switch, switch_effect
from core.tenancy import queries
from core.tenancy.entries import from_row
from core.tenancy.models import Plan
from core.tenancy.queries import NATIONAL, TenantPlace
from core.tenancy.services.previewing import planned_plugins, wanted_plugins

ON, OFF, UNUSED, MISSING, QUARANTINED = "on", "off", "unused", "missing", "quarantined"


@dataclass(frozen=True)
class Column:
    """A plugin or programme, as a column of the switchboard."""

    slug: str
    title: str
    installed: bool
    quarantined: str = ""


@dataclass(frozen=True)
class Cell:
    """One tenant's state of one plugin: on, off, unused by the plan, missing or quarantined."""

    column: Column
    state: str

    @property
    def switchable(self) -> bool:
        """Whether the cell leads to a switch."""
        return self.state in (ON, OFF)


@dataclass(frozen=True)
class Row:
    """One tenant of the switchboard."""

    tenant: TenantPlace
    plan: Plan | None
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Board:
    """The whole switchboard."""

    columns: Sequence[Column]
    rows: Sequence[Row]

    def count(self, slug: str, state: str) -> int:
        """How many tenants have a plugin in a state."""
        return sum(cell.state == state for row in self.rows for cell in row.cells if cell.column.slug == slug)


def board(session: Session, host: PluginHost, tenants: Sequence[TenantPlace]) -> Board:
    """The switchboard of these tenants. With no plugin installed its columns are the national programmes."""
    ids = [tenant.id for tenant in tenants]
    plans = queries.running_plans(session, ids)
    used: dict[str, list[str]] = {tenant_id: [] for tenant_id in ids}
    rows = queries.entries_of_plans(session, plans.values(), "plugin")
    for tenant_id in ids:
        used[tenant_id] = wanted_plugins([from_row(row) for row in rows if row.tenant_id == tenant_id])
    columns = _columns(session, host, [slug for slugs in used.values() for slug in slugs])
    on = enabled_many(session, host, ids)
    return Board(columns, [
        Row(tenant, plans.get(tenant.id),
            [Cell(column, _state(column, used[tenant.id], on[tenant.id])) for column in columns])
        for tenant in tenants
    ])


def _columns(session: Session, host: PluginHost, used: Sequence[str]) -> list[Column]:
    plan = queries.running_plan(session, NATIONAL)
    titles = {row.code: row.name for row in (queries.list_entries(session, plan, "programme") if plan else [])}
    installed = [found.slug for found in host.plugins]
    broken = [found.name for found in host.quarantined]
    slugs = dict.fromkeys([*titles, *installed, *broken, *used])
    return [Column(slug, titles.get(slug) or host.title(slug), slug in installed, host.why_quarantined(slug))
            for slug in slugs]


def _state(column: Column, used: Sequence[str], on: frozenset[str]) -> str:
    if column.slug in on:
        return ON
    if column.quarantined:
        return QUARANTINED
    if column.slug not in used:
        return UNUSED
    return OFF if column.installed else MISSING


def effects(session: Session, host: PluginHost, tenant: TenantPlace, plugin: str, on: bool) -> list[Effect]:
    """What switching would do; nothing is written."""
    return switch_effect(session, host, tenant.id, plugin, on)


def switch_plugin(session: Session, host: PluginHost, tenant: TenantPlace, plugin: str, on: bool, actor: Actor,
                  *, reason: str) -> tuple[str, ...]:
    """Switch one plugin within what the tenant's plan uses; the slugs changed."""
    planned = planned_plugins(session, queries.running_plan(session, tenant.id))
    return set_switch(session, host, tenant.id, plugin, on, actor, reason=reason, planned=planned)
