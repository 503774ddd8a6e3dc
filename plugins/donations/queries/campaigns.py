"""Reads of campaigns and projects."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import Page, get_scoped, scoped_page
from plugins.donations.models import Campaign

PAGE = 50


def list_campaigns(session: Session, scope: Scope, before: uuid.UUID | None = None) -> Page[Campaign]:
    """A page of campaigns, newest first."""
    return scoped_page(session, Campaign, scope, before=before, limit=PAGE)


def get_campaign(session: Session, scope: Scope, campaign_id: uuid.UUID) -> Campaign:
    """One campaign in scope, or NotFound."""
    return get_scoped(session, Campaign, campaign_id, scope)
