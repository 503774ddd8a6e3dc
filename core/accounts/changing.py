"""Changing an account that others may be changing: who saves second is told what has changed since they looked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from core.access.permissions import Action
from core.accounts import services
from core.accounts.models import Account
from core.accounts.queries import Post
from core.accounts.vault import Security
from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.trail.models import PLATFORM
from core.trail.services import record

NAME_CORRECTED = phrase(N_("更正账号 %(login)s 的姓名"))
#: what administrators see of an account and change: its name, whether it is in use, and by its id each assignment
#: as unit, role, first day and end
State = dict[str, Any]
#: what has changed of it, before and after
Change = tuple[str, Any, Any]


class Overtaken(Conflict):
    """Somebody else has changed the account since the page was opened."""

    title = N_("别人先改了这个账号")

    def __init__(self, changes: list[Change]) -> None:
        super().__init__(N_("您打开页面之后，别人改动了这个账号。您填的还在下面，核对后可以再次保存。"))
        self.changes = changes


def state_of(account: Account, posts: Iterable[Post]) -> State:
    """The state as it stands in a form."""
    return {"name": account.name, "active": account.active,
            **{str(post.id): [post.unit_name, post.role, post.valid_from.isoformat(),
                              post.valid_to.isoformat() if post.valid_to else None] for post in posts}}


def written(state: State) -> str:
    """The state as a hidden field."""
    return json.dumps(state, ensure_ascii=False, sort_keys=True)


def check_seen(text: str, now: State) -> None:
    """Refuse what was decided on another state than that of now. `text` comes from the page and is nobody's proof:
    who forges it waives only a warning to themselves."""
    try:
        seen = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(N_("请从账号页面重新填写后再保存")) from error
    if not isinstance(seen, dict):
        raise InvalidInput(N_("请从账号页面重新填写后再保存"))
    changes = [(name, seen.get(name), now.get(name)) for name in dict.fromkeys((*now, *seen))
               if seen.get(name) != now.get(name)]
    if changes:
        raise Overtaken(changes)


def login_state(security: Security, account: Account) -> str:
    """What tells one first password of an account from the next, and tells nothing else."""
    return security.digest("reset", f"{account.password_hash} {account.factor_since}")


def check_login_seen(seen: str, now: str) -> None:
    """Refuse a reset that was decided before the last one: its first password would be worth nothing at once, and
    whoever passed it on would not know."""
    if not seen:
        raise InvalidInput(N_("请从账号页面重新填写后再保存"))
    if seen != now:
        raise Conflict(N_("您打开页面之后，密码或第二因素已经改动，可能别人刚刚重置过。请先核对，仍需要时再重置一次。"))


def change_account(session: Session, account: Account, name: str, actor: Actor, *, tenant_id: str = PLATFORM) -> None:
    """Give an account its holder's right name. The account is locked (`queries.lock_account`) before the state it
    is decided on is looked at. Nothing is written where nothing changes."""
    name = name.strip()
    fields = services.account_faults(account.login, name)
    if "name" in fields:
        raise InvalidInput(fields={"name": fields["name"]})
    before = account.name
    if name == before:
        return
    account.name = name
    record(session, actor, Action.ACCOUNT_MANAGE, NAME_CORRECTED(login=account.login), subject=f"account:{account.id}",
           tenant_id=tenant_id, before={"name": before}, after={"name": name})
