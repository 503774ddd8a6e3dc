"""Accounts: opening and closing them, giving and ending assignments, help with signing in."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.models import Assignment
from core.access.permissions import Action
from core.accounts import queries
from core.accounts.browsers import end_sessions
from core.accounts.events import Happened, about, about_post
from core.accounts.factor import remove_factor
from core.accounts.giving import check_apart
from core.accounts.models import Account
from core.accounts.passwords import give_first_password
from core.accounts.policy import DEFAULT, Policy
from core.errors import N_, Conflict, InvalidInput, NotFound
from core.extensions import Actor, today, utcnow
from core.extensions.phrases import phrase
from core.host.events import emit
from core.host.manager import PluginHost
from core.trail.models import PLATFORM
from core.trail.services import record
from core.units.models import Unit

OPENED = phrase(N_("开立账号 %(login)s"))
RESET = phrase(N_("重置账号 %(login)s 的密码和第二因素"))
SIGN_IN_REFUSED = phrase(N_("登录被拒绝：%(login)s…"))
SIGNED_IN = phrase(N_("%(name)s登录"))
SIGNED_IN_BY = phrase(N_("%(name)s用“%(by)s”登录"))
SIGNED_OUT = phrase(N_("%(name)s退出登录"))
SWITCHED_OFF = phrase(N_("停用账号 %(login)s"))
APPOINTED = phrase(N_("%(name)s在%(unit)s任“%(title)s”"))
POST_ENDED = phrase(N_("终止在%(unit)s的任职“%(role)s”"))
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")


def account_faults(login: str, name: str) -> dict[str, str]:
    """What is wrong with the login and the name of a new account, by field."""
    fields = {}
    if not LOGIN.fullmatch(login):
        fields["login"] = N_("登录名用小写字母、数字、点、横线，2 至 60 位")
    if not name or len(name) > 60:
        fields["name"] = N_("请填写姓名")
    return fields


def open_account(session: Session, login: str, name: str, actor: Actor, *, policy: Policy = DEFAULT,
                 tenant_id: str = PLATFORM, host: PluginHost | None = None) -> tuple[Account, str]:
    """Open an account; it with its one-time first password, which nothing keeps in the clear."""
    login, name = login.strip().lower(), name.strip()
    fields = account_faults(login, name)
    if fields:
        raise InvalidInput(fields=fields)
    if queries.find_by_login(session, login) is not None:
        raise Conflict(N_("登录名“%(login)s”已被使用"), login=login)
    account = Account(login=login, name=name, active=True)
    password = give_first_password(account, policy)
    _store(session, account, actor, tenant_id)
    emit(session, host, tenant_id, Happened.CREATED, about(account))
    return account, password


def store_account(session: Session, login: str, name: str, password_hash: str, actor: Actor, *,
                  demo: bool = False) -> Account:
    """Store an account whose password is hashed already."""
    account = Account(login=login, name=name, password_hash=password_hash, active=True, demo=demo)
    return _store(session, account, actor, PLATFORM)


def _store(session: Session, account: Account, actor: Actor, tenant_id: str) -> Account:
    try:
        with session.begin_nested():  # assignments refer to the account; two may open the same login at once
            session.add(account)
    except IntegrityError as error:
        raise Conflict(N_("登录名“%(login)s”已被使用"), login=account.login) from error
    record(session, actor, Action.ACCOUNT_MANAGE, OPENED(login=account.login), subject=f"account:{account.id}",
           tenant_id=tenant_id)
    return account


def reset_account(session: Session, account: Account, actor: Actor, *, reason: str, policy: Policy = DEFAULT,
                  tenant_id: str = PLATFORM) -> str:
    """A new one-time password for somebody who cannot sign in; the second factor goes, and every browser."""
    if not reason.strip():
        raise InvalidInput(fields={"reason": N_("请写明怎样核实了本人身份")})
    if not account.active:
        raise Conflict(N_("账号 %(login)s 已停用"), login=account.login)
    password = give_first_password(account, policy)
    record(session, actor, Action.ACCOUNT_MANAGE, RESET(login=account.login),
           subject=f"account:{account.id}", reason=reason.strip()[:400], tenant_id=tenant_id)
    remove_factor(session, account, actor)
    end_sessions(session, account, actor)
    return password


def note_sign_in(session: Session, account: Account, actor: Actor, *, by: str = "") -> None:
    """Note that an account has signed in, where its own tenant sees it; `by` names the provider that let it in."""
    account.last_seen_at = utcnow()
    person = replace(actor, account_id=account.id, name=account.name)  # the request began as nobody's
    record(session, person, "core:account:sign_in", SIGNED_IN_BY(name=account.name, by=by) if by else SIGNED_IN(name=account.name),
           subject=f"account:{account.id}", tenant_id=queries.home_tenant(session, account.id))


def note_refused_sign_in(session: Session, login: str, actor: Actor, reason: str = "") -> None:
    """Note a sign-in that was refused; the name is cut, since people type passwords into it. The tenant of an
    account sees the attempts at it, the platform those at names that nobody has."""
    account = queries.find_by_login(session, login)
    record(session, actor, "core:account:sign_in", SIGN_IN_REFUSED(login=login[:3]), reason=reason,
           subject=f"account:{account.id}" if account else "account:unknown",
           tenant_id=queries.home_tenant(session, account.id if account else None))


def note_sign_out(session: Session, account_id: uuid.UUID, actor: Actor) -> None:
    """Note that an account has signed out."""
    record(session, actor, "core:account:sign_out", SIGNED_OUT(name=actor.name), subject=f"account:{account_id}",
           tenant_id=queries.home_tenant(session, account_id))


def close_account(session: Session, account: Account, actor: Actor, *, tenant_id: str = PLATFORM,
                  host: PluginHost | None = None) -> None:
    """Close an account: it signs in no more, and is signed out everywhere."""
    account.active = False
    record(session, actor, Action.ACCOUNT_MANAGE, SWITCHED_OFF(login=account.login), subject=f"account:{account.id}",
           tenant_id=tenant_id)
    end_sessions(session, account, actor)
    emit(session, host, tenant_id, Happened.CLOSED, about(account))


def leave(session: Session, account: Account, top: Unit, actor: Actor, *, reason: str, tenant_id: str = PLATFORM,
          host: PluginHost | None = None) -> bool:
    """Somebody leaves: every post at and below a unit ends today, also those that have not begun. With no post
    left anywhere the account is closed; whether it was."""
    if not reason.strip():
        raise InvalidInput(fields={"reason": N_("请写明离任原因")})
    if not queries.lock_account(session, account.id).active:
        raise Conflict(N_("账号 %(login)s 已停用"), login=account.login)
    posts = queries.list_posts(session, account.id, ahead=True)
    ending = [post for post in posts if post.path.startswith(top.path)]
    for post in ending:
        end_assignment(session, post.id, top, today(), actor, tenant_id=tenant_id, reason=reason.strip()[:400],
                       host=host)
    closing = len(ending) == len(posts)
    if closing:
        close_account(session, account, actor, tenant_id=tenant_id, host=host)
    return closing


def assign(session: Session, account: Account, role: str, unit: Unit, actor: Actor, *, known: Catalogue,
           since: dt.date, until: dt.date | None = None, tenant_id: str = PLATFORM,
           policy: Policy = DEFAULT, host: PluginHost | None = None) -> Assignment:
    """Give an account a role at a unit from a day on, up to but not including another."""
    spec = known.roles.get(role)
    if spec is None:
        raise InvalidInput(N_("没有名为“%(name)s”的角色"), fields={"role": N_("没有这个角色")}, name=role)
    if spec.levels and unit.level not in spec.levels:
        raise InvalidInput(N_("“%(role)s”不能任在“%(unit)s”这一级"), fields={"role": N_("这一级没有这个角色")},
                           role=spec.title, unit=unit.name)
    if until is not None and until <= since:
        raise InvalidInput(N_("止期应晚于起期"), fields={"until": N_("止期应晚于起期")})
    check_apart(session, account, role, known, policy)
    clash = session.execute(select(Assignment.given_by, Assignment.valid_from).where(
        Assignment.account_id == account.id, Assignment.role == role, Assignment.unit_id == unit.id,
        (Assignment.valid_to.is_(None)) | (Assignment.valid_to > since),
        *([] if until is None else [Assignment.valid_from < until])).limit(1)).first()
    if clash is not None:
        raise Conflict(N_("%(name)s在这段时间已任“%(role)s”：由%(giver)s给予，自 %(since)s 起"), name=account.name,
                       role=spec.title, giver=clash.given_by, since=clash.valid_from)
    given = Assignment(account_id=account.id, role=role, unit_id=unit.id, valid_from=since, valid_to=until,
                       given_by=actor.name)
    session.add(given)
    session.flush()  # the trail names the assignment's id
    record(session, actor, Action.ACCOUNT_MANAGE, APPOINTED(name=account.name, unit=unit.name, title=spec.title),
           subject=f"assignment:{given.id}", tenant_id=tenant_id, unit_id=unit.id,
           after={"role": role, "from": since.isoformat(), "to": until.isoformat() if until else None})
    emit(session, host, tenant_id, Happened.ROLE_GIVEN, about_post(account, given, unit), unit_id=unit.id)
    return given


def lock_assignment(session: Session, assignment_id: uuid.UUID, unit: Unit) -> tuple[Assignment, Unit]:
    """An assignment at or below a unit as it is now, and its unit; others who change it wait for the end of the
    transaction."""
    given = session.get(Assignment, assignment_id, with_for_update=True, populate_existing=True)
    place = session.get(Unit, given.unit_id) if given else None
    if given is None or place is None or not place.path.startswith(unit.path):
        raise NotFound(N_("没有这项任职，或者它不在您的范围内"))
    return given, place


def end_assignment(session: Session, assignment_id: uuid.UUID, unit: Unit, on: dt.date, actor: Actor, *,
                   tenant_id: str = PLATFORM, reason: str = "", host: PluginHost | None = None) -> None:
    """End an assignment at or below a unit from a day on."""
    given, place = lock_assignment(session, assignment_id, unit)
    if given.valid_to is not None and given.valid_to <= on:
        raise Conflict(N_("这项任职已经终止"))
    given.valid_to = max(on, given.valid_from)
    record(session, actor, Action.ACCOUNT_MANAGE, POST_ENDED(unit=place.name, role=given.role),
           subject=f"assignment:{given.id}", tenant_id=tenant_id, unit_id=place.id,
           after={"to": given.valid_to.isoformat()}, reason=reason)
    account = queries.get_account(session, given.account_id)
    emit(session, host, tenant_id, Happened.ROLE_ENDED, about_post(account, given, place), unit_id=place.id)
