"""上良中学 by its published plan: the finance office checks 两免一补 class by class, meals are checked by two parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from core.extensions import CHINA, Actor, Database, clock, tenant_scope
from core.host.checks import CheckSource
from core.inspections.models import Inspection
from core.inspections.plan import form_at
from core.inspections.queries import rows_of
from core.inspections.services.checking import answer_rows, begin_check, sign
from core.registry.models import Person
from core.tenancy.queries import get_tenant
from core.units.queries import get_unit_by_code
from plugins.education_aid import demo_classes
from plugins.education_aid.models import AidRun, Award
from tests.factories.registry import make_enrolment, make_person
from tests.factories.units import make_root, make_unit
from tests.plugins.education_aid.conftest import apply_profile, plugins

SCHOOL = "620822106-S01"
DAY = dt.date(2016, 10, 10)
OFFICE = Actor(None, "测试财务", role="finance_room")
CLASSES = [f"{grade}（{number}）班" for grade in "七八九" for number in "一二三四"]


@pytest.fixture
def school(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """The school with twelve classes of two pupils, one of them a boarder; the first pupil of each class has two awards."""
    monkeypatch.setattr(clock, "_now", lambda: dt.datetime.combine(DAY, dt.time(9), CHINA))
    with sqlite_database.transaction() as session:
        unit = make_root(session)
        for code, name, level in (("62", "甘肃省", "province"), ("6208", "平凉市", "city"), ("620822", "灵台县", "county"),
                                  ("620822106", "上良镇", "township")):
            unit = make_unit(session, code, unit, name, level=level)
        apply_profile(session, "gansu", "lingtai-shangliang-school.toml")
    with sqlite_database.transaction() as session, tenant_scope(session, SCHOOL):
        fill(session)
        yield session


def fill(session: Session) -> None:
    unit = get_unit_by_code(session, SCHOOL)
    run = AidRun(tenant_id=SCHOOL, unit_id=unit.id, school_year=2016, term=1, as_on=DAY)
    session.add(run)
    for number, name in enumerate(CLASSES):
        first, _ = (pupil(session, name, number // 4 + 1, boarding) for boarding in (True, False))
        for item, amount in (("meals", "400.00"), ("boarding", "625.00")):
            session.add(Award(tenant_id=SCHOOL, unit_id=unit.id, run_id=run.id, person_id=first.id, school_year=2016, term=1,
                              stage="junior", class_name=name, item=item, item_name=item, kind="cash", amount=Decimal(amount)))
    session.flush()


def pupil(session: Session, name: str, grade: int, boarding: bool) -> Person:
    unit = get_unit_by_code(session, SCHOOL)
    person = make_person(session, unit, SCHOOL)
    make_enrolment(session, person, unit, 2016, "junior", class_name=name, grade=grade, boarding=boarding)
    return person


def begun(session: Session, code: str) -> Inspection:
    unit = get_unit_by_code(session, SCHOOL)
    form = form_at(session, get_tenant(session, SCHOOL), unit, code)
    source: CheckSource = next(one for one in plugins().registered("register_checks") if one.code == form.rows)
    return begin_check(session, form, source, SCHOOL, unit, OFFICE, dt.date(2016, 10, 31))


@pytest.mark.clause("EA-050")
def test_twelve_classes_give_twelve_rows_with_pupils_and_awards(school: Session) -> None:
    made = begun(school, "class-aid")
    rows = rows_of(school, made)
    assert [row.title for row in rows] == CLASSES
    assert made.row_count == 12
    assert {tuple(sorted(row.facts.items())) for row in rows} == {
        (("awards", "2"), ("due", "1025.00"), ("paid", "0.00"), ("pupils", "2"))}
    assert (made.clause, made.signers) == ("上良中学精准扶贫工作实施方案　二5财务室", ["finance_room"])


@pytest.mark.clause("EA-050")
def test_what_is_not_checked_yet_is_counted(school: Session) -> None:
    made = begun(school, "class-aid")
    rows = rows_of(school, made)
    yes = {str(item["code"]): "yes" for item in made.items}
    answer_rows(school, made, {row.id: yes for row in rows[:5]}, {}, OFFICE)
    assert (made.checked_count, made.state) == (5, "open")
    assert [row.result for row in rows].count("") == 7


@pytest.mark.clause("EA-051")
def test_the_plan_lets_two_parts_sign_for_meals_and_asks_for_the_boarders_subsidy(school: Session) -> None:
    made = begun(school, "meals")
    assert made.signers == ["general_office", "meals_committee"]
    assert "贫困寄宿生生活补助用在健康放心食品上" in [item["question"] for item in made.items]
    (row,) = rows_of(school, made)
    answer_rows(school, made, {row.id: {str(item["code"]): "yes" for item in made.items}}, {}, OFFICE)
    sign(school, made, "general_office", {"general_office"}, Actor(row.id, "测试总务"))
    assert made.state == "open"
    sign(school, made, "meals_committee", {"meals_committee"}, Actor(made.id, "测试膳食"))
    assert made.state == "done"


def test_the_demo_begins_the_check_once(school: Session) -> None:
    for _ in range(2):
        demo_classes.load(school, SCHOOL)
    (made,) = school.query(Inspection).all()
    assert (made.row_count, made.checked_count) == (12, 6)
