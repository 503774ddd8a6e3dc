"""Telling kept public pages that they are old."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.publicity.models import PublicStamp

_STAMP = select(PublicStamp.stamp).where(PublicStamp.tenant_id == bindparam("tenant"))


def touch_public(session: Session, tenant_id: str) -> None:
    """What a tenant shows has changed: its public pages are made anew at the next request."""
    one_more = update(PublicStamp).where(PublicStamp.tenant_id == tenant_id).values(stamp=PublicStamp.stamp + 1)
    one_more = one_more.execution_options(synchronize_session=False)
    if session.execute(one_more).rowcount:  # type: ignore[attr-defined]
        return
    try:
        with session.begin_nested():
            session.add(PublicStamp(tenant_id=tenant_id, stamp=1))
    except IntegrityError:  # somebody else was the first
        session.execute(one_more)


def stamp_of(session: Session, tenant_id: str) -> int:
    """The stamp of today's pages; 0 for a tenant that has shown nothing yet."""
    return session.scalar(_STAMP, {"tenant": tenant_id}) or 0
