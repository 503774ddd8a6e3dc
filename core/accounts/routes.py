"""Signing in and out, one's own page, and the choice of the working unit."""

from __future__ import annotations

import uuid

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug.wrappers import Response

from core.access.guard import access_catalogue, apart
from core.accounts import attempts, browsers, factor, passwords, queries, services
from core.accounts import sign_in as signing
from core.accounts.demo import PASSWORD
from core.accounts.models import Account
from core.accounts.providers import entering
from core.accounts.providers.queries import list_active
from core.errors import N_, NotFound
from core.extensions import Actor
from core.units.queries import find_unit_by_code
from core.web.i18n import own_address
from core.web.markers import public, signed_in
from core.web.request import actor, db, settings, viewer

blueprint = Blueprint("accounts", __name__, template_folder="templates")
WORKING = "unit"
Refused = tuple[str, int]


@blueprint.get("/sign-in")
@public("登录页")
def sign_in() -> str:
    return _form()


@blueprint.post("/sign-in")
@public("登录页")
@signing.limiter.limit("10 per minute; 60 per hour")
@signing.limiter.limit("120 per minute", key_func=get_remote_address)
def do_sign_in() -> Response | Refused:
    name = request.form.get("login", "").strip().lower()
    key = signing.security().digest("login", name)
    free = _count(key)
    account = passwords.verify(db(), name, request.form.get("password", ""))
    if account is None or not free:
        _note_refusal(name, free)
        return _form(name, N_("登录名或密码不对，或账号暂时不能登录。连续输错会锁定一段时间，请稍后再试或联系上级管理员。")), 401
    attempts.forget_attempts(db(), key)
    if account.factor_since is not None:
        signing.expect_code(account, request.form.get("next", ""))
        return redirect(url_for("accounts.code"))
    return _let_in(account, request.form.get("next", ""))


@blueprint.get("/sign-in/code")
@public("登录的第二步")
def code() -> str | Response:
    return _code_form() if signing.pending() else redirect(url_for("accounts.sign_in"))


@blueprint.post("/sign-in/code")
@public("登录的第二步")
@signing.limiter.limit("30 per minute", key_func=get_remote_address)
def check_code() -> Response | Refused:
    waiting = signing.pending()
    account = queries.find_account(db(), uuid.UUID(waiting["account"])) if waiting else None
    if waiting is None or account is None or not account.active:
        return redirect(url_for("accounts.sign_in"))
    key = signing.security().digest("code", str(account.id))
    free, who = _count(key), Actor(account.id, account.name, address=request.remote_addr or "")
    account = queries.get_account(db(), account.id)  # counting has ended the session it came from
    if not free or not factor.check_code(db(), account, request.form.get("code", ""), who, signing.security()):
        _note_refusal(account.login, free, N_("验证码不对"))
        return _code_form(N_("验证码不对、已用过，或输错太多次需要稍后再试。")), 401
    attempts.forget_attempts(db(), key)
    if waiting["provider"]:
        return entering.after_code(account, waiting["provider"], waiting["next"])
    return _let_in(account, waiting["next"])


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Response | str:
    """Signed out here; where a provider had let this browser in, a page offers to sign out there as well."""
    services.note_sign_out(db(), viewer().account_id, actor())
    name, address = entering.sign_out_link(current_user.session_id)
    browsers.end_session(db(), viewer().account_id, current_user.session_id, actor(), note=False)
    signing.end()
    if address:
        g.viewer = None  # the page is nobody's any more
        return render_template("accounts/providers/signed_out.html", name=name, address=address)
    return redirect(url_for("accounts.sign_in"))


@blueprint.get("/me")
@signed_in
def me() -> str:
    return render_template("accounts/me.html", posts=queries.list_posts(db(), viewer().account_id),
                           glasses=[grant for grant in viewer().grants if grant.until],
                           known=access_catalogue())


@blueprint.post("/working-unit")
@signed_in
def working_unit() -> Response:
    unit = find_unit_by_code(db(), request.form.get("code", ""))
    if unit is None or not viewer().roles_at(unit.path):
        raise NotFound(N_("没有这个单位，或者它不在您的任职范围内"))
    session[WORKING] = unit.code
    return redirect(f"/u/{unit.code}/")


def _count(key: str) -> bool:
    """Count the attempt for good, before it is looked at; False while nobody may try."""
    with apart() as own:
        return attempts.count_attempt(own, key, signing.security().policy)


def _let_in(account: Account, target: str) -> Response:
    signing.begin(account)
    services.note_sign_in(db(), account, actor())
    return redirect(own_address(target))


def _note_refusal(name: str, free: bool, reason: str = "") -> None:
    person = actor()
    with apart() as own:
        services.note_refused_sign_in(own, name, person, reason if free else N_("输错太多次，已锁定"))


def _form(name: str = "", error: str | None = None) -> str:
    demo = settings().demo
    chosen = request.args.get("as", "") if demo else ""
    return render_template("accounts/sign_in.html", login=name or chosen, error=error,
                           next=request.values.get("next", ""), password=PASSWORD if chosen else "",
                           providers=list_active(db()),
                           demo=queries.list_demo_posts(db()) if demo else [], known=access_catalogue())


def _code_form(error: str | None = None) -> str:
    return render_template("accounts/code.html", error=error)
