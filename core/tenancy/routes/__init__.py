"""Pages of plans and of the switchboard, at the working unit: `/u/<code>/plan…`, `/u/<code>/switchboard`."""

from core.tenancy.routes import deciding, proposing, reading, switching
from core.tenancy.routes.blueprint import blueprint

__all__ = ["blueprint", "deciding", "proposing", "reading", "switching"]
