"""Making a campaign's list: a delivery for each guardian of a pupil at or below its unit, none of them sent yet."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import N_, InvalidInput
from core.extensions import Actor, new_id, today, utcnow
from core.extensions.phrases import phrase
from core.outreach import plan, queries
from core.outreach.models import Campaign, Delivery
from core.outreach.permissions import Action
from core.outreach.rules.listing import Listed, listed
from core.outreach.rules.words import FAILED, REFUSED, WAITING
from core.tenancy.queries import get_tenant
from core.trail.services import record
from core.units.queries import get_unit

LISTED = phrase(N_("列出“%(title)s”短信名单：待发 %(waiting)s 人，没有手机号 %(without)s 人，不愿接收 %(refused)s 人"))
CHUNK = 1_000


def make_list(session: Session, campaign: Campaign, pupils: Scope, actor: Actor) -> Counter[str]:
    """Add every guardian who is not on the list yet; how many wait, have no number, or want nothing. `pupils` is what
    the person may see of enrolments."""
    if not campaign.message.strip():
        raise InvalidInput(N_("“%(title)s”还没有写短信内容"), {"message": N_("请先填写短信内容")}, title=campaign.title)
    asked = plan.wanted(session, get_tenant(session, campaign.tenant_id), today())
    found = queries.guardians_below(session, campaign.tenant_id, get_unit(session, campaign.unit_id), pupils)
    there = queries.slots_of(session, campaign)
    made = [one for one in listed(found, queries.refused_keys(session, campaign.tenant_id), today(), consent=bool(asked and asked.consent))
            if one.slot not in there]
    for at in range(0, len(made), CHUNK):
        session.execute(insert(Delivery), [_values(campaign, one) for one in made[at : at + CHUNK]])
    counts = Counter(one.state for one in made)
    record(session, actor, Action.MESSAGE_WRITE,
           LISTED(title=campaign.title, waiting=counts[WAITING], without=counts[FAILED], refused=counts[REFUSED]),
           subject=f"core.campaigns:{campaign.id}", tenant_id=campaign.tenant_id, unit_id=campaign.unit_id)
    return counts


def _values(campaign: Campaign, one: Listed) -> dict[str, object]:
    return {"tenant_id": campaign.tenant_id, "id": new_id(), "unit_id": one.guardian.unit_id, "campaign_id": campaign.id,
            "campaign": campaign.code, "person_id": one.guardian.person_id, "guardian_id": one.guardian.id, "slot": one.slot,
            "phone_mask": one.guardian.phone_mask, "state": one.state, "reason": one.reason, "list_number": 0, "line": 0, "tries": 0,
            "made_at": utcnow(), "version": 1}
