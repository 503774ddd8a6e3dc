"""Pages of the plugin at the working unit: `/u/<code>/p/education_aid/…`."""

from plugins.education_aid.routes import (
    admission,
    applications,
    boards,
    cards,
    cases,
    classes,
    hunt,
    items,
    payments,
    runs,
    what_if,
    why,
)
from plugins.education_aid.routes.blueprint import blueprint

__all__ = ["admission", "applications", "blueprint", "boards", "cards", "cases", "classes", "hunt", "items", "payments", "runs", "what_if",
           "why"]
