"""Tests sign in thousands of times; only those about passwords themselves pay what an attacker has to pay."""

from __future__ import annotations

from argon2 import PasswordHasher

from core.accounts import passwords

#: the real ones, for tests about them
AS_IN_PRODUCTION = passwords._hasher, passwords._NOBODY
_quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
QUICK = _quick, passwords.unmatched(_quick)


def use(hasher: PasswordHasher, nobody: str) -> None:
    """Hash, check and renew passwords by this hasher."""
    passwords._hasher, passwords._NOBODY = hasher, nobody
