"""The page of installed plugins."""

from __future__ import annotations

from flask import render_template

from core.host import queries
from core.host.permissions import Action
from core.host.request import plugin_host
from core.web.markers import require, unit_blueprint
from core.web.request import db

blueprint = unit_blueprint("host", __name__, template_folder="templates")


@blueprint.get("/plugins")
@require(Action.SWITCH_READ)
def plugins(code: str) -> str:
    """What is installed, what is in quarantine and why, and in how many tenants each plugin is on."""
    host = plugin_host()
    return render_template("host/plugins.html", plugins=host.plugins, quarantined=host.quarantined,
                           titles={item.slug: item.manifest.title for item in host.plugins},
                           tenants=queries.count_tenants_on(db()))
