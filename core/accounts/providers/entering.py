"""The way to a provider and back: signing in with it, and the end of linking to it."""

from __future__ import annotations

import uuid
from typing import cast

from flask import Blueprint, current_app, g, make_response, redirect, render_template, request, url_for
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug.wrappers import Response

from core.access.guard import apart, close_scope
from core.accounts import services as accounts
from core.accounts import sign_in as signing
from core.accounts.models import Account, AccountSession
from core.accounts.providers import queries, services, waiting
from core.accounts.providers.client import Attempt, Client, Proven, sign_out_address
from core.accounts.providers.discovery import Directory
from core.accounts.providers.faults import DENIED, MISSET, STALE, ProviderFault
from core.accounts.providers.models import Identity
from core.accounts.providers.queries import Placed
from core.accounts.providers.rules import factor_done, home_fault, host_of, one_of
from core.accounts.queries import get_account
from core.errors import NotFound, PlatformError
from core.web.i18n import own_address
from core.web.markers import public
from core.web.request import actor, database, db

blueprint = Blueprint("providers", __name__, template_folder="../templates")
KEY = "bangfu.providers"
#: what a provider may answer instead of a code
ANSWERS = {"access_denied": "本人取消或对方拒绝", "login_required": "需要重新登录", "consent_required": "需要本人同意",
           "interaction_required": "需要本人操作", "invalid_request": "请求有误", "invalid_scope": "范围不被接受",
           "unauthorized_client": "客户端未获准", "unsupported_response_type": "不支持授权码方式",
           "server_error": "对方出错", "temporarily_unavailable": "对方暂不可用"}


@blueprint.get("/sign-in/with/<uuid:provider_id>")
@public("用统一身份认证登录")
@signing.limiter.limit("120 per minute", key_func=get_remote_address)
def leave(provider_id: uuid.UUID) -> Response:
    """To the provider's own sign-in page."""
    placed = queries.get_active(db(), provider_id)
    try:
        return redirect(way_out(placed, request.args.get("next", "")))
    except ProviderFault as fault:
        return refused(placed, fault)


@blueprint.get("/sign-in/with/<uuid:provider_id>/back")
@public("从统一身份认证回来")
@signing.limiter.limit("120 per minute", key_func=get_remote_address)
def back(provider_id: uuid.UUID) -> Response:
    """Back from the provider, with a code or with a refusal."""
    try:
        placed = queries.get_active(db(), provider_id)
    except NotFound:
        waiting.take(request.args.get("state", ""))
        raise
    proven: Proven | None = None
    try:
        attempt = _attempt(placed)
        proven = _proven(placed, attempt)
        _for_writing()
        if attempt.account_id is not None:
            return _link(placed, attempt.account_id, proven)
        return _enter(placed, attempt, proven)
    except ProviderFault as fault:
        return refused(placed, fault, proven.subject if proven else "")


def directory() -> Directory:
    """The announcements that this process keeps in mind."""
    return cast(Directory, current_app.extensions.setdefault(KEY, Directory()))


def way_out(placed: Placed, target: str, account_id: uuid.UUID | None = None) -> str:
    """The provider's address to send the browser to, with what it has to bring back kept in its cookie."""
    home = placed.provider.home
    if home and host_of(request.host_url) != host_of(home):
        raise ProviderFault(MISSET, f"从 {request.host} 进来，而提供方只认 {home}")
    client, attempt = _client(placed), waiting.begin(placed.provider.id, target, account_id)
    _ended()  # asking the provider may take a while
    return client.way_out(attempt)


def return_address(placed: Placed) -> str:
    """Where the provider sends people back to: what has to be entered there."""
    path = url_for("providers.back", provider_id=placed.provider.id)
    return (placed.provider.home or request.host_url.rstrip("/")) + path


def refused(placed: Placed, fault: ProviderFault, subject: str = "") -> Response:
    """A page that says what to do, and an entry on the trail; whatever was begun is undone."""
    person = actor()
    with apart() as own:
        services.note_refused(own, placed, fault, person)
    page = render_template("accounts/providers/refused.html", fault=fault, placed=placed, subject=subject,
                           linking=g.get("viewer") is not None)
    return make_response(page, fault.status)


def sign_out_link(session_id: uuid.UUID) -> tuple[str, str]:
    """The name and the sign-out address of the provider that let this browser in; empty for a password, or where
    the provider announces none."""
    origin = queries.find_origin(db(), session_id)
    if origin is None or not origin.sign_out_at:
        return "", ""
    placed = queries.find_by_identity(db(), origin.identity_id)
    if placed is None:
        return "", ""
    try:
        token = services.origin_token(origin, signing.security())
    except PlatformError:
        token = ""  # another key since: the provider will ask
    home = (placed.provider.home or request.host_url.rstrip("/")) + url_for("accounts.sign_in")
    return placed.provider.name, sign_out_address(origin.sign_out_at, placed.provider.client_id, token, home)


def let_in(account: Account, placed: Placed, identity: Identity, *, strong: bool, proven: Proven | None) -> None:
    """Begin a session for somebody the provider has vouched for."""
    begun: AccountSession = signing.begin(account)
    services.keep_origin(db(), begun, identity, signing.security(), strong=strong, proven=proven)
    accounts.note_sign_in(db(), account, actor(), by=placed.provider.name)


def after_code(account: Account, provider_id: str, target: str) -> Response:
    """The code of the second factor was right; the provider is asked whether it still stands."""
    placed = queries.get_active(db(), uuid.UUID(provider_id))
    identity = queries.find_identity(db(), placed.provider, account.id)
    if identity is None or services.why_not(db(), placed, account, signing.security()):
        return redirect(url_for("accounts.sign_in"))
    let_in(account, placed, identity, strong=False, proven=None)
    return redirect(own_address(target))


def _client(placed: Placed) -> Client:
    home = request.host_url.rstrip("/")
    if not placed.provider.home and home_fault(home):
        raise ProviderFault(MISSET, f"平台自己的地址 {home} 不是 https，提供方不能把人送回来；请填写平台对外地址")
    return Client(placed.provider, signing.security(), directory(), return_address(placed))


def _attempt(placed: Placed) -> Attempt:
    """The way out that this is the return of; an answer of one provider is never taken for another's."""
    attempt, answered = waiting.take(request.args.get("state", "")), request.args.get("error")
    if answered is not None:  # some forget the state when they refuse; nothing is lost by telling
        raise ProviderFault(DENIED, f"对方拒绝：{one_of(answered, ANSWERS)}")
    if attempt is None:
        raise ProviderFault(STALE, "state 不对、用过或过期")
    if attempt.provider_id != placed.provider.id:
        raise ProviderFault(STALE, "state 属于另一个提供方")
    person = g.get("viewer")
    if attempt.account_id is not None and (person is None or person.account_id != attempt.account_id):
        raise ProviderFault(STALE, "要关联的账号已经退出")
    return attempt


def _proven(placed: Placed, attempt: Attempt) -> Proven:
    code = request.args.get("code", "")
    if not 0 < len(code) <= 2048:
        raise ProviderFault(STALE, "没有授权码")
    client = _client(placed)
    _ended()  # no transaction stays open while the provider takes its time
    return client.prove(code, attempt, request.args.get("iss"))


def _enter(placed: Placed, attempt: Attempt, proven: Proven) -> Response:
    account, identity = services.account_of(db(), placed, proven, actor(), signing.security())
    strong = factor_done(proven.claims, placed.provider.factor_values)
    if account.factor_since is not None and not strong:
        signing.expect_code(account, attempt.next, placed.provider.id)
        return redirect(url_for("accounts.code"))
    let_in(account, placed, identity, strong=strong, proven=proven)
    return redirect(own_address(attempt.next))


def _link(placed: Placed, account_id: uuid.UUID, proven: Proven) -> Response:
    if current_user.within is not None:
        raise ProviderFault(STALE, "关联要用密码登录后再做")
    services.link(db(), placed, get_account(db(), account_id), proven.subject, actor(), signing.security())
    return redirect(url_for("own_providers.overview"))


def _ended() -> None:
    close_scope()
    opened = g.pop("session", None)
    if opened is not None:
        opened.close()


def _for_writing() -> None:
    """Coming back is a GET that writes: its session takes the write lock from the start."""
    _ended()
    g.session = database().session(write=True)
