"""Numbers of identity documents, kind by kind, without a database; and what the registry does with them."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput
from core.ledgers.checking import check_frame
from core.ledgers.context import Context
from core.people.ledgers import PERSONS
from core.privacy import rotation, vault_of
from core.registry.models import Person
from core.registry.queries import find_person_by_id
from core.registry.rules.documents import FORMS, SYNONYMS, beyond_doubt, read_document, wanted_numbers
from core.registry.rules.words import ID_KINDS
from core.registry.services import change_person, change_staff, create_staff, erase_person, merge_persons, part_persons
from core.units.models import Unit
from tests.factories.registry import ACTOR, JIA, made_up_id, make_person

BORN = dt.date(2009, 5, 1)
HONG_KONG, TAIWAN = made_up_id(1, BORN, region="810000"), made_up_id(2, BORN, region="830000")
SETTLED = made_up_id(1, BORN, region="911840")


def test_every_kind_has_a_form_and_every_synonym_a_kind() -> None:
    assert [code for code, _ in ID_KINDS] == list(FORMS)
    assert {kind for _, kind in SYNONYMS} <= set(FORMS)
    assert {("1-居民身份证", "citizen"), ("A-护照", "passport"), ("Z-其他", "other"), ("台胞证", "pass_tw")} <= set(SYNONYMS)
    assert not {word for word, _ in SYNONYMS} & {label for _, label in ID_KINDS}


@pytest.mark.parametrize(("kind", "typed", "number"), [
    ("citizen", "99010120090501001 ", ""), ("citizen", made_up_id(1), made_up_id(1)), ("booklet", made_up_id(3), made_up_id(3)),
    ("stay_hk_mo", HONG_KONG, HONG_KONG), ("stay_hk_mo", TAIWAN, ""), ("stay_tw", TAIWAN, TAIWAN), ("stay_tw", made_up_id(1), ""),
    ("pass_hk_mo", "h 12345678", "H12345678"), ("pass_hk_mo", "H1234567801", ""), ("pass_hk_mo", "C12345678", ""),
    ("pass_tw", "０１２３４５６７", "01234567"), ("pass_tw", "0123456701", ""), ("hk", "Z123456(7)", "Z1234567"),
    ("hk", "K12345678", "K12345678"),
    ("mo", "5215299（8）", "52152998"), ("mo", "MA1234567", "MA1234567"), ("passport", "e-1234 5678", "E12345678"),
    ("passport", "测试12345", ""), ("settled", "ABC110105491231", "ABC110105491231"), ("settled", SETTLED, SETTLED),
    ("abroad", "A1234567", "A1234567"), ("other", "测字第1234567号", "测字第1234567号"), ("none", "E12345678", ""),
    ("passport", made_up_id(1), ""), ("other", made_up_id(1), "")])
def test_a_number_is_right_for_its_kind_or_both_cells_are_named(kind: str, typed: str, number: str) -> None:
    found = read_document(kind, typed)
    if number:
        assert (found.number, found.message) == (number, "")
    else:
        assert "证件类型" in found.message and "证件号" in found.message


def test_a_wrong_check_sign_is_noticed_in_every_document_that_has_one() -> None:
    for kind, number in (("stay_hk_mo", HONG_KONG), ("stay_tw", TAIWAN), ("settled", SETTLED)):
        wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
        assert "校验" in read_document(kind, wrong).message
        assert read_document(kind, number).birth_on == BORN


def test_a_foreigners_permit_tells_the_birthday_but_no_sex() -> None:
    assert (read_document("settled", SETTLED).birth_on, read_document("settled", SETTLED).sex) == (BORN, "")
    row = check_frame(PERSONS, pl.DataFrame([{"name": "测试甲", "id_kind": "外国人永久居留身份证", "id_number": SETTLED, "sex": "女"}]))
    assert row.errors.is_empty(), "its odd digit says nothing of the sex"


@given(st.sampled_from(list(FORMS)), st.one_of(
    st.from_regex("[A-Z0-9]{3,19}", fullmatch=True), st.sampled_from([made_up_id(1), HONG_KONG, TAIWAN, SETTLED, made_up_id(7)[:-1] + "A"]),
    *(st.from_regex(form.pattern, fullmatch=True) for form in FORMS.values() if form.pattern)))
def test_a_form_and_a_file_judge_every_number_alike(kind: str, number: str) -> None:
    one = read_document(kind, number)
    frame = pl.DataFrame({"name": ["测试甲"], "id_kind": [kind], "id_number": [number]})
    found = check_frame(PERSONS, frame, Context(partial=True))
    born = one.birth_on
    if born is None or 1900 <= born.year <= 2100:
        assert found.errors.is_empty() is (not one.message), (one, found.errors)
    if not one.message:
        assert found.rows["id_number"].to_list() == [one.number]


def test_a_whole_number_is_told_from_a_name_and_found_under_its_stored_form() -> None:
    old = made_up_id(1, dt.date(1989, 5, 1))
    assert wanted_numbers("测试甲") == () == wanted_numbers("H12")
    assert wanted_numbers(old[:6] + old[8:17]) == (old,)
    assert wanted_numbers("h1234567801") == ("H1234567801", "H12345678")
    assert beyond_doubt("H12345678") and beyond_doubt("E12345678") and not beyond_doubt("12345678") and not beyond_doubt(made_up_id(1))


def test_a_pupil_with_a_pass_is_entered_sealed_masked_and_found(session: Session, jia: dict[str, Unit]) -> None:
    person = make_person(session, jia["990101101"], name="测试港", id_kind="pass_hk_mo", id_number="h12345678", birth_on=BORN)
    assert (person.id_kind, person.id_number_mask) == ("pass_hk_mo", "*******78")
    assert find_person_by_id(session, JIA, "H12345678") is person
    with pytest.raises(Conflict, match="同一证件号"):
        make_person(session, jia["990101101"], name="测试港", id_kind="pass_hk_mo", id_number="H12345678")


def test_kind_and_number_are_judged_together_whichever_is_changed(session: Session, jia: dict[str, Unit]) -> None:
    person = make_person(session, jia["990101101"], name="测试港", id_kind="pass_hk_mo", id_number="H12345678")
    with pytest.raises(InvalidInput) as refused:
        change_person(session, person, {"id_kind": "citizen"}, ACTOR)
    assert list(refused.value.fields or {}) == ["id_kind"]
    with pytest.raises(InvalidInput):
        change_person(session, person, {"id_number": made_up_id(1)}, ACTOR)
    with pytest.raises(InvalidInput, match="没有“driving”这种证件类型"):
        change_person(session, person, {"id_kind": "driving"}, ACTOR)
    assert change_person(session, person, {"id_kind": "citizen", "id_number": made_up_id(1)}, ACTOR)
    assert person.birth_on == dt.date(2009, 5, 1), "the new number says it"
    assert not change_person(session, person, {"id_kind": ""}, ACTOR), "nothing said is a citizen's"


def test_keys_are_renewed_and_a_person_erased_whatever_the_document(session: Session, jia: dict[str, Unit]) -> None:
    person = make_person(session, jia["990101101"], name="测试台", id_kind="pass_tw", id_number="01234567")
    vault = vault_of(session)
    rotation.begin(session, vault)
    assert rotation.outdated(session, vault) == {"registry_persons.id_number": 1}
    erase_person(session, person, ACTOR, reason="监护人书面申请")
    session.flush()
    kept = session.execute(select(Person.id_kind, Person.id_number_key, Person.id_number_mask)).one()
    assert tuple(kept) == ("none", None, "")
    assert rotation.outdated(session, vault) == {}


def test_a_merged_record_brings_the_kind_of_its_number_along(session: Session, jia: dict[str, Unit]) -> None:
    kept = make_person(session, jia["990101101"], name="测试护", id_kind="none")
    other = make_person(session, jia["990101101"], name="测试护", id_kind="passport", id_number="E12345678")
    merge = merge_persons(session, kept, other, ACTOR, reason="护照原件核对")
    assert kept.id_kind == "passport"
    part_persons(session, merge, ACTOR, reason="认错了人")
    assert (kept.id_kind, kept.id_number_key) == ("none", None)


def test_staff_are_entered_with_whatever_document_they_have(session: Session, jia: dict[str, Unit]) -> None:
    school = jia["990101-S01"]
    teacher = create_staff(session, JIA, school.id, {"name": "测试外", "id_kind": "settled", "id_number": "usa123456789012"}, ACTOR)
    assert (teacher.id_kind, teacher.id_number_mask[-2:]) == ("settled", "12")
    with pytest.raises(InvalidInput) as refused:
        change_staff(session, teacher, {"id_kind": "citizen"}, ACTOR)
    assert list(refused.value.fields or {}) == ["id_kind"]
    with pytest.raises(InvalidInput, match="证件号有误"):
        create_staff(session, JIA, school.id, {"name": "测试外", "id_number": "E12345678"}, ACTOR)
    assert change_staff(session, teacher, {"id_kind": "citizen", "id_number": made_up_id(1)}, ACTOR)
    assert (teacher.birth_on, teacher.sex) == (dt.date(2009, 5, 1), "male"), "the new number says it"


def test_an_erasure_takes_the_kind_of_a_members_document_along(session: Session, jia: dict[str, Unit]) -> None:
    person = make_person(session, jia["990101101"], name="测试台", id_kind="pass_tw", id_number="01234567")
    teacher = create_staff(session, JIA, jia["990101-S01"].id, {
        "name": "测试台", "id_kind": "pass_tw", "id_number": "01234567", "person_id": person.id}, ACTOR)
    erase_person(session, person, ACTOR, reason="本人书面申请")
    assert (teacher.id_kind, teacher.id_number_sealed, teacher.id_number_key, teacher.id_number_mask) == ("none", None, None, "")
