"""Who is signed in: Flask-Login over our accounts, with an idle limit and a limit on guessing."""

from __future__ import annotations

import hmac
import time
import uuid
from dataclasses import dataclass

from flask import Flask, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin, login_user, logout_user

from core.accounts.models import Account
from core.accounts.queries import find_account
from core.web.request import db

#: a browser left alone for this long has to sign in again
IDLE_SECONDS = 2 * 60 * 60
#: how often the time of the last click is written into the cookie
NOTE_EVERY = 60
SEEN = "seen"
#: what stays of an earlier session: the language that the person has chosen
KEPT = ("locale",)


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The signed-in person as the session knows them."""

    account_id: uuid.UUID
    name: str
    login: str
    session_key: str

    def get_id(self) -> str:
        """What the cookie carries: changing the account's session key makes it worthless."""
        return f"{self.account_id}.{self.session_key}"


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


def load(token: str) -> SignedIn | None:
    """The person of a cookie, unless the account is closed, signed out everywhere, or was idle too long."""
    name, _, key = token.partition(".")
    now = int(time.time())
    seen = session.get(SEEN, 0)
    if now - seen > IDLE_SECONDS:
        return None
    try:
        account = find_account(db(), uuid.UUID(name))
    except ValueError:  # a cookie of an earlier make
        return None
    if account is None or not account.active or not hmac.compare_digest(account.session_key, key):
        return None
    if now - seen >= NOTE_EVERY:
        session[SEEN] = now
    return signed_in(account)


def signed_in(account: Account) -> SignedIn:
    """An account as the session knows it."""
    return SignedIn(account.id, account.name, account.login, account.session_key)


def begin(account: Account) -> None:
    """Begin a session; whatever an earlier one left behind goes, apart from the language."""
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
    session[SEEN] = int(time.time())
    login_user(signed_in(account))


def end() -> None:
    """End the session."""
    logout_user()
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
