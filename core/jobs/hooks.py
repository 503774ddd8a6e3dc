"""Background work as a built-in plugin: its actions and lines."""

from __future__ import annotations

from core.host.contract import ActionSpec, RuleSpec
from core.host.markers import hookimpl
from core.jobs.permissions import ACTIONS, RULES


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES
