"""Correcting a frozen record: with a reason, before and after on the trail, and a line in the timeline of its process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor
from core.host.ledgers import Field, Ledger
from core.ledgers import storing
from core.ledgers.freezing import frozen
from core.processes.services import note_correction


def correct(session: Session, ledger: Ledger, row: Any, values: dict[str, Any], version: int, actor: Actor, *, reason: str,
            fields: Sequence[Field] | None = None) -> bool:
    """Change a frozen record that is still at this version; the trail keeps before, after and the reason, and the
    timeline of its process that it was corrected. Gives whether anything changed."""
    if ledger.process is None or not frozen(ledger, row.state):
        raise Conflict(N_("这条记录没有冻结，请直接修改"))
    if not reason.strip():
        message = N_("更正须写明理由")
        raise InvalidInput(message, {"reason": message})
    changed = storing.update(session, ledger, row, values, version, actor, fields=fields, correction=reason.strip())
    if changed:
        note_correction(session, ledger.process, row, actor, reason)
    return changed
