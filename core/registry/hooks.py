"""The registry as a built-in plugin: its actions and lines."""

from __future__ import annotations

import core.privacy.models
import core.registry.models  # noqa: F401 - the tables are known once the registry is
from core.host.contract import ActionSpec, RuleSpec
from core.host.markers import hookimpl
from core.registry.permissions import ACTIONS, RULES


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES
