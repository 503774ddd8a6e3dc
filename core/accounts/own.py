"""Pages about one's own account: password, second factor, and the browsers one is signed in with."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from core.access.guard import apart
from core.accounts import attempts, browsers, factor, passwords
from core.accounts import sign_in as signing
from core.accounts.providers.queries import names_by_session
from core.errors import N_, Conflict, InvalidInput
from core.web.markers import signed_in
from core.web.request import actor, db

blueprint = Blueprint("own", __name__, url_prefix="/me", template_folder="templates")
Refused = tuple[str, int]


@blueprint.get("/password")
@signed_in
def password() -> str:
    return _password({})


@blueprint.post("/password")
@signed_in
def change_password() -> Response | Refused:
    form, account = request.form, signing.own_account()
    key = signing.security().digest("login", account.login)
    if attempts.locked_until(db(), key):
        return _password({"old": N_("输错太多次，请稍后再试")}), 422
    try:
        passwords.change_password(db(), account, form.get("old", ""), form.get("new", ""), form.get("again", ""),
                                  actor(), signing.security().policy)
    except InvalidInput as error:
        if "old" in error.fields:
            _count_wrong(key)
        return _password(error.fields), 422
    attempts.forget_attempts(db(), key)
    browsers.end_sessions(db(), account, actor(), apart_from=current_user.session_id)
    return redirect("/")


@blueprint.get("/sessions")
@signed_in
def sessions() -> str:
    found = browsers.list_sessions(db(), current_user.account_id, signing.security().policy)
    return render_template("accounts/sessions.html", sessions=found, here=current_user.session_id,
                           origins=names_by_session(db(), [item.id for item in found]))


@blueprint.post("/sessions/<uuid:session_id>/end")
@signed_in
def end_session(session_id: uuid.UUID) -> Response:
    browsers.end_session(db(), current_user.account_id, session_id, actor())
    if session_id == current_user.session_id:
        signing.end()
        return redirect(url_for("accounts.sign_in"))
    return redirect(url_for("own.sessions"))


@blueprint.post("/sessions/end")
@signed_in
def end_sessions() -> Response:
    """Sign out everywhere, this browser included."""
    browsers.end_sessions(db(), signing.own_account(), actor())
    signing.end()
    return redirect(url_for("accounts.sign_in"))


@blueprint.get("/factor")
@signed_in
def factor_page() -> str:
    return _factor()


@blueprint.post("/factor/begin")
@signed_in
def begin_factor() -> Response:
    factor.begin_enrolment(signing.own_account(), signing.security())
    return redirect(url_for("own.factor_page"))


@blueprint.post("/factor/confirm")
@signed_in
def confirm_factor() -> str | Refused:
    try:
        codes = factor.confirm_enrolment(db(), signing.own_account(), request.form.get("code", ""), actor(),
                                         signing.security())
    except InvalidInput as error:
        return _factor(error.fields["code"]), 422
    return render_template("accounts/recovery_codes.html", codes=codes)


@blueprint.post("/factor/codes")
@signed_in
def renew_codes() -> str | Refused:
    """A fresh sheet of recovery codes, against a code of the telephone."""
    account = signing.own_account()
    if not _code_is_right():
        return _factor(N_("验证码不对或已用过")), 422
    return render_template("accounts/recovery_codes.html",
                           codes=factor.new_recovery_codes(db(), account, actor(), signing.security()))


@blueprint.post("/factor/remove")
@signed_in
def remove_factor() -> Response | Refused:
    account = signing.own_account()
    if signing.factor_required(account):
        raise Conflict(N_("您的角色必须使用第二因素，不能停用"))
    if not _code_is_right():
        return _factor(N_("验证码不对或已用过")), 422
    factor.remove_factor(db(), signing.own_account(), actor())
    return redirect(url_for("own.factor_page"))


def _code_is_right() -> bool:
    """A wrong code counts here as it does at the door."""
    security, person = signing.security(), actor()
    key = security.digest("code", str(current_user.account_id))
    with apart() as own:
        free = attempts.count_attempt(own, key, security.policy)
    right = free and factor.check_code(db(), signing.own_account(), request.form.get("code", ""), person, security)
    if right:
        attempts.forget_attempts(db(), key)
    return right


def _count_wrong(key: str) -> None:
    with apart() as own:
        attempts.count_attempt(own, key, signing.security().policy)


def _password(errors: dict[str, str]) -> str:
    account = signing.own_account()
    return render_template("accounts/password.html", errors={name: gettext(text) for name, text in errors.items()},
                           first=account.must_change, policy=signing.security().policy)


def _factor(error: str | None = None) -> str:
    account, security = signing.own_account(), signing.security()
    waiting = account.factor_key is not None and account.factor_since is None
    key = factor.begin_enrolment(account, security) if waiting else ""
    return render_template("accounts/factor.html", account=account, error=error, key=key,
                           picture=factor.picture(account, key) if key else "", left=factor.left_codes(db(), account),
                           required=signing.factor_required(account))
