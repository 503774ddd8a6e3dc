"""Lines of the access rules, their conditions, and what makes a line unacceptable; pure functions.

A line reads `role, tenant, obj, act, cond, eft`: who may (or may not) do what, on which object, at which
unit and below, under which condition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from core.errors import N_
from core.host.contract import ActionSpec, RoleSpec

#: what a record can say of itself to a condition; a plugin's process passes them with the request
FACTS: Mapping[str, str] = {
    "is_frozen": N_("记录已冻结"),
    "is_own": N_("属于本人负责的对象"),
    "is_submitter": N_("由本人提交"),
}
#: verbs decided for whole lists as well, where the facts of a row are unknown
LIST_VERBS = frozenset({"read", "export", "*"})
EFFECTS = ("allow", "deny")
EVERYBODY = "*"


@dataclass(frozen=True)
class Line:
    """One line. `tenant` is the path of the unit at and below which it holds ("" everywhere); `owner` the path
    of the unit by whose authority it stands ("" the platform's defaults)."""

    role: str
    tenant: str
    obj: str
    act: str
    cond: str = ""
    eft: str = "allow"
    source: str = field(default="", compare=False)
    owner: str = field(default="", compare=False)

    def __str__(self) -> str:
        return ", ".join(("p", self.role, self.tenant or "*", self.obj, self.act, self.cond or "-", self.eft))


@dataclass(frozen=True)
class Heir:
    """`role` has every permission of `parent` as well."""

    role: str
    parent: str
    source: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"g, {self.role}, {self.parent}"


@dataclass(frozen=True)
class Fault:
    """Why a line is refused."""

    line: str
    message: str


@lru_cache(maxsize=4096)
def split_action(action: str) -> tuple[str, str]:
    """`core:unit:read` → (`core.unit`, `read`)."""
    plugin, resource, verb = action.split(":")
    return f"{plugin}.{resource}", verb


def covers(pattern: str, obj: str) -> bool:
    """Whether a line's object names this one: exactly, or as `x.*`."""
    return pattern in (obj, EVERYBODY) or (pattern.endswith(".*") and obj.startswith(pattern[:-1]))


@lru_cache(maxsize=1024)
def parse_condition(cond: str) -> tuple[tuple[bool, str], ...]:
    """`is_submitter & !role:aid_centre` → ((True, "is_submitter"), (False, "role:aid_centre"))."""
    if not cond.strip():
        return ()
    terms = [term.strip() for term in cond.split("&")]
    return tuple((not term.startswith("!"), term.removeprefix("!").strip()) for term in terms)


def holds(cond: str, who: Collection[str], facts: Collection[str]) -> bool:
    """Whether the condition holds for these roles and facts; every term must."""
    return all(wanted == ((term[5:] in who) if term.startswith("role:") else (term in facts))
               for wanted, term in parse_condition(cond))


def line_faults(line: Line, actions: Mapping[str, ActionSpec], roles: Mapping[str, RoleSpec]) -> list[str]:
    """Everything wrong with one line, each as a sentence; an empty list means it is acceptable."""
    faults = shape_faults(line)
    if line.role.strip() and line.role != EVERYBODY and line.role not in roles:
        faults.append(N_("没有名为“%(name)s”的角色") % {"name": line.role})
    if line.obj.strip() and line.act.strip():
        faults += _action_faults(line, actions)
    return faults + _condition_faults(line, roles)


def shape_faults(line: Line) -> list[str]:
    """What is wrong with a line whatever the roles and actions: Casbin would pass over such a line, and an
    ignored denial is a permission."""
    faults = []
    for name, value in (("角色", line.role), ("对象", line.obj), ("动作", line.act)):
        if not value.strip() or value != value.strip():
            faults.append(N_("%(part)s不能为空，也不能带空格") % {"part": name})
    if line.eft not in EFFECTS:
        faults.append(N_("效力只能是 allow 或 deny，不能是“%(value)s”") % {"value": line.eft})
    if line.tenant and (not line.tenant.endswith("/") or line.tenant != line.tenant.strip()):
        faults.append(N_("单位路径“%(value)s”应以 / 结尾") % {"value": line.tenant})
    return faults


def _action_faults(line: Line, actions: Iterable[str]) -> list[str]:
    known = [split_action(code) for code in actions]
    objects = [(obj, act) for obj, act in known if covers(line.obj, obj)]
    if not objects:
        return [N_("没有名为“%(name)s”的对象") % {"name": line.obj}]
    if line.act != EVERYBODY and all(act != line.act for _, act in objects):
        return [N_("对象“%(obj)s”没有“%(act)s”这个动作") % {"obj": line.obj, "act": line.act}]
    return []


def _condition_faults(line: Line, roles: Mapping[str, RoleSpec]) -> list[str]:
    faults = []
    for _, term in parse_condition(line.cond):
        if term.startswith("role:"):
            if term[5:] not in roles:
                faults.append(N_("条件里没有名为“%(name)s”的角色") % {"name": term[5:]})
        elif term not in FACTS:
            faults.append(N_("没有名为“%(name)s”的条件") % {"name": term})
        elif line.act in LIST_VERBS:
            # A list is decided once for all its rows, so a condition on a row could not be kept there.
            faults.append(N_("查看和导出按单位决定，不能带记录条件“%(name)s”") % {"name": term})
    return faults


def heir_faults(heir: Heir, heirs: Iterable[Heir], roles: Mapping[str, RoleSpec]) -> list[str]:
    """What is wrong with an inheritance: an unknown role, or a circle."""
    faults = [N_("没有名为“%(name)s”的角色") % {"name": name}
              for name in (heir.role, heir.parent) if name not in roles]
    if heir.role in ancestors_of(heir.parent, heirs):
        faults.append(N_("角色“%(role)s”与“%(parent)s”互相继承") % {"role": heir.role, "parent": heir.parent})
    return faults


def ancestors_of(role: str, heirs: Iterable[Heir]) -> frozenset[str]:
    """The role with every role whose permissions it inherits."""
    parents: dict[str, list[str]] = {}
    for heir in heirs:
        parents.setdefault(heir.role, []).append(heir.parent)
    found: set[str] = set()
    waiting = [role]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += parents.get(name, [])
    return frozenset(found)
