"""Pages of the plugin at the working unit: `/u/<code>/p/donations/…`."""

from plugins.donations.routes import gifts, overview
from plugins.donations.routes.blueprint import blueprint

__all__ = ["blueprint", "gifts", "overview"]
