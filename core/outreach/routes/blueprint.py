"""The blueprint, and what its pages share."""

from __future__ import annotations

import uuid

from flask import Blueprint, g

from core.access.scope import Scope
from core.errors import N_, NotPermitted
from core.outreach import queries
from core.outreach.models import Campaign
from core.units.queries import get_unit
from core.web.markers import unit_blueprint
from core.web.request import db, unit, viewer

blueprint: Blueprint = unit_blueprint("outreach", "core.outreach", template_folder="templates")


def scope_for(action: str) -> Scope:
    """What the person may do this with at and below the working unit."""
    found: Scope = viewer().scope(db(), action, unit()).only(g.tenants)
    return found


def campaign_here(campaign_id: uuid.UUID, action: str) -> Campaign:
    """A campaign of the working unit or below, for those who may do this where it stands."""
    found = queries.get_campaign(db(), g.scope, campaign_id)
    if not viewer().allowed(action, get_unit(db(), found.unit_id)):
        raise NotPermitted(N_("您没有在这个单位办理这件事的权限"))
    return found
