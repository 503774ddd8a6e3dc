"""What a child had before a term, what of the same term was granted beside the calculation, and where a graduate went."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from core.registry.models import Enrolment
from core.registry.queries import present
from plugins.education_aid.models.applications import DISCRETIONARY, Application
from plugins.education_aid.models.awards import AidRun, Award
from plugins.education_aid.models.offers import Loan
from plugins.education_aid.queries.chunking import among, in_parts

#: the states of an application that somebody has granted
_GRANTED = ("approved", "paid", "archived")


@dataclass
class Before:
    """Of one child and item: the terms in which it was due, and how much in all, in yuan."""

    terms: set[tuple[int, int]] = field(default_factory=set)
    yuan: Decimal = Decimal("0.00")

    @property
    def years(self) -> int:
        """How many school years the terms lie in."""
        return len({year for year, _ in self.terms})


def worked_before(session: Session, tenant_id: str, school_year: int, term: int) -> bool:
    """Whether any earlier term was worked out: only then is anything known of what children had before."""
    statement = select(AidRun.id).where(AidRun.tenant_id == tenant_id, AidRun.kind == "run", AidRun.state == "done",
                                        _earlier(AidRun, school_year, term))
    return session.execute(statement.limit(1)).first() is not None


def received(session: Session, tenant_id: str, school_year: int, term: int,
             people: Sequence[uuid.UUID] | None = None) -> dict[uuid.UUID, dict[str, Before]]:
    """What every child, or each of a part of some, was entitled to in earlier terms, by item."""
    statement = select(Award.person_id, Award.item, Award.school_year, Award.term, Award.amount).where(
        Award.tenant_id == tenant_id, Award.state == "entitled", _earlier(Award, school_year, term))
    found: dict[uuid.UUID, dict[str, Before]] = defaultdict(lambda: defaultdict(Before))
    for person, item, year, number, amount in session.execute(_of(session, statement, Award, people)):
        one = found[person][item]
        one.terms.add((year, number))
        one.yuan += amount
    return found


def granted(session: Session, tenant_id: str, school_year: int, term: int,
            people: Sequence[uuid.UUID] | None = None) -> dict[uuid.UUID, frozenset[str]]:
    """The items a child was granted in a term beside the calculation: discretionary aid, and loans as "loan"."""
    applications = select(Application.person_id, Application.item).where(
        Application.tenant_id == tenant_id, Application.school_year == school_year, Application.term == term,
        Application.kind == DISCRETIONARY, Application.state.in_(_GRANTED), Application.removed_at.is_(None))
    loans = select(Loan.person_id).where(Loan.tenant_id == tenant_id, Loan.school_year == school_year, Loan.state == "granted")
    found: dict[uuid.UUID, set[str]] = defaultdict(set)
    for person, item in session.execute(_of(session, applications, Application, people)):
        found[person].add(item)
    for person in session.scalars(_of(session, loans, Loan, people)):
        found[person].add("loan")
    return {person: frozenset(items) for person, items in found.items()}


def next_stages(session: Session, tenant_id: str, person_ids: Iterable[uuid.UUID], school_year: int, term: int,
                now: tuple[int, int]) -> dict[uuid.UUID, str]:
    """The stage of the first enrolment after a term, up to the term of now: where a graduate went, as the registry shows."""
    found: dict[uuid.UUID, tuple[int, int, str]] = {}
    for part in in_parts(list(person_ids)):
        rows = session.execute(select(Enrolment.person_id, Enrolment.school_year, Enrolment.term, Enrolment.stage).where(
            Enrolment.tenant_id == tenant_id, Enrolment.person_id.in_(part), present(Enrolment),
            or_(Enrolment.school_year > school_year, and_(Enrolment.school_year == school_year, Enrolment.term > term))))
        for person, year, number, stage in rows:
            if (year, number) <= now:
                found[person] = min(found.get(person, (year, number, stage)), (year, number, stage))
    return {person: stage for person, (_, _, stage) in found.items()}


def facts_of(names: Sequence[str], before: Mapping[str, Before], *, known: bool) -> dict[str, Any]:
    """The facts of a child about earlier terms that are asked for; None where no earlier term was worked out."""
    found: dict[str, Any] = {"received": frozenset(before) if known else None}
    for name in names:
        kind, _, item = name.partition(".")
        one = before.get(item, Before())
        values = {"received_terms": len(one.terms), "received_years": one.years, "received_yuan": one.yuan}
        if kind in values:
            found[name] = values[kind] if known else None
    return found


def _earlier(model: type[Any], school_year: int, term: int) -> ColumnElement[bool]:
    return or_(model.school_year < school_year, and_(model.school_year == school_year, model.term < term))


def _of(session: Session, statement: Select[*tuple[Any, ...]], model: type[Any],
        people: Sequence[uuid.UUID] | None) -> Select[*tuple[Any, ...]]:
    return statement if people is None else statement.where(among(session, model.person_id, people))
