"""Records follow a change of the tree and go back with it, on both databases."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import tenant_scope
from core.host.manager import PluginHost
from core.registry import services
from core.registry.models import (
    Enrolment,
    Guardian,
    Household,
    HouseholdIncome,
    Moved,
    Person,
    SchoolFacts,
    Staff,
    Status,
)
from core.units.models import Unit
from core.units.rules.orders import AssignRule, Merge, NewUnit, Split
from core.units.services import do_operation, plan_operation, undo_operation
from tests.factories.registry import ACTOR, JIA, make_enrolment, make_household, make_person
from tests.factories.units import make_unit

Units = dict[str, Unit]
TODAY = dt.date(2020, 1, 1)
VILLAGE, OTHER, SCHOOL = "990101100001", "990101100002", "990101-S02"
KINDS = (Household, HouseholdIncome, Person, Guardian, Status, Enrolment, Staff, SchoolFacts)


@pytest.fixture
def filled(session: Session, units: Units) -> Units:
    """Two households in the village, one member each, one of them at school; a teacher and the school's facts."""
    with tenant_scope(session, JIA):
        for number, name in enumerate(("样本甲", "样本乙"), start=1):
            household = make_household(session, units[VILLAGE], head_name=name, number=f"T00{number}", address=f"{number}组")
            person = make_person(session, units[VILLAGE], name=name, household_id=household.id)
            services.note_income(session, household, 2016, 1, "wage", Decimal("100"), ACTOR)
            services.note_guardian(session, person, {"name": "测试母"}, ACTOR)
            services.note_status(session, household, "filing_card", dt.date(2015, 1, 1), ACTOR)
            make_enrolment(session, person, units[SCHOOL], grade=number, class_name=f"{number}班")
        services.create_staff(session, JIA, units[SCHOOL].id, {"name": "测试师"}, ACTOR)
        services.set_school_facts(session, JIA, units[SCHOOL].id, {"kind": "primary", "stages": ["primary"]}, ACTOR)
    return units


def places(session: Session) -> dict[str, list[str]]:
    """The codes of the units at which the records of each table stand."""
    session.flush()
    session.expire_all()
    with tenant_scope(session, JIA):
        codes: dict[Any, str] = dict(session.execute(select(Unit.id, Unit.code)).all())  # type: ignore[arg-type]
        return {model.__tablename__.removeprefix("registry_"): sorted(
            codes[unit_id] for unit_id in session.scalars(select(model.unit_id))) for model in KINDS}


def test_records_of_a_merged_village_follow_and_come_back(session: Session, filled: Units, host: PluginHost) -> None:
    before = places(session)
    order = Merge(units=(filled[VILLAGE].id,), into=filled[OTHER].id, on=TODAY)
    texts = [effect.text for effect in plan_operation(session, order, hooks=host, tenants=[JIA]).effects]
    assert {"2 户随单位调整", "2 人随单位调整", "2 条收入随单位调整"} <= set(texts)
    operation = do_operation(session, order, ACTOR, hooks=host)
    found = places(session)
    for kind in ("households", "household_incomes", "persons", "guardians", "statuses"):
        assert found[kind] == [OTHER] * 2, kind
    assert found["enrolments"] == before["enrolments"]
    undo_operation(session, operation.id, ACTOR, hooks=host)
    assert places(session) == before
    with tenant_scope(session, JIA):
        assert session.scalars(select(Moved)).all() == []


def test_pupils_and_staff_follow_a_merged_school_and_its_attributes_stay(session: Session, filled: Units,
                                                                         host: PluginHost) -> None:
    other = make_unit(session, "990101-S09", filled["990101100"], "甲一镇第二小学", kind="school")
    do_operation(session, Merge(units=(filled[SCHOOL].id,), into=other.id, on=TODAY), ACTOR, hooks=host)
    found = places(session)
    assert (found["enrolments"], found["staff"], found["school_facts"]) == (["990101-S09"] * 2, ["990101-S09"], [SCHOOL])


def test_members_follow_their_household_when_a_village_is_divided(session: Session, filled: Units,
                                                                  host: PluginHost) -> None:
    before = places(session)
    order = Split(unit=filled[VILLAGE].id, on=TODAY, default="990101100004", targets=(
        NewUnit(code="990101100003", name="甲一新村"), NewUnit(code="990101100004", name="甲一旧村")),
        rules=(AssignRule("990101100003", where={"number": ["T001"]}),))
    operation = do_operation(session, order, ACTOR, hooks=host)
    found = places(session)
    for kind in ("households", "household_incomes", "persons", "guardians", "statuses"):
        assert found[kind] == ["990101100003", "990101100004"], kind
    with tenant_scope(session, JIA):
        for person in session.scalars(select(Person)):
            assert person.unit_id == session.get_one(Household, (JIA, person.household_id)).unit_id
    undo_operation(session, operation.id, ACTOR, hooks=host)
    assert places(session) == before


def test_classes_of_a_divided_school_follow_its_rules(session: Session, filled: Units, host: PluginHost) -> None:
    order = Split(unit=filled[SCHOOL].id, on=TODAY, default="990101-S04", targets=(
        NewUnit(code="990101-S03", name="甲一镇东小学"),
        NewUnit(code="990101-S04", name="甲一镇西小学")),
        rules=(AssignRule("990101-S03", where={"grade": [1]}),))
    do_operation(session, order, ACTOR, hooks=host)
    assert places(session)["enrolments"] == ["990101-S03", "990101-S04"]


def test_a_record_moved_on_since_stays_where_it_is(session: Session, filled: Units, host: PluginHost) -> None:
    operation = do_operation(session, Merge(units=(filled[VILLAGE].id,), into=filled[OTHER].id, on=TODAY), ACTOR, hooks=host)
    with tenant_scope(session, JIA):
        person = session.scalars(select(Person).order_by(Person.id)).first()
        assert person is not None
        services.change_person(session, person, {"unit_id": filled["990101101001"].id}, ACTOR)
    undo_operation(session, operation.id, ACTOR, hooks=host)
    assert places(session)["persons"] == [VILLAGE, "990101101001"]
