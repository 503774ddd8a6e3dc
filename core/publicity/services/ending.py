"""Ending a notice: by itself when its days are over, or withdrawn for a reason."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, today, utcnow
from core.extensions.phrases import phrase
from core.host.events import emit
from core.host.manager import PluginHost
from core.publicity import events, queries
from core.publicity.models import CLOSED, OPEN, WITHDRAWN, Notice
from core.publicity.permissions import Action
from core.publicity.services import clocks
from core.publicity.services.stamping import touch_public
from core.trail.services import record

TAKEN_DOWN = phrase(N_("撤下公示“%(title)s”"))
ENDED = phrase(N_("公示“%(title)s”期满撤下（%(first)s 至 %(last)s）"))
LEAST_REASON = 4


def withdraw(session: Session, host: PluginHost | None, notice: Notice, actor: Actor, reason: str) -> None:
    """Take a notice down before its time. It proves nothing any more, and a duty it had met stands again."""
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput(N_("撤下公示须写明理由"), fields={"reason": N_("至少 4 个字")})
    if notice.state != OPEN or (notice.closes_on is not None and notice.closes_on < today()):
        raise Conflict(N_("“%(title)s”已经不在公示"), title=notice.title)
    notice.state, notice.ended_at, notice.ended_for = WITHDRAWN, utcnow(), reason.strip()[:400]
    clocks.run_again(session, notice)
    session.flush()  # raises where somebody was quicker
    record(session, actor, Action.NOTICE_MANAGE, TAKEN_DOWN(title=notice.title), subject=notice.subject, reason=reason,
           tenant_id=notice.tenant_id, unit_id=notice.unit_id, before={"state": OPEN}, after={"state": WITHDRAWN})
    _tell(session, host, notice)


def close_due(session: Session, host: PluginHost | None, actor: Actor, day: dt.date | None = None) -> int:
    """Mark what has withdrawn itself: nobody has seen it since its last day. Gives how many."""
    count = 0
    while found := queries.due_to_close(session, day or today()):
        for notice in found:
            notice.state, notice.ended_at = CLOSED, utcnow()
            record(session, actor, Action.NOTICE_MANAGE, ENDED(title=notice.title, first=notice.opens_on, last=notice.closes_on),
                   subject=notice.subject, tenant_id=notice.tenant_id, unit_id=notice.unit_id,
                   before={"state": OPEN}, after={"state": CLOSED, "sha256": notice.sha256})
            _tell(session, host, notice)
        session.flush()  # the next turn must not find them again
        count += len(found)
    return count


def _tell(session: Session, host: PluginHost | None, notice: Notice) -> None:
    touch_public(session, notice.tenant_id)
    emit(session, host, notice.tenant_id, events.ENDED, {"notice": str(notice.id), "subject": notice.subject,
                                                         "state": notice.state}, unit_id=notice.unit_id)
