"""Counties filled in the database: what stands there refers to what stands there, and opens."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.errors import InvalidInput, NotFound
from core.extensions import Database, all_tenants, tenant_scope
from core.privacy import vault_of
from core.privacy.columns import sensitive_fields
from core.registry.elsewhere import find_elsewhere
from core.registry.models import (
    Enrolment,
    Guardian,
    Household,
    HouseholdIncome,
    Person,
    SchoolFacts,
    Staff,
    Status,
)
from core.registry.queries import find_person_by_id
from core.registry.rules.documents import read_document
from core.synthetic.queries import County
from core.synthetic.services import ACTOR, Wish, fill, plan_run
from core.tenancy.queries import find_tenant
from core.trail.models import TrailEntry
from core.units.models import Kind, Unit, UnitOperation

#: with this seed children of 甲县 go to school in 乙县
WISH = Wish(seed=2, faults=.05)


def _counties(database: Database, students: int = 240, wish: Wish = WISH) -> list[County]:
    with database.session() as session:
        return plan_run(session, "99", students, wish)


def test_two_counties_refer_to_themselves_alone_and_share_the_keys_of_their_pupils(counties: Database, tmp_path: Path) -> None:
    wish = replace(WISH, truth=tmp_path / "truth")
    run = _counties(counties, wish=wish)
    assert [(one.unit.code, one.size, one.founded) for one in run] == [("990101", 180, True), ("990102", 60, False)]
    outcome = fill(counties, run, wish)
    assert outcome.filled == ["甲县", "乙县"]
    with counties.session() as session, all_tenants(session, "核对"):
        for model in (Household, Person, Guardian, Enrolment, Staff, SchoolFacts, Status, HouseholdIncome):
            assert session.scalar(select(func.count()).select_from(model)) == outcome.rows[model.__tablename__] > 0
        persons = {(one.tenant_id, one.id): one for one in session.scalars(select(Person))}
        households = {(one.tenant_id, one.id) for one in session.scalars(select(Household))}
        units = {one.id: one for one in session.scalars(select(Unit))}
        assert all((one.tenant_id, one.household_id) in households for one in persons.values() if one.household_id)
        subjects = households | set(persons)
        for status in session.scalars(select(Status)):
            assert (status.tenant_id, status.subject_id) in subjects
        for enrolment in session.scalars(select(Enrolment)):
            assert (enrolment.tenant_id, enrolment.person_id) in persons
            unit = units[enrolment.unit_id]
            assert unit.kind == (Kind.DIVISION if enrolment.elsewhere_place else Kind.SCHOOL)
            assert unit.path.startswith(units_path(units, enrolment.tenant_id))
        for row in persons.values():
            assert units[row.unit_id].path.startswith(units_path(units, row.tenant_id))
        sent = session.scalars(select(Enrolment).where(Enrolment.tenant_id == "990101", Enrolment.elsewhere_place == "990102",
                                                       Enrolment.term == 1)).all()
        keys = {persons["990101", one.person_id].id_number_key for one in sent}
        came = {one.id_number_key for one in persons.values() if one.tenant_id == "990102" and one.home_code == "990101"}
        assert keys and keys == came
    with (tmp_path / "truth" / "990101.csv").open(encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    assert truth and {("990101", row["one_id"]) for row in truth} <= {(tenant, str(person)) for tenant, person in persons}
    assert {row["other_id"] for row in truth} <= {str(person) for _, person in persons}


def units_path(units: dict[object, Unit], tenant_id: str) -> str:
    """Where a tenant's unit stands."""
    return next(unit.path for unit in units.values() if unit.code == tenant_id)


def test_sealed_numbers_open_and_are_masked(sqlite_counties: Database) -> None:
    fill(sqlite_counties, _counties(sqlite_counties, 160), WISH)
    with sqlite_counties.session() as session, tenant_scope(session, "990101"):
        vault = vault_of(session)
        for model in (Household, Person, Guardian, Staff, Enrolment):
            for name, field in sensitive_fields(model).items():
                row = session.scalars(select(model).where(getattr(model, f"{name}_key").is_not(None)).limit(1)).first()
                assert row is not None, (model, name)
                text = vault.open(field.purpose, row.id, getattr(row, field.sealed))
                assert getattr(row, f"{name}_key") == vault.index(field.kind, text)
                assert "*" in getattr(row, f"{name}_mask") and text not in getattr(row, f"{name}_mask")


def test_documents_stand_in_the_registry_as_they_were_made(sqlite_counties: Database) -> None:
    fill(sqlite_counties, _counties(sqlite_counties, 2_000), WISH)
    with sqlite_counties.session() as session, tenant_scope(session, "990101"):
        vault = vault_of(session)
        for model in (Person, Staff):
            kinds = dict(session.execute(select(model.id_kind, func.count()).group_by(model.id_kind)).all())
            assert kinds["citizen"] > sum(kinds.values()) * .9 and set(kinds) & {"pass_hk_mo", "pass_tw", "passport", "settled", "booklet"}
            for row in session.scalars(select(model).where(model.id_kind.not_in(("citizen", "none")))):
                number = vault.open(f"{model.__tablename__}.id_number", row.id, row.id_number_sealed or b"")
                assert not read_document(row.id_kind, number).message and row.id_number_mask != number
        lives = {(row.work != "none", row.medical_insurance is not None, row.pension_insurance is not None)
                 for row in session.scalars(select(Person))}
        assert lives == {(True, True, True), (False, True, True), (False, True, False)}  # adults, and children
        holder = session.scalars(select(Person).where(Person.id_kind == "pass_hk_mo")).first()
        assert holder is not None
        number = vault.open("registry_persons.id_number", holder.id, holder.id_number_sealed or b"")
        assert find_person_by_id(session, "990101", number) is holder


def test_a_run_that_was_cut_off_goes_on_and_ends_as_if_it_had_not_been(sqlite_counties: Database) -> None:
    run = _counties(sqlite_counties, 160)

    def pull_the_plug(county: County) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(sqlite_counties, run, WISH, pull_the_plug)
    outcome = fill(sqlite_counties, _counties(sqlite_counties, 160), WISH)
    assert (outcome.filled, outcome.left) == (["乙县"], ["甲县"])
    again = fill(sqlite_counties, _counties(sqlite_counties, 160), WISH)
    assert (again.filled, again.rows) == ([], {})
    with sqlite_counties.session() as session, all_tenants(session, "核对"):
        entries = session.scalars(select(TrailEntry).where(TrailEntry.subject.startswith("CS:")).order_by(TrailEntry.id)).all()
        assert [one.tenant_id for one in entries] == ["990101", "990102"]
        assert session.scalar(select(func.count(Person.id)).where(Person.home_code == "990101"))


def test_schools_that_are_there_are_used_and_the_others_founded_in_one_change(sqlite_counties: Database) -> None:
    fill(sqlite_counties, _counties(sqlite_counties, 160), WISH)
    with sqlite_counties.session() as session:
        operations = session.scalars(select(UnitOperation)).all()
        assert len(operations) == 2 and all("虚构学校" in one.sentence for one in operations)
        schools = {one.code: one for one in session.scalars(select(Unit).where(Unit.kind == Kind.SCHOOL))}
        by_id = {one.id: one for one in session.scalars(select(Unit))}
        for school in schools.values():
            parent = by_id[school.parent_id]
            assert school.path.startswith(parent.path) and school.depth == parent.depth + 1 and school.level == parent.level
        town = session.scalars(select(Unit.path).where(Unit.code == "990101100")).one()
        primary = [one.name for one in schools.values() if one.path.startswith(town) and "小学" in one.name]
        assert primary == ["甲一镇中心小学"] and "测试小学（乙一镇）" in {one.name for one in schools.values()}
        assert find_tenant(session, "990102") is not None
    with sqlite_counties.session() as session, tenant_scope(session, "990101"):
        facts = {one.unit_id for one in session.scalars(select(SchoolFacts))}
        assert schools["990101-S01"].id in facts and schools["990101-S02"].id in facts


def test_who_looks_finds_the_pupil_of_two_counties_in_both(sqlite_counties: Database) -> None:
    fill(sqlite_counties, _counties(sqlite_counties), WISH)
    with sqlite_counties.session() as session, tenant_scope(session, "990102"):
        key = session.scalars(select(Person.id_number_key).where(Person.home_code == "990101").limit(1)).one()
    with sqlite_counties.session(write=True) as session:
        found = find_elsewhere(session, ACTOR, key or "", "核对就读情况", tenant_id="990102")
        assert {one.tenant_id for one in found} == {"990101"}


@pytest.mark.parametrize(("students", "wish", "error"), [
    (0, WISH, InvalidInput), (2_000_001, WISH, InvalidInput), (100, Wish(year=2013), InvalidInput),
    (100, Wish(year=2999), InvalidInput), (1_500_000, WISH, InvalidInput)])
def test_a_run_that_cannot_be_is_refused(sqlite_counties: Database, students: int, wish: Wish, error: type[Exception]) -> None:
    with sqlite_counties.session() as session, pytest.raises(error):
        plan_run(session, "99", students, wish)


def test_pupils_are_shared_out_to_the_last_one(sqlite_counties: Database) -> None:
    with sqlite_counties.session() as session:
        for students in (1, 2, 3, 101, 9_999):
            assert sum(one.size for one in plan_run(session, "99", students, WISH)) == students
        assert [one.unit.name for one in plan_run(session, "99", 50, WISH, "乙县")] == ["乙县"]
        with pytest.raises(NotFound):
            plan_run(session, "99", 50, WISH, "丙县")
