"""Counting wrong attempts: they are kept in the database, so that neither a restart nor a second process forgets.

An attempt is counted before it is looked at, and forgotten when it was right. Many guesses sent at the same
moment are so counted one by one.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.accounts.models import Attempts
from core.accounts.policy import Policy
from core.accounts.rules import wait_after
from core.extensions import utcnow

#: failures older than this are forgotten
FORGET = dt.timedelta(days=1)


def count_attempt(session: Session, key: str, policy: Policy) -> bool:
    """Count an attempt; False while nobody may try. A locked name is not locked longer by trying."""
    now = utcnow()
    row = _row(session, key, now)
    longest = now + dt.timedelta(seconds=policy.longest_wait_seconds)
    if row.locked_until is not None and row.locked_until > longest:
        row.locked_until = longest  # the clock was ahead when it was locked
    if row.locked_until is not None and row.locked_until > now:
        return False
    row.failures = row.failures + 1 if abs(now - row.last_at) < FORGET else 1
    row.last_at = now
    wait = wait_after(row.failures, policy)
    row.locked_until = now + dt.timedelta(seconds=wait) if wait else None
    return True


def forget_attempts(session: Session, key: str) -> None:
    """The attempt was right, or an administrator has helped."""
    session.execute(delete(Attempts).where(Attempts.key == key))


def locked_until(session: Session, key: str) -> dt.datetime | None:
    """Until when nobody may try this name."""
    found = session.get(Attempts, key)
    return found.locked_until if found and found.locked_until and found.locked_until > utcnow() else None


def _row(session: Session, key: str, now: dt.datetime) -> Attempts:
    session.execute(delete(Attempts).where(Attempts.last_at < now - FORGET, Attempts.key != key))
    found = session.get(Attempts, key, with_for_update=True)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            row = Attempts(key=key, failures=0, last_at=now)
            session.add(row)
    except IntegrityError:  # somebody else tried the same name at this moment
        return session.get_one(Attempts, key, with_for_update=True)
    return row
