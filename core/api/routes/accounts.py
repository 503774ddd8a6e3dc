"""Accounts and assignments within the caller's scope."""

from __future__ import annotations

import uuid
from typing import Any

from core.access.guard import access_catalogue
from core.access.reach import Reach
from core.accounts.models import Account
from core.api import queries
from core.api.blueprint import core_api
from core.api.permissions import Action
from core.api.routes.plans import moment
from core.api.routes.units import day
from core.api.rules import write_cursor
from core.api.schemas import AccountOut, Asked, AssignmentOut, Rows
from core.web.request import db, unit, viewer

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


@api.read("/units/<code>/assignments", Action.ACCOUNT_MANAGE, many=("assignments", AssignmentOut), title="范围内的任职")
def assignments(code: str, asked: Asked) -> Rows:
    """Who holds which role at the unit or below it today, newest first."""
    known = access_catalogue()
    found = queries.page_of_posts(db(), _reach(), before=asked.before(), limit=asked.limit + 1)
    page = found[: asked.limit]
    rows = [{"id": str(post.id), "account_id": str(post.account_id), "login": post.login, "name": post.name,
             "role": post.role, "role_title": known.role_title(post.role), "unit_code": post.unit_code,
             "unit_name": post.unit_name, "valid_from": day(post.valid_from), "valid_to": day(post.valid_to)}
            for post in page]
    return Rows(rows, write_cursor(str(page[-1].id)) if len(found) > len(page) else "")


def _reach() -> Reach:
    found: Reach = viewer().reach(Action.ACCOUNT_MANAGE).within(unit().path)
    return found


def _row(one: Account) -> dict[str, Any]:
    return {"id": str(one.id), "login": one.login, "name": one.name, "active": one.active,
            "created_at": moment(one.created_at), "last_seen_at": moment(one.last_seen_at)}
