"""The actions about plugins. Their default rules stand with the switchboard, in `core.tenancy`."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What may be done with plugins and their switches."""

    SWITCH_MANAGE = "core:switch:manage"
    SWITCH_READ = "core:switch:read"
