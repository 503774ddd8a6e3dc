"""Whose every period of keeping has ended, by the plans, and erasing them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import InvalidInput
from core.extensions import CHINA, clock, new_id
from core.host.contract import Retained
from core.registry import services
from core.registry.models import Enrolment, Person
from core.registry.queries import enrolments_on
from core.registry.rules.terms import running
from core.registry.services import due
from core.units.models import Unit
from tests.core.registry.conftest import entries
from tests.factories.registry import ACTOR, JIA, make_enrolment, make_person
from tests.factories.tenancy import days, tenant_with_plan

Units = dict[str, Unit]
VILLAGE, SCHOOL = "990101100001", "990101-S01"
COUNTY = Scope(whole=(JIA,))
LEFT = dt.date(2012, 7, 1)
WHY = "保存到期清理，局务会议纪要"


def years(number: int, code: str = "retention.pupils", mode: str = "open") -> str:
    return days(number, mode, "年").replace("publicity.days", code)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_now", lambda: dt.datetime(2022, 7, 2, 9, tzinfo=CHINA))


@pytest.fixture
def planned(session: Session, units: Units) -> None:
    """甲县 keeps pupils' records for ten years."""
    tenant_with_plan(session, years(10))


def pupil(session: Session, jia: Units, name: str = "样本甲", left: dt.date | None = LEFT) -> Person:
    person = make_person(session, jia[VILLAGE], name=name)
    enrolment = make_enrolment(session, person, jia[SCHOOL], 2011)
    if left is not None:
        services.end_enrolment(session, enrolment, left, "graduated", ACTOR)
    return person


def found(session: Session) -> list[tuple[Person, dt.date]]:
    return [(one.person, one.since) for one in services.each_due(session, None, COUNTY, JIA)]


def test_a_pupil_is_due_the_day_after_the_last_day_of_the_years_of_the_plan(
        session: Session, planned: None, jia: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    person = pupil(session, jia)
    pupil(session, jia, "样本乙", dt.date(2012, 7, 2))
    pupil(session, jia, "样本丙", None)
    make_person(session, jia[VILLAGE], name="样本丁")
    (one,) = services.each_due(session, None, COUNTY, JIA)
    assert (one.person, one.since, one.what, one.law) == (person, dt.date(2022, 7, 2), "学生档案", "甲县方案　一：10 年")
    monkeypatch.setattr(clock, "_now", lambda: dt.datetime(2022, 7, 1, 9, tzinfo=CHINA))
    assert found(session) == [], "the last day is kept as well"


def test_a_term_without_an_end_was_followed_by_the_next(session: Session, planned: None, jia: Units) -> None:
    person = make_person(session, jia[VILLAGE], name="样本甲")
    make_enrolment(session, person, jia[SCHOOL], 2011)
    spring = make_enrolment(session, person, jia[SCHOOL], 2011, term=2, begun_on=dt.date(2012, 3, 1))
    assert [one.term for one in enrolments_on(session, JIA, [person.id], dt.date(2012, 5, 1))] == [2]
    assert [one.term for one in enrolments_on(session, JIA, [person.id], dt.date(2012, 1, 1))] == [1]
    assert [kept.what for kept in services.retained(session, None, JIA, [person.id])] == ["在读学籍"] and found(session) == []
    services.end_enrolment(session, spring, LEFT, "graduated", ACTOR)
    assert found(session) == [(person, dt.date(2022, 7, 2))], "the autumn term stays open, and counts in its own list"
    assert running([spring]) == [] and services.erase_person(session, person, ACTOR, reason=WHY)


def test_nobody_is_due_where_no_plan_states_the_years(session: Session, jia: Units) -> None:
    person = pupil(session, jia)
    assert found(session) == []
    erased, left = services.erase_due(session, [person], ACTOR, reason=WHY)
    assert erased == [] and [(one, why.message) for one, why in left] == [(person, due.NOT_DUE)]
    assert services.erase_person(session, person, ACTOR, reason="监护人书面申请"), "on request it may still be done"


def test_a_county_may_keep_them_longer_than_those_above_and_not_for_less(session: Session, units: Units) -> None:
    tenant_with_plan(session, years(10), unit="00", name="全国")
    county = tenant_with_plan(session, years(5))
    assert due.period(session, county.id, due.PUPILS) == due.period(session, "00", due.PUPILS)
    other = tenant_with_plan(session, years(12), unit="990102", name="乙县")
    longer = due.period(session, other.id, due.PUPILS)
    assert longer is not None and (longer.years, longer.rule) == (12, "乙县方案　一：12 年")


def test_a_pupil_who_came_back_or_stands_in_a_merged_record_is_not_due(session: Session, planned: None, jia: Units) -> None:
    back = pupil(session, jia)
    make_enrolment(session, back, jia[SCHOOL], 2021, "junior")
    kept, merged = pupil(session, jia, "样本乙"), pupil(session, jia, "样本乙", None)
    services.merge_persons(session, kept, merged, ACTOR, reason="户口簿核对为同一人")
    twice = session.scalars(select(Enrolment).where(Enrolment.tenant_id == JIA, Enrolment.person_id == merged.id)).one()
    assert twice.ended_on is None, "the same school and term stays with the merged record"
    assert found(session) == []


class Plugins:
    """What stands for the host: one plugin that keeps something of everybody."""

    plugins = ()

    def __init__(self, **kept: object) -> None:
        self.kept, self.asked = kept, list[int]()

    def collect(self, hook: str, plugins: frozenset[str], *, session: Session, tenant_id: str,
                person_ids: Collection[uuid.UUID]) -> list[Retained]:
        self.asked.append(len(person_ids))
        return [*services.retained_here(session, tenant_id, person_ids),
                *(Retained(one, "示例", "示例方案", **self.kept) for one in person_ids)]  # type: ignore[arg-type]

    def notify(self, hook: str, **arguments: object) -> None:
        services.forget(arguments["session"], arguments["tenant_id"], arguments["person_id"])  # type: ignore[arg-type]


@pytest.mark.parametrize(("kept", "since"), [
    ({"identity": True, "until": dt.date(2022, 7, 1)}, dt.date(2022, 7, 2)), ({"identity": True, "until": dt.date(2022, 7, 2)}, None),
    ({"identity": True}, None), ({"until": dt.date(2046, 12, 31)}, dt.date(2022, 7, 2)), ({"stated": False}, None)])
def test_what_a_plugin_needs_counts_as_well(session: Session, planned: None, jia: Units, kept: dict[str, object],
                                            since: dt.date | None) -> None:
    person = pupil(session, jia)
    rows = [(one.person, one.since) for one in services.each_due(session, Plugins(**kept), COUNTY, JIA)]  # type: ignore[arg-type]
    assert rows == ([(person, since)] if since else [])


def test_chosen_ones_are_erased_each_judged_again_with_proof(session: Session, planned: None, jia: Units) -> None:
    one, other, young = pupil(session, jia), pupil(session, jia, "样本乙"), pupil(session, jia, "样本丙", dt.date(2020, 7, 1))
    with pytest.raises(InvalidInput, match="依据"):
        services.erase_due(session, [one], ACTOR, reason="清")
    with pytest.raises(InvalidInput, match="一次至多 200 名"):
        services.erase_due(session, [], ACTOR, reason=WHY)
    erased, left = services.erase_due(session, [one, young, other], ACTOR, reason=WHY)
    assert erased == [one, other] and [person for person, _ in left] == [young]
    session.flush()
    assert [person.state for person in (one, other, young)] == ["erased", "erased", "active"]
    assert found(session) == []
    for person in (one, other):
        assert entries(session, person.subject)[-1].after == {"persons": [str(person.id)], "sealed_left": 0}
    whole = entries(session, "core.persons:due")[-1]
    assert (whole.sentence, whole.reason) == ("保存到期成批抹去：2 人已抹去，1 人没有抹去", WHY)


@pytest.fixture
def statements(session: Session) -> Iterator[list[str]]:
    """The statements sent from now on."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_many_persons_are_asked_about_in_few_statements(session: Session, planned: None, jia: Units, statements: list[str]) -> None:
    unit, school, ids = jia[VILLAGE].id, jia[SCHOOL].id, [new_id() for _ in range(1_200)]
    session.add_all(Person(tenant_id=JIA, id=one, unit_id=unit, name="样本", name_key="样本") for one in ids)
    session.flush()
    session.add_all(Enrolment(tenant_id=JIA, unit_id=school, person_id=one, school_year=2011, stage="primary", begun_on=dt.date(2011, 9, 1),
                              ended_on=LEFT, ending="graduated") for one in ids)
    session.flush()
    statements.clear()
    plugins = Plugins(until=dt.date(2046, 12, 31))
    assert len(list(services.each_due(session, plugins, COUNTY, JIA))) == 1_200  # type: ignore[arg-type]
    assert max(plugins.asked) <= 1_000 and len(statements) < 60
