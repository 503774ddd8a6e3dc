"""The browsers in which an account is signed in: begun, seen, and ended one by one or all at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import uuid

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from core.accounts.models import Account, AccountSession
from core.accounts.policy import Policy
from core.accounts.providers.models import Origin
from core.accounts.rules import device_of
from core.errors import N_, NotFound
from core.extensions import Actor, utcnow
from core.extensions.phrases import phrase
from core.trail.services import record

OTHERS_OUT = phrase(N_("注销账号 %(login)s 的其他登录"))
ALL_OUT = phrase(N_("注销账号 %(login)s 的全部登录"))
SIGNED_OUT = phrase(N_("注销在“%(device)s”上的登录"))
ENDED = "core:account:sign_out"
#: how far a clock may have been put back before a session counts as one from the future
DRIFT = dt.timedelta(minutes=5)
#: how often the time of the last click is written
NOTE_EVERY = dt.timedelta(seconds=60)


def begin_session(session: Session, account: Account, agent: str, address: str) -> tuple[AccountSession, str]:
    """A new browser of an account, with the secret for its cookie."""
    secret = secrets.token_urlsafe(32)
    begun = AccountSession(account_id=account.id, secret_hash=_hash(secret), device=device_of(agent)[:80], address=address[:60])
    session.add(begun)
    session.flush()  # the cookie carries its id
    return begun, secret


#: written once: making it anew for each request costs more than asking it
_FOUND = (select(Account, AccountSession, Origin)
          .join(Account, Account.id == AccountSession.account_id)
          .outerjoin(Origin, Origin.session_id == AccountSession.id)
          .where(AccountSession.id == bindparam("session")))


def find_session(session: Session, session_id: uuid.UUID, secret: str, policy: Policy
                 ) -> tuple[Account, AccountSession, Origin | None] | None:
    """The account of a cookie, and who let it in if it was not by password: the browser is not ended, not left
    alone too long, not older than a day's work, and the account is open."""
    row = session.execute(_FOUND, {"session": session_id}).first()
    if row is None or not row[0].active or not hmac.compare_digest(row[1].secret_hash, _hash(secret)):
        return None
    return (row[0], row[1], row[2]) if stands(row[1], policy) else None


def stands(found: AccountSession, policy: Policy) -> bool:
    """Whether a browser is still signed in. After a clock was put back nobody is, rather than for ever."""
    now = utcnow()
    if found.ended_at is not None or found.begun_at > now + DRIFT or found.seen_at > now + DRIFT:
        return False
    return (now - found.seen_at <= dt.timedelta(minutes=policy.idle_minutes)
            and now - found.begun_at <= dt.timedelta(hours=policy.session_hours))


def note_seen(session: Session, session_id: uuid.UUID) -> None:
    """Note a click."""
    session.execute(update(AccountSession).where(AccountSession.id == session_id).values(seen_at=utcnow()))


def list_sessions(session: Session, account_id: uuid.UUID, policy: Policy) -> list[AccountSession]:
    """The browsers that are signed in, the last one used first."""
    rows = session.scalars(select(AccountSession).where(AccountSession.account_id == account_id,
                                                        AccountSession.ended_at.is_(None))
                           .order_by(AccountSession.seen_at.desc()))
    return [row for row in rows if stands(row, policy)]


def end_session(session: Session, account_id: uuid.UUID, session_id: uuid.UUID, actor: Actor, *,
                note: bool = True) -> None:
    """Sign one browser of an account out."""
    found = session.get(AccountSession, session_id)
    if found is None or found.account_id != account_id:
        raise NotFound(N_("没有这个登录"))
    if found.ended_at is None:
        found.ended_at = utcnow()
        if note:
            record(session, actor, ENDED, SIGNED_OUT(device=found.device),
                   subject=f"account:{account_id}")


def end_sessions(session: Session, account: Account, actor: Actor, *, apart_from: uuid.UUID | None = None) -> None:
    """Sign an account out everywhere, or everywhere else."""
    wanted = [AccountSession.account_id == account.id, AccountSession.ended_at.is_(None)]
    if apart_from is not None:
        wanted.append(AccountSession.id != apart_from)
    session.execute(update(AccountSession).where(*wanted).values(ended_at=utcnow()))
    record(session, actor, ENDED, (OTHERS_OUT if apart_from else ALL_OUT)(login=account.login),
           subject=f"account:{account.id}")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
