"""The API asks for the actions of the slices it speaks for; it adds none."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """Actions of other slices that the API's addresses ask for."""

    ACCESS_READ = "core:access:read"
    ACCOUNT_MANAGE = "core:account:manage"
    PLAN_READ = "core:plan:read"
    TRAIL_READ = "core:trail:read"
    UNIT_MANAGE = "core:unit:manage"
    UNIT_READ = "core:unit:read"
    UNIT_WRITE = "core:unit:write"
