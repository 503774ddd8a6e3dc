"""Who a person was goes; what was counted stays."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, RuleViolation
from core.extensions import Base
from core.registry import services
from core.registry.models import Enrolment, Past, Person, Status
from core.units.models import Unit
from tests.core.registry.conftest import entries
from tests.factories.registry import ACTOR, JIA, made_up_id, make_enrolment, make_household, make_person

Units = dict[str, Unit]
VILLAGE, SCHOOL = "990101100001", "990101-S01"
WHY = "家长申请，期限已满"
#: of numbers the masked form stays on the trail, which nobody can rewrite
SECRETS = ("样本辛", "测试母", "东村九组", made_up_id(3), "13800000000")


@pytest.fixture
def person(session: Session, jia: Units) -> Person:
    household = make_household(session, jia[VILLAGE], head_name="样本辛")
    services.change_household(session, household, {"water": True}, ACTOR, on=dt.date(2017, 1, 1))
    found = make_person(session, jia[VILLAGE], name="样本辛", id_number=made_up_id(3), phone="13800000000",
                        household_id=household.id, relation="户主", address="甲县东村九组 7 号")
    services.change_person(session, found, {"health": "chronic"}, ACTOR, on=dt.date(2017, 1, 1))
    services.note_guardian(session, found, {"name": "测试母", "phone": "13800000000"}, ACTOR)
    services.note_status(session, found, "orphan", dt.date(2016, 1, 1), ACTOR, note="样本辛之父去世")
    enrolment = make_enrolment(session, found, jia[SCHOOL], register_number=f"G{made_up_id(3)}")
    services.end_enrolment(session, enrolment, dt.date(2017, 7, 1), "graduated", ACTOR)
    return found


def everything(session: Session) -> str:
    """Every text of every table of the registry and the trail."""
    session.flush()
    found = []
    for table in Base.metadata.sorted_tables:
        if table.name.startswith(("registry_", "trail_entries")):
            rows = session.connection().execute(select(*(cast(column, String) for column in table.columns
                                                         if not column.name.endswith("_sealed"))))
            found += [str(tuple(row)) for row in rows]
    return "\n".join(found)


def test_nothing_tells_who_it_was_and_statuses_stay_countable(session: Session, person: Person) -> None:
    assert any(secret in everything(session) for secret in SECRETS)
    cleaned = services.erase_person(session, person, ACTOR, reason=WHY)
    after = everything(session)
    assert [secret for secret in SECRETS if secret in after] == []
    session.expire_all()
    assert (person.name, person.state, person.id_number_sealed, person.id_number_key) == (
        services.ANONYMOUS, "erased", None, None)
    assert session.scalars(select(Status.kind)).all() == ["orphan"]
    assert session.scalars(select(Enrolment.stage)).all() == ["primary"]
    assert session.scalars(select(Past).where(Past.subject_id == person.id)).all() == []
    assert cleaned == {"registry_persons": 1}


def test_the_trail_proves_the_erasure(session: Session, person: Person) -> None:
    services.erase_person(session, person, ACTOR, reason=WHY)
    proof = entries(session, person.subject)[-1]
    assert (proof.action, proof.reason, proof.after) == (
        "core:identity:manage", WHY, {"persons": [str(person.id)], "sealed_left": 0})
    with pytest.raises(Conflict):
        services.erase_person(session, person, ACTOR, reason=WHY)


def test_records_merged_into_the_person_are_erased_with_them(session: Session, jia: Units, person: Person) -> None:
    other = make_person(session, jia[VILLAGE], name="样本辛辛", phone="13911110000")
    services.merge_persons(session, person, other, ACTOR, reason="户口簿核对为同一人")
    assert services.erase_person(session, person, ACTOR, reason=WHY) == {"registry_persons": 2}
    assert "样本辛" not in everything(session)


def test_a_pupil_at_school_is_not_erased(session: Session, jia: Units, person: Person) -> None:
    make_enrolment(session, person, jia[SCHOOL], 2018, "junior")
    with pytest.raises(InvalidInput):
        services.erase_person(session, person, ACTOR, reason="无")
    with pytest.raises(RuleViolation, match="在读学籍 1 条"):
        services.erase_person(session, person, ACTOR, reason=WHY)
    assert person.state == "active"
    assert [kept.identity for kept in services.retained(session, None, JIA, [person.id])] == [True]
