"""Persons, households, statuses and enrolments with their history, on both databases."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import Conflict, InvalidInput, NotFound, RuleViolation
from core.privacy import vault_of
from core.registry import queries, services
from core.registry.elsewhere import find_elsewhere
from core.registry.history import as_of, as_of_many, list_past, remember_many
from core.registry.models import Enrolment, Household, Person, Status
from core.registry.rules.terms import running
from core.units.models import Unit
from tests.core.registry.conftest import entries
from tests.factories.registry import ACTOR, JIA, YI, made_up_id, make_enrolment, make_household, make_person
from tests.factories.units import make_unit

Units = dict[str, Unit]
COUNTY = Scope(whole=(JIA,))
VILLAGE, SCHOOL = "990101100001", "990101-S01"


def test_a_number_gives_birthday_and_sex_and_is_kept_sealed(session: Session, jia: Units) -> None:
    number = made_up_id(3)
    person = make_person(session, jia[VILLAGE], id_number=number, phone="138 0000 0000")
    assert (person.birth_on, person.sex) == (dt.date(2009, 5, 1), "male")
    assert person.id_number_mask == f"9901**********{number[-4:]}"
    assert number.encode() not in (person.id_number_sealed or b"")
    session.expire_all()
    assert vault_of(session).open("registry_persons.id_number", person.id, person.id_number_sealed or b"") == number
    assert queries.find_by_number(session, Person, COUNTY, "phone", "+86 13800000000") == [person]
    assert queries.find_person_by_id(session, JIA, number) is person


@pytest.mark.parametrize(("values", "field"), [
    ({"id_number": "990101200905010010"}, "id_number"),
    ({"id_number": made_up_id(3), "birth_on": dt.date(2009, 5, 2)}, "birth_on"),
    ({"id_number": made_up_id(3), "sex": "female"}, "sex"),
    ({"register_number": "1234567890123456"}, "register_number"),
    ({"name": "　"}, "name")])
def test_what_cannot_be_right_is_named_and_not_stored(session: Session, jia: Units, values: dict[str, Any],
                                                      field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_person(session, jia[VILLAGE], **values)
    assert list(refused.value.fields) == [field]
    assert session.scalars(select(Person)).all() == []


def test_a_second_person_with_the_same_number_is_refused(session: Session, jia: Units) -> None:
    make_person(session, jia[VILLAGE], id_number=made_up_id(3))
    with pytest.raises(Conflict, match=r"测\*\*"):
        make_person(session, jia[VILLAGE], id_number=made_up_id(3).lower())


def test_the_trail_never_shows_name_number_or_birthday(session: Session, jia: Units) -> None:
    person = make_person(session, jia[VILLAGE], name="样本丁某", id_number=made_up_id(5), address="甲县一镇东村 5 号")
    services.change_person(session, person, {"phone": "13900000000", "name": "样本戊某"}, ACTOR, reason="本人来电更正")
    written = str([(one.sentence, one.before, one.after) for one in entries(session, person.subject)])
    assert "样***" in written and "2009-**-**" in written and "甲县一镇东村****" in written
    for secret in ("样本", made_up_id(5), "13900000000", "5 号", "2009-05"):
        assert secret not in written


@pytest.mark.clause("CO-041")
def test_status_differs_by_the_day_and_says_who_changed_it(session: Session, jia: Units) -> None:
    person = make_person(session, jia[VILLAGE])
    status = services.note_status(session, person, "filing_card", dt.date(2015, 11, 1), ACTOR, source="省建档立卡系统")
    services.end_status(session, status, dt.date(2017, 1, 1), ACTOR, reason="脱贫")
    services.note_status(session, person, "out_of_poverty", dt.date(2017, 1, 1), ACTOR)
    assert queries.categories_on(session, person, dt.date(2016, 5, 1)) == {"filing_card"}
    assert queries.categories_on(session, person, dt.date(2017, 5, 1)) == {"out_of_poverty"}
    assert (status.noted_by, status.ended_by) == (ACTOR.name, ACTOR.name)
    assert [one.who for one in entries(session, status.subject)] == [ACTOR.name] * 2


@pytest.mark.clause("CO-041")
def test_a_person_is_read_as_they_were_on_a_day(session: Session, jia: Units) -> None:
    person = make_person(session, jia[VILLAGE], health="healthy", phone="13800000000", on=dt.date(2015, 9, 1))
    services.change_person(session, person, {"health": "chronic", "phone": "13911111111"}, ACTOR, on=dt.date(2017, 1, 1))
    days = [dt.date(2015, 8, 31), dt.date(2016, 5, 1), dt.date(2017, 1, 1)]
    states = [as_of(session, Person, JIA, person.id, day) for day in days]
    assert [state and state.health for state in states] == [None, "healthy", "chronic"]
    assert [state and state.phone_mask for state in states] == [None, "138****0000", "139****1111"]
    (past,) = list_past(session, JIA, person.id)
    assert (past.since, past.until, past.changed_by) == (dt.date(2015, 9, 1), dt.date(2017, 1, 1), ACTOR.name)
    assert not any(name.endswith(("_sealed", "number_key", "phone_key")) for name in past.values)
    assert as_of_many(session, Person, JIA, [person.id], days[1])[person.id].birth_on is None


def test_a_household_that_splits_is_read_with_its_members_of_the_day(session: Session, jia: Units) -> None:
    old, new = make_household(session, jia[VILLAGE], number="F01"), make_household(session, jia[VILLAGE], number="F02")
    head = make_person(session, jia[VILLAGE], name="测试甲", household_id=old.id, relation="户主")
    son = make_person(session, jia[VILLAGE], name="测试乙", household_id=old.id, relation="之子")
    services.change_person(session, son, {"household_id": new.id, "relation": "户主"}, ACTOR, on=dt.date(2017, 3, 1))
    services.note_death(session, head, dt.date(2018, 5, 1), ACTOR)
    session.flush()

    def members(home: Household, *day: int) -> list[tuple[str, str]]:
        return [(one.name, one.relation) for one in queries.members_on(session, home, dt.date(*day))]

    assert members(old, 2017, 2, 28) == [("测试甲", "户主"), ("测试乙", "之子")]
    assert (members(old, 2017, 3, 1), members(new, 2017, 3, 1)) == ([("测试甲", "户主")], [("测试乙", "户主")])
    assert (members(old, 2018, 5, 1), members(new, 2017, 2, 28)) == ([], [])


def test_past_values_come_back_with_their_types(session: Session, jia: Units) -> None:
    household = make_household(session, jia[VILLAGE], housing_area=Decimal("87.50"), identified_on=dt.date(2014, 3, 2),
                               causes=["illness"], water=False)
    services.change_household(session, household, {"housing_area": Decimal("100.00"), "water": True}, ACTOR,
                              on=dt.date(2018, 1, 1))
    then = as_of(session, Household, JIA, household.id, dt.date(2017, 12, 31))
    assert then is not None
    assert (then.housing_area, then.identified_on, then.causes, then.water) == (
        Decimal("87.50"), dt.date(2014, 3, 2), ["illness"], False)
    assert then.unit_id == household.unit_id


def test_a_correction_leaves_no_past_and_a_change_before_the_present_state_is_refused(session: Session, jia: Units) -> None:
    person = make_person(session, jia[VILLAGE], on=dt.date(2016, 9, 1))
    services.change_person(session, person, {"ethnicity": "苗族"}, ACTOR)
    assert list_past(session, JIA, person.id) == []
    with pytest.raises(InvalidInput, match="2016-09-01"):
        services.change_person(session, person, {"health": "healthy"}, ACTOR, on=dt.date(2016, 8, 31))


def test_records_changed_in_bulk_keep_their_past_and_their_version(session: Session, jia: Units) -> None:
    people = [make_person(session, jia[VILLAGE], name=f"样本{mark}", health="healthy") for mark in "甲乙丙"]
    ids, on = [person.id for person in people], dt.date(2018, 1, 1)
    assert remember_many(session, Person, JIA, ids, on, ACTOR) == 3
    assert remember_many(session, Person, JIA, ids, on, ACTOR) == 0
    session.execute(update(Person).where(Person.id.in_(ids)).values(health="chronic", version=Person.version))
    session.expire_all()
    assert {person.version for person in people} == {1}
    for day, health in ((dt.date(2017, 12, 31), "healthy"), (on, "chronic")):
        found = as_of_many(session, Person, JIA, ids, day)
        assert [found[one].health for one in ids] == [health] * 3
        assert found[ids[0]].name == "样本甲"


def test_saving_nothing_new_writes_nothing(session: Session, jia: Units) -> None:
    person = make_person(session, jia[VILLAGE], phone="13800000000")
    version = person.version
    assert not services.change_person(session, person, {"phone": "138-0000-0000", "sex": ""}, ACTOR)
    assert (person.version, len(entries(session, person.subject))) == (version, 1)


def test_whoever_saves_second_is_told(session: Session, jia: Units) -> None:
    person = make_person(session, jia[VILLAGE])
    read = person.version
    services.change_person(session, person, {"health": "healthy"}, ACTOR, expected=read)
    with pytest.raises(Conflict, match="别人改过"):
        services.change_person(session, person, {"health": "chronic"}, ACTOR, expected=read)


def test_statuses_of_one_kind_never_overlap(session: Session, jia: Units) -> None:
    person = make_person(session, jia[VILLAGE])
    services.note_status(session, person, "orphan", dt.date(2016, 1, 1), ACTOR, until=dt.date(2016, 6, 1))
    with pytest.raises(RuleViolation, match="孤儿"):
        services.note_status(session, person, "orphan", dt.date(2016, 5, 31), ACTOR)
    services.note_status(session, person, "orphan", dt.date(2016, 6, 1), ACTOR)
    with pytest.raises(RuleViolation):
        services.note_status(session, person, "orphan", dt.date(2015, 1, 1), ACTOR)
    with pytest.raises(InvalidInput):
        services.note_status(session, make_household(session, jia[VILLAGE]), "orphan", dt.date(2016, 1, 1), ACTOR)
    assert len(session.scalars(select(Status)).all()) == 2


@pytest.mark.clause("EA-068")
def test_three_quarters_of_income_come_to_6500_exactly(session: Session, jia: Units) -> None:
    household = make_household(session, jia[VILLAGE])
    for quarter, kind, amount in ((1, "wage", "2100"), (2, "business", "1800"), (3, "transfer", "2600"), (4, "wage", "99.99")):
        services.note_income(session, household, 2016, quarter, kind, Decimal(amount), ACTOR)
    found = queries.household_income(session, household, 2016, (1, 2, 3))
    assert found.by_quarter == {1: Decimal("2100.00"), 2: Decimal("1800.00"), 3: Decimal("2600.00")}
    assert found.by_kind == {"wage": Decimal("2100"), "business": Decimal("1800"), "transfer": Decimal("2600")}
    assert str(found.net) == "6500.00"


def test_costs_are_taken_off_and_nothing_is_counted_twice(session: Session, jia: Units) -> None:
    household = make_household(session, jia[VILLAGE])
    services.note_income(session, household, 2016, 1, "business", Decimal("900"), ACTOR)
    services.note_income(session, household, 2016, 1, "cost", Decimal("100.10"), ACTOR)
    with pytest.raises(Conflict, match="分季度"):
        services.note_income(session, household, 2016, 0, "business", Decimal("1000"), ACTOR)
    assert queries.household_income(session, household, 2016).net == Decimal("799.90")


@pytest.mark.clause("CO-050")
def test_six_villages_hold_412_households_each_with_its_codes(session: Session, jia: Units) -> None:
    villages = [make_unit(session, f"9901011{number:02d}200", make_unit(session, f"9901011{number:02d}", jia[JIA],
                                                                        level="township"), level="village")
                for number in range(10, 16)]
    for number in range(412):
        make_household(session, villages[number % 6], number=f"T{number:04d}")
    counts = queries.count_by_village(session, COUNTY)
    assert (len(counts), sum(one.households for one in counts)) == (6, 412)
    assert [(one.village_code, one.township_code) for one in counts] == [
        (f"9901011{number:02d}200", f"9901011{number:02d}") for number in range(10, 16)]


def test_one_child_goes_through_the_stages_under_one_id(session: Session, jia: Units) -> None:
    child = make_person(session, jia[VILLAGE])
    nursery = make_enrolment(session, child, jia["990101-S02"], 2015, "preschool")
    services.end_enrolment(session, nursery, dt.date(2016, 7, 10), "graduated", ACTOR)
    make_enrolment(session, child, jia[SCHOOL], 2016, "primary", boarding=True, grade=1)
    chain = queries.list_enrolments(session, JIA, [child.id])
    assert [(one.school_year, one.stage, one.boarding) for one in chain] == [(2015, "preschool", False),
                                                                             (2016, "primary", True)]
    assert {one.person_id for one in chain} == {child.id}
    assert [one.stage for one in queries.enrolments_on(session, JIA, [child.id], dt.date(2016, 5, 1))] == ["preschool"]
    with pytest.raises(Conflict, match="本学期"):
        make_enrolment(session, child, jia["990101-S02"], 2016, "primary")


def test_a_child_under_14_needs_a_guardian_who_agrees(session: Session, jia: Units) -> None:
    child = make_person(session, jia[VILLAGE], birth_on=dt.date(2009, 5, 1))
    before, after = dt.date(2023, 4, 30), dt.date(2023, 5, 1)
    assert "监护人" in services.missing_consent(child, queries.list_guardians(session, child), before)
    assert services.missing_consent(child, [], after) == ""
    guardian = services.note_guardian(session, child, {"name": "测试父", "relation": "父"}, ACTOR)
    assert "还没有同意" in services.missing_consent(child, [guardian], before)
    with pytest.raises(InvalidInput):
        services.change_guardian(session, guardian, {"consent_kind": "written"}, ACTOR)
    services.change_guardian(session, guardian, {"consent_kind": "written", "consent_on": dt.date(2020, 1, 1)}, ACTOR)
    assert services.missing_consent(child, queries.list_guardians(session, child), before) == ""
    services.change_guardian(session, guardian, {"consent_until": dt.date(2022, 1, 1)}, ACTOR)
    assert services.missing_consent(child, [guardian], before)


def test_a_person_of_the_neighbour_is_not_there(session: Session, jia: Units) -> None:
    person = make_person(session, jia[VILLAGE])
    assert queries.get_person(session, COUNTY, person.id) is person
    with pytest.raises(NotFound):
        queries.get_person(session, Scope(), person.id)


def test_another_county_shows_school_and_stage_and_is_told(session: Session, units: Units) -> None:
    from core.extensions import all_tenants, tenant_scope

    number = made_up_id(9)
    with tenant_scope(session, YI):
        child = make_person(session, units["990102100001"], YI, name="样本己", id_number=number)
        make_enrolment(session, child, units["990102-S01"], 2017, "junior")
    with tenant_scope(session, JIA):
        keys = vault_of(session).indexes("id_number", number)
        with pytest.raises(InvalidInput):
            find_elsewhere(session, ACTOR, keys, " ", tenant_id=JIA)
        (found,) = find_elsewhere(session, ACTOR, keys, "核对是否在外县就读", tenant_id=JIA)
        assert (found.tenant, found.school, found.stage, found.school_year, found.running) == (
            "乙县", "乙县实验小学", "junior", 2017, True)
        assert found.name_mask == "样**"
        assert find_elsewhere(session, ACTOR, "0" * 64, "核对是否在外县就读", tenant_id=JIA) == []
    with all_tenants(session, "核对留痕"):
        told = {one.tenant_id for one in entries(session) if "同一人" in one.sentence}
    assert told == {JIA, YI}


def test_the_schools_of_now_are_those_of_the_enrolments_that_run(session: Session, jia: Units) -> None:
    terms = [(2015, 1), (2015, 2), (2016, 1)]
    people = []
    for number in range(27):  # of each term: none, one that stays open, one that ended
        person = make_person(session, jia[VILLAGE], name=f"测试{'〇一二三四五六七八'[number // 3]}{'甲乙丙'[number % 3]}")
        people.append(person)
        for at, (year, term) in enumerate(terms):
            how = number // 3**at % 3
            if how:
                row = make_enrolment(session, person, jia[SCHOOL if at % 2 else VILLAGE], year, term=term)
                if how == 2:
                    services.end_enrolment(session, row, dt.date(year + 1, 8, 1), "transferred", ACTOR)
    session.flush()
    expected = {}
    for person in people:
        for row in running(session.scalars(select(Enrolment).where(Enrolment.person_id == person.id)).all()):
            expected[person.id] = row.unit_id
    assert queries.schools_now(session, JIA) == expected and 0 < len(expected) < 20
    some = [person.id for person in people[:9]]
    assert queries.schools_now(session, JIA, some) == {one: unit for one, unit in expected.items() if one in some}
