"""What is due and what was paid in a term, by child and item, for the children of the county's own households."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, exists, func, or_, select, union
from sqlalchemy.orm import Session

from core.extensions import today
from core.registry.models import Enrolment, Person, Status
from core.registry.queries import present
from core.registry.rules.statuses import KINDS
from plugins.education_aid.models.awards import Award, Undecided
from plugins.education_aid.models.payments import CREDITED, Payment
from plugins.education_aid.queries.attending import attended
from plugins.education_aid.queries.chunking import among, in_parts
from plugins.education_aid.rules.words import PAID_BY_BANK, before

Key = tuple[uuid.UUID, str]
ZERO = Decimal("0.00")
#: statuses that say nothing of hardship by themselves
NO_HARDSHIP = frozenset({"migrant_child", "left_behind", "only_child", "risk_eliminated", "out_of_poverty_no_policy"})


@dataclass(frozen=True)
class Child:
    """A child of a household of the county, with the unit of the household and where they study this term."""

    id: uuid.UUID
    unit_id: uuid.UUID
    name: str
    id_key: str
    #: where the enrolments of the term stand, the school's name and code of the place where it is outside
    schools: tuple[tuple[uuid.UUID, str, str], ...] = ()
    died: bool = False

    @property
    def outside(self) -> bool:
        """Whether they study outside the county."""
        return any(place or name for _, name, place in self.schools)


@dataclass
class Facts:
    """What a look at a term needs: of children who study elsewhere everything, since others may have paid; of the rest
    what does not agree. Whatever agrees to the fen stays in the database. `names` are those of the items by code."""

    children: dict[uuid.UUID, Child]
    #: all children, and what of both sums stands in none of the lists below
    count: int = 0
    other_due: Decimal = ZERO
    other_paid: Decimal = ZERO
    due: dict[Key, Decimal] = field(default_factory=dict)
    paid: dict[Key, Decimal] = field(default_factory=dict)
    undecided: dict[Key, list[str]] = field(default_factory=dict)
    #: what was paid in the term before and is not due now
    before: set[Key] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    #: of the children who study elsewhere, whom a category of hardship holds for, by themselves or by their household
    poor: set[uuid.UUID] = field(default_factory=set)

    def told(self) -> set[uuid.UUID]:
        """The persons of whom something stands in the lists."""
        return {person_id for person_id, _ in (*self.due, *self.paid, *self.undecided, *self.before)}


@dataclass(frozen=True)
class _Term:
    """A term of a tenant, as conditions."""

    tenant_id: str
    school_year: int
    term: int

    def enrolled(self) -> ColumnElement[bool]:
        """Enrolments of the term that count."""
        return and_(Enrolment.tenant_id == self.tenant_id, present(Enrolment), Enrolment.school_year == self.school_year,
                    Enrolment.term == self.term, attended())

    def studies(self) -> ColumnElement[bool]:
        """Children with their enrolments. The household's county counts, not the school's (EA-059): who stands in no
        household belongs to the place they were entered at, unless their registered home is another county."""
        return and_(Person.tenant_id == self.tenant_id, present(Person), Person.home_code.in_(["", self.tenant_id]),
                    Enrolment.person_id == Person.id, self.enrolled())

    def due(self) -> ColumnElement[bool]:
        """Awards by which money is due."""
        return and_(Award.tenant_id == self.tenant_id, Award.school_year == self.school_year, Award.term == self.term,
                    Award.state == "entitled", Award.kind.in_(PAID_BY_BANK), Award.amount > ZERO)

    def credited(self) -> ColumnElement[bool]:
        """Payments that have arrived: of one child and item one at most, by their slot."""
        return and_(Payment.tenant_id == self.tenant_id, Payment.school_year == self.school_year, Payment.term == self.term,
                    Payment.state == CREDITED)

    def due_beside(self) -> ColumnElement[bool]:
        """What is due for the item of a payment."""
        return and_(Award.person_id == Payment.person_id, Award.item == Payment.item, self.due())


def children_of(session: Session, tenant_id: str, school_year: int, term: int, *criteria: ColumnElement[bool]) -> dict[uuid.UUID, Child]:
    """The children of the county's households who study in a term, here or elsewhere, and meet the criteria."""
    columns = (Person.id, Person.unit_id, Person.name, Person.id_number_key, Person.died_on, Enrolment.unit_id,
               Enrolment.elsewhere_school, Enrolment.elsewhere_place)
    statement = select(*columns).where(_Term(tenant_id, school_year, term).studies(), *criteria).order_by(Person.id, Enrolment.id)
    found: dict[uuid.UUID, Child] = {}
    for person_id, unit_id, name, id_key, died_on, school_id, school, place in session.execute(statement):
        held = found.get(person_id)
        schools = (*(held.schools if held else ()), (school_id, school, place))
        found[person_id] = Child(person_id, unit_id, name, id_key or "", schools, died_on is not None)
    return found


def facts_of(session: Session, tenant_id: str, school_year: int, term: int) -> Facts:
    """What is due and paid in a term, as far as a look needs it."""
    now = _Term(tenant_id, school_year, term)
    found = Facts(children_of(session, tenant_id, school_year, term, Person.id.in_(_odd(now))))
    _add_gaps(session, found, now)
    elsewhere = [child.id for child in found.children.values() if child.outside]
    for part in in_parts(elsewhere):
        _add_all(session, found, now, part)
        found.poor |= _poor(session, tenant_id, today(), part)
    for person_id, item, name, missing in session.execute(select(
            Undecided.person_id, Undecided.item, Undecided.item_name, Undecided.missing).where(
            Undecided.tenant_id == tenant_id, Undecided.school_year == school_year, Undecided.term == term)):
        found.names[item] = name
        found.undecided[person_id, item] = list(missing)
    earlier = _Term(tenant_id, *before(school_year, term))
    for person_id, item, name in session.execute(select(Payment.person_id, Payment.item, Payment.item_name).outerjoin(
            Award, now.due_beside()).where(earlier.credited(), Award.id.is_(None))):
        found.names.setdefault(item, name)
        found.before.add((person_id, item))
    for part in in_parts(list(found.told() - found.children.keys())):
        found.children |= children_of(session, tenant_id, school_year, term, among(session, Person.id, part))
    _sum_up(session, found, now)
    return found


def _odd(now: _Term) -> CompoundSelect[uuid.UUID]:
    """Persons who study elsewhere, have died, or stand at two schools."""
    at_school = select(Enrolment.person_id).where(now.enrolled())
    return union(at_school.where((Enrolment.elsewhere_school != "") | (Enrolment.elsewhere_place != "")),
                 at_school.group_by(Enrolment.person_id).having(func.count() > 1),
                 select(Person.id).where(Person.tenant_id == now.tenant_id, present(Person), Person.died_on.is_not(None)))


def _add_gaps(session: Session, found: Facts, now: _Term) -> None:
    """What is due and was not paid, or not to the fen; and what was paid and is not due."""
    gaps = select(Award.person_id, Award.item, Award.item_name, Award.amount, Payment.amount).outerjoin(
        Payment, and_(Payment.person_id == Award.person_id, Payment.item == Award.item, now.credited())).where(
        now.due(), Payment.id.is_(None) | (Payment.amount != Award.amount))
    for person_id, item, name, amount, paid in session.execute(gaps):
        found.names[item] = name
        found.due[person_id, item] = amount
        if paid is not None:
            found.paid[person_id, item] = paid
    undue = select(Payment.person_id, Payment.item, Payment.item_name, Payment.amount).outerjoin(Award, now.due_beside()).where(
        now.credited(), Award.id.is_(None))
    _put(found, found.paid, session.execute(undue))


def _add_all(session: Session, found: Facts, now: _Term, person_ids: Sequence[uuid.UUID]) -> None:
    """Whatever is due to some persons, and whatever they were paid: each by its own index, which a join would leave."""
    for model, which, amounts in ((Award, now.due(), found.due), (Payment, now.credited(), found.paid)):
        _put(found, amounts, session.execute(select(model.person_id, model.item, model.item_name, model.amount).where(
            which, among(session, model.person_id, person_ids))))


def _put(found: Facts, amounts: dict[Key, Decimal], rows: Iterable[Any]) -> None:
    for person_id, item, name, amount in rows:
        found.names[item] = name
        amounts[person_id, item] = amount


def _sum_up(session: Session, found: Facts, now: _Term) -> None:
    """Count the children; of persons who are none of them nothing is due."""
    found.due = {key: amount for key, amount in found.due.items() if key[0] in found.children}
    twice = sum(len(child.schools) - 1 for child in found.children.values())
    found.count = (session.scalar(select(func.count()).select_from(Person).join(Enrolment, now.studies())) or 0) - twice
    a_child = exists().where(Person.id == Award.person_id, now.studies())
    found.other_due = (session.scalar(select(func.sum(Award.amount)).where(now.due(), a_child)) or ZERO) - total(found.due.values())
    found.other_paid = (session.scalar(select(func.sum(Payment.amount)).where(now.credited())) or ZERO) - total(found.paid.values())


def _poor(session: Session, tenant_id: str, day: dt.date, person_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    kinds = KINDS.keys() - NO_HARDSHIP  # asked of the rows: in the statement their index would be walked for every part
    holds = (Status.tenant_id == tenant_id, present(Status), Status.since <= day, or_(Status.until.is_(None), Status.until > day))
    own = select(Status.subject_id, Status.kind).where(
        *holds, Status.subject_kind == "person", among(session, Status.subject_id, person_ids))
    of_household = (Status.tenant_id == Person.tenant_id) & (Status.subject_id == Person.household_id)
    by_household = select(Person.id, Status.kind).join(Status, of_household).where(
        Person.tenant_id == tenant_id, among(session, Person.id, person_ids), *holds)
    return {person_id for statement in (own, by_household) for person_id, kind in session.execute(statement) if kind in kinds}


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Their sum."""
    return sum(amounts, ZERO)
