"""What a ledger of dated records does before it changes them: the state that held until today is kept."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from core.extensions import Actor, today
from core.registry.history import remember_many
from core.registry.models import Dated


def of(model: type[Dated]) -> Callable[[Session, str, Sequence[uuid.UUID], Actor], None]:
    """A `before_written` for a ledger of this model. What a form, a file or a bulk edit brings holds from the day it
    is entered; a change from another day is made on the record's own page."""
    def remember(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
        remember_many(session, model, tenant_id, ids, today(), actor)

    return remember
