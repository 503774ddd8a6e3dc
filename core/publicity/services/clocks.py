"""Starting and stopping the clocks of the duty to publish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.host.notices import ClockSpec, Term
from core.publicity import queries
from core.publicity.models import DROPPED, MET, RUNNING, DutyClock, Notice
from core.publicity.permissions import Action
from core.publicity.rules.periods import DueTerm, stricter
from core.trail.services import record
from core.units.models import Unit

MUST_BE_SHOWN = phrase(N_("“%(title)s”须在 %(day)s 前公示（%(reason)s）"))
SHOWN = phrase(N_("“%(title)s”已公示：%(how)s"))
CLOCK_DROPPED = phrase(N_("取消“%(title)s”的公示时限"))


def start_clock(session: Session, spec: ClockSpec, tenant_id: str, unit: Unit, title: str, event_on: dt.date,
                actor: Actor, *, subject: str, terms: Sequence[Term] = ()) -> DutyClock:
    """Begin to count a duty to publish from its event. `terms` are those of the tenant's plan; the law's stand in the
    spec, all are kept, the earliest day binds. Started again for the same subject it counts from the new event."""
    found = stricter(event_on, (*terms, *spec.terms))
    binding = next(item for item in found if item.binding)
    clock = queries.find_clock(session, tenant_id, spec.code, subject)
    if clock is not None and clock.state == MET:
        raise Conflict(N_("“%(title)s”已于 %(day)s 公示，时限不再重新计算"), title=clock.title, day=clock.met_on)
    before: dict[str, object] | None = None if clock is None else {"due_on": clock.due_on.isoformat()}
    if clock is None:
        clock = DutyClock(tenant_id=tenant_id, unit_id=unit.id, spec=spec.code, subject=subject)
        session.add(clock)
    clock.unit_id, clock.title, clock.event_on, clock.state = unit.id, title[:200], event_on, RUNNING
    clock.due_on, clock.provisional = binding.due.day, binding.due.provisional
    clock.terms = [_kept(item) for item in found]
    session.flush()  # a second clock for the same subject is refused here
    record(session, actor, Action.NOTICE_MANAGE, MUST_BE_SHOWN(title=title, day=clock.due_on, reason=_reason(binding)),
           subject=subject, tenant_id=tenant_id, unit_id=unit.id, before=before,
           after={"due_on": clock.due_on.isoformat(), "event_on": event_on.isoformat()})
    return clock


def meet_clock(session: Session, clock: DutyClock, actor: Actor, *, how: str, on: dt.date | None = None,
               notice: Notice | None = None) -> None:
    """The duty is done: by a notice of this platform, or elsewhere (`how`: 张贴于村务公开栏 …)."""
    if clock.state != RUNNING:
        raise Conflict(N_("“%(title)s”的时限已经停止"), title=clock.title)
    if not how.strip():
        raise InvalidInput(N_("请写明在哪里、怎样公示的"), fields={"how": N_("不能为空")})
    clock.state, clock.met_on, clock.met_by = MET, on or today(), how.strip()[:400]
    clock.notice_id = notice.id if notice is not None else None
    session.flush()  # raises where somebody was quicker
    record(session, actor, Action.NOTICE_MANAGE, SHOWN(title=clock.title, how=how), subject=clock.subject,
           tenant_id=clock.tenant_id, unit_id=clock.unit_id, after={"met_on": str(clock.met_on)})


def drop_clock(session: Session, clock: DutyClock, actor: Actor, *, reason: str) -> None:
    """There is nothing to publish any more: the campaign or project was cancelled."""
    if clock.state != RUNNING:
        raise Conflict(N_("“%(title)s”的时限已经停止"), title=clock.title)
    if not reason.strip():
        raise InvalidInput(N_("取消时限须写明理由"), fields={"reason": N_("不能为空")})
    clock.state, clock.met_by = DROPPED, reason.strip()[:400]
    session.flush()  # as above
    record(session, actor, Action.NOTICE_MANAGE, CLOCK_DROPPED(title=clock.title), subject=clock.subject, reason=reason,
           tenant_id=clock.tenant_id, unit_id=clock.unit_id)


def run_again(session: Session, notice: Notice) -> None:
    """The notice that met a duty was taken down before its time: the duty stands again."""
    for clock in queries.clocks_met_by(session, notice):
        clock.state, clock.met_on, clock.met_by, clock.notice_id = RUNNING, None, "", None


def _kept(item: DueTerm) -> dict[str, Any]:
    return {"count": item.term.count, "unit": item.term.unit, "source": item.term.source,
            "due_on": item.due.day.isoformat(), "binding": item.binding}


def _reason(item: DueTerm) -> str:
    return f"{item.term.count} {item.term.unit}，{item.term.source}"
