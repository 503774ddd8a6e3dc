"""What a deployment decides about accounts: lengths, waits and limits come from its settings, never from a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from core.errors import N_, PlatformError

#: who has to use a second factor: the roles that approve, everybody, or whoever wants to
SECOND_FACTOR = ("roles", "all", "optional")


@dataclass(frozen=True)
class Policy:
    """The rules of one deployment; every field can be set as `BANGFU_ACCOUNT_<NAME>`."""

    password_length: int = 10
    #: how many of one's last passwords may not come back
    password_history: int = 5
    #: a first password nobody has used ends after this many days
    first_password_days: int = 14
    #: wrong attempts before the first wait
    attempts: int = 5
    #: the first wait in seconds; it doubles with every further attempt, up to the longest
    wait_seconds: int = 60
    longest_wait_seconds: int = 3600
    #: a browser left alone for this long has to sign in again
    idle_minutes: int = 120
    #: and every browser after this long
    session_hours: int = 12
    second_factor: str = "roles"
    #: "no" takes the all-in-one platform administrator away: the three officers stand in its place
    platform_admin: str = "yes"
    #: hosts of identity providers that stand in the platform's own network, with commas between; loopback ones
    #: may then be asked over plain http
    provider_hosts: str = ""
    #: a file of certificates for identity providers whose own is not signed by one that everybody knows
    provider_ca: str = ""

    @property
    def inner_hosts(self) -> frozenset[str]:
        """The hosts of `provider_hosts`."""
        return frozenset(name.strip().lower() for name in self.provider_hosts.split(",") if name.strip())

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Policy:
        """The policy of these settings; a value that cannot be read stops the start."""
        found: dict[str, object] = {}
        for item in fields(cls):
            text = options.get(item.name)
            if text is not None:
                found[item.name] = _number(item.name, text) if isinstance(item.default, int) else text
        policy = cls(**found)  # type: ignore[arg-type]
        if policy.second_factor not in SECOND_FACTOR or policy.platform_admin not in ("yes", "no"):
            raise PlatformError(N_("账号设置有误：second_factor 只能是 roles、all、optional，platform_admin 只能是 yes、no"))
        return policy


def _number(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise PlatformError(N_("账号设置 %(name)s 应是正整数，不是“%(value)s”"), name=name, value=text)
    return int(text)


DEFAULT = Policy()
