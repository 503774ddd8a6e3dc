"""Pages of persons, households and schools at the working unit: `/u/<code>/registry/…`."""

from core.people.routes import due, households, keys, merging, overview, persons, picking, privacy, schools, statuses
from core.people.routes.blueprint import blueprint

__all__ = ["blueprint", "due", "households", "keys", "merging", "overview", "persons", "picking", "privacy", "schools", "statuses"]
