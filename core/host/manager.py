"""The plugin host: which plugins work, and every call from core to a plugin."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, inspect
from sqlalchemy.orm import Session

from core.config import Settings
from core.errors import N_, PluginError, PluginLoadError
from core.extensions import current_scope, tenant_scope
from core.host import loading
from core.host.contract import Manifest, Place
from core.host.loading import Installed
from core.host.rules import RESERVED, missing_requirements

log = logging.getLogger("core.host")


@dataclass(frozen=True)
class Quarantined:
    """A plugin the platform goes on without: its name, why, and where it came from."""

    name: str
    reason: str
    source: str


class PluginHost:
    """Holds the plugins of one running app. Build it with `load`; it never raises for a plugin's fault."""

    def __init__(self, *, production: bool = False) -> None:
        self.production = production
        self.quarantined: list[Quarantined] = []
        self._builtins: list[Installed] = []
        self._plugins: dict[str, Installed] = {}
        self._pm = loading.new_manager()

    # Making the host

    def add_builtin(self, module: Any) -> None:
        """Register one of core's own hook modules. A fault here is core's own and stops the start."""
        name = module.__name__ if isinstance(module, ModuleType) else type(module).__name__
        loading.check_hooks(module)
        manifest = Manifest(name.removesuffix(".hooks"), name, loading.core_version(), "")
        registered = loading.call_registers(module)
        self._builtins.append(Installed(manifest, module, name, builtin=True, registered=registered))
        self._pm.register(module, name=name)

    def quarantine(self, slug: str, reason: str) -> None:
        """Go on without a plugin and without those that require it; name and reason stay visible."""
        found = self._plugins.pop(slug)
        self._pm.unregister(found.plugin)
        self.set_aside(slug, reason, found.source)
        self.settle()

    def set_aside(self, name: str, reason: str, source: str) -> None:
        """Note a plugin that could not even be registered."""
        self.quarantined.append(Quarantined(name, reason, source))
        log.error("plugin %s is quarantined: %s", name, reason)

    def settle(self) -> None:
        """Quarantine what cannot work without something that is not there."""
        for slug, reason in missing_requirements(self.requires).items():
            if slug in self._plugins:
                self.quarantine(slug, reason)

    def add(self, plugin: Any, source: str) -> None:
        """Examine a plugin and register it; raises on its first fault and then leaves nothing behind."""
        installed = loading.examine(plugin, source)
        if installed.slug in self._plugins or installed.slug in self._names("register_blueprints"):
            raise PluginLoadError(N_("slug “%(slug)s”已被占用"), slug=installed.slug)
        roles = {role.code for role in self.registered("register_roles")}
        taken = [role.code for role in installed.registered["register_roles"] if role.code in roles]
        if taken:
            raise PluginLoadError(N_("角色已被占用：%(codes)s"), codes="、".join(taken))
        roles |= {role.code for role in installed.registered["register_roles"]} | {"*"}
        unknown = sorted({rule.role for rule in installed.registered["register_rules"]} - roles)
        if unknown:
            raise PluginLoadError(N_("默认访问规则中的角色不存在：%(codes)s"), codes="、".join(unknown))
        actions = {action.code for action in self.registered("register_actions")}
        loading.check_requirements(installed, actions)
        self._pm.register(plugin, name=installed.slug)
        self._plugins[installed.slug] = installed

    def _names(self, hook: str) -> set[str]:
        return {item.name for item in self.registered(hook)} | RESERVED

    def review(self, faults: Callable[[Installed], list[str]]) -> None:
        """Let a slice above judge what the plugins registered; whoever it finds at fault is quarantined."""
        for installed in self.plugins:
            found = faults(installed)
            if found and installed.slug in self._plugins:
                self.quarantine(installed.slug, "；".join(found))

    def check_schema(self, engine: Engine) -> None:
        """Quarantine every plugin whose tables or columns the database lacks: its migration has not run."""
        inspector = inspect(engine)
        present = set(inspector.get_table_names())
        for installed in self.plugins:
            missing: list[str] = []
            for table, columns in sorted(loading.tables_of(loading.package_of(installed.plugin)).items()):
                if table not in present:
                    missing.append(table)
                    continue
                there = {column["name"] for column in inspector.get_columns(table)}
                missing += [f"{table}.{column}" for column in sorted(columns - there)]
            if missing and installed.slug in self._plugins:
                error = PluginLoadError(N_("数据库缺少 %(names)s，请运行 bangfu db upgrade"),
                                        names="、".join(missing))
                self.quarantine(installed.slug, error.text)

    # What is installed

    @property
    def plugins(self) -> list[Installed]:
        """The working plugins in manifest order, core's own features left out."""
        return sorted(self._plugins.values(), key=lambda found: (found.manifest.order, found.slug))

    @property
    def requires(self) -> dict[str, tuple[str, ...]]:
        """slug → slugs it requires, of the working plugins."""
        return {slug: tuple(found.manifest.requires) for slug, found in self._plugins.items()}

    def find(self, slug: str) -> Installed | None:
        """The working plugin of that name, or None."""
        return self._plugins.get(slug)

    def why_quarantined(self, slug: str) -> str:
        """The reason a plugin is quarantined, or nothing."""
        return next((found.reason for found in self.quarantined if found.name == slug), "")

    def title(self, slug: str) -> str:
        """The title officials read, or the bare slug of a plugin that is not there."""
        found = self._plugins.get(slug)
        return found.manifest.title if found else slug

    def count_pages(self, slug: str) -> int:
        """How many addresses a plugin brings."""
        found = self._plugins.get(slug)
        return loading.count_pages(found.registered["register_blueprints"]) if found else 0

    def migration_locations(self) -> list[tuple[str, Path]]:
        """Each working plugin's own Alembic branch: (slug, folder of its revisions)."""
        found = [(item.slug, loading.migrations_of(item.plugin)) for item in self.plugins]
        return [(slug, folder) for slug, folder in found if folder is not None]

    # Calling hooks

    def registered(self, hook: str) -> list[Any]:
        """All that core and every working plugin registered with a `register_…` hook, in manifest order."""
        return [item for found in self._all() for item in found.registered[hook]]

    def registered_by(self, hook: str) -> list[tuple[str, Any]]:
        """The same with the slug of the plugin; core's own features have the slug "core"."""
        return [("core" if found.builtin else found.slug, item)
                for found in self._all() for item in found.registered[hook]]

    def for_tenant(self, enabled: frozenset[str]) -> TenantHooks:
        """The hooks of core and of the plugins a tenant has switched on."""
        return TenantHooks(self, enabled)

    def collect(self, hook: str, enabled: frozenset[str], **arguments: Any) -> list[Any]:
        """Ask core and the enabled plugins; their lists joined in manifest order. In production the answer of
        a failing plugin is logged and dropped, otherwise the error is raised."""
        return [item for found in self._reached(enabled) for item in self._ask(found, hook, arguments)]

    def collect_at(self, hook: str, switches: Mapping[str, frozenset[str]], *, session: Session, place: Place,
                   **arguments: Any) -> list[Any]:
        """Ask about a place with several tenants: each plugin hears only of the tenants where it is on, and
        is not called at all where there is none. `switches` maps a tenant to its enabled plugins."""
        items: list[Any] = []
        for found in self._all():
            tenants = frozenset(name for name in place.tenants if found.slug in switches.get(name, ()))
            if found.builtin or tenants:
                here = place if found.builtin else place.within(tenants)
                items += self._ask(found, hook, {**arguments, "session": session, "place": here})
        return items

    def notify(self, hook: str, enabled: frozenset[str] | None = None, **arguments: Any) -> None:
        """Tell core and the enabled plugins (every installed one when `enabled` is None) within the
        transaction of the change. Whatever one raises propagates and undoes the change."""
        for found in self._reached(enabled):
            self._call(found, hook, arguments)

    def notify_one(self, hook: str, slug: str, **arguments: Any) -> None:
        """Tell one plugin about itself."""
        self._call(self._plugins[slug], hook, arguments)

    def collect_one(self, hook: str, slug: str, **arguments: Any) -> list[Any]:
        """Ask one plugin about itself."""
        return self._ask(self._plugins[slug], hook, arguments)

    def _all(self) -> list[Installed]:
        return [*self._builtins, *self.plugins]

    def _reached(self, enabled: frozenset[str] | None) -> list[Installed]:
        return [item for item in self._all() if item.builtin or enabled is None or item.slug in enabled]

    def _call(self, found: Installed, hook: str, arguments: Mapping[str, Any]) -> list[Any]:
        # One plugin at a time: pluggy answers last-registered-first, and one error would end the whole call.
        others = [other.plugin for other in self._all() if other is not found]
        with _fence(arguments):
            answers: list[Any] = self._pm.subset_hook_caller(hook, others)(**arguments)
        return answers

    def _ask(self, found: Installed, hook: str, arguments: Mapping[str, Any]) -> list[Any]:
        try:
            with self._savepoint(arguments.get("session")):
                answers = self._call(found, hook, arguments)
                wrong = [answer for answer in answers if not isinstance(answer, list)]
                if wrong:
                    raise PluginError(N_("插件 %(slug)s 的 %(hook)s 应返回列表"), slug=found.slug, hook=hook)
        except Exception:
            if not self.production:
                raise
            log.exception("plugin %s failed in %s for tenant %s: its answer is dropped", found.slug, hook,
                          _tenants(arguments))
            return []
        return [item for answer in answers for item in answer]

    def _savepoint(self, session: Session | None) -> AbstractContextManager[Any]:
        # A failed statement spoils the whole transaction on PostgreSQL, and with it the rest of the page.
        return session.begin_nested() if self.production and session is not None else nullcontext()


class TenantHooks:
    """Every call for one tenant, so that its enabled plugins cannot be forgotten on the way."""

    def __init__(self, host: PluginHost, enabled: frozenset[str]) -> None:
        self._host = host
        self.enabled = enabled

    def collect(self, hook: str, **arguments: Any) -> list[Any]:
        """Ask core and the enabled plugins."""
        return self._host.collect(hook, self.enabled, **arguments)

    def notify(self, hook: str, **arguments: Any) -> None:
        """Tell core and the enabled plugins."""
        self._host.notify(hook, self.enabled, **arguments)


def _fence(arguments: Mapping[str, Any]) -> AbstractContextManager[Any]:
    """The scope a hook is promised: its tenant, or the tenants of its place, unless the caller opened one."""
    session, place = arguments.get("session"), arguments.get("place")
    if session is None or current_scope(session) is not None:
        return nullcontext()
    if isinstance(place, Place):
        return tenant_scope(session, place.tenants)
    return tenant_scope(session, arguments["tenant_id"]) if "tenant_id" in arguments else nullcontext()


def _tenants(arguments: Mapping[str, Any]) -> str:
    place = arguments.get("place")
    names = sorted(place.tenants) if isinstance(place, Place) else [arguments.get("tenant_id", "-")]
    return ",".join(str(name) for name in names)


def load(settings: Settings, builtins: Iterable[Any] = ()) -> PluginHost:
    """Build the host: core's own hook modules, then every plugin found, each fault put in quarantine."""
    host = PluginHost(production=settings.production)
    for module in builtins:
        host.add_builtin(module)
    for name, source, plugin in _imported(host, settings):
        try:
            host.add(plugin, source)
        except (Exception, SystemExit) as error:
            host.set_aside(loading.name_of(plugin, name), loading.reason_of(error), source)
    host.settle()
    return host


def _imported(host: PluginHost, settings: Settings) -> list[tuple[str, str, Any]]:
    """Every plugin that can be imported, in manifest order whatever the order they were found in."""
    found: list[tuple[str, str, Any]] = []
    for name, source, importer in loading.candidates(settings):
        try:
            found.append((name, source, importer()))
        except (Exception, SystemExit) as error:
            host.set_aside(name, loading.reason_of(error), source)
    return sorted(found, key=lambda item: loading.position_of(item[2]))
