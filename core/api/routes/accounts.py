"""Accounts and assignments within the caller's scope."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from flask import g

from core.access.guard import access_catalogue
from core.access.models import Assignment
from core.access.reach import Reach
from core.accounts import changing, services
from core.accounts.giving import account_in_scope, account_to_give, check_changer, check_giver, check_leaver
from core.accounts.models import Account
from core.accounts.queries import Post, get_post, lock_account
from core.accounts.sign_in import security
from core.api import answers, queries
from core.api.account_schemas import ChangeIn, EndIn, GiveIn, OpenIn
from core.api.blueprint import core_api
from core.api.permissions import Action
from core.api.routes.plans import moment
from core.api.routes.units import day
from core.api.rules import write_cursor
from core.api.schemas import AccountOut, Asked, AssignmentOut, Rows
from core.errors import N_, InvalidInput
from core.extensions import today
from core.host.request import plugin_host
from core.units.models import Unit
from core.units.queries import find_unit_by_code
from core.web.request import actor, db, unit, viewer

api = core_api("accounts", __name__, "账号与任职")


@api.read("/units/<code>/accounts", Action.ACCOUNT_MANAGE, many=("accounts", AccountOut), title="范围内的账号")
def accounts(code: str, asked: Asked) -> Rows:
    """The accounts with a post at the unit or below it, newest first."""
    found = queries.page_of_accounts(db(), _reach(), before=asked.before(), limit=asked.limit + 1)
    page = found[: asked.limit]
    return Rows([_row(account) for account in page], write_cursor(str(page[-1].id)) if len(found) > len(page) else "")


@api.read("/units/<code>/accounts/<uuid:account_id>", Action.ACCOUNT_MANAGE, one=("account", AccountOut), title="一个账号")
def account(code: str, account_id: uuid.UUID, asked: Asked) -> dict[str, Any]:
    """One account with a post at the unit or below it."""
    return _row(queries.get_account_in(db(), _reach(), account_id))


@api.write("POST", "/units/<code>/accounts", Action.ACCOUNT_MANAGE, body=OpenIn, one=("account", AccountOut), status=201,
           title="开立账号")
def open_one(code: str, sent: dict[str, Any]) -> dict[str, Any]:
    """A new account with its first role. No password is given by the API, where answers are kept to be repeated: its
    holder signs in by the identity provider, or an administrator gives a first password on the account's page."""
    made, _ = services.open_account(db(), sent["login"], sent["name"], actor(), policy=security().policy,
                                    tenant_id=g.tenant_id, host=plugin_host())
    _give(made, sent)
    return _row(made)


@api.write("PATCH", "/units/<code>/accounts/<uuid:account_id>", Action.ACCOUNT_MANAGE, body=ChangeIn,
           one=("account", AccountOut), title="更正姓名、办理离任")
def change(code: str, account_id: uuid.UUID, sent: dict[str, Any]) -> dict[str, Any]:
    """Correct the name; with `active` false everything held at the unit and below it ends today."""
    queries.get_account_in(db(), _reach(), account_id)
    found = lock_account(db(), account_id)
    answers.check_tag(_row(found))
    found, posts = account_in_scope(db(), viewer(), account_id)
    if sent["name"]:
        check_changer(viewer(), found, posts)
        changing.change_account(db(), found, sent["name"], actor(), tenant_id=g.tenant_id)
    if not sent["active"]:
        check_leaver(viewer(), found, posts, unit())
        services.leave(db(), found, unit(), actor(), reason=sent["reason"], tenant_id=g.tenant_id, host=plugin_host())
    return _row(found)


@api.read("/units/<code>/assignments", Action.ACCOUNT_MANAGE, many=("assignments", AssignmentOut), title="范围内的任职")
def assignments(code: str, asked: Asked) -> Rows:
    """Who holds which role at the unit or below it today, newest first."""
    found = queries.page_of_posts(db(), _reach(), before=asked.before(), limit=asked.limit + 1)
    page = found[: asked.limit]
    return Rows([_post_row(post) for post in page], write_cursor(str(page[-1].id)) if len(found) > len(page) else "")


@api.read("/units/<code>/assignments/<uuid:assignment_id>", Action.ACCOUNT_MANAGE, one=("assignment", AssignmentOut),
          title="一项任职")
def assignment(code: str, assignment_id: uuid.UUID, asked: Asked) -> dict[str, Any]:
    """One assignment at the unit or below it, of today or to come."""
    return _post_row(get_post(db(), _reach(), assignment_id))


@api.write("POST", "/units/<code>/assignments", Action.ACCOUNT_MANAGE, body=GiveIn, one=("assignment", AssignmentOut),
           status=201, title="给予任职")
def give(code: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Give an account a role at the unit or below it."""
    given = _give(account_to_give(db(), viewer(), sent["login"]), sent)
    return _post_row(get_post(db(), viewer().reach(Action.ACCOUNT_MANAGE), given.id))


@api.write("PATCH", "/units/<code>/assignments/<uuid:assignment_id>", Action.ACCOUNT_MANAGE, body=EndIn,
           one=("assignment", AssignmentOut), title="终止任职")
def end(code: str, assignment_id: uuid.UUID, sent: dict[str, Any]) -> dict[str, Any]:
    """End an assignment on a day."""
    services.lock_assignment(db(), assignment_id, unit())
    found = get_post(db(), _reach(), assignment_id)
    answers.check_tag(_post_row(found))
    services.end_assignment(db(), assignment_id, unit(), sent["valid_to"], actor(), tenant_id=g.tenant_id,
                            reason=sent["reason"], host=plugin_host())
    return _post_row(replace(found, valid_to=max(sent["valid_to"], found.valid_from)))


def _give(account: Account, sent: dict[str, Any]) -> Assignment:
    place = _below(sent["unit"])
    check_giver(viewer(), account.id, sent["role"], place, access_catalogue())
    return services.assign(db(), account, sent["role"], place, actor(), known=access_catalogue(),
                           since=sent["since"] or today(), until=sent["until"], tenant_id=g.tenant_id,
                           policy=security().policy, host=plugin_host())


def _below(code: str) -> Unit:
    here: Unit = unit()
    found = find_unit_by_code(db(), code) if code else here
    if found is None or not found.path.startswith(here.path):
        raise InvalidInput(N_("没有编码为 %(code)s 的单位，或者它不在本单位之下"), {"unit": N_("不在本单位之下")}, code=code)
    return found


def _reach() -> Reach:
    found: Reach = viewer().reach(Action.ACCOUNT_MANAGE).within(unit().path)
    return found


def _row(one: Account) -> dict[str, Any]:
    return {"id": str(one.id), "login": one.login, "name": one.name, "active": one.active,
            "created_at": moment(one.created_at), "last_seen_at": moment(one.last_seen_at)}


def _post_row(post: queries.Post | Post) -> dict[str, Any]:
    return {"id": str(post.id), "account_id": str(post.account_id), "login": post.login, "name": post.name,
            "role": post.role, "role_title": access_catalogue().role_title(post.role), "unit_code": post.unit_code,
            "unit_name": post.unit_name, "valid_from": day(post.valid_from), "valid_to": day(post.valid_to)}
