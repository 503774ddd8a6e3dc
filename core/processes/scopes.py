"""What a person may see here with an action, of the tenants where the action's plugin is on."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from core.access.scope import NOTHING, Scope
from core.host.contract import Place
from core.host.manager import PluginHost
from core.host.queries import enabled_many


def scopes_at(session: Session, host: PluginHost, place: Place) -> Callable[[str], Scope]:
    """Gives the scope of an action at the place; each is worked out once."""
    switches = enabled_many(session, host, sorted(place.tenants)) if place.tenants else {}
    known: dict[str, Scope] = {}

    def scope(action: str) -> Scope:
        if action not in known:
            slug = action.partition(":")[0]
            on = place.tenants if slug == "core" else [name for name in place.tenants if slug in switches.get(name, ())]
            known[action] = place.scope(action).only(on) if on else NOTHING
        return known[action]

    return scope
