"""Who holds what: the posts at a unit and below it, given and ended. Only accounts with a post within the asker's own
scope are named."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access.guard import access_catalogue
from core.access.permissions import Action
from core.access.words import csv_file
from core.accounts import queries, services
from core.accounts.giving import account_to_give, check_giver, roles_to_give
from core.accounts.models import Account
from core.accounts.people.blueprint import blueprint, show_once, unit_below
from core.accounts.queries import Post
from core.accounts.sign_in import security
from core.errors import N_, InvalidInput, PlatformError
from core.extensions import today
from core.host.request import plugin_host
from core.units.models import Unit
from core.web.markers import require
from core.web.request import actor, db, unit, viewer


@blueprint.get("/accounts")
@require(Action.ACCOUNT_MANAGE)
def overview(code: str) -> str | Response:
    return _overview()


@blueprint.post("/accounts")
@require(Action.ACCOUNT_MANAGE)
def add(code: str) -> Response | str | tuple[str | Response, int]:
    form = request.form
    try:
        with db().begin_nested():
            place = unit_below(form.get("unit", ""))
            account, password = _account_of_form(place)
            check_giver(viewer(), account.id, form.get("role", ""), place, access_catalogue())
            services.assign(db(), account, form.get("role", ""), place, actor(),
                            known=access_catalogue(), since=_day("since") or today(), until=_day("until"),
                            tenant_id=g.tenant_id, policy=security().policy, host=plugin_host())
    except PlatformError as error:
        return _overview(error), error.status
    if password:
        return show_once([(account.login, account.name, password)])
    return redirect(url_for("people.overview", code=code))


@blueprint.post("/accounts/posts/<uuid:post_id>/end")
@require(Action.ACCOUNT_MANAGE)
def end(code: str, post_id: uuid.UUID) -> Response:
    services.end_assignment(db(), post_id, unit(), _day("on") or today(), actor(), tenant_id=g.tenant_id,
                            host=plugin_host())
    return redirect(url_for("people.overview", code=code))


def _overview(error: PlatformError | None = None) -> str | Response:
    posts = queries.list_posts_in(db(), viewer().reach(Action.ACCOUNT_MANAGE).within(unit().path))
    if request.args.get("format") == "csv":
        return posts_csv("accounts", posts)
    offered = set(roles_to_give(viewer(), unit(), access_catalogue()))
    return render_template("accounts/people.html", posts=posts, known=access_catalogue(), error=error,
                           form=request.form, day=today(),
                           roles=[code for code in access_catalogue().roles if code in offered])


def posts_csv(name: str, posts: list[Post]) -> Response:
    """Posts as a file."""
    known = access_catalogue()
    return csv_file(name, ["登录名", "姓名", "角色", "单位编码", "单位", "起", "止"],
                  [(post.login, post.name, known.role_title(post.role), post.unit_code, post.unit_name,
                    post.valid_from, post.valid_to) for post in posts])


def _account_of_form(place: Unit) -> tuple[Account, str]:
    """The account named in the form, or with a name beside it a new one with its first password."""
    form = request.form
    if form.get("name", "").strip():
        return services.open_account(db(), form.get("login", ""), form["name"], actor(), policy=security().policy,
                                     tenant_id=g.tenant_id, host=plugin_host())
    return account_to_give(db(), viewer(), form.get("login", "")), ""


def _day(name: str) -> dt.date | None:
    text = request.form.get(name, "").strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput(fields={name: N_("日期应写作 2026-11-21")}) from error
