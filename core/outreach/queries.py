"""Reads of campaigns, of whom a message can go to, and of messages."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import Page, criterion, get_scoped, in_scope, scoped_page
from core.outreach.models import Campaign, CampaignUse, Delivery, Gateway, Refusal
from core.outreach.rules.listing import Guardian as Facts
from core.outreach.rules.words import SENT, WAITING
from core.registry.models import Enrolment, Guardian, Person
from core.registry.queries import present
from core.units.models import Unit
from core.units.queries import subtree

#: a term as one number, so that the newest is the greatest
_TERM: Any = Enrolment.school_year * 2 + Enrolment.term


def page_of_campaigns(session: Session, scope: Scope, before: uuid.UUID | None = None) -> Page[Campaign]:
    """Campaigns in scope, newest first."""
    return scoped_page(session, Campaign, scope, before=before, where=[Campaign.removed_at.is_(None)])


def get_campaign(session: Session, scope: Scope, campaign_id: uuid.UUID) -> Campaign:
    """One campaign; raises NotFound."""
    return get_scoped(session, Campaign, campaign_id, scope)


def uses_of(session: Session, tenant_id: str, codes: Iterable[str]) -> dict[str, list[CampaignUse]]:
    """What channels campaigns of a tenant went by, by the campaign's code: whoever sees a campaign sees all of it."""
    found: dict[str, list[CampaignUse]] = {}
    for row in session.scalars(select(CampaignUse).where(
            CampaignUse.tenant_id == tenant_id, CampaignUse.campaign.in_(list(codes)), CampaignUse.removed_at.is_(None))
            .order_by(CampaignUse.happened_on, CampaignUse.id)):
        found.setdefault(row.campaign, []).append(row)
    return found


def guardians_below(session: Session, tenant_id: str, unit: Unit, scope: Scope) -> list[Facts]:
    """The guardians of the pupils of the newest term at or below a unit, by a scope over enrolments; without numbers."""
    here = (Enrolment.tenant_id == tenant_id, present(Enrolment))
    newest = session.scalar(select(func.max(_TERM)).where(*here))
    low, high = subtree(unit.path)
    places = select(Unit.id).where(Unit.path >= low, Unit.path < high)
    pupils = select(Enrolment.person_id).where(*here, newest == _TERM, Enrolment.ended_on.is_(None),
                                               Enrolment.unit_id.in_(places), criterion(Enrolment, scope))
    rows = session.execute(select(
        Guardian.id, Guardian.person_id, Guardian.unit_id, Guardian.phone_key, Guardian.phone_mask, Guardian.consent_kind,
        Guardian.consent_on, Guardian.consent_until)
        .join(Person, (Person.tenant_id == Guardian.tenant_id) & (Person.id == Guardian.person_id))
        .where(Guardian.tenant_id == tenant_id, present(Guardian), present(Person), Guardian.person_id.in_(pupils)).order_by(Guardian.id))
    return [Facts(*row) for row in rows]


def refused_keys(session: Session, tenant_id: str) -> frozenset[str]:
    """The keyed hashes of the numbers that want nothing."""
    return frozenset(key for key in session.scalars(select(Refusal.phone_key).where(
        Refusal.tenant_id == tenant_id, Refusal.removed_at.is_(None))) if key)


def slots_of(session: Session, campaign: Campaign) -> frozenset[str]:
    """Who stands on a campaign's list already."""
    return frozenset(session.scalars(select(Delivery.slot).where(Delivery.tenant_id == campaign.tenant_id,
                                                                 Delivery.campaign_id == campaign.id)))


def states_of(session: Session, campaign: Campaign) -> dict[tuple[str, str], int]:
    """How many messages of a campaign stand how, and why."""
    rows = session.execute(select(Delivery.state, Delivery.reason, func.count()).where(
        Delivery.tenant_id == campaign.tenant_id, Delivery.campaign_id == campaign.id).group_by(Delivery.state, Delivery.reason))
    return {(state, reason): count for state, reason, count in rows}


def texted(session: Session, tenant_id: str, campaign_ids: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Of these campaigns, those of which a message was sent."""
    return frozenset(session.scalars(select(Delivery.campaign_id).where(
        Delivery.tenant_id == tenant_id, Delivery.campaign_id.in_(list(campaign_ids)), Delivery.state == SENT).distinct()))


def waiting(session: Session, tenant_id: str, campaign_id: uuid.UUID, limit: int, *, listed: bool | None = None) -> list[Delivery]:
    """Messages that wait, those entered first; only those on a list, or on none."""
    where = [Delivery.tenant_id == tenant_id, Delivery.campaign_id == campaign_id, Delivery.state == WAITING]
    if listed is not None:
        where.append(Delivery.list_number > 0 if listed else Delivery.list_number == 0)
    return list(session.scalars(select(Delivery).where(*where).order_by(Delivery.id).limit(limit)))


def lists_of(session: Session, campaign: Campaign) -> list[tuple[int, int, int]]:
    """(number, lines, how many still wait) of each list, newest first."""
    rows = session.execute(select(Delivery.list_number, func.count(), func.sum(case((Delivery.state == WAITING, 1), else_=0)))
                           .where(Delivery.tenant_id == campaign.tenant_id, Delivery.campaign_id == campaign.id, Delivery.list_number > 0)
                           .group_by(Delivery.list_number).order_by(Delivery.list_number.desc()))
    return [(number, lines, int(waits or 0)) for number, lines, waits in rows]


def on_list(session: Session, campaign: Campaign, number: int) -> list[Delivery]:
    """The lines of a list, in their order."""
    return list(session.scalars(select(Delivery).where(
        Delivery.tenant_id == campaign.tenant_id, Delivery.campaign_id == campaign.id, Delivery.list_number == number)
        .order_by(Delivery.line)))


def sealed_phones(session: Session, tenant_id: str, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[bytes, str]]:
    """The sealed numbers of guardians who are still there, each with its keyed hash."""
    rows = session.execute(select(Guardian.id, Guardian.phone_sealed, Guardian.phone_key).where(
        Guardian.tenant_id == tenant_id, Guardian.id.in_(ids), present(Guardian)))
    return {row[0]: (row[1], row[2]) for row in rows if row[1] is not None and row[2] is not None}


def find_gateway(session: Session, tenant_id: str) -> Gateway | None:
    """How a tenant's messages go out, if that has been set up."""
    return session.scalars(select(Gateway).where(Gateway.tenant_id == tenant_id)).first()


def deliveries_about(session: Session, scope: Scope, person_id: uuid.UUID, most: int) -> list[tuple[Delivery, str]]:
    """What was sent about a child, newest first, with the campaign's title."""
    statement: Any = select(Delivery, Campaign.title).join(
        Campaign, (Campaign.tenant_id == Delivery.tenant_id) & (Campaign.id == Delivery.campaign_id)).where(Delivery.person_id == person_id)
    return [(row[0], row[1]) for row in session.execute(in_scope(statement, Delivery, scope).order_by(Delivery.id.desc()).limit(most))]
