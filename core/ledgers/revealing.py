"""The original of a sealed value, for those who may see it, with a reason."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core.access.viewer import Viewer
from core.errors import N_, NotFound, NotPermitted
from core.extensions import Actor
from core.host.ledgers import Field, Ledger
from core.privacy.reveal import READ, reveal
from core.units.queries import find_unit


def reveal_value(session: Session, viewer: Viewer, actor: Actor, ledger: Ledger, row: Any, field: Field, reason: str) -> str:
    """The text behind the mask; the reveal is counted and trailed by `core.privacy`."""
    home = find_unit(session, row.unit_id)
    if home is None or not viewer.allowed(READ, home):
        raise NotPermitted(N_("您没有在这里查看原文的权限"))
    if not getattr(row, field.column):
        raise NotFound(N_("这一项没有内容"))
    return reveal(session, actor, row, ledger.code, field.name, reason)
