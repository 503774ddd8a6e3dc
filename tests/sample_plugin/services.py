"""Writing visits and payments, and letting them follow the tree."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy.orm import Session

from core.errors import Conflict, RuleViolation
from core.extensions import Actor
from core.host.contract import UnitChange
from core.trail.services import record
from tests.sample_plugin import queries, rules
from tests.sample_plugin.models import Moved, Payment, Visit
from tests.sample_plugin.permissions import Action


def note_visit(session: Session, tenant_id: str, unit_id: uuid.UUID, title: str, amount: Decimal,
               happened_on: dt.date, actor: Actor, person_id: uuid.UUID | None = None) -> Visit:
    """Note a visit and submit its payment."""
    visit = Visit(tenant_id=tenant_id, unit_id=unit_id, title=title, amount=amount, happened_on=happened_on,
                  person_id=person_id)
    session.add(visit)
    session.flush()  # the payment refers to the visit
    session.add(Payment(tenant_id=tenant_id, unit_id=unit_id, visit_id=visit.id, amount=amount,
                        submitted_by=actor.account_id))
    session.flush()  # the entry below must not outlive a refused row
    record(session, actor, Action.VISIT_WRITE, f"登记走访“{title}”，慰问金 {amount} 元", subject=f"visit:{visit.id}",
           tenant_id=tenant_id, unit_id=unit_id, after={"amount": str(amount)})
    return visit


def approve_payment(session: Session, payment: Payment, actor: Actor) -> None:
    """A second person approves the payment."""
    if payment.state != "submitted":
        raise Conflict("这笔慰问金已经审批")
    if actor.account_id is not None and payment.submitted_by == actor.account_id:
        raise RuleViolation("登记人不能审批自己提交的慰问金", rule="separation-of-duties", clause="示例方案（二）")
    payment.state, payment.approved_by = "approved", actor.account_id
    queries.get_visit(session, payment.tenant_id, payment.visit_id).state = "paid"
    record(session, actor, Action.PAYMENT_APPROVE, f"审批慰问金 {payment.amount} 元", subject=f"payment:{payment.id}",
           tenant_id=payment.tenant_id, unit_id=payment.unit_id, before={"state": "submitted"},
           after={"state": "approved"})


def count_followers(session: Session, change: UnitChange, tenant_id: str) -> int:
    """How many records of a tenant a change would move."""
    found = queries.list_records_at(session, change.unit_ids, tenant_id)
    return sum(rules.successor(change, row.unit_id, visit.title, visit.amount) is not None for row, visit in found)


def follow_change(session: Session, change: UnitChange) -> int:
    """Move the records of units that ceased to their successors, a payment with its visit; how many moved."""
    count = 0
    for row, visit in queries.list_records_at(session, change.unit_ids):
        target = rules.successor(change, row.unit_id, visit.title, visit.amount)
        if target is not None:
            kind = "visit" if isinstance(row, Visit) else "payment"
            session.add(Moved(tenant_id=row.tenant_id, operation_id=change.operation_id, kind=kind,
                              record_id=row.id, from_id=row.unit_id))
            row.unit_id = target
            count += 1
    session.flush()  # the caller counts and undoes by what is stored
    return count


def take_back(session: Session, change: UnitChange) -> int:
    """Put the records moved by an operation back where they stood; how many."""
    count = 0
    for moved, row in queries.list_moved(session, change.operation_id):
        row.unit_id = moved.from_id
        session.delete(moved)
        count += 1
    session.flush()  # as above
    return count


def hand_over(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID, merged_id: uuid.UUID) -> None:
    """Let the visits to a person whose record was merged follow."""
    for visit in queries.list_visits_to(session, tenant_id, merged_id):
        session.add(Moved(tenant_id=tenant_id, operation_id=merge_id, kind="merge", record_id=visit.id,
                          from_id=merged_id))
        visit.person_id = kept_id
    session.flush()  # the next hook may read them


def hand_back(session: Session, merge_id: uuid.UUID) -> None:
    """Give the visits back to the record they were handed over from."""
    for moved, visit in queries.list_moved(session, merge_id):
        if isinstance(visit, Visit):
            visit.person_id = moved.from_id
        session.delete(moved)
    session.flush()  # as above


def forget(session: Session, tenant_id: str, person_id: uuid.UUID) -> None:
    """Leave of the visits to a person the day and the amount alone."""
    for visit in queries.list_visits_to(session, tenant_id, person_id):
        visit.title = "（已抹去）"
    session.flush()  # as above


def load_demo(session: Session, tenant_id: str, unit_id: uuid.UUID, actor: Actor) -> None:
    """Three made-up visits for a tenant that has none yet."""
    if queries.has_visits(session, tenant_id):
        return
    for number, title in enumerate(("示例走访：测试甲家庭", "示例走访：测试乙家庭", "示例走访：测试学校"), start=1):
        note_visit(session, tenant_id, unit_id, title, Decimal(100 * number), dt.date(2016, 9, number), actor)
