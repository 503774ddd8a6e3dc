"""What follows when gifts are written, however they were entered; refunds and releases."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.trail.services import record
from plugins.donations.models import Gift
from plugins.donations.permissions import Action
from plugins.donations.queries import gifts as queries
from plugins.donations.rules import windows
from plugins.donations.services.accounts import Roads
from plugins.donations.services.booking import book_gifts, designation_of, unbook
from plugins.donations.services.certificates import follow_refund
from plugins.donations.services.terms import Terms

GIVEN_BACK = phrase(N_("退还捐赠 %(amount)s 元（%(reference)s）"))
AGREED = phrase(N_("捐赠人同意改变用途（%(reference)s）"))


def settle(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """After gifts were written, in their transaction: each is held to its campaign, and its money is booked. Whatever
    is refused takes all of them back."""
    terms = Terms(session, tenant_id)
    roads = Roads(session, tenant_id, actor)
    written = list(queries.gifts_by_id(session, tenant_id, ids))
    with session.no_autoflush:  # thousands of changed gifts would be looked through before every question
        for gift in written:
            campaign = terms.hold(gift)
            gift.campaign_id = campaign.id
            gift.window = windows.window_of(gift.given_on, campaign.concentrated_from, campaign.concentrated_to)
        book_gifts(session, roads, written, actor)
    session.flush()  # the page that follows reads what is stored


def refund(session: Session, gift: Gift, on: dt.date, actor: Actor, reason: str) -> None:
    """Give a gift back: its movement is taken back, and it no longer counts from that day."""
    if gift.state != "recorded":
        raise Conflict(N_("这笔捐赠已于 %(day)s 退还"), day=gift.refunded_on)
    if len(reason.strip()) < 4:
        raise InvalidInput(N_("退还须写明理由"), {"reason": N_("至少 4 个字")})
    if on < gift.given_on or on > today():
        raise InvalidInput(N_("退还日期须在捐赠日期与今天之间"), {"on": N_("日期不对")})
    gift.state, gift.refunded_on = "refunded", on
    if gift.booked is not None:
        unbook(session, gift, on, actor, reason)
    gift.version += 1
    session.flush()  # what is told below has happened
    record(session, actor, Action.GIFT_WRITE, GIVEN_BACK(amount=f"{gift.amount:,.2f}", reference=gift.reference),
           subject=f"donations.gifts:{gift.id}", tenant_id=gift.tenant_id, unit_id=gift.unit_id,
           before={"state": "recorded"}, after={"state": "refunded"}, reason=reason)
    follow_refund(session, gift, actor, reason)


def release(session: Session, gift: Gift, on: dt.date, actor: Actor, reason: str) -> None:
    """The donor agrees that a restricted gift may be used otherwise: it stays apart, and nothing binds it any more."""
    made = designation_of(session, gift)
    if made is None or gift.released_on is not None:
        raise Conflict(N_("这笔捐赠没有指定用途，或者已经征得同意"))
    if len(reason.strip()) < 4:
        raise InvalidInput(N_("请写明捐赠人怎样同意的，如“书面同意书”"), {"reason": N_("至少 4 个字")})
    before: dict[str, object] = {"place": str(made.place_id or ""), "use": made.use, "project": made.project}
    made.place_id = made.person_id = None
    made.use = made.project = ""
    gift.released_on = on
    gift.version += 1
    session.flush()  # as above
    record(session, actor, Action.GIFT_WRITE, AGREED(reference=gift.reference), subject=f"donations.gifts:{gift.id}",
           tenant_id=gift.tenant_id, unit_id=gift.unit_id, before=before, after={"released": str(on)}, reason=reason)
