"""Pages of the plugin at the working unit: `/u/<code>/p/education_aid/…`."""

from plugins.education_aid.routes import (
    admission,
    applications,
    bands,
    below,
    boards,
    cards,
    cases,
    classes,
    hunt,
    items,
    needs,
    pathways,
    payments,
    rolls,
    runs,
    targets,
    what_if,
    why,
)
from plugins.education_aid.routes.blueprint import blueprint

__all__ = ["admission", "applications", "bands", "below", "blueprint", "boards", "cards", "cases", "classes", "hunt", "items", "needs",
           "pathways", "payments", "rolls", "runs", "targets", "what_if", "why"]
