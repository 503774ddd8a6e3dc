"""Where a record goes when its unit ceases to be; pure functions."""

from __future__ import annotations

import uuid
from decimal import Decimal

from core.host.contract import UnitChange


def successor(change: UnitChange, unit_id: uuid.UUID, title: str, amount: Decimal) -> uuid.UUID | None:
    """The unit a visit, and the payment that goes with it, belong to after the change; None: it stays."""
    found = change.successor(unit_id, {"title": title, "amount": str(amount)})
    return found if found != unit_id else None
