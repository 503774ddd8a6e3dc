"""Signing in and out, one's own page, and the choice of the working unit."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from core.access.guard import access_catalogue, apart
from core.accounts import queries, services
from core.accounts import sign_in as signing
from core.accounts.demo import PASSWORD
from core.errors import N_, NotFound
from core.units.queries import find_unit_by_code
from core.web.i18n import own_address
from core.web.markers import public, signed_in
from core.web.request import actor, db, viewer

blueprint = Blueprint("accounts", __name__, template_folder="templates")
WORKING = "unit"


@blueprint.get("/sign-in")
@public("登录页")
def sign_in() -> str:
    return _form()


@blueprint.post("/sign-in")
@public("登录页")
@signing.limiter.limit("10 per minute; 60 per hour")
@signing.limiter.limit("120 per minute", key_func=get_remote_address)
def do_sign_in() -> Response | tuple[str, int]:
    name = request.form.get("login", "")
    account = services.verify(db(), name, request.form.get("password", ""))
    if account is None:
        with apart() as own:
            services.note_refused_sign_in(own, name, actor())
        return _form(name, N_("登录名或密码不对，或账号已停用")), 401
    signing.begin(account)
    services.note_sign_in(db(), account, actor())
    return redirect(own_address(request.values.get("next", "")))


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Response:
    services.note_sign_out(db(), viewer().account_id, actor())
    signing.end()
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


def _form(name: str = "", error: str | None = None) -> str:
    demo = current_app.config["BANGFU_SETTINGS"].demo
    chosen = request.args.get("as", "") if demo else ""
    return render_template("accounts/sign_in.html", login=name or chosen, error=error,
                           next=request.values.get("next", ""), password=PASSWORD if chosen else "",
                           demo=queries.list_demo_posts(db()) if demo else [], known=access_catalogue())
