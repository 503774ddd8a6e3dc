"""All reads of visits and payments. Whatever a person sees goes through the scoped queries of access."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import Page, get_scoped, in_scope, scoped_page
from core.errors import NotFound
from core.tenancy.parameters import effective
from core.tenancy.queries import get_tenant
from core.units.models import Unit
from tests.sample_plugin.models import Moved, Payment, Visit

PAGE = 50
Record = Visit | Payment


def planned_yuan(session: Session, tenant_id: str, on: dt.date) -> Decimal:
    """What the winter visit brings by the tenant's plan; nothing where no plan says so."""
    found = effective(session, get_tenant(session, tenant_id), "sample.item", "winter", on=on)
    return Decimal(str(found.value["amount"])) if found else Decimal(0)


def list_visits(session: Session, scope: Scope, before: uuid.UUID | None = None, limit: int = PAGE) -> Page[Visit]:
    """A page of visits, newest first, those before the id `before`."""
    return scoped_page(session, Visit, scope, before=before, limit=limit)


def list_payments(session: Session, scope: Scope) -> Sequence[Payment]:
    """The newest payments that wait for approval."""
    return scoped_page(session, Payment, scope, where=[Payment.state == "submitted"], limit=PAGE)


def get_scoped_visit(session: Session, scope: Scope, visit_id: uuid.UUID) -> Visit:
    """One visit in scope, or NotFound."""
    return get_scoped(session, Visit, visit_id, scope)


def get_scoped_payment(session: Session, scope: Scope, payment_id: uuid.UUID) -> Payment:
    """One payment in scope, or NotFound."""
    return get_scoped(session, Payment, payment_id, scope)


def get_visit(session: Session, tenant_id: str, visit_id: uuid.UUID) -> Visit:
    """The visit behind a payment."""
    found = session.get(Visit, (tenant_id, visit_id))
    if found is None:
        raise NotFound("没有这条走访")
    return found


def find_payment(session: Session, visit: Visit) -> Payment | None:
    """The payment of a visit."""
    return session.scalar(select(Payment).where(Payment.tenant_id == visit.tenant_id, Payment.visit_id == visit.id))


def list_visits_to(session: Session, tenant_id: str, person_id: uuid.UUID) -> Sequence[Visit]:
    """The visits to one person."""
    return session.scalars(select(Visit).where(Visit.tenant_id == tenant_id, Visit.person_id == person_id)).all()


def count_waiting(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many visits to these persons wait for an approval, by person."""
    rows = session.execute(select(Visit.person_id, func.count()).where(
        Visit.tenant_id == tenant_id, Visit.person_id.in_(person_ids), Visit.state == "noted").group_by(Visit.person_id))
    return {person_id: count for person_id, count in rows if person_id}


def list_visits_seen(session: Session, scope: Scope, person_id: uuid.UUID) -> Sequence[Visit]:
    """The visits to one person that are in scope."""
    return session.scalars(in_scope(select(Visit).where(Visit.person_id == person_id), Visit, scope).limit(PAGE)).all()


def list_visits_at(session: Session, scope: Scope, unit_id: uuid.UUID) -> Sequence[Visit]:
    """The visits to one village that are in scope."""
    return session.scalars(in_scope(select(Visit).where(Visit.unit_id == unit_id), Visit, scope).limit(PAGE)).all()


def search_visits(session: Session, scope: Scope, words: str, limit: int) -> Sequence[Visit]:
    """Visits whose title begins with the words."""
    begins = and_(Visit.title >= words, Visit.title < words + "\U0010ffff")
    return session.scalars(in_scope(select(Visit).where(begins), Visit, scope).limit(limit)).all()


def count_visits(session: Session, scope: Scope) -> int:
    """How many visits are in scope."""
    return session.scalar(in_scope(select(func.count(Visit.id)), Visit, scope)) or 0


def count_submitted(session: Session, scope: Scope) -> int:
    """How many payments wait for approval."""
    statement = select(func.count(Payment.id)).where(Payment.state == "submitted")
    return session.scalar(in_scope(statement, Payment, scope)) or 0


def total_amount(session: Session, scope: Scope) -> Decimal:
    """The sum of all visits in scope."""
    return session.scalar(in_scope(select(func.sum(Visit.amount)), Visit, scope)) or Decimal(0)


def group_by_unit(session: Session, scope: Scope) -> list[tuple[str, int, Decimal]]:
    """Visits and their sum for each unit in scope."""
    statement = (select(Unit.name, func.count(Visit.id), func.sum(Visit.amount))
                 .select_from(Visit).join(Unit, Unit.id == Visit.unit_id).group_by(Unit.id, Unit.name)
                 .order_by(Unit.name))
    return [(name, count, amount) for name, count, amount in session.execute(in_scope(statement, Visit, scope))]


def has_visits(session: Session, tenant_id: str) -> bool:
    """Whether a tenant has any visit."""
    return session.scalar(select(Visit.id).where(Visit.tenant_id == tenant_id).limit(1)) is not None


def count_in_tenant(session: Session, tenant_id: str, *, submitted: bool = False) -> int:
    """The visits of a whole tenant, or its payments that wait."""
    statement = (select(func.count(Payment.id)).where(Payment.tenant_id == tenant_id, Payment.state == "submitted")
                 if submitted else select(func.count(Visit.id)).where(Visit.tenant_id == tenant_id))
    return session.scalar(statement) or 0


def list_records_at(session: Session, unit_ids: Iterable[uuid.UUID],
                    tenant_id: str | None = None) -> list[tuple[Record, Visit]]:
    """Every visit and payment of these units, each with the visit it is about."""
    wanted = list(unit_ids)
    visits = select(Visit).where(Visit.unit_id.in_(wanted))
    paid = and_(Visit.tenant_id == Payment.tenant_id, Visit.id == Payment.visit_id)
    payments = select(Payment, Visit).join(Visit, paid).where(Payment.unit_id.in_(wanted))
    if tenant_id is not None:
        visits, payments = visits.where(Visit.tenant_id == tenant_id), payments.where(Payment.tenant_id == tenant_id)
    found: list[tuple[Record, Visit]] = [(visit, visit) for visit in session.scalars(visits)]
    return found + [(payment, visit) for payment, visit in session.execute(payments)]


def list_moved(session: Session, operation_id: uuid.UUID) -> list[tuple[Moved, Record]]:
    """The records an operation moved, each with the note of where it stood."""
    found: list[tuple[Moved, Record]] = []
    for moved in session.scalars(select(Moved).where(Moved.operation_id == operation_id)):
        kind = Payment if moved.kind == "payment" else Visit
        row = session.get(kind, (moved.tenant_id, moved.record_id))
        if row is not None:
            found.append((moved, row))
    return found
