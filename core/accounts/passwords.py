"""Hashing passwords, setting them, and the history that keeps old ones from coming back."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.accounts import queries
from core.accounts.models import Account, PastPassword
from core.accounts.policy import DEFAULT, Policy
from core.accounts.rules import first_password, password_fault
from core.errors import N_, InvalidInput
from core.extensions import Actor, utcnow
from core.extensions.phrases import phrase
from core.trail.services import record

CHANGED_OWN = phrase(N_("%(name)s修改了自己的密码"))
CHANGED = "core:account:password"


def unmatched(hasher: PasswordHasher) -> str:
    """A hash that no password has, and that takes as long to refuse as any of this hasher's: its last part is made up,
    so that no start of the platform waits for one to be worked out."""
    salt, digest = (base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len))
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"


_hasher = PasswordHasher()
#: checked for an unknown name, so that it takes as long as a wrong password
_NOBODY = unmatched(_hasher)
#: a first password is made by us from 60 random bits: nothing is gained by hashing it slowly, and five
#: hundred of them are made at once
_FIRST = "first$"


def hash_password(password: str) -> str:
    """The argon2 hash of a password."""
    return _hasher.hash(password)


def verify(session: Session, login: str, password: str) -> Account | None:
    """The account if name and password belong together and it is active. An unknown name takes as long."""
    account = queries.find_by_login(session, login)
    right = matches(account.password_hash if account else _NOBODY, password)
    if account is None or not right or not account.active:
        return None
    if account.first_until is not None and account.first_until <= utcnow():
        return None
    if not account.password_hash.startswith(_FIRST) and _hasher.check_needs_rehash(account.password_hash):
        account.password_hash = _hasher.hash(password)
    return account


def matches(kept: str, password: str) -> bool:
    """Whether a password is the one of a hash; it takes as long for a first password as for any other."""
    first = kept.startswith(_FIRST)
    try:
        _hasher.verify(_NOBODY if first else kept, password)
    except VerificationError:
        return first and hmac.compare_digest(kept, _first_hash(password, kept.split("$")[1]))
    return not first


def _first_hash(password: str, salt: str) -> str:
    return f"{_FIRST}{salt}${hashlib.sha256(f'{salt}{password}'.encode()).hexdigest()}"


def give_first_password(account: Account, policy: Policy = DEFAULT) -> str:
    """A new one-time password, which only the answer to this request shows."""
    password = first_password()
    account.password_hash = _first_hash(password, secrets.token_hex(8))
    account.must_change = True
    account.first_until = utcnow() + dt.timedelta(days=policy.first_password_days)
    return password


def change_password(session: Session, account: Account, old: str, new: str, again: str, actor: Actor,
                    policy: Policy = DEFAULT) -> None:
    """Change one's own password; refused field by field."""
    fields: dict[str, str] = {}
    if not matches(account.password_hash, old):
        fields["old"] = N_("现在的密码不对")
    fault = password_fault(new, policy, login=account.login, name=account.name)
    if fault is None and not fields and _had_before(session, account, new, policy):
        fault = N_("最近 %(number)s 次用过的密码不能再用")
    if fault is not None:
        fields["new"] = fault
    if new != again:
        fields["again"] = N_("两次输入的新密码不一样")
    if fields:
        number = policy.password_history if "最近" in fields.get("new", "") else policy.password_length
        raise InvalidInput(fields={name: _filled(text, number) for name, text in fields.items()})
    _store(session, account, new, policy)
    record(session, actor, CHANGED, CHANGED_OWN(name=account.name), subject=f"account:{account.id}")


def _filled(text: str, number: int) -> str:
    return text % {"number": number} if "%(" in text else text


def _had_before(session: Session, account: Account, password: str, policy: Policy) -> bool:
    past = session.scalars(select(PastPassword.password_hash).where(PastPassword.account_id == account.id)
                           .order_by(PastPassword.id.desc()).limit(policy.password_history))
    return any(matches(kept, password) for kept in dict.fromkeys([account.password_hash, *past]))


def _store(session: Session, account: Account, password: str, policy: Policy) -> None:
    account.password_hash = hash_password(password)
    account.must_change, account.first_until = False, None
    session.add(PastPassword(account_id=account.id, password_hash=account.password_hash))
    session.flush()  # the newest counts among those kept
    kept = select(PastPassword.id).where(PastPassword.account_id == account.id).order_by(
        PastPassword.id.desc()).limit(policy.password_history)
    session.execute(delete(PastPassword).where(PastPassword.account_id == account.id,
                                               PastPassword.id.not_in(kept.scalar_subquery())))
