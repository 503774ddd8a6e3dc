"""学生资助: the aid items of the place, and the way to everything else."""

from __future__ import annotations

from core.web.markers import require
from plugins.education_aid.permissions import Action
from plugins.education_aid.routes.blueprint import blueprint, show


@blueprint.get("/")
@require(Action.ITEM_READ)
def index(code: str) -> str:
    """The items in force here, and those that wait for a value."""
    return show("index.html")
