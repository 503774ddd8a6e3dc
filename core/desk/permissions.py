"""The desk asks for core's own reading actions; it adds none."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """Actions of other slices that the desk's pages ask for."""

    TRAIL_READ = "core:trail:read"
    UNIT_READ = "core:unit:read"
