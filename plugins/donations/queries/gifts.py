"""Reads of gifts and of those behind a pooled one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import get_scoped, in_scope
from plugins.donations.models import Campaign, Contributor, Gift

_CHUNK = 400
ZERO = Decimal("0.00")


def gifts_by_id(session: Session, tenant_id: str, ids: Iterable[uuid.UUID]) -> Iterator[Gift]:
    """Gifts of a tenant as they are stored now, a few hundred at a time."""
    wanted = list(dict.fromkeys(ids))
    for at in range(0, len(wanted), _CHUNK):
        yield from session.scalars(select(Gift).where(Gift.tenant_id == tenant_id, Gift.id.in_(wanted[at : at + _CHUNK]))
                                   .execution_options(populate_existing=True).order_by(Gift.id))


def get_gift(session: Session, scope: Scope, gift_id: uuid.UUID) -> Gift:
    """One gift in scope, or NotFound."""
    return get_scoped(session, Gift, gift_id, scope)


def campaigns_by_code(session: Session, tenant_id: str) -> dict[str, Campaign]:
    """The campaigns of a tenant by the code that gifts name."""
    return {row.code: row for row in session.scalars(select(Campaign).where(Campaign.tenant_id == tenant_id))}


def contributors_of(session: Session, gift: Gift) -> Sequence[Contributor]:
    """Those behind a pooled gift, in the order they were entered."""
    return session.scalars(select(Contributor).where(Contributor.tenant_id == gift.tenant_id, Contributor.gift_id == gift.id)
                           .order_by(Contributor.id)).all()


def gifts_of_person(session: Session, tenant_id: str, person_id: uuid.UUID) -> Sequence[Gift]:
    """The gifts meant for one person."""
    return session.scalars(select(Gift).where(Gift.tenant_id == tenant_id, Gift.designated_person_id == person_id)).all()


def gifts_for_person(session: Session, scope: Scope, person_id: uuid.UUID) -> Sequence[Gift]:
    """The same within a scope."""
    return session.scalars(in_scope(select(Gift).where(Gift.designated_person_id == person_id, Gift.state == "recorded"), Gift, scope)
                           .limit(50)).all()


def total_for_person(session: Session, scope: Scope, person_id: uuid.UUID) -> Decimal:
    """What has been given for one person."""
    found = session.scalar(in_scope(select(func.sum(Gift.amount)).where(
        Gift.designated_person_id == person_id, Gift.state == "recorded"), Gift, scope))
    return found or ZERO


def collected(session: Session, scope: Scope) -> Sequence[Gift]:
    """Money collected on behalf of others, in scope."""
    return session.scalars(in_scope(select(Gift).where(Gift.collected_for != "", Gift.state == "recorded"), Gift, scope)
                           .order_by(Gift.id.desc()).limit(200)).all()


def search(session: Session, scope: Scope, text: str, limit: int) -> Sequence[Gift]:
    """Gifts whose reference or shown donor begins with the words."""
    top = text + "\U0010ffff"
    begins = or_(and_(Gift.reference >= text, Gift.reference < top), and_(Gift.donor_name >= text, Gift.donor_name < top))
    return session.scalars(in_scope(select(Gift).where(begins), Gift, scope).limit(max(limit, 0))).all()
