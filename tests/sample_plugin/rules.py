"""Where a record goes when its unit ceases to be."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from core.host.contract import UnitChange


def successor(change: UnitChange, unit_id: uuid.UUID, facts: Mapping[str, object]) -> uuid.UUID | None:
    """The unit a record belongs to after the change, or None where it stays."""
    found = change.successor(unit_id, facts)
    return found if found != unit_id else None
