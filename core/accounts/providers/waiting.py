"""What a browser remembers while its person is away at a provider: in the session's signed cookie, bound to that
one browser, each way out for one return and not for long."""

from __future__ import annotations

import secrets
import time
import uuid
from typing import Any

from flask import session

from core.accounts.providers.client import Attempt

KEY = "providers"
SECONDS = 10 * 60
#: ways out that are open at once: several tabs
MOST = 3


def begin(provider_id: uuid.UUID, target: str, account_id: uuid.UUID | None = None) -> Attempt:
    """A new way out."""
    made = Attempt(secrets.token_urlsafe(24), provider_id, secrets.token_urlsafe(24), secrets.token_urlsafe(48),
                   int(time.time()), target[:300], account_id)
    kept = list(session.get(KEY, []))[-(MOST - 1):]
    session[KEY] = [*kept, {"s": made.state, "p": str(provider_id), "n": made.nonce, "v": made.verifier, "t": made.at,
                            "x": made.next, "a": str(account_id or "")}]
    return made


def take(state: str) -> Attempt | None:
    """The way out that somebody comes back from; it is gone then, whatever comes of it."""
    kept: list[dict[str, Any]] = list(session.get(KEY, []))
    found = next((way for way in kept if secrets.compare_digest(way["s"].encode(), state.encode())), None)
    if found is None:
        return None
    session[KEY] = [way for way in kept if way is not found]
    if not 0 <= int(time.time()) - found["t"] <= SECONDS:
        return None
    return Attempt(found["s"], uuid.UUID(found["p"]), found["n"], found["v"], found["t"], found["x"],
                   uuid.UUID(found["a"]) if found["a"] else None)
