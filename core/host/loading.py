"""Finding plugins and examining each one before the platform relies on it."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import entry_points, version
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
from flask import Blueprint, Flask

from core.config import Settings
from core.errors import N_, PlatformError, PluginLoadError
from core.extensions import Base
from core.host import hookspecs
from core.host.checks import CheckSource, source_faults
from core.host.contract import (
    ActionSpec,
    EventSpec,
    FolderSpec,
    JobSpec,
    Manifest,
    MenuItem,
    RoleSpec,
    RuleSpec,
    SectionSpec,
)
from core.host.ledgers import Ledger, ledger_faults
from core.host.markers import PROJECT
from core.host.notices import ClockSpec, NoticeSpec, clock_faults, notice_faults
from core.host.processes import Process, process_faults
from core.host.rules import check_actions, check_manifest
from core.web.addresses import Address
from core.web.markers import plugin_of, requirement_of, undeclared

GROUP = "bangfu.plugins"
SPECS: dict[str, Callable[..., Any]] = {
    name: spec for name, spec in vars(hookspecs).items() if hasattr(spec, f"{PROJECT}_spec")
}
REGISTERS: dict[str, type] = {
    "register_actions": ActionSpec,
    "register_roles": RoleSpec,
    "register_rules": RuleSpec,
    "register_sections": SectionSpec,
    "register_blueprints": Blueprint,
    "register_apis": Blueprint,
    "register_menus": MenuItem,
    "register_jobs": JobSpec,
    "register_folders": FolderSpec,
    "register_events": EventSpec,
    "register_ledgers": Ledger,
    "register_processes": Process,
    "register_notices": NoticeSpec,
    "register_clocks": ClockSpec,
    "register_public_pages": Blueprint,
    "register_checks": CheckSource,
}


@dataclass(frozen=True)
class Installed:
    """A plugin the platform works with, and what it registered."""

    manifest: Manifest
    plugin: Any
    #: the entry point or setting it was found by
    source: str
    #: core's own features: always on, for every tenant
    builtin: bool = False
    registered: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """The name used everywhere."""
        return self.manifest.slug


def core_version() -> str:
    """The version of this platform, for manifests that ask for a newer one."""
    return version("bangfu")


def candidates(settings: Settings) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """Every plugin named by an entry point or by the settings: its name, its source and how to import it."""
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        yield point.name, point.value, point.load
    for target in settings.extra_plugins:
        yield target, target, partial(resolve, target)


def resolve(target: str) -> Any:
    """The object behind `module:attribute`, or the module itself behind `module`."""
    module_name, _, attribute = target.partition(":")
    module = importlib.import_module(module_name)
    return getattr(module, attribute) if attribute else module


def new_manager() -> pluggy.PluginManager:
    """A pluggy manager that knows every hook of the platform."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def examine(plugin: Any, source: str) -> Installed:
    """Import is done; check manifest, hooks, and all that the plugin registers. Raises on the first fault."""
    manifest = check_manifest(getattr(plugin, "manifest", None), core_version())
    check_hooks(plugin)
    registered = call_registers(plugin)
    _check_names(manifest.slug, registered)
    check_actions(registered["register_actions"], registered["register_rules"])
    _check_pages(manifest.slug, registered["register_blueprints"], registered["register_menus"])
    _check_apis(manifest.slug, registered["register_apis"])
    _check_public(manifest.slug, registered["register_public_pages"])
    _check_tables(manifest.slug, package_of(plugin))
    return Installed(manifest, plugin, source, registered=registered)


def check_hooks(plugin: Any) -> None:
    """Refuse a misspelt hook or a wrong argument, named; alone in a manager of its own."""
    manager = new_manager()
    for name in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, name)
        hook = (options.get("specname") or name) if options else None
        if hook is not None and hook not in SPECS:
            near = difflib.get_close_matches(hook, SPECS, 1)
            raise PluginLoadError(N_("没有名为 %(hook)s 的钩子，是否应为 %(near)s？"), hook=hook,
                                  near=near[0] if near else "HOOKS.md")
        if options and (options["hookwrapper"] or options["wrapper"]):
            raise PluginLoadError(N_("钩子 %(hook)s 不得包裹其他插件"), hook=name)
    try:
        manager.register(plugin)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        detail = str(error).replace("\n", " ")
        raise PluginLoadError(N_("钩子的参数与规定不符：%(detail)s"), detail=detail) from error


def call_registers(plugin: Any) -> dict[str, list[Any]]:
    """The answers of every `register_…` hook of one plugin, their types checked."""
    manager = new_manager()
    manager.register(plugin)
    answers: dict[str, list[Any]] = {}
    for hook, kind in REGISTERS.items():
        found = [item for answer in getattr(manager.hook, hook)() for item in answer]
        wrong = [item for item in found if not isinstance(item, kind)]
        if wrong:
            raise PluginLoadError(N_("%(hook)s 应返回 %(kind)s 的列表，却含有 %(item)s"), hook=hook,
                                  kind=kind.__name__, item=repr(wrong[0]))
        answers[hook] = found
    faults = [fault for ledger in answers["register_ledgers"] for fault in ledger_faults(ledger)]
    faults += [fault for process in answers["register_processes"] for fault in process_faults(process)]
    faults += [*notice_faults(answers["register_notices"]), *clock_faults(answers["register_clocks"])]
    faults += source_faults(answers["register_checks"])
    for message, params in faults:
        raise PluginLoadError(message, None, **params)
    return answers


def _check_names(slug: str, registered: dict[str, list[Any]]) -> None:
    """Whatever a plugin registers begins with its slug, so that two plugins can never mean the same thing."""
    named = [(item.code, f"{slug}:") for item in registered["register_actions"]]
    named += [(item.obj, f"{slug}.") for item in registered["register_rules"]]
    named += [(item.section, f"{slug}.") for item in registered["register_sections"]]
    named += [(item.endpoint, f"{slug}.") for item in registered["register_menus"]]
    named += [(item.code, f"{slug}.") for item in registered["register_jobs"]]
    named += [(item.code, f"{slug}.") for item in registered["register_events"]]
    named += [(item.code, f"{slug}.") for item in registered["register_folders"]]
    named += [(item.action, f"{slug}:") for item in registered["register_menus"]]
    named += [(item.code, f"{slug}.") for item in registered["register_ledgers"]]
    named += [(action, f"{slug}:") for item in registered["register_ledgers"]
              for action in (item.read, item.write, item.export)]
    named += [(item.code, f"{slug}.") for item in registered["register_processes"]]
    named += [(action, f"{slug}:") for item in registered["register_processes"] for action in item.actions]
    named += [(item.code, f"{slug}.") for item in registered["register_notices"]]
    named += [(item.action, f"{slug}:") for item in registered["register_notices"]]
    named += [(item.code, f"{slug}.") for item in registered["register_clocks"]]
    named += [(item.code, f"{slug}.") for item in registered["register_checks"]]
    for name, prefix in named:
        if not name.startswith(prefix):
            raise PluginLoadError(N_("“%(name)s”须以“%(prefix)s”开头"), name=name, prefix=prefix)


def _check_pages(slug: str, blueprints: list[Blueprint], menus: list[MenuItem]) -> None:
    """Try the addresses on an app of their own: all under the plugin's prefix, each declaring its action, and
    every entry of the menu leading to one of them."""
    for blueprint in blueprints:
        if blueprint.name != slug or getattr(blueprint, "plugin", None) != slug:
            message = N_("蓝图“%(name)s”须由 plugin_blueprint(“%(slug)s”) 建立")
            raise PluginLoadError(message, name=blueprint.name, slug=slug)
    app = probe_app(blueprints)
    silent = undeclared(app)
    if silent:
        raise PluginLoadError(N_("这些地址没有声明权限动作：%(endpoints)s"), endpoints="、".join(silent))
    for rule in app.url_map.iter_rules():
        if plugin_of(app, rule.endpoint) != slug or not rule.rule.startswith(f"/u/<code>/p/{slug}"):
            raise PluginLoadError(N_("地址 %(address)s 不在插件自己的地址之下"), address=rule.rule)
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if rule.arguments == {"code"}}
    for item in menus:
        if item.endpoint not in pages:
            raise PluginLoadError(N_("菜单“%(label)s”指向的页面 %(endpoint)s 不存在"), label=item.label,
                                  endpoint=item.endpoint)


def _check_apis(slug: str, blueprints: list[Blueprint]) -> None:
    """The same for the plugin's addresses of the API."""
    prefix = f"/api/v1/u/<code>/p/{slug}"
    for blueprint in blueprints:
        if blueprint.name != f"{slug}-api" or getattr(blueprint, "plugin", None) != slug:
            raise PluginLoadError(N_("接口“%(name)s”须由 plugin_api(“%(slug)s”) 建立"), name=blueprint.name, slug=slug)
    app = probe_app(blueprints)
    silent = undeclared(app)
    if silent:
        raise PluginLoadError(N_("这些地址没有声明权限动作：%(endpoints)s"), endpoints="、".join(silent))
    for rule in app.url_map.iter_rules():
        if plugin_of(app, rule.endpoint) != slug or not f"{rule.rule}/".startswith(f"{prefix}/"):
            raise PluginLoadError(N_("地址 %(address)s 不在插件自己的地址之下"), address=rule.rule)


def _check_public(slug: str, blueprints: list[Blueprint]) -> None:
    """The same for the plugin's pages of the public site, where every view is open to everybody."""
    prefix = f"/public/<code>/{slug}"
    for blueprint in blueprints:
        if blueprint.name != f"{slug}-public" or not getattr(blueprint, "public_site", False):
            raise PluginLoadError(N_("公开页面“%(name)s”须由 public_blueprint(“%(slug)s”) 建立"), name=blueprint.name,
                                  slug=slug)
    app = probe_app(blueprints)
    closed = [endpoint for endpoint in sorted(app.view_functions)
              if not (need := requirement_of(app, endpoint)) or not need.public]
    if closed:
        raise PluginLoadError(N_("这些公开页面没有写明公开的理由：%(endpoints)s"), endpoints="、".join(closed))
    for rule in app.url_map.iter_rules():
        if plugin_of(app, rule.endpoint) != slug or not f"{rule.rule}/".startswith(f"{prefix}/"):
            raise PluginLoadError(N_("地址 %(address)s 不在插件自己的地址之下"), address=rule.rule)


def check_requirements(installed: Installed, core_actions: set[str]) -> None:
    """Every page asks for an action that somebody registered; access refuses to start with any other."""
    app = probe_app([*installed.registered["register_blueprints"], *installed.registered["register_apis"]])
    known = core_actions | {action.code for action in installed.registered["register_actions"]}
    for endpoint in sorted(app.view_functions):
        requirement = requirement_of(app, endpoint)
        if requirement and requirement.action and requirement.action not in known:
            raise PluginLoadError(N_("页面 %(endpoint)s 要求的动作“%(action)s”没有登记"), endpoint=endpoint,
                                  action=requirement.action)
    for notice in installed.registered["register_notices"]:
        if notice.action not in known:
            raise PluginLoadError(N_("公示 %(code)s 的动作“%(action)s”没有登记"), code=notice.code, action=notice.action)
    for process in installed.registered["register_processes"]:
        for action in process.actions:
            if action not in known:
                raise PluginLoadError(N_("流程 %(code)s 的动作“%(action)s”没有登记"), code=process.code, action=action)
    for ledger in installed.registered["register_ledgers"]:
        if ledger.process is not None and ledger.process not in installed.registered["register_processes"]:
            raise PluginLoadError(N_("台账 %(code)s 的流程没有登记"), code=ledger.code)
        for action in (ledger.read, ledger.write, ledger.export):
            if action not in known:
                raise PluginLoadError(N_("页面 %(endpoint)s 要求的动作“%(action)s”没有登记"), endpoint=ledger.code, action=action)


class _Probe(Flask):
    """Its addresses are looked at and never built."""

    url_rule_class = Address


def probe_app(blueprints: list[Blueprint]) -> Flask:
    """An app with these blueprints alone, to look at their addresses."""
    app = _Probe("bangfu-probe", static_folder=None)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return app


def count_pages(blueprints: list[Blueprint]) -> int:
    """How many addresses these blueprints bring."""
    return len(list(probe_app(blueprints).url_map.iter_rules()))


def package_of(plugin: Any) -> str:
    """The package a plugin's modules live in."""
    module = plugin.__name__ if isinstance(plugin, ModuleType) else type(plugin).__module__
    is_package = hasattr(sys.modules.get(module), "__path__")
    return module if is_package else module.rpartition(".")[0]


def tables_of(package: str) -> dict[str, set[str]]:
    """The tables declared by the models of a package: name → columns."""
    return {
        table.name: {column.name for column in table.columns}
        for mapper in Base.registry.mappers
        if package and mapper.class_.__module__.startswith(f"{package}.")
        for table in mapper.tables
    }


def _check_tables(slug: str, package: str) -> None:
    for name in sorted(tables_of(package)):
        if not name.startswith(f"{slug}_"):
            raise PluginLoadError(N_("数据表 %(name)s 的名称须以“%(prefix)s”开头"), name=name,
                                  prefix=f"{slug}_")


def migrations_of(plugin: Any) -> Path | None:
    """The plugin's own branch of migrations, when it has one."""
    file = getattr(sys.modules.get(package_of(plugin)), "__file__", None)
    folder = Path(file).parent / "migrations" if file else None
    return folder if folder and folder.is_dir() else None


def position_of(plugin: Any) -> tuple[int, str]:
    """Where a plugin stands among the others; one without a proper manifest comes first and fails there."""
    manifest = getattr(plugin, "manifest", None)
    return (manifest.order, manifest.slug) if isinstance(manifest, Manifest) else (0, "")


def name_of(plugin: Any, name: str) -> str:
    """The slug a plugin says it has, or else the name it was found by."""
    slug = getattr(getattr(plugin, "manifest", None), "slug", None)
    return slug if isinstance(slug, str) and slug else name


def reason_of(error: BaseException) -> str:
    """Why a plugin failed, as the page of plugins shows it."""
    if isinstance(error, PlatformError):
        return error.text
    return f"{type(error).__name__}：{error}"
