"""Reads of identity providers and of who is linked to them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from core.access.queries import nearest_tenant
from core.access.reach import Reach
from core.accounts.models import Account
from core.accounts.providers.models import Identity, Origin, Provider
from core.accounts.queries import Post
from core.errors import N_, NotFound
from core.trail.models import PLATFORM
from core.units.models import Unit


@dataclass(frozen=True)
class Placed:
    """A provider with the unit that trusts it."""

    provider: Provider
    unit_code: str
    unit_name: str
    path: str
    unit_id: uuid.UUID

    def trusts(self, posts: Iterable[Post]) -> bool:
        """Whether one of these posts is at the provider's unit or below it."""
        return any(post.path.startswith(self.path) for post in posts)


@dataclass(frozen=True)
class Link:
    """An account linked to a provider, or waiting to be."""

    identity: Identity
    account: Account


_PLACED = select(Provider, Unit.code, Unit.name, Unit.path, Unit.id).join(Unit, Unit.id == Provider.unit_id)


def list_active(session: Session) -> list[Placed]:
    """The providers that are switched on, down the tree and then by name."""
    return [Placed(*row) for row in session.execute(
        _PLACED.where(Provider.active).order_by(Unit.path, Provider.name, Provider.id))]


def list_in(session: Session, reach: Reach) -> list[Placed]:
    """The providers of units within a reach, whether on or off."""
    if not reach:
        return []
    within = or_(*(and_(Unit.path >= low, Unit.path < high) for low, high in reach.ranges))
    return [Placed(*row) for row in session.execute(
        _PLACED.where(within).order_by(Unit.path, Provider.name, Provider.id))]


def find_placed(session: Session, provider_id: uuid.UUID) -> Placed | None:
    """A provider with its unit."""
    row = session.execute(_PLACED.where(Provider.id == provider_id)).first()
    return Placed(*row) if row else None


def get_active(session: Session, provider_id: uuid.UUID) -> Placed:
    """A provider that people may sign in with; raises NotFound."""
    found = find_placed(session, provider_id)
    if found is None or not found.provider.active:
        raise NotFound(N_("没有这种登录方式，或者它已停用"))
    return found


def get_in(session: Session, reach: Reach, provider_id: uuid.UUID) -> Placed:
    """A provider of a unit within a reach; any other does not exist."""
    found = find_placed(session, provider_id)
    if found is None or not reach.holds(found.path):
        raise NotFound(N_("没有这个身份提供方，或者它不在您的范围内"))
    return found


def trusted_path(session: Session, identity_id: uuid.UUID) -> str | None:
    """The subtree that a browser let in by an identity may act in; None when the identity is gone or its provider
    switched off."""
    return session.scalar(
        select(Unit.path).join(Provider, Provider.unit_id == Unit.id).join(Identity, Identity.provider_id == Provider.id)
        .where(Identity.id == identity_id, Provider.active))


def find_by_identity(session: Session, identity_id: uuid.UUID) -> Placed | None:
    """The provider that an identity is of."""
    row = session.execute(_PLACED.join(Identity, Identity.provider_id == Provider.id)
                          .where(Identity.id == identity_id)).first()
    return Placed(*row) if row else None


def find_by_subject(session: Session, provider: Provider, subject_hash: str) -> Identity | None:
    """The identity of a subject."""
    return session.scalar(select(Identity).where(Identity.provider_id == provider.id,
                                                 Identity.subject_hash == subject_hash))


def find_waiting(session: Session, provider: Provider, first_hash: str) -> Identity | None:
    """The identity that waits for somebody with this value of the linking claim."""
    return session.scalar(select(Identity).where(Identity.provider_id == provider.id, Identity.subject_hash.is_(None),
                                                 Identity.first_hash == first_hash).with_for_update())


def find_identity(session: Session, provider: Provider, account_id: uuid.UUID) -> Identity | None:
    """How a provider knows an account."""
    return session.scalar(select(Identity).where(Identity.provider_id == provider.id,
                                                 Identity.account_id == account_id))


def list_identities(session: Session, account_id: uuid.UUID) -> dict[uuid.UUID, Identity]:
    """What an account is linked to, by provider."""
    return {found.provider_id: found for found in session.scalars(
        select(Identity).where(Identity.account_id == account_id))}


def list_links(session: Session, provider: Provider, text: str = "", limit: int = 200) -> list[Link]:
    """Who is linked to a provider, by login; those whose login or name begins with a text."""
    low = text.strip().lower()
    named = [or_(Account.login.startswith(low, autoescape=True), Account.name.startswith(low, autoescape=True))] if low else []
    return [Link(*row) for row in session.execute(
        select(Identity, Account).join(Account, Account.id == Identity.account_id)
        .where(Identity.provider_id == provider.id, *named).order_by(Account.login).limit(limit))]


def count_links(session: Session, provider: Provider) -> int:
    """How many accounts are linked to a provider, or waiting to be."""
    return session.scalar(select(func.count()).select_from(Identity).where(Identity.provider_id == provider.id)) or 0


def count_waiting(session: Session, provider: Provider) -> int:
    """How many accounts wait to be linked by the linking claim."""
    return session.scalar(select(func.count()).select_from(Identity).where(
        Identity.provider_id == provider.id, Identity.first_hash.is_not(None))) or 0


def find_origin(session: Session, session_id: uuid.UUID) -> Origin | None:
    """How a browser was signed in, if not by password."""
    return session.get(Origin, session_id)


def names_by_session(session: Session, session_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The provider's name for each browser that one has let in."""
    rows = session.execute(
        select(Origin.session_id, Provider.name).join(Identity, Identity.id == Origin.identity_id)
        .join(Provider, Provider.id == Identity.provider_id).where(Origin.session_id.in_(list(session_ids))))
    return {row[0]: row[1] for row in rows}


def tenant_at(session: Session, path: str) -> str:
    """The tenant on whose trail something at a unit stands."""
    found = nearest_tenant(session, path)
    return found.id if found else PLATFORM
