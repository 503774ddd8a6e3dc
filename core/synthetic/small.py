"""A few hundred made-up people for the demo's counties, so that no page of it is empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import Database, tenant_scope
from core.registry.models import Household
from core.synthetic.queries import PREFIX, County, list_counties, list_villages
from core.synthetic.services import Wish, fill
from core.tenancy.queries import TenantPlace, list_tenants, running_plans
from core.units.models import Kind, Level
from core.units.rules.levels import CODE_LENGTHS

#: pupils of the county most pages are shown with, and of the others
LARGE, SMALL = {"522723": 600}, 120
WISH = Wish(faults=.02)


def load_people(database: Database, say: Callable[[str], None]) -> None:
    """Fill one county of each tenant with a plan of its own: of a city its first. Done once; a load that was cut off
    goes on where it stopped, with the same people."""
    with database.session() as session:
        tenants = _tenants(session)
        if all(_has_people(session, one.id) for one in tenants):
            return
        counties = [county for one in tenants if (county := _county(session, one))]
    for one in counties:
        say(f"生成演示人口 {one.unit.name}（{one.size} 名学生，全部虚构）")
    fill(database, counties, WISH)


def _tenants(session: Session) -> list[TenantPlace]:
    """Counties and cities of a province with a plan; made-up places of a plan that names none stand in no province."""
    found = [one for one in list_tenants(session) if one.unit.level in (Level.CITY, Level.COUNTY)
             and one.unit.kind == Kind.DIVISION and not one.fictitious and len(_province(one)) == CODE_LENGTHS[Level.PROVINCE]]
    planned = running_plans(session, [one.id for one in found])
    return sorted((one for one in found if one.id in planned), key=lambda one: one.id)


def _province(tenant: TenantPlace) -> str:
    return tenant.unit.path.split("/")[1]


def _has_people(session: Session, tenant_id: str) -> bool:
    with tenant_scope(session, tenant_id):
        return session.scalar(select(Household.id).where(
            Household.tenant_id == tenant_id, Household.number >= PREFIX, Household.number < PREFIX + ":").limit(1)) is not None


def _county(session: Session, tenant: TenantPlace) -> County | None:
    """The first county of the tenant that has villages."""
    for county in list_counties(session, _province(tenant)):
        if county.tenant_id == tenant.id and list_villages(session, county.townships):
            return replace(county, size=LARGE.get(tenant.id, SMALL))
    return None
