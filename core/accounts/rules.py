"""What makes a password acceptable, how long a lock lasts, which roles stay apart; pure functions."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping

from core.access.permissions import OFFICERS, Role
from core.accounts.policy import Policy
from core.accounts.weak import is_weak
from core.errors import N_

#: no letter or digit that can be taken for another: 31 of them, nearly five bits each
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
#: argon2 reads longer ones as well, but nobody should make us hash a book
LONGEST = 128
CLAUSE = "等保2.0 三员分立"
Ask = Callable[[str], bool]


def password_fault(password: str, policy: Policy, *, login: str, name: str) -> str | None:
    """Why a password is refused, as a message with `%(number)s` for the length; None when it is fine."""
    plain = password.lower()
    if len(password) < policy.password_length:
        return N_("密码至少 %(number)s 位")
    if len(password) > LONGEST:
        return N_("密码最多 128 位")
    if login and login.lower() in plain:
        return N_("密码里不能有登录名")
    if len(name) > 1 and name.lower() in plain:
        return N_("密码里不能有姓名")
    if is_weak(password):
        return N_("这个密码太常见，容易被猜到，请换一个")
    return None


def first_password() -> str:
    """A one-time password of more than 60 random bits that can be read out over the telephone."""
    letters = [secrets.choice(ALPHABET) for _ in range(13)]
    return "-".join("".join(letters[at:at + 4]) for at in (0, 4, 8)) + letters[12]


def wait_after(failures: int, policy: Policy) -> int:
    """How many seconds nobody may try after this many failures in a row; 0 while there are tries left."""
    beyond = failures - policy.attempts
    if beyond < 0:
        return 0
    return int(min(policy.longest_wait_seconds, policy.wait_seconds * 2 ** min(beyond, 20)))


def clashing_role(role: str, held: Iterable[str]) -> str | None:
    """The role held already with which this one may not stand in one hand: the system, security and audit
    administrators are separate people, and none of them is the platform administrator as well."""
    apart = frozenset({*OFFICERS, Role.PLATFORM_ADMIN})
    if role not in apart:
        return None
    return next((other for other in sorted(set(held)) if other in apart and other != role
                 and (role in OFFICERS or other in OFFICERS)), None)


def lacking(held_by_role: Iterable[str], ask: Ask) -> list[str]:
    """The managing actions of a role that its giver does not hold: with any of these it stands above them."""
    return [action for action in held_by_role
            if action.startswith("core:") and action.rpartition(":")[2] in ("manage", "break") and not ask(action)]


def approves(actions: Iterable[str]) -> bool:
    """Whether somebody who may do these approves or pays."""
    return any(action.rpartition(":")[2] == "approve" for action in actions)


def device_of(agent: str) -> str:
    """What a person recognises their device by: `Chrome · Windows`."""
    browsers: Mapping[str, str] = {"MicroMessenger": "微信", "Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome",
                                   "Safari/": "Safari"}
    systems: Mapping[str, str] = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "HarmonyOS": "HarmonyOS",
                                  "Windows": "Windows", "Mac OS": "macOS", "Linux": "Linux"}
    browser = next((name for mark, name in browsers.items() if mark in agent), "")
    system = next((name for mark, name in systems.items() if mark in agent), "")
    return " · ".join(part for part in (browser, system) if part) or agent[:40] or N_("未知设备")
