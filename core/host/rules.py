"""Judgements about manifests and switches that need neither plugin code nor database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from core.errors import N_, PluginLoadError
from core.host.contract import ActionSpec, Manifest, RuleSpec

SLUG = re.compile(r"[a-z][a-z0-9_]{1,29}\Z")
VERSION = re.compile(r"\d+(\.\d+){0,3}\Z")
VERBS = ("read", "write", "approve", "export", "manage")
#: names a plugin may not take: they are core's own
RESERVED = frozenset({"core", "static", "plugins", "api", "public", "notices", "objections"})

#: slug → slugs it requires
Requires = Mapping[str, Iterable[str]]


def version_of(text: str) -> tuple[int, ...]:
    """`"0.10"` as numbers, so that it is newer than `"0.9"`; "0.1" and "0.1.0" are equal."""
    if not VERSION.match(text):
        raise PluginLoadError(N_("版本号“%(version)s”不合规则，应写作 1.2 或 1.2.3"), version=text)
    numbers = [int(part) for part in text.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))


def check_manifest(manifest: object, core_version: str) -> Manifest:
    """The manifest if nothing is wrong with it; otherwise a `PluginLoadError` that says what."""
    if not isinstance(manifest, Manifest):
        raise PluginLoadError(N_("没有清单：插件须有名为 manifest 的 Manifest"))
    if not isinstance(manifest.slug, str) or not SLUG.match(manifest.slug) or manifest.slug in RESERVED:
        message = N_("清单的 slug “%(slug)s”须以小写字母开头，只含小写字母、数字、下划线，且不与平台重名")
        raise PluginLoadError(message, slug=str(manifest.slug))
    for key in ("title", "summary"):
        if not str(getattr(manifest, key) or "").strip():
            raise PluginLoadError(N_("清单缺少 %(key)s"), key=key)
    version_of(str(manifest.version))
    requires: object = manifest.requires
    if not isinstance(requires, tuple) or not all(isinstance(slug, str) and slug != manifest.slug
                                                  for slug in requires):
        raise PluginLoadError(N_("清单的 requires 须是其他插件 slug 的元组"))
    if not isinstance(manifest.order, int):
        raise PluginLoadError(N_("清单的 order 须是整数"))
    if version_of(str(manifest.core)) > version_of(core_version):
        raise PluginLoadError(N_("需要平台 %(needed)s 以上，现为 %(current)s"), needed=manifest.core,
                              current=core_version)
    return manifest


def check_actions(actions: Iterable[ActionSpec], rules: Iterable[RuleSpec]) -> None:
    """Actions read `slug:resource:verb`, and a default rule speaks of actions that exist: Casbin would pass
    over any other line in silence."""
    known: set[tuple[str, str]] = set()
    for action in actions:
        parts = action.code.split(":")
        if len(parts) != 3 or not all(parts) or parts[2] not in VERBS:
            message = N_("动作“%(code)s”须写作 插件:对象:动词，动词为 %(verbs)s 之一")
            raise PluginLoadError(message, code=action.code, verbs="、".join(VERBS))
        known.add((f"{parts[0]}.{parts[1]}", parts[2]))
    for rule in rules:
        verbs = {verb for obj, verb in known if rule.obj in (obj, f"{obj.partition('.')[0]}.*")}
        if not verbs or rule.act not in verbs | {"*"} or rule.eft not in ("allow", "deny"):
            message = N_("默认访问规则“%(role)s, %(obj)s, %(act)s, %(eft)s”没有对应的动作或效力有误")
            raise PluginLoadError(message, role=rule.role, obj=rule.obj, act=rule.act, eft=rule.eft)


def with_requirements(slug: str, requires: Requires) -> list[str]:
    """The plugin and all it needs, what is needed first."""
    found: list[str] = []
    _visit(slug, requires, found, set())
    return found


def _visit(slug: str, requires: Requires, found: list[str], path: set[str]) -> None:
    if slug in path:
        raise PluginLoadError(N_("插件互相依赖成环：%(slugs)s"), slugs="、".join(sorted(path)))
    if slug in found:
        return
    for needed in sorted(requires.get(slug, ())):
        _visit(needed, requires, found, path | {slug})
    found.append(slug)


def with_dependants(slug: str, requires: Requires) -> list[str]:
    """The plugin and all that cannot work without it, the farthest dependant first."""
    order: list[str] = []
    for other in sorted(requires):
        chain = with_requirements(other, requires)
        if slug in chain:
            order += [name for name in chain
                      if name not in order and slug in with_requirements(name, requires)]
    return list(reversed(order)) or [slug]


def missing_requirements(requires: Requires) -> dict[str, str]:
    """Plugins that cannot be used, each with the reason: something they require is absent or a ring."""
    reasons: dict[str, str] = {}
    while True:
        usable = {slug: needed for slug, needed in requires.items() if slug not in reasons}
        fresh = {slug: reason for slug in usable if (reason := _fault(slug, usable))}
        if not fresh:
            return reasons
        reasons |= fresh


def _fault(slug: str, usable: Requires) -> str:
    absent = [needed for needed in usable[slug] if needed not in usable]
    if absent:
        return PluginLoadError(N_("所需的插件没有安装或已被隔离：%(slugs)s"), slugs="、".join(absent)).text
    try:
        with_requirements(slug, usable)
    except PluginLoadError as error:
        return error.text
    return ""


def needs_of(slug: str, requires: Requires) -> tuple[str, ...] | None:
    """The plugins that must all be on for this one to work, itself among them; None where one is not there."""
    if slug not in requires:
        return None
    found = with_requirements(slug, requires)
    return tuple(found) if all(name in requires for name in found) else None


def satisfied(switched_on: Iterable[str], requires: Requires) -> frozenset[str]:
    """Of the plugins switched on, those that are installed and whose every requirement is on as well."""
    usable = {slug: requires[slug] for slug in switched_on if slug in requires}
    return frozenset(usable) - frozenset(missing_requirements(usable))
