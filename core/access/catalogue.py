"""Every action and role the platform knows, from core and the plugins, with the default lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from core.access.rules import Heir, Line, covers, line_faults, split_action
from core.errors import N_, PluginLoadError
from core.host.contract import ActionSpec, RoleSpec, RuleSpec

Spec = TypeVar("Spec", ActionSpec, RoleSpec)


class Registry(Protocol):
    """The part of the plugin host that is asked here."""

    def registered(self, hook: str) -> list[object]:
        """All that core and the plugins registered with a hook."""


@dataclass(frozen=True)
class Catalogue:
    """What an access rule can speak of."""

    actions: Mapping[str, ActionSpec]
    roles: Mapping[str, RoleSpec]
    lines: tuple[Line, ...]
    heirs: tuple[Heir, ...]

    def action_title(self, code: str) -> str:
        """The action's title, or its code where it is no longer known."""
        spec = self.actions.get(code)
        return spec.title if spec else code

    def role_title(self, code: str) -> str:
        """The role's title, or its code where it is no longer known."""
        spec = self.roles.get(code)
        return spec.title if spec else code

    def actions_of(self, line: Line) -> list[str]:
        """The known actions a line speaks of."""
        from_object = [(code, *split_action(code)) for code in self.actions]
        return sorted(code for code, obj, act in from_object
                      if covers(line.obj, obj) and line.act in (act, "*"))


def catalogue(registry: Registry) -> Catalogue:
    """Collect the catalogue from the host; a default line that cannot be right stops the start."""
    actions = _by_code(spec for spec in registry.registered("register_actions") if isinstance(spec, ActionSpec))
    roles = _by_code(spec for spec in registry.registered("register_roles") if isinstance(spec, RoleSpec))
    lines = [line_of(spec) for spec in registry.registered("register_rules") if isinstance(spec, RuleSpec)]
    for line in lines:
        faults = line_faults(line, actions, roles)
        if faults:
            raise PluginLoadError(N_("默认访问规则有误：%(line)s：%(faults)s"), line=str(line), faults="；".join(faults))
    heirs = [Heir(role.code, parent, role.source) for role in roles.values() for parent in role.inherits]
    return Catalogue(actions, roles, tuple(dict.fromkeys(lines)), tuple(heirs))


def rule_faults(registry: Registry, rules: Iterable[RuleSpec]) -> list[str]:
    """What is wrong with the default lines of one plugin, as sentences; the host sets it aside for them."""
    actions = {spec.code: spec for spec in registry.registered("register_actions") if isinstance(spec, ActionSpec)}
    roles = {spec.code: spec for spec in registry.registered("register_roles") if isinstance(spec, RoleSpec)}
    return [f"{line}：{fault}" for line in map(line_of, rules) for fault in line_faults(line, actions, roles)]


def line_of(spec: RuleSpec) -> Line:
    """A default rule as a line; defaults hold everywhere."""
    return Line(spec.role, "", spec.obj, spec.act, spec.cond, spec.eft, spec.source)


def _by_code(specs: Iterable[Spec]) -> dict[str, Spec]:
    found: dict[str, Spec] = {}
    for spec in specs:
        if found.setdefault(spec.code, spec) != spec:
            raise PluginLoadError(N_("“%(code)s”被声明了两次，含义不同"), code=spec.code)
    return found
