"""Two records that are one person, and parting them again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import Conflict, InvalidInput
from core.privacy import vault_of
from core.registry import queries, services
from core.registry.models import Enrolment, Guardian, Person, Status
from core.units.models import Unit
from tests.core.registry.conftest import entries
from tests.factories.registry import ACTOR, JIA, YI, made_up_id, make_enrolment, make_person

Units = dict[str, Unit]
VILLAGE, SCHOOL, OTHER = "990101100001", "990101-S01", "990101-S02"
WHY = "户口簿核对为同一人"


def pair(session: Session, jia: Units) -> tuple[Person, Person]:
    """The kept record lacks phone and health; both have an orphan status and an enrolment of 2016."""
    kept = make_person(session, jia[VILLAGE], name="样本甲", id_number=made_up_id(3))
    merged = make_person(session, jia[VILLAGE], name="样本甲", phone="13800000000", health="healthy")
    services.note_guardian(session, merged, {"name": "测试母"}, ACTOR)
    for person in (kept, merged):
        services.note_status(session, person, "orphan", dt.date(2016, 1, 1), ACTOR)
        make_enrolment(session, person, jia[SCHOOL], 2016)
    services.note_status(session, merged, "left_behind", dt.date(2016, 1, 1), ACTOR)
    make_enrolment(session, merged, jia[OTHER], 2015)
    return kept, merged


def belongings(session: Session, person: Person) -> dict[str, Any]:
    """All that stands under one record."""
    session.expire_all()
    return {
        "enrolments": sorted(session.scalars(select(Enrolment.school_year).where(Enrolment.person_id == person.id))),
        "statuses": sorted(session.scalars(select(Status.kind).where(Status.subject_id == person.id))),
        "guardians": len(session.scalars(select(Guardian.id).where(Guardian.person_id == person.id)).all()),
        "phone": person.phone_mask, "health": person.health, "number": person.id_number_mask, "state": person.state,
    }


def test_the_kept_record_takes_what_it_lacks_and_parting_gives_it_back(session: Session, jia: Units) -> None:
    kept, merged = pair(session, jia)
    before = belongings(session, kept), belongings(session, merged)
    merge = services.merge_persons(session, kept, merged, ACTOR, reason=WHY)
    assert belongings(session, kept) == {
        "enrolments": [2015, 2016], "statuses": ["left_behind", "orphan"], "guardians": 1, "phone": "138****0000",
        "health": "healthy", "number": kept.id_number_mask, "state": "active"}
    assert vault_of(session).open("registry_persons.phone", kept.id, kept.phone_sealed or b"") == "13800000000"
    assert belongings(session, merged)["statuses"] == ["orphan"]
    assert queries.get_person(session, Scope(whole=(JIA,)), merged.id) is kept
    services.part_persons(session, merge, ACTOR, reason="查明是两人")
    assert (belongings(session, kept), belongings(session, merged)) == before
    assert [one.reason for one in entries(session, kept.subject)][-2:] == [WHY, "查明是两人"]


def test_what_was_entered_after_a_merge_stays(session: Session, jia: Units) -> None:
    kept, merged = pair(session, jia)
    merge = services.merge_persons(session, kept, merged, ACTOR, reason=WHY)
    services.change_person(session, kept, {"phone": "13900000000"}, ACTOR)
    make_enrolment(session, kept, jia[SCHOOL], 2017)
    services.part_persons(session, merge, ACTOR, reason="查明是两人")
    found = belongings(session, kept)
    assert (found["enrolments"], found["phone"], found["health"]) == ([2016, 2017], "139****0000", "")


def test_merges_are_undone_from_the_last(session: Session, jia: Units) -> None:
    one, two, three = (make_person(session, jia[VILLAGE], name=f"样本{mark}") for mark in "甲乙丙")
    first = services.merge_persons(session, one, two, ACTOR, reason=WHY)
    second = services.merge_persons(session, three, one, ACTOR, reason=WHY)
    assert queries.get_person(session, Scope(whole=(JIA,)), two.id) is three
    with pytest.raises(Conflict, match="先撤回后面"):
        services.part_persons(session, first, ACTOR, reason="查明是两人")
    services.part_persons(session, second, ACTOR, reason="查明是两人")
    services.part_persons(session, first, ACTOR, reason="查明是两人")
    assert [person.state for person in (one, two, three)] == ["active"] * 3
    with pytest.raises(Conflict, match="已经撤回"):
        services.part_persons(session, first, ACTOR, reason="查明是两人")


def test_what_cannot_be_merged_is_refused(session: Session, jia: Units) -> None:
    kept, merged = pair(session, jia)
    with pytest.raises(InvalidInput, match="凭什么"):
        services.merge_persons(session, kept, merged, ACTOR, reason="像")
    with pytest.raises(InvalidInput):
        services.merge_persons(session, kept, kept, ACTOR, reason=WHY)
    with pytest.raises(InvalidInput):
        services.merge_persons(session, kept, Person(tenant_id=YI, id=merged.id), ACTOR, reason=WHY)
    services.remove_person(session, merged, ACTOR, reason="重复登记")
    with pytest.raises(Conflict):
        services.merge_persons(session, kept, merged, ACTOR, reason=WHY)
    with pytest.raises(Conflict):
        services.remove_person(session, merged, ACTOR, reason="重复登记")
    services.restore_person(session, merged, ACTOR)
    services.merge_persons(session, kept, merged, ACTOR, reason=WHY)
    with pytest.raises(Conflict):
        services.change_person(session, merged, {"health": "chronic"}, ACTOR)


def test_a_merged_record_no_longer_answers_a_search(session: Session, jia: Units) -> None:
    kept, merged = pair(session, jia)
    services.merge_persons(session, merged, kept, ACTOR, reason=WHY)
    assert queries.find_person_by_id(session, JIA, made_up_id(3)) is merged
