"""Reads of needs and pledges."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import criterion, get_scoped
from core.registry.models import Household, Person
from core.units.models import Unit
from plugins.donations.models import Need, Pledge
from plugins.donations.rules.needs import COUNTED

#: what one public page shows
SHOWN = 200
MOST = 500


def get_need(session: Session, scope: Scope, need_id: uuid.UUID) -> Need:
    """One need in scope, or NotFound."""
    return get_scoped(session, Need, need_id, scope)


def get_pledge(session: Session, scope: Scope, pledge_id: uuid.UUID) -> Pledge:
    """One pledge in scope, or NotFound."""
    return get_scoped(session, Pledge, pledge_id, scope)


def pledges_of(session: Session, need: Need) -> Sequence[Pledge]:
    """Who has taken on what of a need, the oldest first."""
    return session.scalars(select(Pledge).where(Pledge.tenant_id == need.tenant_id, Pledge.need_id == need.id)
                           .order_by(Pledge.id)).all()


def count_in_village(session: Session, need: Need) -> int:
    """How many other needs of the same village are in the library or on the way into it."""
    return session.scalar(select(func.count(Need.id)).where(
        Need.tenant_id == need.tenant_id, Need.unit_id == need.unit_id, Need.id != need.id, Need.state.in_(COUNTED))) or 0


def hold_village(session: Session, need: Need) -> None:
    """Keep others from counting the village's needs until this transaction has ended; SQLite lets one write anyway."""
    session.execute(select(Unit.id).where(Unit.id == need.unit_id).with_for_update())


def names_behind(session: Session, need: Need) -> list[str]:
    """The names that a need's public text must not hold: the child's or the household's, and of its members."""
    names: list[str] = []
    if need.person_id is not None:
        person = session.get(Person, (need.tenant_id, need.person_id))
        names += [person.name] if person else []
    if need.household_id is not None:
        household = session.get(Household, (need.tenant_id, need.household_id))
        names += [household.head_name] if household else []
        names += session.scalars(select(Person.name).where(Person.tenant_id == need.tenant_id,
                                                           Person.household_id == need.household_id))
    return [name for name in names if name]


def counts_by_village(session: Session, scope: Scope) -> dict[uuid.UUID, int]:
    """How many needs each village in scope has in the library."""
    statement = select(Need.unit_id, func.count(Need.id)).where(Need.state.in_(COUNTED), criterion(Need, scope))
    return {row[0]: row[1] for row in session.execute(statement.group_by(Need.unit_id))}


def listed(session: Session, tenant_id: str, limit: int = SHOWN) -> Sequence[Need]:
    """What the public may take on: listed, with consent, not yet full; the oldest first."""
    return session.scalars(select(Need).where(
        Need.tenant_id == tenant_id, Need.state == "listed", Need.consent_on.is_not(None), Need.pledged < Need.amount)
        .order_by(Need.code).limit(limit)).all()


def listed_sums(session: Session, tenant_id: str) -> tuple[int, Decimal, Decimal]:
    """How many needs are or were public, what they need in all, and what has been pledged."""
    count, amount, pledged = session.execute(select(func.count(Need.id), func.sum(Need.amount), func.sum(Need.pledged)).where(
        Need.tenant_id == tenant_id, Need.state.in_(("listed", "done")), Need.consent_on.is_not(None))).one()
    return count, amount or Decimal(0), pledged or Decimal(0)
