"""Founding a tenant: the unit of a plan that is applied for the first time."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.errors import N_, NotFound
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.host.manager import PluginHost
from core.tenancy import queries
from core.tenancy.grammar import Profile
from core.tenancy.models import Tenant
from core.tenancy.permissions import Action
from core.tenancy.queries import TenantPlace
from core.trail.services import record
from core.units.models import Unit
from core.units.queries import find_unit_by_code, get_unit_by_code
from core.units.services import Create, do_operation

FOUNDED = phrase(N_("设立%(kind)s“%(name)s”（%(code)s）"))


def found_tenant(session: Session, host: PluginHost, profile: Profile, actor: Actor) -> TenantPlace:
    """Found the tenant of a plan; its id comes from the unit's code of today and never changes. A made-up place or a
    new school is created under the unit the profile names."""
    unit = find_unit_by_code(session, profile.place.unit) or _created(session, host, profile, actor)
    tenant_id = queries.tenant_id_of(session, unit)
    session.add(Tenant(id=tenant_id, unit_id=unit.id, founded_on=today(),
                       fictitious=profile.place.fictitious))
    session.flush()  # the plan, the switches and the trail name the tenant
    kind = "虚构租户" if profile.place.fictitious else "租户"
    record(session, actor, Action.PLAN_APPROVE, FOUNDED(kind=kind, name=unit.name, code=tenant_id), subject=f"tenant:{tenant_id}",
           tenant_id=tenant_id, unit_id=unit.id)
    return TenantPlace(tenant_id, unit, profile.place.fictitious)


def _created(session: Session, host: PluginHost, profile: Profile, actor: Actor) -> Unit:
    place = profile.place
    if not place.under:
        raise NotFound(N_("没有代码为 %(code)s 的单位"), code=place.unit)
    parent = get_unit_by_code(session, place.under)
    order = Create(on=max(profile.starts, parent.since), parent=parent.id, code=place.unit, name=place.name,
                   kind=place.kind, level=place.level, document=str(profile.documents[0]["title"])[:200])
    do_operation(session, order, actor, hooks=host, today=today())
    return get_unit_by_code(session, place.unit)
