"""The account behind a bearer token, held to the token's unit and actions.

A request with an Authorization header is judged by it alone: a session cookie that comes along counts for
nothing, and only such a request needs no CSRF token.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

from flask import Flask, Request, Response, current_app, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_limiter.util import get_remote_address
from flask_login import UserMixin
from flask_wtf.csrf import CSRFProtect

from core.access.arrival import Arrival
from core.access.engine import NO_FACTS
from core.access.guard import apart, destination
from core.access.queries import Grant
from core.access.reach import NOWHERE, Reach
from core.access.rules import Line
from core.access.viewer import Decision, Place, Viewer
from core.accounts.sign_in import limiter
from core.api import queries, services
from core.api.queries import Holder
from core.api.rules import TOKEN, token_digest
from core.errors import N_, NotSignedIn
from core.extensions import Actor, utcnow
from core.web.markers import is_public_site
from core.web.request import behind, db

API = "/api/"
SCHEME = "bearer"
#: how often the time of the last use is written
NOTE_EVERY = dt.timedelta(seconds=60)
#: refused tokens from one address, before it is told to wait
REFUSALS = "60 per minute"
REFUSED = N_("访问令牌无效、已过期或已撤销，请在“我的访问令牌”重新建立")
#: the line shown where a token lacks an action that its account may have
NOT_IN_TOKEN = Line("*", "", "*", "*", "", "deny", "访问令牌不含此动作")


class NoToken(NotSignedIn):
    """The bearer token does not hold; says no more, so that nothing can be learnt by trying."""

    title = N_("访问令牌无效")


@dataclass(frozen=True)
class TokenHolder(UserMixin):  # type: ignore[misc]
    """The account behind a token, as the guard knows a signed-in person."""

    account_id: uuid.UUID
    name: str
    prefix: str
    title: str
    until: dt.datetime
    unit_id: uuid.UUID
    unit_code: str
    unit_name: str
    unit_path: str
    actions: frozenset[str]
    #: read together with the token; none where the request's transaction has ended since
    arrival: Arrival | None

    def get_id(self) -> str:
        """Never written into a cookie."""
        return ""

    @property
    def held_to(self) -> Hashable:
        """All that tells its viewer from that of another token."""
        return self.prefix, self.title, self.until, self.unit_id, self.unit_path, self.actions

    def narrow(self, viewer: Viewer) -> Viewer:
        """The account with the token's unit and actions alone."""
        return TokenViewer(viewer, self)


class TokenViewer(Viewer):
    """An account seen through a token: posts count at the token's unit and below, elevated access not at all,
    and of the actions only the token's."""

    def __init__(self, whole: Viewer, holder: TokenHolder) -> None:
        super().__init__(whole.account_id, whole.name, list(_held_to(whole.grants, holder)), whole.rules)
        self.holder = holder

    def decide(self, action: str, path: str, facts: frozenset[str] = NO_FACTS) -> Decision:
        if action not in self.holder.actions:
            return Decision(False, NOT_IN_TOKEN, self.roles_at(path))
        return super().decide(action, path, facts)

    def allowed(self, action: str, unit: Place | None = None, facts: frozenset[str] = NO_FACTS) -> bool:
        return action in self.holder.actions and super().allowed(action, unit, facts)

    def reach(self, action: str) -> Reach:
        return super().reach(action) if action in self.holder.actions else NOWHERE


def _held_to(grants: Iterable[Grant], holder: TokenHolder) -> Iterable[Grant]:
    for grant in grants:
        if grant.until is not None:
            continue
        if holder.unit_path.startswith(grant.path):
            yield replace(grant, unit_id=holder.unit_id, code=holder.unit_code, name=holder.unit_name,
                          path=holder.unit_path)
        elif grant.path.startswith(holder.unit_path):
            yield grant


class NoCookie(SecureCookieSession):
    """The session of a request with a token: empty, and not kept."""


class Cookies(SecureCookieSessionInterface):
    """Cookies are not opened where a token comes along: they count for nothing there."""

    null_session_class = NoCookie  # type: ignore[assignment]  # Flask never saves these; its own could not be written to

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the cookie, or an empty one."""
        return NoCookie() if token_in(request) is not None else super().open_session(app, request)


def install(app: Flask, csrf: CSRFProtect) -> None:
    """Read the token before anything else asks who is there, and check the CSRF token of all the others."""
    app.session_interface = Cookies()

    @app.before_request
    def _identify() -> None:
        text = bearer()
        if text is None:
            # On the public site nobody is signed in: there is nothing a foreign page could do in somebody's name.
            if app.config["WTF_CSRF_ENABLED"] and request.endpoint and not is_public_site(app, request.endpoint):
                csrf.protect()
            return
        holder = _holder(text)
        current_app.login_manager._update_request_context_with_user(holder)  # type: ignore[attr-defined]

    @app.after_request
    def _challenge(response: Response) -> Response:
        if response.status_code == 401 and request.path.startswith(API):
            response.headers.setdefault("WWW-Authenticate", 'Bearer realm="bangfu"')
        return response


def bearer() -> str | None:
    """The text of the request's bearer token. Tokens open the API and nothing else."""
    return token_in(behind(request))


def token_in(asked: Request) -> str | None:
    """The same of a request that Flask is only about to take up."""
    if not asked.path.startswith(API):
        return None
    scheme, _, text = asked.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == SCHEME else None


def _holder(text: str) -> TokenHolder:
    read = queries.find_holder(db(), token_digest(text), destination()) if TOKEN.fullmatch(text) else None
    if read is None:
        _count_refused()
        raise NoToken(REFUSED)
    found, arrived = read
    reason = _why_not(found)
    if reason:
        _count_refused()
        with apart() as own:
            services.note_refused(own, found, reason, Actor(found.account_id, found.name, source="api",
                                                            address=request.remote_addr or ""))
        raise NoToken(REFUSED)
    holder = arrived.once(TokenHolder, lambda: TokenHolder(
        found.account_id, found.name, found.prefix, found.title, found.until, found.unit_id, found.unit_code, found.unit_name,
        found.unit_path, frozenset(found.actions), arrived))
    if found.last_used_at is None or utcnow() - found.last_used_at > NOTE_EVERY:
        with apart() as own:
            services.note_use(own, found.token_id)
        return replace(holder, arrival=None)
    return holder


def _count_refused() -> None:
    with limiter.limit(REFUSALS, key_func=get_remote_address, scope="api:refused"):
        """Raises once there have been too many."""


def _why_not(found: Holder) -> str:
    if not found.active:
        return "账号已停用"
    if found.must_change:
        return "账号须先修改密码"
    if found.revoked_at is not None:
        return "令牌已撤销"
    return "令牌已过期" if found.until <= utcnow() else ""


def token_viewer() -> TokenViewer | None:
    """The viewer of this request where a token is behind it."""
    found = g.get("viewer")
    return found if isinstance(found, TokenViewer) else None
