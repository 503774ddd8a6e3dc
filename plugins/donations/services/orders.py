"""Orders to put something right: given by supervisors, answered where the record stands, due the same day."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, today
from core.trail.services import record
from plugins.donations.models import Campaign, Gift, Order, Spending
from plugins.donations.permissions import Action

#: what an order may be about
SUBJECTS: dict[str, Any] = {"gift": Gift, "spending": Spending, "campaign": Campaign}
_LEAST = 4


def open_order(session: Session, kind: str, subject: Any, demand: str, actor: Actor) -> Order:
    """Demand that a record be put right at once: it is due today."""
    if len(demand.strip()) < _LEAST:
        raise InvalidInput(N_("请写明发现什么问题、怎样纠正"), {"demand": N_("至少 4 个字")})
    made = Order(tenant_id=subject.tenant_id, unit_id=subject.unit_id, subject_kind=kind, subject_id=subject.id,
                 demand=demand.strip()[:1000], opened_on=today(), due_on=today(), opened_by=actor.account_id, opened_name=actor.name[:80])
    session.add(made)
    session.flush()  # the entry below must not outlive a refused row
    _trail(session, made, actor, Action.ORDER_WRITE, "下达纠正通知", None, {"demand": made.demand})
    return made


def answer(session: Session, order: Order, text: str, actor: Actor) -> None:
    """Say what was done about it."""
    if order.state != "open":
        raise Conflict(N_("这份纠正通知已经答复"))
    if len(text.strip()) < _LEAST:
        raise InvalidInput(N_("请写明怎样纠正的"), {"answer": N_("至少 4 个字")})
    order.answer, order.answered_on, order.state = text.strip()[:1000], today(), "answered"
    order.version += 1
    _trail(session, order, actor, Action.GIFT_WRITE, "答复纠正通知", {"state": "open"}, {"state": "answered"})


def close(session: Session, order: Order, actor: Actor) -> None:
    """The supervisor is satisfied (销号)."""
    if order.state != "answered":
        raise Conflict(N_("答复之后才能销号"))
    order.state, order.closed_on = "closed", today()
    order.version += 1
    _trail(session, order, actor, Action.ORDER_WRITE, "纠正通知销号", {"state": "answered"}, {"state": "closed"})



def _trail(session: Session, order: Order, actor: Actor, action: str, sentence: str, before: dict[str, object] | None,
           after: dict[str, object]) -> None:
    record(session, actor, action, sentence, subject=f"donations.orders:{order.id}", tenant_id=order.tenant_id,
           unit_id=order.unit_id, before=before, after=after)
