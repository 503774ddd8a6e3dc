"""捐赠: the campaigns of the place, and the way to everything else."""

from __future__ import annotations

from core.web.markers import require
from core.web.request import db, id_argument
from plugins.donations.permissions import Action
from plugins.donations.queries import campaigns
from plugins.donations.routes.blueprint import blueprint, scope_for, show


@blueprint.get("/")
@require(Action.CAMPAIGN_READ)
def index(code: str) -> str:
    """The campaigns, newest first."""
    rows = campaigns.list_campaigns(db(), scope_for(Action.CAMPAIGN_READ), id_argument("before"))
    return show("index.html", rows=rows)
