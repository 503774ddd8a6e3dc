"""Messages follow the child they are about: into another's record, and out of sight when the person is erased."""

from __future__ import annotations

import uuid

from flask import url_for
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import local
from core.extensions.phrases import phrase
from core.host.contract import Place, Subject, TimelineEntry
from core.outreach.models import Campaign, CampaignUse, Delivery, Gateway, Refusal
from core.outreach.permissions import Action
from core.outreach.queries import deliveries_about
from core.outreach.rules.words import SENT
from core.registry.models import Guardian
from core.registry.services.moving import Follower

SENT_TO_GUARDIAN = phrase(N_("向监护人发送短信“%(title)s”"))
FOLLOWERS = (Follower(Campaign, "个宣讲活动", ("code", "title")), Follower(CampaignUse, "条宣讲记录", ("campaign", "channel")),
             Follower(Delivery, "条短信记录", parent="person_id"), Follower(Refusal, "个不愿接收的号码"), Follower(Gateway, "条短信通道"))
MOST = 20


def entries(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    """What was sent to a child's guardians."""
    return [TimelineEntry(local(row.settled_at).date(), SENT_TO_GUARDIAN(title=title),
                          url_for("outreach.show", code=place.code, campaign_id=row.campaign_id))
            for row, title in deliveries_about(session, place.scope(Action.MESSAGE_READ), person.id, MOST)
            if row.state == SENT and row.settled_at is not None]


def follow(session: Session, tenant_id: str, kept_id: uuid.UUID, merged_id: uuid.UUID) -> None:
    """Name the kept record where the merged one was named."""
    session.execute(update(Delivery).where(Delivery.tenant_id == tenant_id, Delivery.person_id == merged_id).values(person_id=kept_id))


def take_back(session: Session, tenant_id: str, kept_id: uuid.UUID, merged_id: uuid.UUID) -> None:
    """Name the merged record again: its guardians have gone back to it before."""
    own = select(Guardian.id).where(Guardian.tenant_id == tenant_id, Guardian.person_id == merged_id)
    session.execute(update(Delivery).where(Delivery.tenant_id == tenant_id, Delivery.person_id == kept_id, Delivery.guardian_id.in_(own))
                    .values(person_id=merged_id))


def forget(session: Session, tenant_id: str, person_id: uuid.UUID) -> None:
    """Counts stay; nothing leads to a number any more."""
    for row in session.scalars(select(Delivery).where(Delivery.tenant_id == tenant_id, Delivery.person_id == person_id)):
        row.phone_mask, row.slot = "", row.id.hex
