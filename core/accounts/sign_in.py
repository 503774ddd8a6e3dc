"""Who is signed in: Flask-Login over our accounts and their browsers, with a limit on guessing, and the steps
that stand between a password and the platform."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app, g, make_response, redirect, request, session, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from core.access.guard import access_catalogue
from core.access.permissions import Role
from core.access.viewer import Viewer
from core.accounts import browsers, factor
from core.accounts.models import Account, AccountSession
from core.accounts.policy import Policy
from core.accounts.providers.queries import trusted_path
from core.accounts.queries import find_account
from core.accounts.vault import Security
from core.config import Settings
from core.errors import N_, NotPermitted
from core.extensions import utcnow
from core.web.markers import requirement_of
from core.web.request import database, db, is_fragment, settings, wants_json

KEY = "bangfu.accounts"
#: what stays of an earlier session: the language that the person has chosen
KEPT = ("locale",)
#: between the right password and the right code: whose, since when, and where to go on to
PENDING = "pending"
PENDING_SECONDS = 5 * 60
#: addresses that stay open while a password has to be changed, and while a second factor has to be enrolled
OF_PASSWORD = frozenset({"own.password", "own.change_password", "accounts.sign_out"})
OF_FACTOR = frozenset({"own.factor_page", "own.begin_factor", "own.confirm_factor", "accounts.sign_out"})


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The signed-in person as the session knows them."""

    account_id: uuid.UUID
    name: str
    login: str
    session_id: uuid.UUID
    secret: str
    #: let in by a provider of this subtree: posts outside of it do not count in this browser
    within: str | None = None
    #: that provider has checked a second factor
    strong: bool = False

    def get_id(self) -> str:
        """What the cookie carries; it is worth nothing once that browser is signed out."""
        return f"{self.account_id}.{self.session_id}.{self.secret}"

    @property
    def held_to(self) -> str | None:
        """What tells its viewer from that of another browser of the account."""
        return self.within

    def narrow(self, viewer: Viewer) -> Viewer:
        """The account as far as whoever let this browser in is trusted."""
        if self.within is None:
            return viewer
        return Viewer(viewer.account_id, viewer.name,
                      [grant for grant in viewer.grants if grant.path.startswith(self.within)], viewer.rules)


def _guesser() -> str:
    return f"{get_remote_address()}|{request.form.get('login', '').strip().lower()[:60]}"


limiter = Limiter(key_func=_guesser, storage_uri="memory://", default_limits=[])


def install(app: Flask) -> None:
    """Put Flask-Login and the limit on the app, before the access guard."""
    manager = LoginManager()
    manager.session_protection = "strong"
    manager.init_app(app)
    manager.user_loader(load)
    limiter.init_app(app)
    # Called after the request's own session has ended: SQLite has one writer, and it would wait for itself.
    app.teardown_request(_note_seen)


def install_steps(app: Flask) -> None:
    """Put the steps on the app, after the access guard, with the policy of the deployment."""
    settings: Settings = app.config["BANGFU_SETTINGS"]
    app.extensions[KEY] = Security.of(Policy.of(settings.options), settings.secret_key)
    app.before_request(_next_step)


def security() -> Security:
    """The policy and key of the running app."""
    return cast(Security, current_app.extensions[KEY])


def load(token: str) -> SignedIn | None:
    """The person of a cookie, unless the account is closed, or this browser signed out or idle too long."""
    try:
        account_id, session_id, secret = token.split(".")
        found = browsers.find_session(db(), uuid.UUID(session_id), secret, security().policy)
        same = found is not None and found[0].id == uuid.UUID(account_id)
    except ValueError:  # a cookie of an earlier make
        return None
    if found is None or not same:
        return None
    account, browser, origin = found
    within = trusted_path(db(), origin.identity_id) if origin else None
    if origin is not None and within is None:
        return None  # unlinked since, or the provider is switched off
    if utcnow() - browser.seen_at >= browsers.NOTE_EVERY:
        g.seen_session = browser.id
    g.account = account
    return SignedIn(account.id, account.name, account.login, browser.id, secret, within,
                    origin is not None and origin.strong)


def _note_seen(error: BaseException | None = None) -> None:
    seen = g.pop("seen_session", None)
    if seen is not None:
        with database().transaction() as own:
            browsers.note_seen(own, seen)


def own_account() -> Account:
    """The account of the signed-in person, to be written to."""
    found = find_account(db(), current_user.account_id)
    assert found is not None  # the cookie was checked against it
    return found


def _next_step() -> Response | None:
    """Nothing else is reachable until a first password is changed and a required second factor stands. A token has
    no such steps, but the deployment's policy holds for whoever is behind it."""
    endpoint = request.endpoint or ""
    if g.viewer is None:
        return None
    need = requirement_of(current_app, endpoint) if endpoint else None
    if need is None or need.public:
        return None
    if not isinstance(current_user._get_current_object(), SignedIn):
        _check_policy()
        return None
    account: Account = g.account
    if account.must_change:
        return None if endpoint in OF_PASSWORD else _lead_to("own.password", N_("请先修改初始密码"))
    if endpoint in OF_FACTOR or endpoint in OF_PASSWORD:
        return None
    _check_policy()
    if account.factor_since is None and not current_user.strong and factor_required(account):
        return _lead_to("own.factor_page", N_("您的角色需要第二因素，请先启用"))
    return None


def _check_policy() -> None:
    held = security()
    if held.policy.platform_admin == "no" and any(grant.role == Role.PLATFORM_ADMIN for grant in g.viewer.grants):
        raise NotPermitted(N_("本部署不设平台管理员：由系统、安全、审计管理员分别办理"))


def factor_required(account: Account) -> bool:
    """Whether the signed-in person has to have a second factor."""
    return factor.is_required(g.viewer, access_catalogue(), account, security(),
                              demo=settings().demo)


def _lead_to(endpoint: str, message: str) -> Response:
    if wants_json():
        raise NotPermitted(message)
    if is_fragment():
        return make_response("", 403, {"HX-Redirect": url_for(endpoint)})
    return redirect(url_for(endpoint))


def expect_code(account: Account, target: str, provider_id: uuid.UUID | None = None) -> None:
    """The password was right, or a provider has vouched; nobody is signed in before the code is."""
    _start_afresh()
    session[PENDING] = {"account": str(account.id), "at": int(time.time()), "next": target,
                        "provider": str(provider_id or "")}


def pending() -> dict[str, Any] | None:
    """Whose code is awaited in this browser."""
    found: dict[str, Any] | None = session.get(PENDING)
    if found is None or not 0 <= int(time.time()) - found["at"] <= PENDING_SECONDS:
        return None
    return found


def begin(account: Account) -> AccountSession:
    """Begin a session; whatever an earlier one left behind goes, apart from the language."""
    _start_afresh()
    begun, secret = browsers.begin_session(db(), account, request.user_agent.string, request.remote_addr or "")
    login_user(SignedIn(account.id, account.name, account.login, begun.id, secret))
    return begun


def end() -> None:
    """End the session."""
    logout_user()
    _start_afresh()


def _start_afresh() -> None:
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
