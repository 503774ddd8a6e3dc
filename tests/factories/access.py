"""Accounts, posts and rule sets with defaults; override only what matters."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable

from sqlalchemy.orm import Session

import core.access.permissions
import core.tenancy.permissions
import core.units.permissions
from core.access.catalogue import Catalogue, catalogue
from core.access.models import Assignment
from core.access.viewer import Viewer, load_viewer
from core.accounts.models import Account
from core.host.contract import ActionSpec, RoleSpec, RuleSpec
from core.units.models import Unit

_CORE = (core.access.permissions, core.tenancy.permissions, core.units.permissions)
_numbers = itertools.count(1)
SINCE = dt.date(2015, 1, 1)


class Registry:
    """What core registers, with the actions, roles and rules of a plugin that the test makes up."""

    def __init__(self, actions: Iterable[ActionSpec] = (), roles: Iterable[RoleSpec] = (),
                 rules: Iterable[RuleSpec] = ()) -> None:
        self._found: dict[str, list[object]] = {
            "register_actions": [*(spec for part in _CORE for spec in part.ACTIONS), *actions],
            "register_roles": [*core.access.permissions.ROLES, *roles],
            "register_rules": [*(spec for part in _CORE for spec in part.RULES), *rules],
        }

    def registered(self, hook: str) -> list[object]:
        """As the plugin host answers."""
        return self._found[hook]


def make_catalogue(*actions: str, roles: Iterable[RoleSpec] = (), rules: Iterable[RuleSpec] = ()) -> Catalogue:
    """Core's catalogue and some actions more, each titled by its code."""
    return catalogue(Registry([ActionSpec(code, code) for code in actions], roles, rules))


def make_account(session: Session, login: str = "", name: str = "测试甲") -> Account:
    """An account nobody can sign in to: its password hash is no hash."""
    account = Account(login=login or f"test-{next(_numbers)}", name=name, password_hash="-")
    session.add(account)
    session.flush()  # assignments refer to it
    return account


def give(session: Session, account: Account, role: str, unit: Unit, *, since: dt.date = SINCE,
         until: dt.date | None = None) -> Assignment:
    """A role at a unit."""
    given = Assignment(account_id=account.id, role=role, unit_id=unit.id, valid_from=since, valid_to=until,
                       given_by="测试")
    session.add(given)
    session.flush()  # the next standing must see it
    return given


def make_viewer(session: Session, *posts: tuple[str, Unit]) -> Viewer:
    """A new account with these posts, as it stands."""
    account = make_account(session)
    for role, unit in posts:
        give(session, account, role, unit)
    return load_viewer(session, account.id, account.name)
