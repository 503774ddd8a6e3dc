"""What money may be spent on: uses of an earmark, uses a plan forbids, and costs of management."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from core.errors import N_, RuleViolation


@dataclass(frozen=True)
class UseRules:
    """What a plan says of a fund's uses. `forbidden` and `management` give the clause of each use; where
    `management_cost` is true, costs of management are allowed."""

    name: str = ""
    clause: str = ""
    allowed: frozenset[str] = frozenset()
    forbidden: Mapping[str, str] = field(default_factory=dict)
    management: Mapping[str, str] = field(default_factory=dict)
    management_cost: bool = False


NO_RULES = UseRules()


def check_use(use: str, account: str, purposes: Collection[str], rules: UseRules = NO_RULES) -> None:
    """Raise RuleViolation where an account's earmark or the plan does not allow a use."""
    if use in rules.management and not rules.management_cost:
        clause = rules.management[use] or rules.clause
        raise RuleViolation(N_("“%(use)s”属工作经费，不得在“%(account)s”中列支%(where)s：请由同级财政安排"),
                            rule="management-cost", clause=clause, use=use, account=account, where=_where(clause))
    if use in rules.forbidden:
        clause = rules.forbidden[use] or rules.clause
        raise RuleViolation(N_("“%(account)s”不得用于“%(use)s”%(where)s"), rule="forbidden-use", clause=clause, use=use,
                            account=account, where=_where(clause))
    for allowed, clause in ((purposes, ""), (rules.allowed, rules.clause)):
        if allowed and use not in allowed:
            raise RuleViolation(N_("“%(account)s”专款专用，只能用于%(allowed)s，不能用于“%(use)s”"), rule="earmarked",
                                clause=clause, use=use or "未写明用途", account=account, allowed="、".join(sorted(allowed)))


def _where(clause: str) -> str:
    return f"（{clause}）" if clause else ""
