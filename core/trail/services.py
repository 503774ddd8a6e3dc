"""Leaving entries on the trail, in the transaction of the change itself."""

from __future__ import annotations

import uuid

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.extensions import Actor, new_id, utcnow
from core.trail.models import PLATFORM, TrailEntry


def record(
    session: Session,
    actor: Actor,
    action: str,
    sentence: str,
    *,
    subject: str,
    tenant_id: str = PLATFORM,
    unit_id: uuid.UUID | None = None,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    """Leave one entry. It may be written for a tenant outside the open scope: a refusal, or a read across
    tenants, is trailed where the data live. Personal data never stand in it in the clear."""
    session.connection().execute(  # past the tenant fence: an entry is written where the data live
        insert(TrailEntry),
        {
            "tenant_id": tenant_id,
            "id": new_id(),
            "at": utcnow(),
            "account_id": actor.account_id,
            "who": actor.name,
            "role": actor.role,
            "action": action,
            "unit_id": unit_id,
            "subject": subject,
            "sentence": sentence[:400],
            "before": before,
            "after": after,
            "reason": reason,
            "source": actor.source,
            "address": actor.address,
        },
    )
