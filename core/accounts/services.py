"""Accounts: opening, checking a password, giving and ending assignments."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import uuid

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.models import Assignment
from core.access.permissions import Action
from core.accounts import queries
from core.accounts.models import Account
from core.errors import N_, Conflict, InvalidInput, NotFound
from core.extensions import Actor, utcnow
from core.trail.models import PLATFORM
from core.trail.services import record
from core.units.models import Unit

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
SHORTEST = 10
_hasher = PasswordHasher()
#: checked for an unknown name, so that it takes as long as a wrong password
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


def create_account(session: Session, login: str, name: str, password: str, actor: Actor, *,
                   demo: bool = False) -> Account:
    """Open an account; the password is kept as an argon2 hash only."""
    login, name = login.strip().lower(), name.strip()
    fields = {}
    if not LOGIN.fullmatch(login):
        fields["login"] = N_("登录名用小写字母、数字、点、横线，2 至 60 位")
    if not name:
        fields["name"] = N_("请填写姓名")
    if len(password) < SHORTEST:
        fields["password"] = N_("密码至少 10 位")
    if fields:
        raise InvalidInput(fields=fields)
    if queries.find_by_login(session, login) is not None:
        raise Conflict(N_("登录名“%(login)s”已被使用"), login=login)
    return store_account(session, login, name, hash_password(password), actor, demo=demo)


def hash_password(password: str) -> str:
    """The argon2 hash of a password."""
    return _hasher.hash(password)


def store_account(session: Session, login: str, name: str, password_hash: str, actor: Actor, *,
                  demo: bool = False) -> Account:
    """Store an account whose password is hashed already."""
    account = Account(login=login, name=name, password_hash=password_hash, active=True, demo=demo,
                      session_key=secrets.token_hex(16))
    session.add(account)
    session.flush()  # assignments refer to the account
    record(session, actor, Action.ACCOUNT_MANAGE, f"开立账号 {login}", subject=f"account:{account.id}")
    return account


def verify(session: Session, login: str, password: str) -> Account | None:
    """The account if name and password belong together and it is active. An unknown name takes as long."""
    account = queries.find_by_login(session, login)
    try:
        _hasher.verify(account.password_hash if account else _NOBODY, password)
    except VerificationError:
        return None
    if account is None or not account.active:
        return None
    if _hasher.check_needs_rehash(account.password_hash):
        account.password_hash = _hasher.hash(password)
    return account


def note_sign_in(session: Session, account: Account, actor: Actor) -> None:
    """Note that an account has signed in."""
    account.last_seen_at = utcnow()
    record(session, actor, "core:account:sign_in", f"{account.name}登录", subject=f"account:{account.id}")


def note_refused_sign_in(session: Session, login: str, actor: Actor) -> None:
    """Note a sign-in that was refused; the name is cut, since people type passwords into it."""
    record(session, actor, "core:account:sign_in", f"登录被拒绝：{login[:3]}…", subject="account:unknown")


def note_sign_out(session: Session, account_id: uuid.UUID, actor: Actor) -> None:
    """Note that an account has signed out."""
    record(session, actor, "core:account:sign_out", f"{actor.name}退出登录", subject=f"account:{account_id}")


def end_sessions(session: Session, account: Account, actor: Actor) -> None:
    """Sign an account out everywhere."""
    account.session_key = secrets.token_hex(16)
    record(session, actor, Action.ACCOUNT_MANAGE, f"注销账号 {account.login} 的全部登录",
           subject=f"account:{account.id}")


def close_account(session: Session, account: Account, actor: Actor) -> None:
    """Close an account: it signs in no more, and is signed out everywhere."""
    account.active = False
    record(session, actor, Action.ACCOUNT_MANAGE, f"停用账号 {account.login}", subject=f"account:{account.id}")
    end_sessions(session, account, actor)


def assign(session: Session, account: Account, role: str, unit: Unit, actor: Actor, *, known: Catalogue,
           since: dt.date, until: dt.date | None = None, tenant_id: str = PLATFORM) -> Assignment:
    """Give an account a role at a unit from a day on, up to but not including another."""
    spec = known.roles.get(role)
    if spec is None:
        raise InvalidInput(N_("没有名为“%(name)s”的角色"), fields={"role": N_("没有这个角色")}, name=role)
    if spec.levels and unit.level not in spec.levels:
        raise InvalidInput(N_("“%(role)s”不能任在“%(unit)s”这一级"), fields={"role": N_("这一级没有这个角色")},
                           role=spec.title, unit=unit.name)
    if until is not None and until <= since:
        raise InvalidInput(N_("止期应晚于起期"), fields={"until": N_("止期应晚于起期")})
    clash = session.scalar(select(Assignment.id).where(
        Assignment.account_id == account.id, Assignment.role == role, Assignment.unit_id == unit.id,
        (Assignment.valid_to.is_(None)) | (Assignment.valid_to > since),
        *([] if until is None else [Assignment.valid_from < until])).limit(1))
    if clash is not None:
        raise Conflict(N_("%(name)s在这段时间已任“%(role)s”"), name=account.name, role=spec.title)
    given = Assignment(account_id=account.id, role=role, unit_id=unit.id, valid_from=since, valid_to=until,
                       given_by=actor.name)
    session.add(given)
    session.flush()  # the trail names the assignment's id
    record(session, actor, Action.ACCOUNT_MANAGE, f"{account.name}在{unit.name}任“{spec.title}”",
           subject=f"assignment:{given.id}", tenant_id=tenant_id, unit_id=unit.id,
           after={"role": role, "from": since.isoformat(), "to": until.isoformat() if until else None})
    return given


def end_assignment(session: Session, assignment_id: uuid.UUID, unit: Unit, on: dt.date, actor: Actor, *,
                   tenant_id: str = PLATFORM) -> None:
    """End an assignment at or below a unit from a day on."""
    given = session.get(Assignment, assignment_id)
    place = session.get(Unit, given.unit_id) if given else None
    if given is None or place is None or not place.path.startswith(unit.path):
        raise NotFound(N_("没有这项任职，或者它不在您的范围内"))
    if given.valid_to is not None and given.valid_to <= on:
        raise Conflict(N_("这项任职已经终止"))
    given.valid_to = max(on, given.valid_from)
    record(session, actor, Action.ACCOUNT_MANAGE, f"终止在{place.name}的任职“{given.role}”",
           subject=f"assignment:{given.id}", tenant_id=tenant_id, unit_id=place.id,
           after={"to": given.valid_to.isoformat()})
