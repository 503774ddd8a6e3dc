"""How long who was aided is kept with their name, by the plan."""

from __future__ import annotations

import datetime as dt

from core.access.scope import Scope
from core.registry import services
from core.registry.models import Person
from core.registry.queries import list_enrolments
from plugins.education_aid.services.following import UNSAID_AID, retained
from tests.factories.registry import ACTOR, make_enrolment
from tests.factories.tenancy import days
from tests.plugins.education_aid.running.conftest import OnDay
from tests.plugins.education_aid.running.support import BANK, FLOW, HUNT, JIA, SCHOOL, YEAR, County
from tests.plugins.education_aid.running.test_payments import approved


def years(number: int, code: str) -> str:
    return days(number, unit="年").replace("publicity.days", code)


def aided_and_gone(county: County, on_day: OnDay) -> Person:
    """A child who was aided in October 2019 and left in July 2020; beside them one who was never aided."""
    approved(county, 1, on_day)
    (payment,) = county.payments()
    payment.credited_on = dt.date(2019, 10, 15)
    person = county.session.get_one(Person, (JIA, payment.person_id))
    on_day("2020-07-01")
    for one in list_enrolments(county.session, JIA, [person.id]):
        services.end_enrolment(county.session, one, dt.date(2020, 7, 1), "graduated", ACTOR)
    other = county.child(school=None)
    enrolled = make_enrolment(county.session, other, county.units[SCHOOL], YEAR, "junior")
    services.end_enrolment(county.session, enrolled, dt.date(2020, 7, 1), "graduated", ACTOR)
    return person


def due(county: County) -> set[str]:
    return {one.person.name for one in services.each_due(county.session, county.host, Scope(whole=(JIA,)), JIA)}


def test_who_was_aided_is_due_when_both_periods_are_over(lone: County, on_day: OnDay) -> None:
    flow = (FLOW.format(township="false"), BANK, HUNT, years(30, "retention.accounts"), years(3, "retention.pupils"))
    person = aided_and_gone(lone, on_day)
    lone.plan(*flow)
    on_day("2024-01-01")
    (never,) = due(lone)
    assert never != person.name, "no plan says how long records of aid are kept"
    assert [(one.law, one.stated) for one in retained(lone.session, JIA, [person.id]) if not one.stated] == [(UNSAID_AID, False)]
    lone.plan(*flow, years(5, "retention.aid"))
    (aid,) = [one for one in retained(lone.session, JIA, [person.id]) if one.identity]
    assert (aid.law, aid.until) == ("甲县方案　一：5 年", dt.date(2024, 10, 15))
    assert due(lone) == {never}
    on_day("2024-10-16")
    assert due(lone) == {never, person.name}
    (one,) = [one for one in services.each_due(lone.session, lone.host, Scope(whole=(JIA,)), JIA) if one.person is person]
    assert (one.what, one.since) == ("资助档案", dt.date(2024, 10, 16))
    erased, left = services.erase_due(lone.session, [person], ACTOR, reason="保存到期清理", hooks=lone.host)
    assert (erased, left) == ([person], []) and len(lone.payments()) == 1, "what was paid stays"
