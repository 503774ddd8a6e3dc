"""The blueprint, and what both kinds of pages ask."""

from __future__ import annotations

from flask import Blueprint, g

from core.errors import N_, InvalidInput
from core.tenancy.queries import TenantPlace, get_tenant
from core.units.models import Unit
from core.units.queries import units_by_id
from core.web.markers import unit_blueprint
from core.web.request import db

blueprint: Blueprint = unit_blueprint("inspections", __name__, template_folder="../templates")


def tenant_here() -> TenantPlace:
    """The tenant of the working unit, where the request may write to it; raises InvalidInput above all tenants."""
    if g.tenant_id not in g.scope.tenants:
        raise InvalidInput(N_("这一级没有自己的方案，请先进入下面的县或学校"))
    return get_tenant(db(), g.tenant_id)


def home_of(record: object) -> Unit:
    """The unit at which a record stands."""
    unit_id = record.unit_id  # type: ignore[attr-defined]
    return units_by_id(db(), {unit_id})[unit_id]
