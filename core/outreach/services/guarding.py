"""What campaigns and their records must keep: nothing names a campaign that is not there."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_, RuleViolation
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.host.ledgers import Proposed, Refusal
from core.outreach.models import Campaign, CampaignUse, Delivery

_UNKNOWN = phrase(N_("没有编号为“%(code)s”的宣讲活动，请先登记活动，或者改正编号"))
_LOST = N_("宣讲记录或短信写的活动编号“%(code)s”没有对应的活动：请改正编号；有记录的活动不能删除，也不能改编号")


def judge_uses(session: Session, tenant_id: str, rows: Sequence[Proposed]) -> list[Refusal]:
    """The rows of an import that name no campaign of the tenant."""
    known = frozenset(session.scalars(select(Campaign.code).where(Campaign.tenant_id == tenant_id, Campaign.removed_at.is_(None))))
    return [Refusal(at, "campaign", _UNKNOWN(code=row.get("campaign"))) for at, (row, _) in enumerate(rows)
            if row.get("campaign") not in known]


def guard(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """After campaigns or their records were written: every code that is named is still a campaign's."""
    known = select(Campaign.code).where(Campaign.tenant_id == tenant_id, Campaign.removed_at.is_(None))
    for model in (CampaignUse, Delivery):
        where = [model.tenant_id == tenant_id, model.campaign.not_in(known)]
        if model is CampaignUse:
            where.append(CampaignUse.removed_at.is_(None))
        lost = session.scalar(select(model.campaign).where(*where).limit(1))
        if lost is not None:
            raise RuleViolation(_LOST, rule="campaign-unknown", code=lost)
