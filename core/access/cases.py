"""The case file: what the rules must go on answering, whoever changes them. Pure functions.

A case names a role, an action (`*` stands for any part), the facts and the answer. The platform's own cases
hold everywhere: a denial at every unit where a line begins to hold, a permission by the defaults alone, since
a county may narrow it. A county's case is asked at its own unit.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path

from core.access.engine import RuleSet
from core.access.rules import FACTS
from core.errors import N_

FILE = Path(__file__).with_name("cases.toml")
EVERYWHERE = ""


@dataclass(frozen=True)
class Case:
    """One row: a role at a unit, an action, facts → allow or deny, because of a clause."""

    role: str
    action: str
    expect: str
    because: str
    facts: frozenset[str] = frozenset()
    #: path of the unit; "" in the platform's own cases
    path: str = EVERYWHERE
    #: actions the pattern does not mean
    apart_from: tuple[str, ...] = ()

    def means(self, action: str) -> bool:
        """Whether the case speaks of this action."""
        return fnmatchcase(action, self.action) and not any(fnmatchcase(action, name) for name in self.apart_from)


@dataclass(frozen=True)
class Failure:
    """A case the rules no longer answer as they must."""

    case: Case
    action: str
    path: str
    because: str

    @property
    def sentence(self) -> str:
        """The failure as a sentence."""
        answer = N_("允许") if self.case.expect == "deny" else N_("拒绝")
        where = self.path or N_("各处")
        line = f"（{self.because}）" if self.because else ""
        return f"{self.case.role} 在 {where} 对 {self.action} 被{answer}{line}，违反 {self.case.because}"


@cache
def platform_cases() -> tuple[Case, ...]:
    """The cases of the file beside this module."""
    return read_cases(FILE.read_text(encoding="utf-8"))


def read_cases(text: str) -> tuple[Case, ...]:
    """Read a case file; a row with an unknown key or fact is a programming error and raises."""
    found = []
    for row in tomllib.loads(text)["case"]:
        facts = frozenset(row.pop("facts", ()))
        if facts - set(FACTS) or row["expect"] not in ("allow", "deny"):
            raise ValueError(f"bad case: {row}")
        roles, actions = row.pop("roles"), row.pop("actions")
        apart_from = tuple(row.pop("apart_from", ()))
        found += [Case(role=role, action=action, facts=facts, apart_from=apart_from, **row)
                  for role in roles for action in actions]
    return tuple(found)


def failures(rules: RuleSet, cases: Iterable[Case], actions: Iterable[str]) -> list[Failure]:
    """The cases these rules do not answer as they must."""
    known = tuple(actions)
    return [failure for case in cases for action in _meant(case, known) for failure in _failures_of(rules, case, action)]


@lru_cache(maxsize=4096)
def _meant(case: Case, actions: tuple[str, ...]) -> tuple[str, ...]:
    """The actions a case speaks of: matching all patterns with all names takes longer than asking the rules."""
    return tuple(action for action in actions if case.means(action))


def _failures_of(rules: RuleSet, case: Case, action: str) -> list[Failure]:
    paths = [case.path]
    if case.path == EVERYWHERE and case.expect == "deny":
        paths += rules.anchors(action)
    found = []
    for path in paths:
        verdict = rules.decide(frozenset({case.role}), path, action, case.facts)
        if verdict.allowed != (case.expect == "allow"):
            found.append(Failure(case, action, path, str(verdict.line) if verdict.line else ""))
    return found
