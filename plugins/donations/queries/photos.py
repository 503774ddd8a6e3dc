"""Reads of photographs with the documents behind them; what was taken out of the archive is not here either."""

from __future__ import annotations

import uuid

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.documents.models import Document
from core.errors import N_, NotFound
from plugins.donations.models import Campaign, Photo

_BEHIND = and_(Document.tenant_id == Photo.tenant_id, Document.id == Photo.document_id, Document.removed_at.is_(None))


def list_photos(session: Session, campaign: Campaign) -> list[tuple[Photo, Document]]:
    """The photographs of a campaign, the latest day first."""
    statement = select(Photo, Document).join(Document, _BEHIND).where(
        Photo.tenant_id == campaign.tenant_id, Photo.campaign_id == campaign.id).order_by(Photo.taken_on.desc(), Photo.id.desc())
    return [(photo, document) for photo, document in session.execute(statement)]


def get_photo(session: Session, campaign: Campaign, photo_id: uuid.UUID) -> tuple[Photo, Document]:
    """One of them; raises NotFound."""
    found = session.execute(select(Photo, Document).join(Document, _BEHIND).where(
        Photo.tenant_id == campaign.tenant_id, Photo.campaign_id == campaign.id, Photo.id == photo_id)).one_or_none()
    if found is None:
        raise NotFound(N_("没有这张照片，或者它已经撤出"))
    return found[0], found[1]


def count_public(session: Session, campaign: Campaign) -> int:
    """How many of them may be published."""
    statement = select(func.count(Photo.id)).join(Document, _BEHIND).where(
        Photo.tenant_id == campaign.tenant_id, Photo.campaign_id == campaign.id, Photo.public.is_(True))
    return session.scalar(statement) or 0
