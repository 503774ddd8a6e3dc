"""What the pages of people read, within the reader's scope."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import criterion, get_scoped, in_scope
from core.errors import N_, NotFound
from core.privacy.vault import vault_of
from core.registry.models import Enrolment, Household, Person, PersonMerge, SchoolFacts, Staff, Status
from core.registry.queries import get_person, get_record, list_enrolments, present
from core.registry.rules.documents import wanted_numbers
from core.registry.rules.names import name_key
from core.units.models import Unit

_LAST = "\U0010ffff"
PAGE = 100
#: where those without a household stand in the order: after all others
NO_HOUSEHOLD = uuid.UUID(int=2**128 - 1)


def find_reachable(session: Session, persons: Scope, enrolments: Scope, person_id: uuid.UUID) -> Person:
    """A person in scope by where their record stands, or as a pupil of a school in scope; of one that was merged
    the record they are now. NotFound beyond both."""
    try:
        return get_person(session, persons, person_id)
    except NotFound:
        statement = select(Enrolment.tenant_id).where(Enrolment.person_id == person_id, present(Enrolment))
        tenant_id = session.scalars(in_scope(statement, Enrolment, enrolments).limit(1)).first()
        if tenant_id is None:
            raise
    found = get_record(session, Person, tenant_id, person_id)
    if found.removed_at is not None or found.state == "merged":
        raise NotFound(N_("没有这个人，或者不在您的范围内"))
    return found


def get_household(session: Session, scope: Scope, household_id: uuid.UUID) -> Household:
    """A household in scope that has not been removed, or NotFound."""
    found = get_scoped(session, Household, household_id, scope)
    if found.removed_at is not None:
        raise NotFound(N_("没有这一户，或者它已移除"))
    return found


def enrolments_seen(session: Session, person: Person, scope: Scope) -> list[Enrolment]:
    """The whole chain of a person whose record is in scope; of another the part at schools in scope."""
    own = session.scalars(in_scope(select(Person.id).where(Person.id == person.id), Person, scope)).first()
    found = list_enrolments(session, person.tenant_id, [person.id])
    if own is not None:
        return found
    seen = set(session.scalars(in_scope(select(Enrolment.id).where(Enrolment.person_id == person.id), Enrolment, scope)))
    return [one for one in found if one.id in seen]


def list_merges(session: Session, tenant_id: str, person_id: uuid.UUID | None = None, limit: int = 50) -> list[PersonMerge]:
    """Merges of a tenant, or those a person was part of, newest first."""
    statement = select(PersonMerge).where(PersonMerge.tenant_id == tenant_id)
    if person_id is not None:
        statement = statement.where(or_(PersonMerge.kept_id == person_id, PersonMerge.merged_id == person_id))
    return list(session.scalars(statement.order_by(PersonMerge.id.desc()).limit(limit)))


def search_persons(session: Session, scope: Scope, words: str, limit: int) -> list[Person]:
    """Persons in scope by the whole number of a document or of the register, by a masked number, or by the beginning of the name."""
    if "*" in words:
        where: Any = Person.id_number_mask == words.replace(" ", "")
    elif numbers := wanted_numbers(words):
        vault = vault_of(session)
        where = or_(*(getattr(Person, f"{kind}_key").in_([key for number in numbers for key in vault.indexes(kind, number)])
                      for kind in ("id_number", "register_number")))
    else:
        key = name_key(words)
        if not key:
            return []
        where = and_(Person.name_key >= key, Person.name_key < key + _LAST)
    statement = select(Person).where(criterion(Person, scope), present(Person), where)
    return list(session.scalars(statement.order_by(Person.name_key, Person.id).limit(limit)))


def search_households(session: Session, scope: Scope, words: str, limit: int) -> list[Household]:
    """Households in scope by the beginning of the head's name or of their number."""
    key = name_key(words)
    if not key:
        return []
    named = and_(Household.head_name_key >= key, Household.head_name_key < key + _LAST)
    numbered = and_(Household.number >= words, Household.number < words + _LAST)
    statement = select(Household).where(criterion(Household, scope), present(Household), or_(named, numbered))
    return list(session.scalars(statement.order_by(Household.head_name_key, Household.id).limit(limit)))


@dataclass(frozen=True)
class Pupil:
    """A line of the ledger by household: a person with where they study in the term asked about."""

    person: Person
    household: Household | None
    enrolment: Enrolment
    school: str


def list_by_household(session: Session, persons: Scope, school_year: int, term: int, *, stage: str = "", category: str = "",
                      day: dt.date, after: tuple[uuid.UUID, uuid.UUID] | None = None, limit: int = PAGE) -> list[Pupil]:
    """Those whose home is in scope and who study in a term, at whatever stage and wherever, household by household.
    `category`: of those only whose own status, or whose household's, is of this kind on `day`."""
    none = NO_HOUSEHOLD
    home = func.coalesce(Person.household_id, none, type_=Person.household_id.type)
    statement = select(Person, Household, Enrolment, Unit.name).join(
        Enrolment, and_(Enrolment.tenant_id == Person.tenant_id, Enrolment.person_id == Person.id)).outerjoin(
        Household, and_(Household.tenant_id == Person.tenant_id, Household.id == Person.household_id)).join(
        Unit, Unit.id == Enrolment.unit_id).where(
        criterion(Person, persons), present(Person), present(Enrolment), Enrolment.ended_on.is_(None),
        Enrolment.school_year == school_year, Enrolment.term == term)
    if stage:
        statement = statement.where(Enrolment.stage == stage)
    if category:
        statement = statement.where(exists().where(
            Status.tenant_id == Person.tenant_id, or_(Status.subject_id == Person.id, Status.subject_id == Person.household_id),
            Status.kind == category, Status.since <= day, or_(Status.until.is_(None), Status.until > day), present(Status)))
    if after is not None:
        statement = statement.where(or_(home > after[0], and_(home == after[0], Person.id > after[1])))
    rows = session.execute(statement.order_by(home, Person.id).limit(limit))
    return [Pupil(person, household, enrolment, enrolment.elsewhere_school or name)
            for person, household, enrolment, name in rows]


@dataclass(frozen=True)
class ClassCount:
    """The pupils of one class."""

    unit_id: uuid.UUID
    path: str
    stage: str
    grade: int | None
    class_name: str
    pupils: int
    boarders: int


def count_classes(session: Session, scope: Scope, school_year: int, term: int) -> list[ClassCount]:
    """Pupils who study in a term, counted once for each class in scope."""
    boarders = func.sum(case((Enrolment.boarding, 1), else_=0))
    columns = (Enrolment.unit_id, Unit.path, Enrolment.stage, Enrolment.grade, Enrolment.class_name)
    statement: Any = select(*columns, func.count(Enrolment.id), boarders).join(Unit, Unit.id == Enrolment.unit_id).join(
        Person, and_(Person.tenant_id == Enrolment.tenant_id, Person.id == Enrolment.person_id)).where(
        Enrolment.school_year == school_year, Enrolment.term == term, Enrolment.ended_on.is_(None), present(Enrolment), present(Person))
    rows = session.execute(in_scope(statement, Enrolment, scope).group_by(*columns))
    return [ClassCount(unit_id, path, stage, grade, name, pupils, int(living or 0))
            for unit_id, path, stage, grade, name, pupils, living in rows]


def list_class(session: Session, scope: Scope, unit_id: uuid.UUID, school_year: int, term: int, stage: str, grade: int | None,
               class_name: str) -> Sequence[Any]:
    """The pupils of one class, by name: what its count counts."""
    statement: Any = select(Person, Enrolment).join(
        Enrolment, and_(Enrolment.tenant_id == Person.tenant_id, Enrolment.person_id == Person.id)).where(
        Enrolment.unit_id == unit_id, Enrolment.school_year == school_year, Enrolment.term == term, Enrolment.stage == stage,
        Enrolment.grade == grade if grade is not None else Enrolment.grade.is_(None), Enrolment.class_name == class_name,
        Enrolment.ended_on.is_(None), present(Enrolment), present(Person))
    return session.execute(in_scope(statement, Enrolment, scope).order_by(Person.name_key, Person.id).limit(1_000)).all()


def newest_term(session: Session, scope: Scope) -> tuple[int, int] | None:
    """The newest school year and term that anybody in scope is enrolled for."""
    statement: Any = select(Enrolment.school_year, Enrolment.term).where(present(Enrolment))
    row = session.execute(in_scope(statement, Enrolment, scope).order_by(
        Enrolment.school_year.desc(), Enrolment.term.desc()).limit(1)).first()
    return (row[0], row[1]) if row else None


def find_school_facts(session: Session, tenant_id: str, unit_id: uuid.UUID) -> SchoolFacts | None:
    """What is noted of a school."""
    return session.scalars(select(SchoolFacts).where(SchoolFacts.tenant_id == tenant_id, SchoolFacts.unit_id == unit_id,
                                                     present(SchoolFacts))).first()


def list_staff(session: Session, scope: Scope, unit_id: uuid.UUID, limit: int = 200) -> list[Staff]:
    """Who works at a school or office now."""
    statement = select(Staff).where(Staff.unit_id == unit_id, Staff.state.in_(("active", "away")), present(Staff))
    return list(session.scalars(in_scope(statement, Staff, scope).order_by(Staff.name_key, Staff.id).limit(limit)))


def names_of_units(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Unit]:
    """Units by id."""
    wanted = list(set(ids))
    return {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(wanted)))} if wanted else {}
