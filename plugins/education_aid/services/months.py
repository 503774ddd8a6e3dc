"""The months of a term: as the plan states its first and last day, else as the registry shows them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import N_, ParameterError
from core.registry.models import Enrolment
from core.registry.queries import present
from core.tenancy.parameters import parameter
from core.tenancy.queries import TenantPlace
from plugins.education_aid.rules.items import AUTUMN
from plugins.education_aid.rules.what_if import months_between

PLAN, REGISTRY = N_("按方案写明的学期起止"), N_("方案没有写明学期起止，按登记的入读、离校日期")
NOWHERE = N_("方案没有写明学期起止，登记的就读也没有入读、离校日期，不能分到各月。")


@dataclass(frozen=True)
class Months:
    """The months ("2016-09") over which a term's money is spread; none with the reason."""

    months: tuple[str, ...]
    why: str


def months_of(session: Session, tenant: TenantPlace, school_year: int, term: int, on: dt.date) -> Months:
    """The months of a term in a tenant."""
    name = "autumn" if term == AUTUMN else "spring"
    try:
        edges = [str(parameter(session, tenant, f"term.{name}.{edge}", on=on)) for edge in ("start", "end")]
    except ParameterError:
        return _registered(session, tenant.id, school_year, term)
    return Months(tuple(months_between(school_year if term == AUTUMN else school_year + 1, *edges)), PLAN)


def _registered(session: Session, tenant_id: str, school_year: int, term: int) -> Months:
    """By the day on which most pupils began, and the one on which most ended, where both are known."""
    first, last = (_most(session, tenant_id, school_year, term, name) for name in ("begun_on", "ended_on"))
    if first is None or last is None or last < first:
        return Months((), NOWHERE)
    return Months(tuple(months_between(first.year, first.strftime("%m-%d"), (last - dt.timedelta(days=1)).strftime("%m-%d"))), REGISTRY)


def _most(session: Session, tenant_id: str, school_year: int, term: int, name: str) -> dt.date | None:
    column = getattr(Enrolment, name)
    statement = select(column).where(
        Enrolment.tenant_id == tenant_id, Enrolment.school_year == school_year, Enrolment.term == term, present(Enrolment),
        column.is_not(None), Enrolment.ending.in_(("", "promoted", "graduated"))).group_by(column)
    found: dt.date | None = session.scalars(statement.order_by(func.count().desc(), column).limit(1)).first()
    return found
