"""The ledgers of people: what they read, refuse and derive, one row and a file alike."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from sqlalchemy import select

from core.errors import InvalidInput
from core.extensions import Database, tenant_scope
from core.host.ledgers import ledger_faults
from core.ledgers.checking import check_frame
from core.ledgers.context import Context
from core.ledgers.storing import store
from core.people.ledgers import ENROLMENTS, HOUSEHOLD_STATUSES, HOUSEHOLDS, INCOMES, LEDGERS, PERSONS, STATUSES
from core.registry.models import Enrolment, Person, Status
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.people.conftest import BORN, SCHOOL, VILLAGE, Family
from tests.factories.registry import ACTOR, JIA, made_up_id

NUMBER = made_up_id(1, BORN)


def errors(ledger: object, partial: bool = True, **cells: str) -> dict[str, str]:
    found = check_frame(ledger, pl.DataFrame({name: [text] for name, text in cells.items()}), Context(partial=partial))  # type: ignore[arg-type]
    return {row["field"]: row["message"] for row in found.errors.iter_rows(named=True)}


def test_every_ledger_is_sound_and_no_two_fields_claim_one_header() -> None:
    for ledger in LEDGERS:
        assert ledger_faults(ledger) == []
        headers = [word for field in ledger.fields for word in {field.label, *field.aliases}]
        assert sorted(set(headers)) == sorted(headers), (ledger.code, sorted(word for word in headers if headers.count(word) > 1))


@pytest.mark.parametrize(("cells", "field"), [
    ({"id_number": NUMBER, "birth_on": "2009-05-02"}, "birth_on"),
    ({"id_number": NUMBER, "sex": "女"}, "sex"),
    ({"id_number": NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")}, "id_number"),
])
def test_birth_and_sex_must_agree_with_the_number(cells: dict[str, str], field: str) -> None:
    assert list(errors(PERSONS, **cells)) == [field]
    assert errors(PERSONS, id_number=NUMBER, birth_on="2009-05-01", sex="男") == {}


@pytest.mark.parametrize(("stage", "grade", "right"), [
    ("小学", "6", True), ("小学", "七年级", False), ("初中", "七年级", True), ("初中", "3", True), ("初中", "六年级", False),
    ("普高", "高三", True), ("普高", "12", True), ("普高", "4", False), ("学前", "大班", True),
])
def test_a_grade_must_belong_to_its_stage(stage: str, grade: str, right: bool) -> None:
    assert (errors(ENROLMENTS, stage=stage, grade=grade) == {}) is right


def test_the_days_of_an_enrolment_must_fit() -> None:
    assert "ended_on" in errors(ENROLMENTS, begun_on="2016-09-01", ended_on="2016-08-01", ending="转学")
    assert "ending" in errors(ENROLMENTS, ended_on="2017-07-01", ending="")
    assert "begun_on" in errors(ENROLMENTS, school_year="2016-2017", begun_on="2018-09-01")
    assert "causes" in errors(HOUSEHOLDS, main_cause="因病", causes="因病、因残")
    assert "causes" in errors(HOUSEHOLDS, causes="因病、因残、因学")


def stored(database: Database, ledger: object, rows: list[dict[str, object]], code: str = VILLAGE) -> int:
    with database.transaction() as session, tenant_scope(session, JIA):
        found = store(session, ledger, JIA, pl.DataFrame(rows), ACTOR, unit_id=get_unit_by_code(session, code).id)  # type: ignore[arg-type]
        return found.created + found.updated


def test_a_file_of_persons_gives_birthday_sex_and_key_and_comes_again_without_effect(app_database: Database) -> None:
    rows: list[dict[str, object]] = [{"name": "买买提•测试", "id_number": NUMBER, "phone": "13800001234"}]
    assert stored(app_database, PERSONS, rows) == 1
    with app_database.session() as session, tenant_scope(session, JIA):
        person = session.scalars(select(Person)).one()
        assert (person.name, person.name_key, person.birth_on, person.sex) == ("买买提·测试", "买买提测试", BORN, "male")
        assert person.id_number_key and NUMBER not in person.id_number_mask
    assert stored(app_database, PERSONS, rows) == 0, "the same file again changes nothing"


def test_grades_are_kept_within_their_stage(app_database: Database, family: Family) -> None:
    row = {"person_id": str(family.pupil), "school_year": 2022, "term": 1, "stage": "junior", "grade": 7}
    stored(app_database, ENROLMENTS, [row], SCHOOL)
    with app_database.session() as session, tenant_scope(session, JIA):
        assert session.scalars(select(Enrolment.grade).where(Enrolment.school_year == 2022)).one() == 1


def test_what_may_not_stand_together_is_refused_however_it_comes(app_database: Database, family: Family) -> None:
    poor = {"subject_id": str(family.household), "kind": "filing_card", "since": dt.date(2015, 1, 1)}
    with pytest.raises(InvalidInput, match="时间重叠"):
        stored(app_database, HOUSEHOLD_STATUSES, [poor])
    year = {"household_id": str(family.household), "year": 2018, "kind": "wage", "amount": Decimal("1.00")}
    with pytest.raises(InvalidInput, match="重复计算"):
        stored(app_database, INCOMES, [{**year, "quarter": 0}, {**year, "quarter": 2}])
    with app_database.session() as session, tenant_scope(session, JIA):
        assert len(session.scalars(select(Status)).all()) == 1, "nothing of a refused file is left"


def test_statuses_of_persons_and_of_households_are_two_ledgers(client_as: ClientAs, family: Family, app_database: Database) -> None:
    stored(app_database, STATUSES, [{"subject_id": str(family.pupil), "kind": "orphan", "since": dt.date(2015, 1, 1)}])
    client = client_as("jia-aid")
    persons = client.get(f"/u/{JIA}/ledgers/statuses/").text
    households = client.get(f"/u/{JIA}/ledgers/household_statuses/").text
    assert "测试小" in persons and "T001" not in persons.partition("<tbody")[2]
    assert "T001" in households and "测试小" not in households


def test_a_person_is_named_by_number_or_by_a_name_only_one_bears(client_as: ClientAs, family: Family) -> None:
    client = client_as("jia-school")
    address = f"/u/{SCHOOL}/ledgers/enrolments/new"
    given = {"school_year": "2018", "term": "1", "stage": "primary", "grade": "3"}
    assert client.post(address, data={**given, "person_id": "测试中"}).status_code == 422, "a name is looked for within the scope alone"
    assert client.post(address, data={**given, "person_id": made_up_id(3, dt.date(2001, 5, 1))}).status_code == 302
    again = client.post(address, data={**given, "person_id": made_up_id(3, dt.date(2001, 5, 1))})
    assert again.status_code == 422, "one enrolment for a term"


def test_forms_complete_persons_and_show_their_names(client_as: ClientAs, family: Family) -> None:
    aid = client_as("jia-aid")
    (option,) = aid.get(f"/u/{JIA}/registry/person/pick?q=测试小").get_json()
    assert option["value"] == str(family.pupil) and NUMBER not in option["text"]
    assert "测试小" in aid.get(f"/u/{JIA}/ledgers/guardians/new?person_id={family.pupil}").text
    school = client_as("jia-school")
    assert school.get(f"/u/{SCHOOL}/registry/person/pick?q=测试中").get_json() == []
    (masked,) = school.get(f"/u/{SCHOOL}/registry/person/pick?q={made_up_id(3, dt.date(2001, 5, 1))}").get_json()
    assert "测试中" not in masked["text"] and masked["value"].startswith("9901"), "who holds the number is shown no more than it"
    assert client_as("yi-aid").get(f"/u/990102/registry/person/pick?q={NUMBER}").get_json() == []


def test_a_merged_person_is_no_longer_on_the_list(client_as: ClientAs, family: Family, app_database: Database) -> None:
    from core.registry.services import merge_persons

    with app_database.transaction() as session, tenant_scope(session, JIA):
        one, other = (session.get_one(Person, (JIA, person)) for person in (family.pupil, family.apprentice))
        merge_persons(session, one, other, ACTOR, reason="户口簿核对")
    page = client_as("jia-aid").get(f"/u/{JIA}/ledgers/persons/").text
    assert "测试小" in page and "测试中" not in page
    assert "2 条" in client_as("jia-aid").get(f"/u/{JIA}/ledgers/persons/totals").text
