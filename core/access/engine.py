"""Casbin decides: one small enforcer per object, asked with the set of roles that hold at the target.

A `RuleSet` never changes once made; when the rules' version moves on it is replaced as a whole. Answers are
remembered, so that a decision asked before is a dictionary look-up.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from casbin import Enforcer

from core.access.rules import EVERYBODY, Fault, Heir, Line, covers, holds, shape_faults, split_action
from core.errors import N_, PlatformError

MODEL = """
[request_definition]
r = who, tenant, obj, act, facts

[policy_definition]
p = role, tenant, obj, act, cond, eft

[role_definition]
g = _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = plays(r.who, p.role) && under(r.tenant, p.tenant) && covers(p.obj, r.obj) && \
(p.act == r.act || p.act == "*") && holds(p.cond, r.who, r.facts)
"""
NO_FACTS: frozenset[str] = frozenset()
#: answers remembered before the memory is started afresh, of about half a kilobyte each
MEMORY = 50_000

#: `ast.parse` raises SystemError under threads on Python up to 3.11.7, and an enforcer is no safer: whatever
#: was not answered before is decided by one thread at a time.
_deciding = threading.Lock()

# A denial is logged with the whole request, which may hold personal data.
logging.getLogger("casbin.enforcer").disabled = True


class BadRules(PlatformError):
    """Stored lines that cannot be trusted; nothing is decided by them."""

    title = N_("访问规则有误")

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(N_("访问规则有误：%(faults)s"),
                         faults="；".join(f"{fault.line}：{fault.message}" for fault in faults))


@dataclass(frozen=True)
class Verdict:
    """The answer and the line that gave it; no line means that nothing allows it."""

    allowed: bool
    line: Line | None = None


DENIED = Verdict(False)


class _Parsed(Enforcer):  # type: ignore[misc]
    """An enforcer that parses its matcher once instead of at every question."""

    _expression: Any = None

    def _get_expression(self, expr: str, functions: Any = None) -> Any:
        if self._expression is None:
            self._expression = super()._get_expression(expr, functions)
        return self._expression


class RuleSet:
    """All lines of one version. `decide` is safe under threads."""

    def __init__(self, version: int, lines: Iterable[Line], heirs: Iterable[Heir] = ()) -> None:
        self.version = version
        self.lines = tuple(lines)
        self.heirs = tuple(heirs)
        faults = [Fault(str(line), message) for line in self.lines for message in shape_faults(line)]
        if faults:
            raise BadRules(faults)
        self._memory: dict[tuple[frozenset[str], str, str, frozenset[str]], Verdict] = {}
        self._zones: dict[tuple[frozenset[str], tuple[str, ...], str, frozenset[str]], Verdict] = {}
        self._lines_of: dict[str, dict[str, list[Line]]] = {}
        self._enforcers: dict[tuple[str, tuple[str, ...]], _Parsed] = {}
        inheritance = _enforcer((), self.heirs)
        self._played = {role: frozenset({role, *inheritance.get_implicit_roles_for_user(role)})
                        for role in {heir.role for heir in self.heirs}}

    def decide(self, who: frozenset[str], path: str, action: str,
               facts: frozenset[str] = NO_FACTS) -> Verdict:
        """Whether someone with these roles at the unit of this path may do the action there."""
        found = self._memory.get((who, path, action, facts))
        if found is None:
            found = self._decide_cold(who, path, action, facts)
        return found

    def roles_played(self, who: Iterable[str]) -> frozenset[str]:
        """The roles with all they inherit."""
        return frozenset(played for role in who for played in self._played.get(role, (role,)))

    def anchors(self, action: str) -> list[str]:
        """The unit paths at which lines on this action begin to hold: between them the answer stays the same."""
        return [tenant for tenant in self._of(split_action(action)[0]) if tenant]

    def _decide_cold(self, who: frozenset[str], path: str, action: str, facts: frozenset[str]) -> Verdict:
        with _deciding:
            zone = self._zone(path, split_action(action)[0])
            key = (who, zone, action, facts)
            verdict = self._zones.get(key)
            if verdict is None:
                verdict = self._zones[key] = self._ask(who, path, zone, action, facts)
            if len(self._memory) >= MEMORY:
                self._memory.clear()
                self._zones.clear()
            self._memory[(who, path, action, facts)] = verdict
            return verdict

    def _ask(self, who: frozenset[str], path: str, zone: tuple[str, ...], action: str,
             facts: frozenset[str]) -> Verdict:
        obj, act = split_action(action)
        lines = [line for tenant in zone for line in self._of(obj)[tenant]]
        # Casbin answers an empty rule set by the bare matcher, and a blank request may match: both are refused.
        if not lines or not who or not obj.strip(".") or not act:
            return DENIED
        enforcer = self._enforcers.get((obj, zone))
        if enforcer is None:
            enforcer = self._enforcers[(obj, zone)] = _enforcer(lines, self.heirs)
        allowed, told = enforcer.enforce_ex(self.roles_played(who), path, obj, act, facts)
        line = next((line for line in lines if told and _fields(line) == tuple(told)), None)
        return Verdict(bool(allowed), line)

    def _of(self, obj: str) -> dict[str, list[Line]]:
        found = self._lines_of.get(obj)
        if found is None:
            found = {}
            for line in self.lines:
                if covers(line.obj, obj):
                    found.setdefault(line.tenant, []).append(line)
            self._lines_of[obj] = found
        return found

    def _zone(self, path: str, obj: str) -> tuple[str, ...]:
        """Those of the anchors that stand above the path: with few exceptions the same for a whole country."""
        lines = self._of(obj)
        return tuple(prefix for prefix in prefixes(path) if prefix in lines)


def prefixes(path: str) -> list[str]:
    """"" and every path from the root down to this one: "00/52/" → "", "00/", "00/52/"."""
    found = [""]
    end = path.find("/")
    while end >= 0:
        found.append(path[: end + 1])
        end = path.find("/", end + 1)
    return found


def _fields(line: Line) -> tuple[str, ...]:
    return (line.role, line.tenant, line.obj, line.act, line.cond, line.eft)


def _plays(who: Collection[str], role: str) -> bool:
    return role in who or role == EVERYBODY


def _enforcer(lines: Iterable[Line], heirs: Iterable[Heir]) -> _Parsed:
    made = _Parsed(Enforcer.new_model(text=MODEL))
    made.add_function("plays", _plays)
    made.add_function("under", str.startswith)
    made.add_function("covers", covers)
    made.add_function("holds", holds)
    made.model["p"]["p"].policy.extend(list(_fields(line)) for line in dict.fromkeys(lines))
    made.model["g"]["g"].policy.extend([heir.role, heir.parent] for heir in heirs)
    made.build_role_links()
    return made
