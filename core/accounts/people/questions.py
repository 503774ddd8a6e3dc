"""Why something was refused, who can do it, and what somebody can do. Only accounts with a post within the asker's own
scope are named."""

from __future__ import annotations

import uuid
from typing import Any

from flask import render_template, request
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
from core.accounts import queries
from core.accounts.models import Account
from core.accounts.people.blueprint import blueprint, unit_below
from core.accounts.people.posts import posts_csv
from core.accounts.queries import Post
from core.errors import N_, InvalidInput, NotFound, PlatformError
from core.units.models import Unit
from core.web.markers import require
from core.web.request import db, unit, viewer


@blueprint.get("/access/why")
@require(Action.ACCESS_READ)
def why(code: str) -> str:
    """Why an account may or may not do something at a unit."""
    known, args = access_catalogue(), request.args
    answer: dict[str, Any] = {}
    error: PlatformError | None = None
    if args.get("login") and args.get("action"):
        try:
            answer = _explain(args["login"], args["action"], unit_below(args.get("unit", "")),
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
            named, others = _who(action, unit_below(request.args.get("unit", "")))
    except PlatformError as refused:
        error = refused
    if request.args.get("format") == "csv":
        return posts_csv("who-can", named)
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
