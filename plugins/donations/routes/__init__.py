"""Pages of the plugin at the working unit: `/u/<code>/p/donations/…`."""

from plugins.donations.routes import certificates, gifts, overview
from plugins.donations.routes.blueprint import blueprint
from plugins.donations.routes.public import public_pages

__all__ = ["blueprint", "certificates", "gifts", "overview", "public_pages"]
