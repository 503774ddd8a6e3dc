"""Pages of the plugin at the working unit: `/u/<code>/p/education_aid/…`."""

from plugins.education_aid.routes import items, runs, why
from plugins.education_aid.routes.blueprint import blueprint

__all__ = ["blueprint", "items", "runs", "why"]
