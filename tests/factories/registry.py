"""Made-up households, persons and enrolments; the region 99 of their numbers exists nowhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session
from stdnum.cn import ric

from core.extensions import Actor
from core.registry import services
from core.registry.models import Enrolment, Household, Person
from core.units.models import Unit

ACTOR = Actor(None, "测试经办", role="aid_centre")
JIA, YI = "990101", "990102"


def made_up_id(number: int = 1, born: dt.date = dt.date(2009, 5, 1), *, region: str = "990101") -> str:
    """An identity number with a right check digit; odd numbers are male."""
    body = f"{region}{born:%Y%m%d}{number:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def make_household(session: Session, unit: Unit, tenant_id: str = JIA, **values: Any) -> Household:
    """A household of 测试甲."""
    return services.create_household(session, tenant_id, unit.id, {"head_name": "测试甲", "number": "T001", **values}, ACTOR)


def make_person(session: Session, unit: Unit, tenant_id: str = JIA, *, on: dt.date | None = None,
                **values: Any) -> Person:
    """测试乙, without a number unless one is given."""
    return services.create_person(session, tenant_id, unit.id, {"name": "测试乙", **values}, ACTOR, on=on)


def make_enrolment(session: Session, person: Person, school: Unit, school_year: int = 2016, stage: str = "primary",
                   **values: Any) -> Enrolment:
    """An enrolment in the autumn term."""
    found = {"school_year": school_year, "term": 1, "stage": stage, "begun_on": dt.date(school_year, 9, 1), **values}
    return services.enrol(session, person, school.id, found, ACTOR)
