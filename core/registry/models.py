"""The tables of the registry. A row is the present state, true from `holds_from`; earlier ones are `Past`.

Nothing refers across tenants: a child whose home, school and payer are three counties is three persons, joined by
the keyed hash of the identity number (`id_number_key`), each side with its own rows and its own mask of the others'.
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, Yuan, new_id, utcnow
from core.privacy.columns import key_column, mask_column, sealed_column
from core.units.rules.levels import BEGINNING


def _text(length: int) -> String:
    """Text compared byte by byte on both databases, so that a prefix is a range and pages agree."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def subject_of(model: type[Any], record_id: uuid.UUID) -> str:
    """How the trail names a record of a table of the registry; the table without its prefix is its ledger."""
    return f"core.{model.__tablename__.removeprefix('registry_')}:{record_id}"


class Record(TenantScoped):
    """What every table of the registry has. `version` is the optimistic lock: a row written by two people at once
    is refused to the second."""

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id, sort_order=-9)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id, sort_order=-8)
    version: Mapped[int] = mapped_column(default=1, sort_order=90)
    #: put aside by a clerk, and brought back by undoing; never shown meanwhile
    removed_at: Mapped[dt.datetime | None] = mapped_column(sort_order=91)
    #: a county's own columns, as its plan declares them
    extra: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, sort_order=92)

    @property
    def subject(self) -> str:
        """How the trail names the record, as its ledger does: "core.persons:…"."""
        return subject_of(type(self), self.id)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


class Dated(Record):
    """A record whose earlier states are kept."""

    #: the day from which the state in this row holds; a row nobody has changed holds from the beginning
    holds_from: Mapped[dt.date] = mapped_column(default=BEGINNING, sort_order=89)


def _scoped(table: str) -> Index:
    return Index(f"ix_{table}_tenant_id_unit_id_id", "tenant_id", "unit_id", "id")


def _within(column: str, table: str, target: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"],
                                name=f"fk_{table}_{column}")


class Household(Dated, Base):
    """A household (户) as the 建档立卡 form describes it; `unit_id` is its village."""

    __tablename__ = "registry_households"

    number: Mapped[str] = mapped_column(_text(40), default="")
    head_name: Mapped[str] = mapped_column(_text(80), default="")
    head_name_key: Mapped[str] = mapped_column(_text(80), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    identified_on: Mapped[dt.date | None]
    #: national or provincial line (国家标准, 省定标准)
    standard: Mapped[str] = mapped_column(String(24), default="")
    kind: Mapped[str] = mapped_column(String(24), default="")
    #: one main cause and at most two others of `rules.CAUSES`
    main_cause: Mapped[str] = mapped_column(String(24), default="")
    causes: Mapped[list[str]] = mapped_column(Json, default=list)
    #: ㎡, exact to two places
    housing_area: Mapped[Decimal | None] = mapped_column(Yuan)
    housing_structure: Mapped[str] = mapped_column(String(24), default="")
    #: A to D
    housing_danger: Mapped[str] = mapped_column(String(4), default="")
    water: Mapped[bool | None]
    power: Mapped[bool | None]
    helper_name: Mapped[str] = mapped_column(String(80), default="")
    helper_unit: Mapped[str] = mapped_column(String(120), default="")
    helper_post: Mapped[str] = mapped_column(String(80), default="")
    helper_phone_sealed: Mapped[bytes | None] = sealed_column("phone")
    helper_phone_key: Mapped[str | None] = key_column()
    helper_phone_mask: Mapped[str] = mask_column()
    #: active, exited, closed
    state: Mapped[str] = mapped_column(String(12), default="active")
    exited_on: Mapped[dt.date | None]

    __table_args__ = (
        _scoped("registry_households"),
        Index("ix_registry_households_tenant_id_number_id", "tenant_id", "number", "id"),
        Index("ix_registry_households_tenant_id_head_name_id", "tenant_id", "head_name", "id"),
        Index("ix_registry_households_tenant_id_head_name_key_id", "tenant_id", "head_name_key", "id"),
        Index("ix_registry_households_tenant_id_identified_on_id", "tenant_id", "identified_on", "id"),
    )


class HouseholdIncome(Record, Base):
    """One figure of a household's income or costs: a quarter's, or with quarter 0 a whole year's."""

    __tablename__ = "registry_household_incomes"

    household_id: Mapped[uuid.UUID] = mapped_column(Id)
    year: Mapped[int] = mapped_column(SmallInteger)
    quarter: Mapped[int] = mapped_column(SmallInteger, default=0)
    #: wage, business, transfer, property or cost
    kind: Mapped[str] = mapped_column(String(12))
    amount: Mapped[Decimal] = mapped_column(Yuan)
    note: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        _scoped("registry_household_incomes"),
        _within("household_id", "registry_household_incomes", "registry_households"),
        Index("ix_registry_household_incomes_household", "tenant_id", "household_id", "year", "quarter"),
        Index("ix_registry_household_incomes_tenant_id_year_id", "tenant_id", "year", "id"),
    )


class Person(Dated, Base):
    """One person (人) through all stages and schools; `unit_id` is where they live, or where they were entered."""

    __tablename__ = "registry_persons"

    household_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: to the head of the household
    relation: Mapped[str] = mapped_column(String(20), default="")
    name: Mapped[str] = mapped_column(_text(80))
    #: `rules.names.name_key` of the name
    name_key: Mapped[str] = mapped_column(_text(80))
    sex: Mapped[str] = mapped_column(String(8), default="")
    birth_on: Mapped[dt.date | None]
    #: citizen, none, or another document of `rules.ID_KINDS`
    id_kind: Mapped[str] = mapped_column(String(16), default="citizen")
    id_number_sealed: Mapped[bytes | None] = sealed_column("id_number")
    id_number_key: Mapped[str | None] = key_column()
    id_number_mask: Mapped[str] = mask_column()
    phone_sealed: Mapped[bytes | None] = sealed_column("phone")
    phone_key: Mapped[str | None] = key_column()
    phone_mask: Mapped[str] = mask_column()
    bank_card_sealed: Mapped[bytes | None] = sealed_column("bank_card")
    bank_card_key: Mapped[str | None] = key_column()
    bank_card_mask: Mapped[str] = mask_column()
    register_number_sealed: Mapped[bytes | None] = sealed_column("register_number")
    register_number_key: Mapped[str | None] = key_column()
    register_number_mask: Mapped[str] = mask_column()
    #: the division code of the registered home (户籍地), where it is not this tenant
    home_code: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    ethnicity: Mapped[str] = mapped_column(String(20), default="")
    schooling: Mapped[str] = mapped_column(String(24), default="")
    health: Mapped[str] = mapped_column(String(24), default="")
    labour: Mapped[str] = mapped_column(String(24), default="")
    #: of `rules.words.WORKS`; empty where nobody has said
    work: Mapped[str] = mapped_column(String(24), default="")
    #: insured for medical treatment, and for old age (城乡居民基本医疗、养老保险); None where nobody has said
    medical_insurance: Mapped[bool | None]
    pension_insurance: Mapped[bool | None]
    died_on: Mapped[dt.date | None]
    merged_into: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: active, merged, erased
    state: Mapped[str] = mapped_column(String(12), default="active")

    __table_args__ = (
        _scoped("registry_persons"),
        _within("household_id", "registry_persons", "registry_households"),
        Index("ix_registry_persons_tenant_id_household_id", "tenant_id", "household_id"),
        Index("ix_registry_persons_tenant_id_name_id", "tenant_id", "name", "id"),
        Index("ix_registry_persons_tenant_id_name_key_id", "tenant_id", "name_key", "id"),
        Index("ix_registry_persons_tenant_id_birth_on_id", "tenant_id", "birth_on", "id"),
        Index("ix_registry_persons_tenant_id_id_number_key", "tenant_id", "id_number_key"),
        Index("ix_registry_persons_tenant_id_id_number_mask_id", "tenant_id", "id_number_mask", "id"),
        Index("ix_registry_persons_tenant_id_phone_key", "tenant_id", "phone_key"),
        Index("ix_registry_persons_tenant_id_bank_card_key", "tenant_id", "bank_card_key"),
        Index("ix_registry_persons_tenant_id_register_number_key", "tenant_id", "register_number_key"),
        # across tenants, for those who may look: a child known to another county
        Index("ix_registry_persons_id_number_key", "id_number_key"),
        Index("ix_registry_persons_tenant_id_merged_into", "tenant_id", "merged_into"),
    )


class Guardian(Dated, Base):
    """Who stands for a minor, and what they have agreed to."""

    __tablename__ = "registry_guardians"

    person_id: Mapped[uuid.UUID] = mapped_column(Id)
    name: Mapped[str] = mapped_column(_text(80))
    relation: Mapped[str] = mapped_column(String(20), default="")
    phone_sealed: Mapped[bytes | None] = sealed_column("phone")
    phone_key: Mapped[str | None] = key_column()
    phone_mask: Mapped[str] = mask_column()
    #: the guardian's own record, where there is one in this tenant
    guardian_person_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: written, electronic or statutory (履行法定职责, which needs no consent but must inform)
    consent_kind: Mapped[str] = mapped_column(String(16), default="")
    consent_on: Mapped[dt.date | None]
    consent_until: Mapped[dt.date | None]
    consent_document_id: Mapped[uuid.UUID | None] = mapped_column(Id)

    __table_args__ = (
        _scoped("registry_guardians"),
        _within("person_id", "registry_guardians", "registry_persons"),
        Index("ix_registry_guardians_tenant_id_person_id", "tenant_id", "person_id"),
        Index("ix_registry_guardians_tenant_id_phone_key", "tenant_id", "phone_key"),
        Index("ix_registry_guardians_tenant_id_name_id", "tenant_id", "name", "id"),
        Index("ix_registry_guardians_tenant_id_guardian_person_id", "tenant_id", "guardian_person_id"),
    )


class Enrolment(Dated, Base):
    """A person at a school for one term. `unit_id` is the school; of one who studies elsewhere the county's own
    unit, with the place's code and the school's name."""

    __tablename__ = "registry_enrolments"

    person_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: 2016 is 2016–2017
    school_year: Mapped[int] = mapped_column(SmallInteger)
    #: 1 autumn, 2 spring
    term: Mapped[int] = mapped_column(SmallInteger, default=1)
    #: a single code of `core.tenancy.stages`
    stage: Mapped[str] = mapped_column(String(16))
    grade: Mapped[int | None] = mapped_column(SmallInteger)
    class_name: Mapped[str] = mapped_column(_text(40), default="")
    boarding: Mapped[bool] = mapped_column(default=False)
    begun_on: Mapped[dt.date | None]
    #: the first day on which the person is no longer there; empty: they stayed to the end of the term (`rules.terms`)
    ended_on: Mapped[dt.date | None]
    #: promoted, transferred, graduated, suspended, dropped_out, died, or empty
    ending: Mapped[str] = mapped_column(String(16), default="")
    #: where a graduate went, of `rules.words.DESTINATIONS`; empty where nobody has said
    destination: Mapped[str] = mapped_column(String(16), default="")
    elsewhere_place: Mapped[str] = mapped_column(String(20), default="")
    elsewhere_school: Mapped[str] = mapped_column(String(120), default="")
    register_number_sealed: Mapped[bytes | None] = sealed_column("register_number")
    register_number_key: Mapped[str | None] = key_column()
    register_number_mask: Mapped[str] = mask_column()

    __table_args__ = (
        _scoped("registry_enrolments"),
        _within("person_id", "registry_enrolments", "registry_persons"),
        Index("ix_registry_enrolments_person", "tenant_id", "person_id", "school_year", "term"),
        Index("ix_registry_enrolments_class", "tenant_id", "unit_id", "school_year", "term", "stage", "grade",
              "class_name"),
        Index("ix_registry_enrolments_tenant_id_school_year_id", "tenant_id", "school_year", "id"),
        Index("ix_registry_enrolments_tenant_id_register_number_key", "tenant_id", "register_number_key"),
    )


class Staff(Dated, Base):
    """Someone who works at a school or office (`unit_id`), for the time of that post."""

    __tablename__ = "registry_staff"

    person_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    name: Mapped[str] = mapped_column(_text(80))
    name_key: Mapped[str] = mapped_column(_text(80))
    sex: Mapped[str] = mapped_column(String(8), default="")
    birth_on: Mapped[dt.date | None]
    #: as of a person
    id_kind: Mapped[str] = mapped_column(String(16), default="citizen")
    id_number_sealed: Mapped[bytes | None] = sealed_column("id_number")
    id_number_key: Mapped[str | None] = key_column()
    id_number_mask: Mapped[str] = mask_column()
    phone_sealed: Mapped[bytes | None] = sealed_column("phone")
    phone_key: Mapped[str | None] = key_column()
    phone_mask: Mapped[str] = mask_column()
    post: Mapped[str] = mapped_column(String(40), default="")
    rank: Mapped[str] = mapped_column(String(40), default="")
    party_member: Mapped[bool] = mapped_column(default=False)
    #: 编制: public, contract or other of `rules.ESTABLISHMENTS`
    establishment: Mapped[str] = mapped_column(String(16), default="")
    retires_on: Mapped[dt.date | None]
    teaching_class: Mapped[str] = mapped_column(_text(40), default="")
    #: active, away, retired, left
    state: Mapped[str] = mapped_column(String(12), default="active")
    since: Mapped[dt.date | None]
    #: the first day out of this post
    until: Mapped[dt.date | None]

    __table_args__ = (
        _scoped("registry_staff"),
        Index("ix_registry_staff_tenant_id_name_id", "tenant_id", "name", "id"),
        Index("ix_registry_staff_tenant_id_name_key_id", "tenant_id", "name_key", "id"),
        Index("ix_registry_staff_tenant_id_retires_on_id", "tenant_id", "retires_on", "id"),
        Index("ix_registry_staff_tenant_id_id_number_key", "tenant_id", "id_number_key"),
        Index("ix_registry_staff_tenant_id_person_id", "tenant_id", "person_id"),
    )


class SchoolFacts(Dated, Base):
    """What a plan may ask of a school beyond its name and place."""

    __tablename__ = "registry_school_facts"

    #: kindergarten, primary, junior, nine_year, senior, complete, twelve_year, vocational, special, college, point
    kind: Mapped[str] = mapped_column(String(16), default="")
    stages: Mapped[list[str]] = mapped_column(Json, default=list)
    #: whose school it is: township, county, city, province, country
    owner_level: Mapped[str] = mapped_column(String(12), default="")
    #: public, inclusive_private (普惠民办), private
    ownership: Mapped[str] = mapped_column(String(20), default="public")
    approved: Mapped[bool] = mapped_column(default=True)
    boarding: Mapped[bool] = mapped_column(default=False)
    #: urban, town, rural (城区、镇区、乡村); empty where nobody has said
    locality: Mapped[str] = mapped_column(String(16), default="")

    __table_args__ = (
        _scoped("registry_school_facts"),
        Index("uq_registry_school_facts_tenant_id_unit_id", "tenant_id", "unit_id", unique=True),
    )


class Status(Record, Base):
    """A dated fact about a person or a household: 建档立卡, 低保, 孤儿, 脱贫, 监测对象 … Two of one kind never overlap."""

    __tablename__ = "registry_statuses"

    #: person or household
    subject_kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: a code of `rules.statuses`
    kind: Mapped[str] = mapped_column(String(32))
    since: Mapped[dt.date]
    #: the first day on which it is no longer true
    until: Mapped[dt.date | None]
    #: where it was learnt: a list, a document, a visit
    source: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(String(200), default="")
    #: who entered it, and who ended it
    noted_by: Mapped[str] = mapped_column(String(80), default="")
    ended_by: Mapped[str] = mapped_column(String(80), default="")

    __table_args__ = (
        _scoped("registry_statuses"),
        Index("ix_registry_statuses_subject", "tenant_id", "subject_id", "kind", "since"),
        Index("ix_registry_statuses_tenant_id_kind_since", "tenant_id", "kind", "since"),
        Index("ix_registry_statuses_tenant_id_since_id", "tenant_id", "since", "id"),
    )


class Past(TenantScoped, Base):
    """A state that is no longer true: it held from `since` up to but not including `until`. Of sealed values the
    masks alone are kept."""

    __tablename__ = "registry_past"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    #: the table of the record
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[uuid.UUID] = mapped_column(Id)
    since: Mapped[dt.date]
    until: Mapped[dt.date]
    values: Mapped[dict[str, Any]] = mapped_column(Json)
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[dt.datetime] = mapped_column(default=utcnow)

    __table_args__ = (Index("ix_registry_past_subject", "tenant_id", "subject_id", "since"),)


class Moved(TenantScoped, Base):
    """A record that followed a change of the tree, and where it stood before, so that it can go back. Ledgers of
    other slices and of plugins use it too."""

    __tablename__ = "registry_moved"

    operation_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    record_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    #: the table of the record
    subject_kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    from_id: Mapped[uuid.UUID] = mapped_column(Id)
    to_id: Mapped[uuid.UUID] = mapped_column(Id)


class PersonMerge(Record, Base):
    """Two records found to be one person, with all that is needed to part them again."""

    __tablename__ = "registry_person_merges"

    kept_id: Mapped[uuid.UUID] = mapped_column(Id)
    merged_id: Mapped[uuid.UUID] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(String(400))
    #: table and column → the ids of the records that went over, and what the kept record took from the other
    detail: Mapped[dict[str, Any]] = mapped_column(Json)
    done_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    done_by: Mapped[str] = mapped_column(String(80))
    undone_at: Mapped[dt.datetime | None]
    undone_by: Mapped[str] = mapped_column(String(80), default="")

    __table_args__ = (
        _scoped("registry_person_merges"),
        Index("ix_registry_person_merges_tenant_id_kept_id", "tenant_id", "kept_id"),
        Index("ix_registry_person_merges_tenant_id_merged_id", "tenant_id", "merged_id"),
    )
