"""How many requests one caller, and one address whoever is behind it, may send in a minute.

Counted in the memory of each process: with four processes a caller is let through up to four times as often. The
limit keeps one program's loop from taking a process for itself; it is no quota to be shared out. Flask-Limiter, which
counts attempts to sign in, would take longer over it than the page takes, and start a thread every hundredth second.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from flask import Flask, Response, current_app, g, request
from flask.globals import request_ctx
from werkzeug.exceptions import TooManyRequests

from core.api.rules import token_digest
from core.api.tokens import bearer
from core.web import steps
from core.web.request import behind

KEY = "bangfu.api_limits"
#: in seconds
WINDOW = 60
PER_CALLER, PER_ADDRESS = 600, 3000


@dataclass
class Window:
    """The counts of the minute that runs; the next begins with none."""

    ends: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, *keys: str) -> tuple[list[int], float]:
        """Count one more of each, and say how many there are now and how many seconds are left."""
        with self._lock:
            now = time.monotonic()
            if now >= self.ends:
                self.counts, self.ends = {}, now + WINDOW
            found = self.counts
            for key in keys:
                found[key] = found.get(key, 0) + 1
            return [found[key] for key in keys], self.ends - now


def install(app: Flask) -> None:
    """Count per app, and tell programs how far they may go."""
    app.extensions[KEY] = Window()
    # Flask-Limiter looks before every request for limits that hold everywhere; there are none, and a view with a limit
    # of its own asks by itself. Only then is there anything to tell.
    tell = steps.take(app, "flask_limiter._extension")["after"]

    @app.after_request
    def _tell_of_others(response: Response) -> Response:
        if hasattr(behind(request_ctx), "_limiter_request_context"):
            for step in tell:
                response = step(response)
        return response

    @app.after_request
    def _tell(response: Response) -> Response:
        told: tuple[int, float] | None = g.get("api_limit")
        if told is not None:
            response.headers.extend({
                "X-RateLimit-Limit": str(PER_CALLER), "X-RateLimit-Remaining": str(max(0, PER_CALLER - told[0])),
                "X-RateLimit-Reset": str(int(time.time() + told[1]) + 1)})
        return response


def check() -> None:
    """Refuse a caller or an address that has had its share of the minute."""
    app = behind(current_app)
    if not app.config["RATELIMIT_ENABLED"]:
        return
    window: Window = app.extensions[KEY]
    (mine, all_here), left = window.count(caller(), f"address:{request.remote_addr}")
    g.api_limit = (mine, left)
    if mine > PER_CALLER or all_here > PER_ADDRESS:
        raise TooManyRequests(retry_after=int(left) + 1)


def caller() -> str:
    """Who a request counts for: its token, else its session, else where it comes from."""
    text = bearer()
    if text is not None:
        return f"token:{token_digest(text)[:24]}"
    cookie = request.cookies.get("session")
    return f"session:{token_digest(cookie)[:24]}" if cookie else f"caller:{request.remote_addr}"
