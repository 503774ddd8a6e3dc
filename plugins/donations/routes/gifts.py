"""One gift: everything about it, the people behind it, its receipt, giving it back."""

from __future__ import annotations

import uuid

from core.web.markers import require
from core.web.request import db
from plugins.donations.permissions import Action
from plugins.donations.queries import gifts
from plugins.donations.routes.blueprint import blueprint, scope_for, show


@blueprint.get("/gifts/<uuid:gift_id>")
@require(Action.GIFT_READ)
def gift(code: str, gift_id: uuid.UUID) -> str:
    """A gift with its contributors and its money."""
    row = gifts.get_gift(db(), scope_for(Action.GIFT_READ), gift_id)
    return show("gift.html", row=row, contributors=gifts.contributors_of(db(), row))
