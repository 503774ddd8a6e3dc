"""Pages of the plugin at the working unit: `/u/<code>/p/donations/…`."""

from plugins.donations.routes import (
    campaigns,
    certificates,
    gifts,
    needs,
    orders,
    overview,
    photos,
    projects,
    publishing,
    spendings,
    statistics,
    tabs,
)
from plugins.donations.routes.blueprint import blueprint
from plugins.donations.routes.public import public_pages

__all__ = ["blueprint", "campaigns", "certificates", "gifts", "needs", "orders", "overview", "photos", "projects", "public_pages",
           "publishing", "spendings", "statistics", "tabs"]
