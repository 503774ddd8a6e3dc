"""One account: correcting its name, helping it to sign in again, and its leaving."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.access.guard import access_catalogue
from core.access.permissions import Action
from core.accounts import changing, queries, services
from core.accounts.attempts import forget_attempts, locked_until
from core.accounts.giving import account_in_scope, check_changer, check_helper, check_leaver
from core.accounts.people.blueprint import blueprint, show_once
from core.accounts.sign_in import security
from core.errors import NotPermitted, PlatformError
from core.host.request import plugin_host
from core.web.markers import require
from core.web.request import actor, db, unit, viewer


@blueprint.get("/accounts/<uuid:account_id>")
@require(Action.ACCOUNT_MANAGE)
def person(code: str, account_id: uuid.UUID) -> str:
    return _person_page(account_id)


@blueprint.post("/accounts/<uuid:account_id>/change")
@require(Action.ACCOUNT_MANAGE)
def change(code: str, account_id: uuid.UUID) -> Response | tuple[str, int]:
    """Correct the name, unless somebody else has changed the account since the page was opened."""
    queries.lock_account(db(), account_id)
    account, posts = account_in_scope(db(), viewer(), account_id)
    check_changer(viewer(), account, posts)
    try:
        changing.check_seen(request.form.get("seen", ""), changing.state_of(account, posts))
        changing.change_account(db(), account, request.form.get("name", ""), actor(), tenant_id=g.tenant_id)
    except PlatformError as error:
        return _person_page(account_id, error), error.status
    flash(gettext("已保存"), "success")
    return redirect(url_for("people.person", code=code, account_id=account_id))


@blueprint.post("/accounts/<uuid:account_id>/reset")
@require(Action.ACCOUNT_MANAGE)
def reset(code: str, account_id: uuid.UUID) -> str | tuple[str, int]:
    """Help somebody who cannot sign in: a one-time password, shown once."""
    queries.lock_account(db(), account_id)
    account, posts = account_in_scope(db(), viewer(), account_id)
    check_helper(viewer(), account, posts, access_catalogue())
    try:
        changing.check_login_seen(request.form.get("login_seen", ""), changing.login_state(security(), account))
        password = services.reset_account(db(), account, actor(), reason=request.form.get("reason", ""),
                                          policy=security().policy, tenant_id=g.tenant_id)
    except PlatformError as error:
        return _person_page(account_id, error), error.status
    forget_attempts(db(), security().digest("login", account.login))
    forget_attempts(db(), security().digest("code", str(account.id)))
    return show_once([(account.login, account.name, password)])


@blueprint.post("/accounts/<uuid:account_id>/leave")
@require(Action.ACCOUNT_MANAGE)
def leave(code: str, account_id: uuid.UUID) -> Response | tuple[str, int]:
    """Somebody leaves: all posts within this unit end, and with the last one the account is closed."""
    account, posts = account_in_scope(db(), viewer(), account_id)
    check_leaver(viewer(), account, posts, unit())
    try:
        services.leave(db(), account, unit(), actor(), reason=request.form.get("reason", ""), tenant_id=g.tenant_id,
                       host=plugin_host())
    except PlatformError as error:
        return _person_page(account_id, error), error.status
    return redirect(url_for("people.overview", code=code))


def _person_page(account_id: uuid.UUID, error: PlatformError | None = None) -> str:
    account, posts = account_in_scope(db(), viewer(), account_id)
    reach, known = viewer().reach(Action.ACCOUNT_MANAGE), access_catalogue()
    locked = locked_until(db(), security().digest("login", account.login))
    return render_template("accounts/person.html", account=account, error=error, locked=locked, known=known,
                           refused=_refusal(lambda: check_helper(viewer(), account, posts, known)),
                           fixed=_refusal(lambda: check_changer(viewer(), account, posts)),
                           login_seen=changing.login_state(security(), account),
                           seen=changing.written(changing.state_of(account, posts)),
                           name=request.form.get("name", account.name), changes=_in_words(error),
                           posts=[post for post in posts if reach.holds(post.path)],
                           elsewhere=sum(not reach.holds(post.path) for post in posts))


def _refusal(check: Callable[[], None]) -> NotPermitted | None:
    try:
        check()
    except NotPermitted as reason:
        return reason
    return None


def _in_words(error: PlatformError | None) -> list[tuple[str, str, str]]:
    """What somebody else has changed, for the one who saves second."""
    if not isinstance(error, changing.Overtaken):
        return []
    labels = {"name": gettext("姓名"), "active": gettext("状态")}
    return [(labels.get(name, gettext("任职")), _value(old), _value(new)) for name, old, new in error.changes]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(gettext("使用中") if value else gettext("已停用"))
    if isinstance(value, list) and len(value) == 4:
        place, role, since, until = value
        return f"{place} · {gettext(access_catalogue().role_title(str(role)))} · {since} — {until or gettext('长期')}"
    return str(value) if value is not None else ""
