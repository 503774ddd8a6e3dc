"""A request to a county's public site: nobody is signed in, one tenant is open for reading."""

from __future__ import annotations

from flask import g, request
from sqlalchemy.orm import Session

from core.errors import N_, NotFound, PluginNotEnabled
from core.extensions import tenant_scope
from core.host.queries import enabled
from core.host.request import plugin_host
from core.tenancy.queries import TenantPlace, find_site, own_tenant
from core.units.queries import find_unit_by_code
from core.web.request import db


def open_public(plugin: str | None) -> None:
    """Open the tenant named in the address; raises NotFound where there is none, PluginNotEnabled where it has the
    plugin off."""
    place = place_asked()
    if plugin is not None and plugin not in enabled(db(), plugin_host(), place.id):
        raise PluginNotEnabled(N_("这里没有开启“%(title)s”"), title=plugin_host().title(plugin))
    g.unit, g.tenant_id, g.tenants = place.unit, place.id, frozenset({place.id})
    opened = g.open_scope = tenant_scope(db(), place.id)
    opened.__enter__()


def place_asked() -> TenantPlace:
    """The tenant named in the address, looked up once for each request."""
    if "public_place" not in g:
        g.public_place = find_place(db(), (request.view_args or {}).get("code", ""))
    found: TenantPlace = g.public_place
    return found


def find_place(session: Session, code: str) -> TenantPlace:
    """The tenant whose own unit has this code, or NotFound: a township of a county has no site of its own."""
    place = None if "\0" in code else find_site(session, code) or _moved(session, code)
    if place is None:
        raise NotFound(N_("没有编码为 %(code)s 的公开网页，请核对地址"), code=code[:40])
    return place


def _moved(session: Session, code: str) -> TenantPlace | None:
    """The same by a code that the unit bore once."""
    unit = find_unit_by_code(session, code)
    return own_tenant(session, unit) if unit is not None and unit.closed_on is None else None
