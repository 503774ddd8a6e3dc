"""Pages that name accounts: who holds what, why something was refused, who can see it. Only accounts with a
post within the asker's own scope are named."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.access import queries as access
from core.access import store
from core.access.guard import access_catalogue
from core.access.permissions import Action
from core.access.reach import Reach
from core.access.rules import FACTS
from core.access.viewer import Viewer, load_viewer
from core.access.words import csv_file, line_in_words, unit_names
from core.accounts import changing, queries, services
from core.accounts.attempts import forget_attempts, locked_until
from core.accounts.giving import (
    account_in_scope,
    account_to_give,
    check_changer,
    check_giver,
    check_helper,
    check_leaver,
    roles_to_give,
)
from core.accounts.models import Account
from core.accounts.queries import Post
from core.accounts.sign_in import security
from core.errors import N_, InvalidInput, NotFound, NotPermitted, PlatformError
from core.host.request import plugin_host
from core.units.models import Unit
from core.units.queries import find_unit_by_code
from core.web.markers import require, unit_blueprint
from core.web.request import actor, db, unit, viewer

blueprint = unit_blueprint("people", __name__, template_folder="templates")


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
            place = _below(form.get("unit", ""))
            account, password = _account_of_form(place)
            check_giver(viewer(), account.id, form.get("role", ""), place, access_catalogue())
            services.assign(db(), account, form.get("role", ""), place, actor(),
                            known=access_catalogue(), since=_day("since") or access.today(), until=_day("until"),
                            tenant_id=g.tenant_id, policy=security().policy, host=plugin_host())
    except PlatformError as error:
        return _overview(error), error.status
    if password:
        return _show_once([(account.login, account.name, password)])
    return redirect(url_for("people.overview", code=code))


@blueprint.post("/accounts/posts/<uuid:post_id>/end")
@require(Action.ACCOUNT_MANAGE)
def end(code: str, post_id: uuid.UUID) -> Response:
    services.end_assignment(db(), post_id, unit(), _day("on") or access.today(), actor(), tenant_id=g.tenant_id,
                            host=plugin_host())
    return redirect(url_for("people.overview", code=code))


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
    account, posts = account_in_scope(db(), viewer(), account_id)
    check_helper(viewer(), account, posts, access_catalogue())
    try:
        password = services.reset_account(db(), account, actor(), reason=request.form.get("reason", ""),
                                          policy=security().policy, tenant_id=g.tenant_id)
    except InvalidInput as error:
        return _person_page(account_id, error), error.status
    forget_attempts(db(), security().digest("login", account.login))
    forget_attempts(db(), security().digest("code", str(account.id)))
    return _show_once([(account.login, account.name, password)])


@blueprint.post("/accounts/<uuid:account_id>/leave")
@require(Action.ACCOUNT_MANAGE)
def leave(code: str, account_id: uuid.UUID) -> Response | tuple[str, int]:
    """Somebody leaves: all posts within this unit end, and with the last one the account is closed."""
    account, posts = account_in_scope(db(), viewer(), account_id)
    check_leaver(viewer(), account, posts, unit())
    try:
        services.leave(db(), account, unit(), actor(), reason=request.form.get("reason", ""), tenant_id=g.tenant_id,
                       host=plugin_host())
    except InvalidInput as error:
        return _person_page(account_id, error), error.status
    return redirect(url_for("people.overview", code=code))


@blueprint.get("/access/why")
@require(Action.ACCESS_READ)
def why(code: str) -> str:
    """Why an account may or may not do something at a unit."""
    known, args = access_catalogue(), request.args
    answer: dict[str, Any] = {}
    error: PlatformError | None = None
    if args.get("login") and args.get("action"):
        try:
            answer = _explain(args["login"], args["action"], _below(args.get("unit", "")),
                              frozenset(args.getlist("facts")) & frozenset(FACTS))
        except PlatformError as refused:
            error = refused
    return render_template("accounts/why.html", known=known, facts=FACTS, answer=answer, error=error)


@blueprint.get("/access/who")
@require(Action.ACCESS_READ)
def who(code: str) -> str | Response:
    """Who can do something at a unit, and through which post."""
    known, action = access_catalogue(), request.args.get("action", "")
    error: PlatformError | None = None
    named: list[Post] = []
    others = 0
    try:
        if action in known.actions:
            named, others = _who(action, _below(request.args.get("unit", "")))
    except PlatformError as refused:
        error = refused
    if request.args.get("format") == "csv":
        return _posts_csv("who-can", named)
    return render_template("accounts/who.html", known=known, action=action, posts=named, others=others, error=error)


@blueprint.get("/access/what")
@require(Action.ACCESS_READ)
def what(code: str) -> str | Response:
    """What an account can do, by unit."""
    known, rows, error = access_catalogue(), [], None
    if request.args.get("login"):
        try:
            rows = _what(_person(request.args["login"]))
        except PlatformError as refused:
            error = refused
    if request.args.get("format") == "csv":
        return csv_file("what-can", ["动作", "单位及以下", "不含"], rows)
    return render_template("accounts/what.html", known=known, rows=rows, error=error)


def _scope() -> Reach:
    person: Viewer = viewer()
    return person.reach(Action.ACCESS_READ).within(unit().path)


def _overview(error: PlatformError | None = None) -> str | Response:
    posts = queries.list_posts_in(db(), viewer().reach(Action.ACCOUNT_MANAGE).within(unit().path))
    if request.args.get("format") == "csv":
        return _posts_csv("accounts", posts)
    offered = set(roles_to_give(viewer(), unit(), access_catalogue()))
    return render_template("accounts/people.html", posts=posts, known=access_catalogue(), error=error,
                           form=request.form, day=access.today(),
                           roles=[code for code in access_catalogue().roles if code in offered])


def _posts_csv(name: str, posts: list[Post]) -> Response:
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


def _person_page(account_id: uuid.UUID, error: PlatformError | None = None) -> str:
    account, posts = account_in_scope(db(), viewer(), account_id)
    reach, known = viewer().reach(Action.ACCOUNT_MANAGE), access_catalogue()
    locked = locked_until(db(), security().digest("login", account.login))
    return render_template("accounts/person.html", account=account, error=error, locked=locked, known=known,
                           refused=_refusal(lambda: check_helper(viewer(), account, posts, known)),
                           fixed=_refusal(lambda: check_changer(viewer(), account, posts)),
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


def _show_once(people: list[tuple[str, str, str]]) -> str:
    """First passwords, in the answer to the request that made them and nowhere else."""
    return render_template("accounts/first_passwords.html", people=people, days=security().policy.first_password_days)


def _below(code: str) -> Unit:
    if not code.strip():
        here: Unit = unit()
        return here
    found = find_unit_by_code(db(), code.strip())
    if found is None or not found.path.startswith(unit().path):
        raise InvalidInput(N_("没有编码为 %(code)s 的单位，或者它不在本单位之下"),
                           {"unit": N_("不在本单位之下")}, code=code)
    return found


def _day(name: str) -> dt.date | None:
    text = request.form.get(name, "").strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput(fields={name: N_("日期应写作 2026-11-21")}) from error


def _person(login: str) -> Account:
    """An account with a post within the asker's scope; any other does not exist for the asker."""
    account = queries.find_by_login(db(), login)
    scope = _scope()
    if account is None or not any(scope.holds(post.path) for post in queries.list_posts(db(), account.id)):
        raise NotFound(N_("没有登录名为“%(login)s”的账号，或者它不在您的范围内"), login=login)
    return account


def _explain(login: str, action: str, place: Unit, facts: frozenset[str]) -> dict[str, Any]:
    account, known = _person(login), access_catalogue()
    person = load_viewer(db(), account.id, account.name)
    decision = person.decide(action, place.path, facts) if action in known.actions else None
    if decision is None:
        raise InvalidInput(fields={"action": N_("没有这个权限动作")})
    line = decision.line
    words = line_in_words(line, known, unit_names(db(), [line.tenant])) if line else ""
    posts = [grant for grant in person.grants if place.path.startswith(grant.path)]
    return {"account": account, "place": place, "action": action, "decision": decision, "words": words, "posts": posts}


def _who(action: str, place: Unit) -> tuple[list[Post], int]:
    """The posts within the asker's scope through which the action is allowed, and how many others there are."""
    rules, scope = store.rules(db(), access.latest_version(db())), _scope()
    posts = queries.list_posts_at(db(), _upwards(place.path), access_catalogue().roles)
    held: dict[uuid.UUID, frozenset[str]] = {}
    for post in posts:
        held[post.account_id] = held.get(post.account_id, frozenset()) | {post.role}
    able = [post for post in posts
            if rules.decide(held[post.account_id], place.path, action).allowed
            and rules.decide(frozenset({post.role}), place.path, action).allowed]
    named = [post for post in able if scope.holds(post.path)]
    return named, len({post.account_id for post in able} - {post.account_id for post in named})


def _upwards(path: str) -> list[str]:
    parts = path.rstrip("/").split("/")
    return ["/".join(parts[:count]) + "/" for count in range(1, len(parts) + 1)]


def _what(account: Account) -> list[tuple[str, str, str]]:
    known, person, scope = access_catalogue(), load_viewer(db(), account.id, account.name), _scope()
    reaches = {action: person.reach(action) for action in known.actions}
    paths = {path for reach in reaches.values() for path in (*reach.paths, *reach.without) if scope.holds(path)}
    names = unit_names(db(), paths)
    rows = []
    for action, reach in reaches.items():
        tops = [names[path] for path in reach.paths if path in names]
        if tops:
            rows.append((gettext(known.action_title(action)), "、".join(tops),
                         "、".join(names[path] for path in reach.without if path in names)))
    return rows
