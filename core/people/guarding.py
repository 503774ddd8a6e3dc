"""What no ledger may store, however it was entered: rules over several records, asked after rows were written and
within their transaction, so that a refusal takes all of them back."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput
from core.extensions import Actor
from core.registry.models import Enrolment, HouseholdIncome, SchoolFacts, Status
from core.registry.queries import present
from core.registry.rules.income import counted_twice
from core.registry.rules.statuses import Span, against, status_label
from core.registry.rules.words import INCOME_KINDS, label
from core.units.queries import units_by_id

_CHUNK = 400


def _parts(ids: Iterable[Any]) -> Iterator[list[Any]]:
    wanted = list(dict.fromkeys(ids))
    for at in range(0, len(wanted), _CHUNK):
        yield wanted[at : at + _CHUNK]


def _of(session: Session, column: Any, tenant_id: str, ids: Sequence[uuid.UUID]) -> list[Any]:
    model = column.class_
    found: list[Any] = []
    for part in _parts(ids):
        found += session.scalars(select(column).where(model.tenant_id == tenant_id, model.id.in_(part)))
    return found


def statuses(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """Two statuses of one kind, or of one group, never share a day."""
    for part in _parts(_of(session, Status.subject_id, tenant_id, ids)):
        spans: dict[uuid.UUID, list[Span]] = defaultdict(list)
        rows = select(Status.subject_id, Status.kind, Status.since, Status.until).where(
            Status.tenant_id == tenant_id, Status.subject_id.in_(part), present(Status)).order_by(Status.since)
        for subject_id, kind, since, until in session.execute(rows):
            new = Span(kind, since, until)
            other = against(new, spans[subject_id])
            if other is not None:
                raise InvalidInput(N_("“%(kind)s”（%(since)s 起）与“%(other)s”（%(from)s 起）时间重叠，请先结束原来的一项"),
                                   {"since": N_("与已有的身份时间重叠")}, kind=status_label(new.kind), since=new.since,
                                   other=status_label(other.kind), **{"from": other.since})
            spans[subject_id].append(new)


def incomes(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """A whole year's figure and a quarter's of one kind are never added up together."""
    for part in _parts(_of(session, HouseholdIncome.household_id, tenant_id, ids)):
        seen: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        rows = select(HouseholdIncome.household_id, HouseholdIncome.year, HouseholdIncome.kind, HouseholdIncome.quarter).where(
            HouseholdIncome.tenant_id == tenant_id, HouseholdIncome.household_id.in_(part), present(HouseholdIncome))
        for household_id, year, kind, quarter in session.execute(rows):
            key = (household_id, year, kind)
            if counted_twice(quarter, seen[key]):
                raise InvalidInput(N_("%(year)d 年的%(kind)s同时有全年数和季度数，会重复计算，请只留一种"),
                                   {"quarter": N_("全年数与季度数不能并存")}, year=year, kind=label(INCOME_KINDS, kind))
            seen[key].append(quarter)


def enrolments(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """Nobody is at two schools in one term."""
    for part in _parts(_of(session, Enrolment.person_id, tenant_id, ids)):
        twice = session.execute(select(Enrolment.school_year, Enrolment.term, func.count()).where(
            Enrolment.tenant_id == tenant_id, Enrolment.person_id.in_(part), Enrolment.ended_on.is_(None), present(Enrolment))
            .group_by(Enrolment.person_id, Enrolment.school_year, Enrolment.term).having(func.count() > 1).limit(1)).first()
        if twice is not None:
            raise InvalidInput(N_("%(year)d—%(next)d 学年有人同一学期登记了两处就读，转学请先结束原来的记录"),
                               {"person_id": N_("这一学期已有就读记录，转学请先结束原来的记录")}, year=twice[0], next=twice[0] + 1)


def school_facts(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """What is said of a school is said of a school."""
    for part in _parts(_of(session, SchoolFacts.unit_id, tenant_id, ids)):
        wrong = [unit.name for unit in units_by_id(session, set(part)).values() if unit.kind != "school"]
        if wrong:
            raise InvalidInput(N_("%(names)s不是学校，请选择学校"), {"unit_id": N_("须是学校")}, names="、".join(wrong[:5]))
