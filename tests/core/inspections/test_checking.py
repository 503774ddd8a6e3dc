"""Checks: rows filled in from the registry, answers, two signers of different parts."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound, RuleViolation
from core.extensions import Database
from core.inspections import queries
from core.inspections.models import Inspection
from core.inspections.plan import Form, form_at, forms_at
from core.inspections.services.checking import answer_rows, begin_check, sign, unsign
from core.inspections.sources import CHECKS
from core.tenancy.queries import get_tenant
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.inspections.conftest import COUNTY, DAY, JIA, SCHOOL, MoveTo, as_actor, at_work
from tests.factories.registry import make_enrolment, make_person

PAGE = f"/u/{SCHOOL}/checks"
BOTH = {"general_office", "meals_committee"}


def form(session: Session, code: str = "meals") -> Form:
    return form_at(session, get_tenant(session, JIA), get_unit_by_code(session, SCHOOL), code)


def begun(session: Session, code: str = "meals", due_on: dt.date | None = None) -> Inspection:
    declared = form(session, code)
    source = next(one for one in CHECKS if one.code == declared.rows)
    return begin_check(session, declared, source, JIA, get_unit_by_code(session, SCHOOL), COUNTY, due_on)


def answered(session: Session, inspection: Inspection, **answers: str) -> None:
    given = answers or {str(item["code"]): "yes" for item in inspection.items}
    answer_rows(session, inspection, {row.id: given for row in queries.rows_of(session, inspection)}, {}, COUNTY)


def test_a_form_is_asked_of_the_units_its_plan_names(jia: Session) -> None:
    tenant = get_tenant(jia, JIA)
    assert [one.code for one in forms_at(jia, tenant, get_unit_by_code(jia, SCHOOL))] == ["meals", "classes"]
    assert forms_at(jia, tenant, tenant.unit) == []
    with pytest.raises(NotFound):
        form_at(jia, tenant, tenant.unit, "meals")


def test_a_form_whose_rhythm_is_not_printed_is_begun_by_hand_with_a_day(jia: Session) -> None:
    assert form(jia, "classes").every == ""
    make_enrolment(jia, make_person(jia, get_unit_by_code(jia, SCHOOL)), get_unit_by_code(jia, SCHOOL), 2026, class_name="一（1）班")
    with pytest.raises(InvalidInput, match="没有写明多久查一次"):
        begun(jia, "classes")
    assert begun(jia, "classes", dt.date(2026, 11, 20)).due_on == dt.date(2026, 11, 20)


def test_rows_are_the_classes_of_the_registry_with_their_pupils(jia: Session) -> None:
    school = get_unit_by_code(jia, SCHOOL)
    for name, grade, boarding in (("二（1）班", 2, True), ("一（1）班", 1, False), ("一（1）班", 1, True)):
        make_enrolment(jia, make_person(jia, school), school, 2026, class_name=name, grade=grade, boarding=boarding)
    rows = queries.rows_of(jia, begun(jia, "classes", DAY))
    assert [(row.title, row.facts) for row in rows] == [
        ("一（1）班", {"pupils": "2", "boarders": "1"}), ("二（1）班", {"pupils": "1", "boarders": "1"})]


def test_a_check_of_nothing_is_refused(jia: Session) -> None:
    with pytest.raises(InvalidInput, match="没有可核对的班级"):
        begun(jia, "classes", DAY)


def test_a_period_has_one_check(jia: Session, move_to: MoveTo) -> None:
    assert begun(jia).due_on == dt.date(2026, 11, 13)  # ten working days from 1 November
    with pytest.raises(Conflict):
        begun(jia)
    move_to(dt.date(2026, 12, 1))
    assert begun(jia).period == "2026-12"


def test_wrong_answers_are_named_and_nothing_is_kept(jia: Session) -> None:
    made = begun(jia)
    with pytest.raises(InvalidInput) as refused:
        answered(jia, made, meals="maybe", subsidy="yes")
    (row,) = queries.rows_of(jia, made)
    assert list(refused.value.fields) == [f"{row.id}-meals"] and row.answers == {}


def test_counts_say_what_is_not_checked_and_what_is_wrong(jia: Session) -> None:
    made = begun(jia)
    answered(jia, made, meals="yes")
    assert (made.checked_count, made.faulty_count) == (0, 0)
    answered(jia, made, meals="yes", subsidy="no")
    assert (made.checked_count, made.faulty_count, made.state) == (1, 1, "open")


@pytest.mark.clause("EA-051")
def test_one_signer_leaves_the_check_incomplete_and_two_complete_it(jia: Session) -> None:
    made = begun(jia)
    assert "寄宿生补助用在安全的饭菜上" in [item["question"] for item in made.items]
    answered(jia, made)
    sign(jia, made, "general_office", {"general_office"}, as_actor(jia, "jia-general"))
    assert (made.state, made.done_on) == ("open", None)
    sign(jia, made, "meals_committee", {"meals_committee"}, as_actor(jia, "jia-meals"))
    assert (made.state, made.done_on) == ("done", DAY)


@pytest.mark.clause("EA-051")
def test_one_person_of_both_parts_cannot_sign_twice(jia: Session) -> None:
    made = begun(jia)
    answered(jia, made)
    sign(jia, made, "general_office", BOTH, as_actor(jia, "jia-general"))
    with pytest.raises(RuleViolation, match="同一个人不能签两方"):
        sign(jia, made, "meals_committee", BOTH, as_actor(jia, "jia-general"))
    assert made.state == "open"


def test_nobody_signs_for_a_part_that_is_not_theirs_nor_before_all_is_checked(jia: Session) -> None:
    made = begun(jia)
    with pytest.raises(RuleViolation, match="还有 1 行没有核对"):
        sign(jia, made, "general_office", BOTH, as_actor(jia, "jia-general"))
    answered(jia, made)
    with pytest.raises(RuleViolation, match="不能代签"):
        sign(jia, made, "general_office", {"meals_committee"}, as_actor(jia, "jia-meals"))
    with pytest.raises(NotFound):
        sign(jia, made, "finance_room", BOTH, as_actor(jia, "jia-general"))


def test_answers_are_closed_by_a_signature_and_opened_by_taking_it_back(jia: Session) -> None:
    made, person = begun(jia), as_actor(jia, "jia-general")
    answered(jia, made)
    sign(jia, made, "general_office", BOTH, person)
    with pytest.raises(Conflict, match="请先撤回签字"):
        answered(jia, made, meals="no", subsidy="no")
    unsign(jia, made, person)
    answered(jia, made, meals="no", subsidy="no")
    assert made.faulty_count == 1
    with pytest.raises(NotFound):
        unsign(jia, made, person)


def test_a_complete_check_is_changed_by_nobody(jia: Session) -> None:
    made = begun(jia)
    answered(jia, made)
    for part, login in (("general_office", "jia-general"), ("meals_committee", "jia-meals")):
        sign(jia, made, part, BOTH, as_actor(jia, login))
    with pytest.raises(Conflict, match="已经完成"):
        answered(jia, made, meals="no", subsidy="no")
    with pytest.raises(Conflict, match="不能撤回"):
        unsign(jia, made, as_actor(jia, "jia-general"))


def test_a_check_that_nobody_has_begun_is_a_todo_and_then_an_open_one(planned: Database, client_as: ClientAs, move_to: MoveTo) -> None:
    general = client_as("jia-general")
    assert "检查：伙食检查（2026 年 11 月）" in general.get(f"/u/{SCHOOL}/").text
    move_to(dt.date(2026, 11, 16))
    assert "逾期" in general.get(PAGE).text
    assert general.post(PAGE, data={"form": "meals"}).status_code == 302
    assert "未完成的检查" in general.get(f"/u/{SCHOOL}/").text
    assert "检查：伙食检查" not in general.get(f"/u/{SCHOOL}/").text


def test_the_county_sees_which_schools_have_not_begun(planned: Database, client_as: ClientAs, move_to: MoveTo) -> None:
    admin = client_as("jia-admin")
    client_as("jia-general").post(PAGE, data={"form": "meals"})
    seen = admin.get(f"/u/{JIA}/checks").text.split("下级单位的检查")[-1].split("检查记录")[0]
    assert "甲一镇中心小学" in seen and "甲县第一中学" not in seen
    numbers = [int(found) for found in re.findall(r'class="bf-num"[^>]*>(\d+)<', seen)]
    assert numbers == [2, 1, 0] and "逾期" not in seen  # two schools, one has begun, none is done
    move_to(dt.date(2026, 11, 16))
    assert "逾期" in admin.get(f"/u/{JIA}/checks").text.split("检查记录")[0]


def test_two_people_complete_a_check_in_the_browser(planned: Database, client_as: ClientAs) -> None:
    general, meals = client_as("jia-general"), client_as("jia-meals")
    page = general.post(PAGE, data={"form": "meals"}).location
    with at_work(planned) as session:
        made = session.get_one(Inspection, (JIA, uuid.UUID(page.rpartition("/")[2])))
        (row,) = queries.rows_of(session, made)
    assert "还有 1 行没有核对" in general.get(page).text
    assert general.post(f"{page}/answers", data={f"{row.id}-meals": "x"}).status_code == 422
    general.post(f"{page}/answers", data={f"{row.id}-meals": "yes", f"{row.id}-subsidy": "yes"})
    assert general.post(f"{page}/sign", data={"part": "meals_committee"}).status_code == 409
    general.post(f"{page}/sign", data={"part": "general_office"})
    assert "未完成" in meals.get(page).text
    meals.post(f"{page}/sign", data={"part": "meals_committee"})
    assert "未完成" not in meals.get(page).text


def test_a_neighbour_sees_neither_the_check_nor_its_county(app: Flask, planned: Database, client_as: ClientAs) -> None:
    page = client_as("jia-general").post(PAGE, data={"form": "meals"}).location
    check = page.rpartition("/")[2]
    assert client_as("yi-school").get(f"/u/990102-S01/checks/{check}").status_code == 404
    assert "伙食检查" in client_as("city-auditor").get("/u/9901/checks").text
    assert "伙食检查" not in client_as("yi-admin").get("/u/990102/checks").text
