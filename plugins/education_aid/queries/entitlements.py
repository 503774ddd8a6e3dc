"""What is due and what was paid in a term, by child and item, for the children of the county's own households."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from core.extensions import today
from core.registry.models import Enrolment, Person, Status
from core.registry.queries import present
from core.registry.rules.statuses import KINDS
from plugins.education_aid.models.awards import Award, Undecided
from plugins.education_aid.models.payments import CREDITED, Payment
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
    """Everything a look at a term needs. `names` are those of the items by code."""

    children: dict[uuid.UUID, Child]
    due: dict[Key, Decimal] = field(default_factory=dict)
    paid: dict[Key, Decimal] = field(default_factory=dict)
    undecided: dict[Key, list[str]] = field(default_factory=dict)
    before: set[Key] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    #: children whom a category of hardship holds for, by themselves or by their household
    poor: set[uuid.UUID] = field(default_factory=set)


def children_of(session: Session, tenant_id: str, school_year: int, term: int) -> dict[uuid.UUID, Child]:
    """The children of the county's households who study in a term, here or elsewhere: the household's county counts, not
    the school's (EA-059). Who stands in no household belongs to the place they were entered at, unless their registered
    home is another county."""
    columns = (Person.id, Person.unit_id, Person.name, Person.id_number_key, Person.died_on, Enrolment.unit_id,
               Enrolment.elsewhere_school, Enrolment.elsewhere_place)
    statement = select(*columns).join(
        Enrolment, (Enrolment.tenant_id == Person.tenant_id) & (Enrolment.person_id == Person.id)).where(
        Person.tenant_id == tenant_id, present(Person), present(Enrolment), Enrolment.school_year == school_year,
        Enrolment.term == term, Enrolment.ended_on.is_(None), Person.home_code.in_(["", tenant_id])).order_by(Person.id, Enrolment.id)
    found: dict[uuid.UUID, Child] = {}
    for person_id, unit_id, name, id_key, died_on, school_id, school, place in session.execute(statement):
        held = found.get(person_id)
        schools = (*(held.schools if held else ()), (school_id, school, place))
        found[person_id] = Child(person_id, unit_id, name, id_key or "", schools, died_on is not None)
    return found


def facts_of(session: Session, tenant_id: str, school_year: int, term: int) -> Facts:
    """What is due and paid in a term."""
    found = Facts(children_of(session, tenant_id, school_year, term))
    awards = select(Award.person_id, Award.item, Award.item_name, Award.amount).where(
        Award.tenant_id == tenant_id, Award.school_year == school_year, Award.term == term, Award.state == "entitled",
        Award.kind.in_(PAID_BY_BANK))
    for person_id, item, name, amount in session.execute(awards):
        found.names[item] = name
        if person_id in found.children and amount > 0:
            found.due[person_id, item] = amount
    for person_id, item, name, amount in session.execute(_credited(tenant_id, school_year, term)):
        found.names[item] = name
        found.paid[person_id, item] = found.paid.get((person_id, item), ZERO) + amount
    open_ones = select(Undecided.person_id, Undecided.item, Undecided.item_name, Undecided.missing).where(
        Undecided.tenant_id == tenant_id, Undecided.school_year == school_year, Undecided.term == term)
    for person_id, item, name, missing in session.execute(open_ones):
        found.names[item] = name
        found.undecided[person_id, item] = list(missing)
    earlier = _credited(tenant_id, *before(school_year, term))
    found.poor = _poor(session, tenant_id, today())
    found.before = {(person_id, item) for person_id, item, _, _ in session.execute(earlier)}
    return found


def _credited(tenant_id: str, school_year: int, term: int) -> Select[uuid.UUID, str, str, Decimal]:
    return select(Payment.person_id, Payment.item, Payment.item_name, Payment.amount).where(
        Payment.tenant_id == tenant_id, Payment.school_year == school_year, Payment.term == term, Payment.state == CREDITED)


def _poor(session: Session, tenant_id: str, day: dt.date) -> set[uuid.UUID]:
    kinds = [kind for kind in KINDS if kind not in NO_HARDSHIP]
    holds = (Status.tenant_id == tenant_id, present(Status), Status.kind.in_(kinds), Status.since <= day,
             or_(Status.until.is_(None), Status.until > day))
    own = set(session.scalars(select(Status.subject_id).where(*holds, Status.subject_kind == "person")))
    of_household = (Status.tenant_id == Person.tenant_id) & (Status.subject_id == Person.household_id)
    by_household = select(Person.id).join(Status, of_household).where(Person.tenant_id == tenant_id, *holds)
    return own | set(session.scalars(by_household))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Their sum."""
    return sum(amounts, ZERO)
