"""What other systems are told of accounts. The login is told, since it is how systems recognise an account; the
name is not: whoever may know it asks the API."""

from __future__ import annotations

from enum import StrEnum

from core.access.models import Assignment
from core.accounts.models import Account
from core.errors import N_
from core.host.contract import EventSpec
from core.units.models import Unit


class Happened(StrEnum):
    """What happens to accounts and assignments."""

    CLOSED = "core.account.closed"
    CREATED = "core.account.created"
    ROLE_ENDED = "core.account.role_ended"
    ROLE_GIVEN = "core.account.role_given"


_ACCOUNT = {"account": N_("账号的编号"), "login": N_("登录名")}
_POST = {**_ACCOUNT, "assignment": N_("任职的编号"), "role": N_("角色代码"), "unit": N_("单位代码"),
         "from": N_("起"), "to": N_("止，不含当日；空为没有期限")}
EVENTS = [
    EventSpec(Happened.CREATED, N_("账号已开立"), _ACCOUNT),
    EventSpec(Happened.CLOSED, N_("账号已停用"), _ACCOUNT),
    EventSpec(Happened.ROLE_GIVEN, N_("任职"), _POST),
    EventSpec(Happened.ROLE_ENDED, N_("终止任职"), _POST),
]


def about(account: Account) -> dict[str, object]:
    """What is told of an account."""
    return {"account": str(account.id), "login": account.login}


def about_post(account: Account, given: Assignment, place: Unit) -> dict[str, object]:
    """What is told of an assignment."""
    return {**about(account), "assignment": str(given.id), "role": given.role, "unit": place.code,
            "from": given.valid_from.isoformat(), "to": given.valid_to.isoformat() if given.valid_to else None}
