"""All reads of the registry within one tenant or one scope. What was removed, merged or erased is left out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import criterion, get_scoped
from core.errors import N_, NotFound
from core.privacy import vault_of
from core.privacy.columns import KEYED, sensitive_fields
from core.registry.history import as_of_many
from core.registry.models import Enrolment, Guardian, Household, HouseholdIncome, Past, Person, Record, Status
from core.registry.rules.income import Figure, Income, add_up
from core.registry.rules.statuses import Span
from core.registry.rules.terms import running
from core.units.models import Unit

Row = TypeVar("Row", bound=Record)
#: terms in their order
TERM = Enrolment.school_year * 10 + Enrolment.term


def get_record(session: Session, model: type[Row], tenant_id: str, record_id: uuid.UUID) -> Row:
    """One record of a tenant, or NotFound."""
    found = session.get(model, (tenant_id, record_id))
    if found is None:
        raise NotFound(N_("没有这条记录，或者它不在您的范围内"))
    return found


def get_person(session: Session, scope: Scope, person_id: uuid.UUID) -> Person:
    """A person in scope; of one that was merged, the record it was merged into. NotFound outside the scope."""
    found = get_scoped(session, Person, person_id, scope)
    return found if found.merged_into is None else get_person(session, scope, found.merged_into)


def present(model: type[Any]) -> ColumnElement[bool]:
    """The condition for rows that stand: not removed, and of persons neither merged nor erased."""
    there: ColumnElement[bool] = model.removed_at.is_(None)
    return and_(there, model.state == "active") if model is Person else there


def find_by_number(session: Session, model: type[Row], scope: Scope, field: str, text: str) -> list[Row]:
    """The records in scope whose sensitive field holds this number."""
    keys = vault_of(session).indexes(sensitive_fields(model)[field].kind, text)
    statement = select(model).where(criterion(model, scope), getattr(model, field + KEYED).in_(keys), present(model))
    return list(session.scalars(statement.order_by(model.id).limit(50)))


def find_person_by_id(session: Session, tenant_id: str, number: str) -> Person | None:
    """The person of a tenant with this identity number, or None."""
    keys = vault_of(session).indexes("id_number", number)
    statement = select(Person).where(Person.tenant_id == tenant_id, Person.id_number_key.in_(keys), present(Person))
    return session.scalars(statement.order_by(Person.id).limit(1)).first()


def list_left(session: Session, scope: Scope, tenant_id: str, on: dt.date, after: uuid.UUID | None, limit: int) -> list[Person]:
    """Persons in scope who left their last school on this day or earlier and are at none now, in the order of their ids."""
    own = and_(Enrolment.tenant_id == Person.tenant_id, Enrolment.person_id == Person.id, present(Enrolment))
    newest = select(func.max(TERM)).where(own).scalar_subquery()
    still = select(func.max(TERM)).where(own, Enrolment.ended_on.is_(None)).scalar_subquery()
    statement = select(Person).where(
        Person.tenant_id == tenant_id, criterion(Person, scope), present(Person), exists().where(own, Enrolment.ended_on <= on),
        ~exists().where(own, Enrolment.ended_on > on), func.coalesce(still, 0) < newest)
    if after is not None:
        statement = statement.where(Person.id > after)
    return list(session.scalars(statement.order_by(Person.id).limit(limit)))


def list_merged_into(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Every record merged into these, one after another, with the record it is part of now."""
    found: dict[uuid.UUID, uuid.UUID] = {}
    asked = {one: one for one in person_ids}
    while asked:
        rows = session.execute(select(Person.id, Person.merged_into).where(
            Person.tenant_id == tenant_id, Person.merged_into.in_(list(asked)))).all()
        asked = {merged: asked[kept] for merged, kept in rows if kept and merged not in found}
        found |= asked
    return found


def list_members(session: Session, household: Household) -> list[Person]:
    """The members of a household, the head first."""
    statement = select(Person).where(Person.tenant_id == household.tenant_id, Person.household_id == household.id,
                                     present(Person), Person.died_on.is_(None))
    return sorted(session.scalars(statement), key=lambda person: (person.relation != "户主", person.id))


def members_on(session: Session, household: Household, day: dt.date) -> list[Any]:
    """Who belonged to a household on a day, the head first, each as they were then (see `history.as_of`): those who have
    left since among them, those who came later not."""
    tenant_id = household.tenant_id
    then = select(Past.subject_id).where(
        Past.tenant_id == tenant_id, Past.subject_kind == Person.__tablename__, Past.since <= day, Past.until > day,
        Past.values["household_id"].as_string() == str(household.id))
    ids = select(Person.id).where(Person.tenant_id == tenant_id, or_(Person.household_id == household.id, Person.id.in_(then)),
                                  Person.removed_at.is_(None), or_(Person.died_on.is_(None), Person.died_on > day))
    states = as_of_many(session, Person, tenant_id, session.scalars(ids), day).values()
    return sorted((one for one in states if one.household_id == household.id and one.state == "active"),
                  key=lambda one: (one.relation != "户主", one.id))


def list_enrolments(session: Session, tenant_id: str, person_ids: Iterable[uuid.UUID]) -> list[Enrolment]:
    """Every enrolment of these persons, in the order of time: one chain through stages and schools."""
    statement = select(Enrolment).where(Enrolment.tenant_id == tenant_id, Enrolment.person_id.in_(list(person_ids)),
                                        present(Enrolment))
    return list(session.scalars(statement.order_by(Enrolment.school_year, Enrolment.term, Enrolment.begun_on,
                                                   Enrolment.id)))


def enrolments_on(session: Session, tenant_id: str, person_ids: Iterable[uuid.UUID], day: dt.date) -> list[Enrolment]:
    """The enrolments that ran on a day."""
    found: dict[uuid.UUID, list[Enrolment]] = {}
    for one in list_enrolments(session, tenant_id, person_ids):
        found.setdefault(one.person_id, []).append(one)
    return [one for rows in found.values() for one in running(rows, day)]


def schools_now(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID] | None = None) -> dict[uuid.UUID, uuid.UUID]:
    """The school each person is at now, of these persons or of all the tenant has: that of the enrolment that runs, as
    `rules.terms.running` tells it. Who has left, or finished, has none."""
    own = [Enrolment.tenant_id == tenant_id, present(Enrolment)]
    if person_ids is not None:
        own.append(Enrolment.person_id.in_(person_ids))
    newest = select(Enrolment.person_id, func.max(TERM).label("term")).where(*own).group_by(Enrolment.person_id).subquery()
    found: dict[uuid.UUID, uuid.UUID] = dict(session.execute(select(Enrolment.person_id, Enrolment.unit_id).join(
        newest, and_(newest.c.person_id == Enrolment.person_id, newest.c.term == TERM)).where(
        *own, Enrolment.ended_on.is_(None)).order_by(Enrolment.id)).all())
    return found


def list_guardians(session: Session, person: Person) -> list[Guardian]:
    """The guardians of a person."""
    statement = select(Guardian).where(Guardian.tenant_id == person.tenant_id, Guardian.person_id == person.id,
                                       present(Guardian))
    return list(session.scalars(statement.order_by(Guardian.id)))


def list_statuses(session: Session, tenant_id: str, subject_ids: Iterable[uuid.UUID],
                  on: dt.date | None = None) -> list[Status]:
    """The statuses of these persons or households, oldest first; with a day those true on it."""
    statement = select(Status).where(Status.tenant_id == tenant_id, Status.subject_id.in_(list(subject_ids)),
                                     present(Status))
    if on is not None:
        statement = statement.where(Status.since <= on, or_(Status.until.is_(None), Status.until > on))
    return list(session.scalars(statement.order_by(Status.since, Status.id)))


def categories_on(session: Session, person: Person, day: dt.date) -> frozenset[str]:
    """A person's categories on a day: their own statuses and those of their household."""
    subjects = [person.id, *([person.household_id] if person.household_id else [])]
    return frozenset(one.kind for one in list_statuses(session, person.tenant_id, subjects, day))


def spans_of(statuses: Iterable[Status]) -> list[Span]:
    """Statuses as the rules take them."""
    return [Span(one.kind, one.since, one.until) for one in statuses]


def household_income(session: Session, household: Household, year: int, quarters: Sequence[int] = ()) -> Income:
    """A household's income of a year, or of some quarters of it, by quarter and by kind."""
    statement = select(HouseholdIncome).where(
        HouseholdIncome.tenant_id == household.tenant_id, HouseholdIncome.household_id == household.id,
        HouseholdIncome.year == year, present(HouseholdIncome))
    if quarters:
        statement = statement.where(HouseholdIncome.quarter.in_(quarters))
    return add_up(Figure(one.year, one.quarter, one.kind, one.amount) for one in session.scalars(statement))


def newest_income_year(session: Session, household: Household, day: dt.date) -> int | None:
    """The newest year, not after a day, for which income was noted."""
    return session.scalar(select(func.max(HouseholdIncome.year)).where(
        HouseholdIncome.tenant_id == household.tenant_id, HouseholdIncome.household_id == household.id,
        HouseholdIncome.year <= day.year, present(HouseholdIncome)))


@dataclass(frozen=True)
class VillageCount:
    """The households of one village, with the codes of village and township."""

    village: str
    village_code: str
    township: str
    township_code: str
    households: int
    persons: int


def count_by_village(session: Session, scope: Scope) -> list[VillageCount]:
    """Households and persons for each village in scope (乡–村–户), in the order of the tree."""
    households = select(Household.unit_id, func.count(Household.id)).where(criterion(Household, scope),
                                                                            present(Household))
    persons = select(Household.unit_id, func.count(Person.id)).join(
        Person, and_(Person.tenant_id == Household.tenant_id, Person.household_id == Household.id)).where(
        criterion(Household, scope), present(Household), present(Person))
    counts = {row[0]: row[1] for row in session.execute(households.group_by(Household.unit_id))}
    heads = {row[0]: row[1] for row in session.execute(persons.group_by(Household.unit_id))}
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(list(counts))))}
    above = {unit.id: unit for unit in session.scalars(
        select(Unit).where(Unit.id.in_([unit.parent_id for unit in units.values()])))}
    found = []
    for unit in sorted(units.values(), key=lambda unit: unit.path):
        township = above.get(unit.parent_id) if unit.parent_id else None
        found.append(VillageCount(unit.name, unit.code, township.name if township else "",
                                  township.code if township else "", counts[unit.id], heads.get(unit.id, 0)))
    return found


def count_dropped_out(session: Session, household: Household, day: dt.date) -> int:
    """How many members of a household have dropped out of school and not come back."""
    members = [member.id for member in list_members(session, household)]
    last: dict[uuid.UUID, Enrolment] = {}
    for one in list_enrolments(session, household.tenant_id, members):
        if one.begun_on is None or one.begun_on <= day:
            last[one.person_id] = one
    return sum(one.ending == "dropped_out" and (one.ended_on is None or one.ended_on <= day)
               for one in last.values())
