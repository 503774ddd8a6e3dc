"""A household of 甲县 with three children at three stages, and their school."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import pytest

from core.extensions import Database, tenant_scope
from core.registry import services
from core.registry.models import Person
from core.units.queries import get_unit_by_code
from tests.factories.registry import ACTOR, JIA, made_up_id, make_enrolment, make_household, make_person

VILLAGE, SCHOOL = "990101101", "990101-S01"
BORN = dt.date(2009, 5, 1)


@dataclass(frozen=True)
class Family:
    """Ids of the household, of its three children, and of the school."""

    household: uuid.UUID
    pupil: uuid.UUID
    apprentice: uuid.UUID
    student: uuid.UUID
    school: uuid.UUID


@pytest.fixture
def family(app_database: Database) -> Family:
    """测试甲户: 测试小 at 小学 (boarding), 测试中 at 中职, 测试大 at university in another province."""
    with app_database.transaction() as session, tenant_scope(session, JIA):
        county, village, school = (get_unit_by_code(session, code) for code in (JIA, VILLAGE, SCHOOL))
        home = make_household(session, village, number="T001", head_name="测试甲", main_cause="schooling", water=True)
        services.note_status(session, home, "filing_card", dt.date(2014, 1, 1), ACTOR, source="省建档立卡系统")

        def child(name: str, number: int, born: dt.date) -> Person:
            return make_person(session, village, name=name, household_id=home.id, relation="之子", id_number=made_up_id(number, born),
                               phone="13800001234")

        pupil, apprentice, student = (child("测试小", 1, BORN), child("测试中", 3, dt.date(2001, 5, 1)),
                                      child("测试大", 5, dt.date(1998, 5, 1)))
        make_enrolment(session, pupil, school, stage="primary", grade=1, class_name="1班", boarding=True)
        make_enrolment(session, apprentice, county, stage="vocational", grade=2, elsewhere_school="测试职校", elsewhere_place="9902")
        make_enrolment(session, student, county, stage="university", grade=1, elsewhere_school="测试大学", elsewhere_place="98")
        return Family(home.id, pupil.id, apprentice.id, student.id, school.id)
