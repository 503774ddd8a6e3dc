"""Photographs of handing over: stored always, public only with the consent of the children's guardians."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from core.extensions import Actor
from core.trail.services import record
from core.units.models import Unit
from plugins.donations.models import Photo
from plugins.donations.permissions import Action


def add_photo(session: Session, tenant_id: str, unit: Unit, document_id: uuid.UUID, title: str, taken_on: dt.date, actor: Actor, *,
              consent_on: dt.date | None = None, wanted_public: bool = False, campaign_id: uuid.UUID | None = None) -> Photo:
    """Note a photograph that has been filed. Without a guardian's consent it is not public, whatever was asked."""
    made = Photo(tenant_id=tenant_id, unit_id=unit.id, document_id=document_id, campaign_id=campaign_id, title=title.strip()[:120],
                 taken_on=taken_on, consent_on=consent_on, public=wanted_public and consent_on is not None)
    session.add(made)
    session.flush()  # the entry below must not outlive a refused row
    shown = "公开" if made.public else "不公开" + ("（没有监护人同意）" if wanted_public else "")
    record(session, actor, Action.SPENDING_WRITE, f"登记发放照片“{made.title}”，{shown}", subject=f"donations.photos:{made.id}",
           tenant_id=tenant_id, unit_id=unit.id, after={"public": made.public})
    return made
