"""Which plugins are on, where."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.host.manager import PluginHost
from core.host.models import PluginSwitch
from core.host.rules import satisfied


def enabled(session: Session, host: PluginHost, tenant_id: str) -> frozenset[str]:
    """The plugins that work for a tenant: switched on, installed, not in quarantine, and with all they
    require on as well."""
    return enabled_many(session, host, [tenant_id])[tenant_id]


def enabled_many(session: Session, host: PluginHost, tenant_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """The same for several tenants, in one query; each tenant asked for has an answer."""
    wanted = set(tenant_ids)
    found: dict[str, set[str]] = {tenant_id: set() for tenant_id in wanted}
    statement = select(PluginSwitch.tenant_id, PluginSwitch.plugin).where(
        PluginSwitch.tenant_id.in_(sorted(wanted)), PluginSwitch.on)
    for tenant_id, plugin in session.execute(statement):
        found[tenant_id].add(plugin)
    requires = host.requires
    return {tenant_id: satisfied(plugins, requires) for tenant_id, plugins in found.items()}


def find_switch(session: Session, tenant_id: str, plugin: str) -> PluginSwitch | None:
    """The stored switch of one plugin for one tenant, or None where it has never been touched."""
    return session.get(PluginSwitch, (tenant_id, plugin))


def count_tenants_on(session: Session) -> dict[str, int]:
    """In how many tenants each plugin is switched on."""
    counted = select(PluginSwitch.plugin, func.count().label("tenants"))
    statement = counted.where(PluginSwitch.on).group_by(PluginSwitch.plugin)
    return {row.plugin: row.tenants for row in session.execute(statement)}
