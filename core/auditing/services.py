"""Sealing and verifying all tenants of a machine, each countersigned by the tenant above it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, NotFound
from core.extensions import Actor, Database
from core.tenancy.queries import list_tenants
from core.trail import queries
from core.trail.checking import Workers
from core.trail.keys import Keyring, Signer
from core.trail.models import PLATFORM
from core.trail.queries import Batch
from core.trail.sealing import SETTLE, register_key, seal
from core.trail.verifying import Progress, Verdict, verify


def uppers(session: Session) -> dict[str, str]:
    """Every tenant with entries or a plan, from the top down, with the tenant above; empty at the top."""
    found, stack = {PLATFORM: ""}, [("", PLATFORM)]
    for place in list_tenants(session):  # in the order of the tree
        while not place.unit.path.startswith(stack[-1][0]):
            stack.pop()
        found.setdefault(place.id, stack[-1][1])
        stack.append((place.unit.path, place.id))
    for tenant_id in queries.tenants_with_entries(session):
        found.setdefault(tenant_id, PLATFORM)
    return found


def chosen(above: dict[str, str], tenant_id: str | None) -> list[str]:
    """The tenant asked for, or all of them with the lowest first: an upper seals what it has countersigned."""
    if tenant_id is None:
        return list(reversed(above))
    if tenant_id not in above:
        raise NotFound(N_("没有租户 %(tenant)s"), tenant=tenant_id)
    return [tenant_id]


def prepare_keys(session: Session, keyring: Keyring, above: dict[str, str], tenants: Sequence[str]) -> None:
    """Make and register the keys of these tenants and of all above them, from the top down."""
    needed: set[str] = set()
    for tenant_id in tenants:
        while tenant_id and tenant_id not in needed:
            needed.add(tenant_id)
            tenant_id = above[tenant_id]
    for tenant_id in (one for one in above if one in needed):
        register_key(session, signer_of(session, keyring, tenant_id), _upper(session, keyring, above, tenant_id))


def signer_of(session: Session, keyring: Keyring, tenant_id: str) -> Signer:
    """The tenant's key; made at first use, but never in place of one that has been lost."""
    if keyring.find(tenant_id) is None and queries.list_keys(session, [tenant_id]):
        raise Conflict(N_("本机没有%(tenant)s的密钥文件，但它已经登记过公钥：请恢复密钥文件，或用 bangfu trail renew-key 更换"),
                       tenant=tenant_id)
    return keyring.make(tenant_id)


def _upper(session: Session, keyring: Keyring, above: dict[str, str], tenant_id: str) -> Signer | None:
    return signer_of(session, keyring, above[tenant_id]) if above[tenant_id] else None


def seal_tenant(database: Database, keyring: Keyring, above: dict[str, str], tenant_id: str, actor: Actor,
                settle: dt.timedelta = SETTLE) -> Iterator[Batch]:
    """Seal all that waits in a tenant, a batch in each transaction."""
    with database.session() as session:
        waits = queries.last_batch(session, tenant_id) or queries.count_between(session, tenant_id, None)
    if not waits:
        return
    with database.transaction() as session:
        prepare_keys(session, keyring, above, [tenant_id])
    while True:
        with database.transaction() as session:
            batch = seal(session, tenant_id, signer_of(session, keyring, tenant_id),
                         _upper(session, keyring, above, tenant_id), settle=settle, actor=actor)
        if batch is None:
            return
        keyring.remember(tenant_id, batch.number, batch.head)
        yield batch


def renew_key(session: Session, keyring: Keyring, above: dict[str, str], tenant_id: str, actor: Actor) -> Signer:
    """A new key for a tenant, vouched for by the tenant above; seals of the old one stay good."""
    upper = _upper(session, keyring, above, tenant_id)
    signer = keyring.make(tenant_id, renew=True)
    register_key(session, signer, upper, renew=True, actor=actor)
    return signer


def verify_tenant(session: Session, keyring: Keyring, above: dict[str, str], tenant_id: str,
                  progress: Progress | None = None, workers: Workers | None = None) -> Verdict:
    """Verify a tenant's trail by everything this machine knows. Until the tenant above has a key nobody could
    have countersigned."""
    return verify(session, tenant_id, above[tenant_id], keyring, progress, workers)
