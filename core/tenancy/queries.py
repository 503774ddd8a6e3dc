"""All reads of tenants and plans."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.extensions import today
from core.tenancy.drafts import draft_of
from core.tenancy.models import Plan, PlanEntry, Tenant
from core.units.models import Unit
from core.units.queries import subtree

PROPOSED, APPLIED, REFUSED, WITHDRAWN = "proposed", "applied", "refused", "withdrawn"
#: the tenant that holds the national base
NATIONAL = "00"


@dataclass(frozen=True)
class TenantPlace:
    """A tenant and the unit it is."""

    id: str
    unit: Unit
    fictitious: bool

    @property
    def name(self) -> str:
        """The unit's name of today."""
        return self.unit.name


def _places() -> Select[Tenant, Unit]:
    return select(Tenant, Unit).join(Unit, Unit.id == Tenant.unit_id)


def _found(rows: Iterable[Row[Tenant, Unit]]) -> list[TenantPlace]:
    return [TenantPlace(tenant.id, unit, tenant.fictitious) for tenant, unit in rows]


def list_tenants(session: Session) -> list[TenantPlace]:
    """Every tenant, in the order of the tree."""
    return _found(session.execute(_places().order_by(Unit.path)))


def tenants_under(session: Session, path: str) -> list[TenantPlace]:
    """The tenants at a path and below it, in the order of the tree."""
    low, high = subtree(path)
    statement = _places().where(Unit.path >= low, Unit.path < high).order_by(Unit.path)
    return _found(session.execute(statement))


def find_tenant(session: Session, tenant_id: str) -> TenantPlace | None:
    """The tenant of that id, or None."""
    return next(iter(_found(session.execute(_TENANT, {"tenant": tenant_id}))), None)


def get_tenant(session: Session, tenant_id: str) -> TenantPlace:
    """The tenant of that id, or NotFound."""
    found = find_tenant(session, tenant_id)
    if found is None:
        raise NotFound("没有租户 %(tenant)s", tenant=tenant_id)
    return found


def own_tenant(session: Session, unit: Unit) -> TenantPlace | None:
    """The tenant that this very unit is, or None."""
    return next(iter(_found(session.execute(_places().where(Tenant.unit_id == unit.id)))), None)


#: written once: making them anew for each page costs as much as asking them
_TENANT = _places().where(Tenant.id == bindparam("tenant"))
_CHAIN = _places().where(Unit.path.in_(bindparam("paths", expanding=True))).order_by(Unit.depth)
_OPEN_SITE = _places().where(Unit.code == bindparam("code"), Unit.closed_on.is_(None))


def find_site(session: Session, code: str) -> TenantPlace | None:
    """The tenant whose own open unit has this code, in one statement, or None."""
    return next(iter(_found(session.execute(_OPEN_SITE, {"code": code}))), None)


def tenant_id_of(session: Session, unit: Unit) -> str:
    """The id of the tenant a unit is, or would be founded as: its code of today, with a number behind it where
    another unit bore that code when it was founded."""
    own = own_tenant(session, unit)
    if own is not None:
        return own.id
    wanted, number = unit.code, 1
    while find_tenant(session, wanted) is not None:
        number += 1
        wanted = f"{unit.code}-{number}"
    return wanted


def tenant_of(session: Session, unit: Unit) -> TenantPlace | None:
    """The tenant a unit belongs to: the nearest at or above it."""
    chain = chain_of(session, unit)
    return chain[-1] if chain else None


def chain_of(session: Session, unit: Unit) -> list[TenantPlace]:
    """Every tenant at and above a unit, the country first."""
    return _found(session.execute(_CHAIN, {"paths": upwards(unit.path)}))


def layers(session: Session, tenant: TenantPlace) -> list[TenantPlace]:
    """The tenants above one, the country first."""
    return [place for place in chain_of(session, tenant.unit) if place.id != tenant.id]


def upwards(path: str) -> list[str]:
    """A path and every path above it, the root first."""
    parts = path.rstrip("/").split("/")
    return ["/".join(parts[:count]) + "/" for count in range(1, len(parts) + 1)]


def running_plan(session: Session, tenant_id: str, on: dt.date | None = None) -> Plan | None:
    """The plan a tenant works by on a day (today unless given), or None before its first."""
    return running_plans(session, [tenant_id], on).get(tenant_id)


def running_plans(session: Session, tenant_ids: Iterable[str], on: dt.date | None = None) -> dict[str, Plan]:
    """The same for several tenants in one query."""
    wanted, draft = sorted(set(tenant_ids)), draft_of(session)
    found = {plan.tenant_id: plan for plan in session.scalars(_RUNNING, {"tenants": wanted, "day": on or today()})}
    if draft is not None and draft.plan.tenant_id in wanted:
        found[draft.plan.tenant_id] = draft.plan
    return found


_NEWEST = (
    select(Plan.tenant_id, func.max(Plan.version).label("version"))
    .where(Plan.tenant_id.in_(bindparam("tenants", expanding=True)), Plan.state == APPLIED,
           Plan.starts_on <= bindparam("day"))
    .group_by(Plan.tenant_id)
    .subquery()
)
#: made once: every page of a tenant asks it several times
_RUNNING = select(Plan).join(_NEWEST, (Plan.tenant_id == _NEWEST.c.tenant_id) & (Plan.version == _NEWEST.c.version))


def newest_applied(session: Session, tenant_id: str) -> Plan | None:
    """The last version applied, even if it starts in the future: what a new version is built on."""
    statement = select(Plan).where(Plan.tenant_id == tenant_id, Plan.state == APPLIED)
    return session.scalars(statement.order_by(Plan.version.desc()).limit(1)).first()


def list_versions(session: Session, tenant_id: str) -> list[Plan]:
    """Every version, newest first."""
    return list(session.scalars(select(Plan).where(Plan.tenant_id == tenant_id).order_by(Plan.version.desc())))


def get_version(session: Session, tenant_id: str, version: int) -> Plan:
    """One version, or NotFound."""
    number = min(version, 2**31 - 1)  # what the column holds; a larger number names no version either
    found = session.scalars(select(Plan).where(Plan.tenant_id == tenant_id, Plan.version == number)).first()
    if found is None:
        raise NotFound("没有第 %(version)d 版方案", version=version)
    return found


def next_version(session: Session, tenant_id: str) -> int:
    """The number of the next version."""
    return (session.scalar(select(func.max(Plan.version)).where(Plan.tenant_id == tenant_id)) or 0) + 1


def waiting(session: Session, tenant_ids: Iterable[str]) -> list[Plan]:
    """The versions that wait for an approval, oldest first."""
    statement = select(Plan).where(Plan.tenant_id.in_(sorted(set(tenant_ids))), Plan.state == PROPOSED)
    return list(session.scalars(statement.order_by(Plan.proposed_at)))


def list_entries(session: Session, plan: Plan, section: str | None = None) -> list[PlanEntry]:
    """The entries of a version in the order of the profile."""
    return entries_of_plans(session, [plan], section)


def entries_of_plans(session: Session, plans: Iterable[Plan], section: str | None = None,
                     code: str | None = None) -> list[PlanEntry]:
    """The entries of several versions, of one section or code."""
    ids, draft = [plan.id for plan in plans], draft_of(session)
    asked = {name: value for name, value in (("section", section), ("code", code)) if value is not None}
    found = list(session.scalars(_entries(*asked), {"plans": ids, **asked}))
    if draft is not None and draft.plan.id in ids:
        found += [entry for entry in draft.entries if section in (None, entry.section) and code in (None, entry.code)]
    return found


@cache
def _entries(*columns: str) -> Select[PlanEntry]:
    """Written once, as above: the entries of versions by these columns."""
    statement = select(PlanEntry).where(PlanEntry.plan_id.in_(bindparam("plans", expanding=True)))
    for name in columns:
        statement = statement.where(getattr(PlanEntry, name) == bindparam(name))
    return statement.order_by(PlanEntry.line, PlanEntry.position)


def has_units(session: Session) -> bool:
    """Whether the database holds any unit to check a profile against."""
    return session.scalar(select(Unit.id).limit(1)) is not None


def fictitious_codes(session: Session) -> frozenset[str]:
    """The codes under which made-up tenants were founded."""
    return frozenset(session.scalars(select(Tenant.id).where(Tenant.fictitious)))


def tenant_unit_ids(session: Session) -> frozenset[uuid.UUID]:
    """The units that are tenants: they are not merged or closed like other units."""
    return frozenset(session.scalars(select(Tenant.unit_id)))
