"""Who is asking."""

from __future__ import annotations

from typing import Any

from core.access.guard import access_catalogue
from core.api.blueprint import core_api
from core.api.routes.plans import moment
from core.api.schemas import Asked, MeOut
from core.api.tokens import TokenViewer, token_viewer
from core.web.request import viewer

api = core_api("me", __name__, "我")


@api.read("/me", None, one=("me", MeOut), title="我是谁")
def me(asked: Asked) -> dict[str, Any]:
    """The account behind the request, its posts, and what its token is held to."""
    known, person = access_catalogue(), viewer()
    posts = [{"role": grant.role, "role_title": known.role_title(grant.role), "unit_code": grant.code,
              "unit_name": grant.name} for grant in person.grants]
    found = token_viewer()
    return {"id": str(person.account_id), "name": person.name, "posts": posts,
            "token": _token(found) if found else None}


def _token(found: TokenViewer) -> dict[str, Any]:
    holder = found.holder
    return {"prefix": holder.prefix, "title": holder.title, "unit_code": holder.unit_code,
            "actions": sorted(holder.actions), "until": moment(holder.until)}
